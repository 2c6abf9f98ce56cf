"""What the walls cost a list and a search, on a million requests of a hundred nations.

The same query twice: in the context of a nation, and as the owner of the tables, for whom there is
no wall. Each is asked by turns, so that a busy moment of the machine hurts both.
"""

from __future__ import annotations

import time
from itertools import product
from statistics import median
from string import ascii_uppercase
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.db.models import QuerySet
from psycopg import sql

from bench.figures import Figure
from cases.models import Request
from partners.models import Person
from tests.factories import NationFactory, RequestFactory, person
from workflow import search, walls
from workflow.walls import Context

ROWS = 1_000_000
PAGE = 26  # what a page shows, and one more that tells whether there is another
TIMES = 60
NATIONS = ["".join(pair) for pair in product("QXYZ", ascii_uppercase)][:100]
ASKS = NATIONS[7]
EVERYWHERE, OFTEN, SELDOM = "patrol vessel", "護衛艦", "turbine 4711"

PLAIN = """
fms_bigrams(number, title) @@ (
    SELECT string_agg(fms_bigram_query(word)::text, ' & ')::tsquery FROM unnest(%s::text[]) AS word
) AND NOT EXISTS (
    SELECT FROM unnest(%s::text[]) AS word
    WHERE position(fms_fold(word) IN fms_fold(number || ' ' || title)) = 0
)
"""
FILL = """
INSERT INTO cases_request ({columns})
SELECT {values}
FROM cases_request, generate_series(1, %(rows)s) AS n
WHERE cases_request.id = %(pattern)s
"""
BIGRAMS = """
CREATE INDEX cases_request_bigrams ON cases_request USING gin (fms_bigrams(number, title))
"""
ITS_OWN = {
    "id": "gen_random_uuid()",
    "deal_id": "gen_random_uuid()",
    "number": "'JP-' || (%(nations)s::text[])[1 + n %% 100] || '-26-R' || lpad(n::text, 7, '0')",
    "nation_id": "(%(nations)s::text[])[1 + n %% 100]",
    "reference": "'bench ' || n",
    "opened_at": "now() - n * interval '1 minute'",
    "title": (
        "'Spares for a patrol vessel, lot ' || n"
        " || CASE WHEN n / 100 %% 10 = 0 THEN ' 護衛艦' ELSE '' END"
        " || CASE WHEN n / 100 %% 2000 = 0 THEN ' turbine 4711' ELSE '' END"
    ),
}


def measure() -> list[Figure]:
    call_command("load_reference", verbosity=0)
    _fill()
    official = person("requester", nation=ASKS)
    inside = Context("partner", scope=ASKS, actor=official.actor_id)
    asked = [
        ("list of a nation", _list(official), _list(official), 1.3),
        *(
            (
                f"search, {name} word",
                search.matching(_list(official), words),
                _without_function(official, words),
                2.0,
            )
            for name, words in (("rare", SELDOM), ("frequent", OFTEN), ("common", EVERYWHERE))
        ),
    ]
    return [figure for each in asked for figure in _beside(inside, *each)]


def _list(official: Person) -> QuerySet[Request]:
    return Request.objects.visible_to(official).order_by("-opened_at")


def _without_function(official: Person, words: str) -> QuerySet[Request]:
    """The search as it would be if row level security did not keep the index away."""
    return _list(official).extra(where=[PLAIN], params=[words.split()] * 2)  # noqa: S610


def _beside(
    context: Context,
    name: str,
    walled: QuerySet[Request],
    bare: QuerySet[Request],
    at_most: float,
) -> list[Figure]:
    """Milliseconds with and without the wall, and how many times the one is the other."""
    ways = {True: (context, walled), False: (walls.OWNER, bare)}
    took: dict[bool, list[float]] = {True: [], False: []}
    found: dict[bool, list[Any]] = {}
    for turn in range(TIMES + 2):
        for behind, (whose, rows) in ways.items():
            with walls.within(whose):
                begun = time.perf_counter()
                found[behind] = [row.pk for row in rows[:PAGE]]
            if turn > 1:  # plans and pages are warm
                took[behind].append(1000 * (time.perf_counter() - begun))
    if not found[True] or found[True] != found[False]:
        raise RuntimeError(f"{name}: the wall changed what is found")
    inside, outside = median(took[True]), median(took[False])
    return [
        Figure(f"{name}, without the wall", outside, "ms"),
        Figure(f"{name}, behind the wall", inside, "ms"),
        Figure(f"{name}: the wall costs", inside / outside, "times", at_most=at_most),
    ]


def _fill() -> None:
    """A million copies of one request, told apart where the queries look."""
    nation: Any = NationFactory
    for code in NATIONS:
        nation(code=code)
    make: Any = RequestFactory
    pattern = make(state="submitted", nation_id=ASKS)
    names = [str(f.column) for f in Request._meta.concrete_fields if not f.generated]
    own = {name: sql.SQL(value) for name, value in ITS_OWN.items()}
    values = [own.get(name, sql.Identifier("cases_request", name)) for name in names]
    statement = sql.SQL(FILL).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, names)), values=sql.SQL(", ").join(values)
    )
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("ALTER TABLE cases_request DISABLE TRIGGER USER")
        cursor.execute("DROP INDEX cases_request_bigrams")  # quicker to build afterwards
        cursor.execute(statement, {"rows": ROWS, "nations": NATIONS, "pattern": pattern.pk})
        cursor.execute("ALTER TABLE cases_request ENABLE TRIGGER USER")
        cursor.execute(BIGRAMS)
        cursor.execute("VACUUM ANALYZE cases_request")
