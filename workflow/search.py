"""Finding cases by part of a word, in Japanese and English: bigrams with a GIN index."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, CharField, F, Func, QuerySet, Value
from django.db.models.functions import Concat

MOST_WORDS = 6


class Bigrams(Func):
    """The bigrams of number and title; the same expression as the index."""

    function = "fms_bigrams"
    output_field = CharField()


class _Matches(Func):
    template = "%(expressions)s"
    arg_joiner = " @@ "
    output_field = BooleanField()


def matching(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Rows whose number or title contains every word, whatever the width or case of letters."""
    text = Func(
        Concat(F("number"), Value(" "), F("title")), function="fms_fold", output_field=CharField()
    )
    rows = rows.alias(folded=text)
    for word in words.split()[:MOST_WORDS]:
        query = Func(Value(word), function="fms_bigram_query", output_field=CharField())
        folded = Func(Value(word), function="fms_fold", output_field=CharField())
        rows = rows.filter(_Matches(Bigrams("number", "title"), query), folded__contains=folded)
    return rows
