"""How far a request is written: which points of the checklist it fills, what is missing and why that matters.

A point is filled when its columns are; which points there are, what each is needed for and how much it
weighs are dated rows (`ChecklistItem`), by the day on which somebody looks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from cases.models.checklist import ChecklistItem

Code, Needed = ChecklistItem.Code, ChecklistItem.Needed


def _has(*columns: str) -> Callable[[Any], list[str]]:
    """The columns of a point that are empty."""
    return lambda request: [name for name in columns if getattr(request, name) in EMPTY]


def _has_one(*columns: str) -> Callable[[Any], list[str]]:
    """One of them suffices."""
    return lambda request: (
        [] if any(getattr(request, name) not in EMPTY for name in columns) else [columns[0]]
    )


def _items(request: Any) -> list[str]:
    return [*([] if request.lines.exists() else ["lines"]), *_has("end_user", "end_use")(request)]


EMPTY: tuple[Any, ...] = ("", None, [])
MISSING: Mapping[str, Callable[[Any], list[str]]] = MappingProxyType(
    {
        Code.LETTER: _has("reference", "reference_date", "signatory"),
        Code.ANSWER: _has("answer_wanted"),
        Code.ITEMS: _items,
        Code.SUPPORT: _has("support"),
        Code.DATES: _has_one("needed_by", "performance_until"),
        Code.DELIVERY: _has("delivery_place", "transport"),
        Code.FUNDING: _has("funding", "terms_of_sale"),
        Code.PAYMENT: _has("payment_wish"),
        Code.CONCEPT: _has("concept"),
        Code.SECURITY: _has_one("security_plan", "release_granted"),
        Code.OFFSETS: _has("offset"),
        Code.WAIVERS: _has("waivers"),
        Code.CONTACTS: _has("contact"),
        Code.LIMITS: _has_one("budget_limit", "offer_by", "validity_days"),
    }
)


@dataclass(frozen=True)
class Point:
    """A point of the checklist as one request stands to it; `missing` names its empty columns."""

    item: ChecklistItem
    missing: tuple[str, ...]

    @property
    def is_filled(self) -> bool:
        return not self.missing

    @property
    def counts(self) -> bool:
        """What need not apply to a request does not make it incomplete."""
        return self.item.needed != Needed.IF_IT_APPLIES


@dataclass(frozen=True)
class Checklist:
    points: tuple[Point, ...]

    @property
    def percent(self) -> int:
        """What is written of what has to be, by weight; 100 only when nothing is missing."""
        needed = [point for point in self.points if point.counts]
        whole = sum(point.item.weight for point in needed)
        filled = sum(point.item.weight for point in needed if point.is_filled)
        return 100 * filled // whole if whole else 100

    def open(self, *needed: str) -> list[Point]:
        """Points that are needed so and not filled."""
        return [p for p in self.points if p.item.needed in needed and not p.is_filled]

    @property
    def open_to_begin(self) -> list[Point]:
        return self.open(Needed.TO_BEGIN)

    @property
    def open_to_be_complete(self) -> list[Point]:
        return self.open(Needed.TO_BEGIN, Needed.TO_BE_COMPLETE)


def check(request: Any, items: Iterable[ChecklistItem]) -> Checklist:
    """How a request stands to the points in force, in the order of the checklist."""
    place = {code: number for number, code in enumerate(Code)}
    return Checklist(
        tuple(
            Point(item, tuple(MISSING[item.code](request)))
            for item in sorted(items, key=lambda item: place[Code(item.code)])
        )
    )
