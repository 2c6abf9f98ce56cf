"""First screening of a transfer: the stop rules and the level of decision, in plain Python.

A part of the decision table of the transfer policy of April 2026 (rules D01 to D05, D08 to D10,
D12, D17, D19): the rest of the table and its attachments come with the review file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """Who decides, low to high."""

    METI = 1
    DIRECTORS = 2
    NSC_COMMITTEE = 4
    NSC_FOUR_MINISTERS = 5


@dataclass(frozen=True)
class Facts:
    """What is known of a transfer on the day of screening."""

    item_classes: frozenset[str]
    agreement_in_force: bool
    treaty_breach: bool = False
    unsc_embargo: bool = False
    conflict_party: bool = False
    active_fighting: bool = False
    special_circumstances: bool = False
    precedent: bool = False
    consent_clause: bool = True


@dataclass(frozen=True)
class Result:
    stops: tuple[str, ...]
    rules: tuple[str, ...]
    level: Level | None

    @property
    def is_stopped(self) -> bool:
        return bool(self.stops)


def screen(facts: Facts) -> Result:
    """Stop rules first; otherwise the highest level any rule asks for."""
    if stops := tuple(_stops(facts)):
        return Result(stops=stops, rules=stops, level=None)
    found = list(_levels(facts))
    return Result(
        stops=(), rules=tuple(rule for rule, _ in found), level=max(level for _, level in found)
    )


def _stops(facts: Facts) -> Iterable[str]:
    weapon = "weapon" in facts.item_classes
    if facts.treaty_breach:
        yield "D01"
    if facts.unsc_embargo:
        yield "D02"
    if facts.conflict_party:
        yield "D03"
    if weapon and not facts.agreement_in_force:
        yield "D04"
    if weapon and facts.active_fighting and not facts.special_circumstances:
        yield "D05"
    if not facts.consent_clause:
        yield "D12"


def _levels(facts: Facts) -> Iterable[tuple[str, Level]]:
    if "weapon" in facts.item_classes:
        yield ("D06" if facts.active_fighting else "D08"), Level.NSC_FOUR_MINISTERS
    elif facts.precedent and not facts.active_fighting:
        yield "D10", Level.DIRECTORS
    else:
        yield "D09", Level.NSC_COMMITTEE
    yield "D17", Level.METI
    if facts.item_classes & {"service", "technology"}:
        yield "D19", Level.METI
