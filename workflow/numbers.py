"""Case numbers: `JP-PH-26-0007`. Counted per series, without gaps, never given twice.

Only those who open a case of the same nation, kind and year wait for each other; a transaction
that rolls back gives its number back before anybody has seen it.
"""

from __future__ import annotations

from django.db import connection

_NEXT = """
    INSERT INTO workflow_numberseries (series, last) VALUES (%s, 1)
    ON CONFLICT (series) DO UPDATE SET last = workflow_numberseries.last + 1
    RETURNING last
"""


def next_in(series: str) -> str:
    """The next number of a series; call inside the transaction that opens the case."""
    return f"{series}{count_in(series):04d}"


def count_in(series: str) -> int:
    """The next count of a series; a transaction that rolls back gives it back."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [series])
        (last,) = cursor.fetchone()
    return int(last)
