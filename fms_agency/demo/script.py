"""The words a deal is written in: who does what to which case, through which door.

    portal("case_manager").takes("request", "return_for_correction", reason="...")
    api("ph.finance").cannot("request", "submit")
    api("ph.signatory").reads("contract", "offer")

A case is called by its kind: `request`, `review`, `contract`, `subcontract`, `shipment`, `bill`;
a second one of a kind is `shipment 2`, a quote is `quote of electric`, and the approval file about a
case `approval of contract`. Nothing here touches the database: `resolved` turns what a script says into
what a person would type today.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

from fms_agency.demo.files import sample_pdf

APPROVAL = "approval of "  # how the file about a case is called


class Door(StrEnum):
    PORTAL = "portal"
    SUPPLIER = "supplier"
    API = "api"


@dataclass(frozen=True)
class Days:
    """A day so many days from today."""

    from_today: int


@dataclass(frozen=True)
class Stamp:
    """A reference nobody has used: the prefix and the moment the play began."""

    prefix: str


@dataclass(frozen=True)
class NumberOf:
    """The number of a case, known only when the play has come to it."""

    case: str


@dataclass(frozen=True)
class Attachment:
    """A file to hand over; what it says is in its lines."""

    name: str
    lines: tuple[str, ...]

    @property
    def data(self) -> bytes:
        return sample_pdf(*self.lines)


def attached(name: str, *lines: str) -> Attachment:
    return Attachment(name, lines)


Act = Literal["begins", "takes", "cannot", "reads", "away"]


@dataclass(frozen=True)
class Turn:
    """One line of a script. `step` is the paper's kind where somebody reads."""

    door: Door
    who: str
    act: Act
    case: str
    step: str
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Actor:
    """Somebody at a door, who says what happens."""

    door: Door
    who: str

    def begins(self, case: str, step: str, **given: Any) -> Turn:
        return Turn(self.door, self.who, "begins", case, step, given)

    def takes(self, case: str, step: str, **given: Any) -> Turn:
        return Turn(self.door, self.who, "takes", case, step, given)

    def cannot(self, case: str, step: str, **given: Any) -> Turn:
        """The house must refuse this, and nothing may change."""
        return Turn(self.door, self.who, "cannot", case, step, given)

    def is_away(self, deputy: str) -> Turn:
        """They enter in the register that they are away today, and who decides in their place."""
        return Turn(self.door, self.who, "away", "", "", {"deputy": deputy})

    def reads(self, case: str, paper: str) -> Turn:
        return Turn(self.door, self.who, "reads", case, paper)


def portal(who: str) -> Actor:
    return Actor(Door.PORTAL, who)


def supplier(who: str) -> Actor:
    return Actor(Door.SUPPLIER, who)


def api(who: str) -> Actor:
    return Actor(Door.API, who)


# The posts of the agency, by whoever holds them, as files of approval meet them.
CONSULTED = ("finance.director", "legal.director", "export_control.director", "security.director")


def approval(
    of: str, drafter: str, *way: str | tuple[str, str] | tuple[str, str, dict[str, Any]]
) -> tuple[Turn, ...]:
    """The drafter puts the file about a case forward, and each acts in turn.

    `way`: who agrees, or who and the step, or with what is given besides.
    """
    file = f"{APPROVAL}{of}"
    turns = [portal(drafter).takes(file, "put_forward")]
    for act in way:
        who, step, given = (act, "agree", {}) if isinstance(act, str) else (*act, {})[:3]
        turns.append(portal(who).takes(file, step, **given))
    return tuple(turns)


@dataclass(frozen=True)
class Deal:
    """A whole story: its turns, the papers that must exist in the end, and who reads them."""

    name: str
    title: str
    title_ja: str
    language: str
    turns: tuple[Turn, ...]
    ends_as: Mapping[str, str] = field(default_factory=dict)
    papers: tuple[Turn, ...] = ()


def resolved(value: Any, *, now: datetime, number_of: Callable[[str], str]) -> Any:
    """What the script means at this moment: days, references and numbers filled in."""

    def inner(item: Any) -> Any:
        match item:
            case Days(from_today=days):
                return now.date() + timedelta(days=days)
            case Stamp(prefix=prefix):
                return f"{prefix}-{now:%Y%m%d-%H%M%S}"
            case NumberOf(case=name):
                return number_of(name)
            case Mapping():
                return {str(key): inner(part) for key, part in item.items()}
            case list() | tuple():
                return [inner(part) for part in item]
            case _:
                return item

    return inner(value)
