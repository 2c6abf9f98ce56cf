"""Finding cases by part of a word, in Japanese and English: bigrams with a GIN index.

Row level security keeps PostgreSQL from using that index, since `@@` could tell of rows that are
out of sight. Each walled table therefore has a function of its own that looks on behalf of the
context and hands out ids (`workflow.database.building`); the rows are then read as any others.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, Func, QuerySet, TextField, Value

MOST_WORDS = 6


class _Found(Func):
    template = "%(expressions)s)"
    arg_joiner = " IN (SELECT "
    output_field = BooleanField()


def matching(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Rows of which number, title or names contain every word, whatever the width or case of letters.

    The names are those of the articles and services on their lines, in both languages.
    """
    wanted = words.split()[:MOST_WORDS]
    if not wanted:
        return rows
    found = Func(
        Value(wanted, output_field=ArrayField(TextField())),
        function=f"{rows.model._meta.db_table}_found",
    )
    return rows.filter(_Found(F("pk"), found))
