"""Which notes of the library stand on a paper, and what they say once their blanks are filled in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from cases.models.note import BLANK, StandardNote
from cases.pricing import STOCK
from industry.models import Article
from ledger.money import written

Condition = StandardNote.Condition
Lines = Iterable[Any]

SERVICES = frozenset({Article.Kind.SERVICE, Article.Kind.TRAINING})
HOLDS: Mapping[str, Callable[[Any], bool]] = {
    Condition.ALWAYS: lambda line: True,
    Condition.WEAPON: lambda line: line.article.item_class == Article.ItemClass.WEAPON,
    Condition.TECHNOLOGY: lambda line: line.article.kind == Article.Kind.TECHNOLOGY,
    Condition.SERVICE: lambda line: line.article.kind in SERVICES,
    Condition.FROM_STOCK: lambda line: line.source in STOCK,
}
COLUMN = {
    "offer": "on_offers",
    "restatement": "on_offers",
    "amendment": "on_amendments",
    "modification": "on_modifications",
}


def fitting(contract: Any, lines: Lines, paper: str, on: date) -> list[StandardNote]:
    """The notes in force on a day whose rule fits: those that always stand, and those to choose from."""
    there = [line for line in lines if line.quantity]
    rows = StandardNote.objects.on(on).filter(**{COLUMN[paper]: True})
    rows = rows.filter(kind_of_case__in=["", contract.kind_of_case])
    return [note for note in rows if any(HOLDS[note.condition](line) for line in there)]


def fitting_for(case: Any) -> list[StandardNote]:
    """The same for an offer or a change that is being drafted, today."""
    is_offer = not hasattr(case, "kind_of_change")
    contract = case if is_offer else case.contract
    lines = contract.lines.filter(under=None).select_related("article")
    return fitting(
        contract,
        lines if is_offer else case.lines_after(),
        "offer" if is_offer else case.kind_of_change,
        timezone.localdate(),
    )


def of_offer(contract: Any) -> list[dict[str, str]]:
    """What stands on the letter of offer, in both languages."""
    lines = contract.lines.filter(under=None).select_related("article")
    return _said(contract, contract, lines, "offer")


def of_change(change: Any) -> list[dict[str, str]]:
    """What stands on the paper of a change; what always stands does so though nothing changes in it."""
    return _said(change.contract, change, change.lines_after(), change.kind_of_change)


def _said(contract: Any, priced: Any, lines: Lines, paper: str) -> list[dict[str, str]]:
    day = priced.priced_on or timezone.localdate()
    chosen = set(priced.chosen_notes)
    words = _words(contract, priced)
    return [
        {
            "code": note.code,
            "title_ja": note.title_ja,
            "title_en": note.title_en,
            "ja": _filled_in(note.text_ja, words["ja"]),
            "en": _filled_in(note.text_en, words["en"]),
        }
        for note in fitting(contract, lines, paper, day)
        if note.is_mandatory or note.code in chosen
    ]


def _filled_in(text: str, words: Mapping[str, str]) -> str:
    return BLANK.sub(lambda blank: words[blank[1]], text)


def _words(contract: Any, priced: Any) -> dict[str, dict[str, str]]:
    """What fills in the blanks, by language."""
    request = contract.request
    same = {
        "contract": contract.number,
        "end_user": request.end_user,
        "end_use": request.end_use,
        "delivery_place": request.delivery_place,
        "deposit": written(priced.deposit or Decimal(0), priced.currency),
    }
    return {
        "ja": same | {"nation": contract.nation.formal_ja},
        "en": same | {"nation": contract.nation.formal_en},
    }
