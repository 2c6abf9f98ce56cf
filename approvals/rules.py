"""Who may do what with a file: its drafter, and whoever's step it has reached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _t

from approvals import seats
from approvals.seats import Seat
from partners import access
from partners.access import Permission, carriers
from workflow import duties
from workflow.approvals import RANKS, Kind, Standing, is_settled, passed_by
from workflow.rights import Capacity

BEFORE = (Kind.LINE, Kind.CONCURRENCE, Kind.EXAMINATION)
EVERY_ACT = (*BEFORE, Kind.DECISION)
NOBODY = Capacity("", "")


@dataclass(frozen=True)
class Drafter:
    """Whoever drafted the file."""

    @property
    def roles(self) -> Sequence[str]:
        return tuple(role for role in carriers(Permission.CASE_READ) if role != "auditor")

    def turn(self, case: Any) -> Sequence[str]:
        return (case.prepared_role,) if case.prepared_role else ()

    def concerns(self, actor: Any, case: Any) -> bool:
        return bool(actor.actor_id == case.prepared_by)

    def why_not(self, actor: Any, case: Any) -> str:
        return "" if self.concerns(actor, case) else _t("Only whoever drafted the file does this.")

    def capacity(self, actor: Any, case: Any) -> Capacity:
        rows = access.holds(actor, Permission.CASE_READ)
        own = [row for row in rows if row.role == case.prepared_role] or rows
        return Capacity(own[0].role, own[0].organisation.name_en) if own else NOBODY


@dataclass(frozen=True)
class AtStep:
    """Whoever may act at a step of the file that `fits`; deputies and those who act for a post, too."""

    fits: Callable[[Any, Any], bool]
    signs: bool = False

    @property
    def roles(self) -> Sequence[str]:
        return RANKS

    def turn(self, case: Any) -> Sequence[str]:
        return tuple(dict.fromkeys(s.rank for s in case.way if self.fits(case, s)))

    def seats(self, actor: Any, case: Any) -> list[Seat]:
        """The steps of the way, whether it has come there or not, at which the actor has a seat."""
        if not getattr(actor, "memberships_today", None):
            return []
        known = case.seats_of
        if actor.actor_id not in known:
            way = [step for step in case.way if step.kind in EVERY_ACT]
            known[actor.actor_id] = seats.of(actor, way)
        return list(known[actor.actor_id])

    def concerns(self, actor: Any, case: Any) -> bool:
        return bool(self.seat(actor, case))

    def seat(self, actor: Any, case: Any) -> Seat | None:
        """The seat that fits, the person's own first."""
        fitting = [seat for seat in self.seats(actor, case) if self.fits(case, seat.step)]
        return fitting[0] if fitting else None

    def why_not(self, actor: Any, case: Any) -> str:
        if self.seat(actor, case) is None:
            return _t("The file is not with you now.")
        if why := seats.why_left_out(actor, case):
            return why
        return duties.why_not(case.matter_of.duty, case.subject, actor) if self.signs else ""

    def capacity(self, actor: Any, case: Any) -> Capacity:
        seat = self.seat(actor, case)
        return seat.capacity if seat else NOBODY


@dataclass(frozen=True)
class Reader:
    """Whoever reads what is circulated, or what they were passed over with."""

    fits: Callable[[Any, Any, Any], bool]
    everybody: bool

    @property
    def roles(self) -> Sequence[str]:
        return (*RANKS, "auditor") if self.everybody else RANKS

    def turn(self, case: Any) -> Sequence[str]:
        return ()

    def seat(self, actor: Any, case: Any) -> Seat | None:
        steps = [step for step in case.way if self.fits(case, step, actor)]
        if not steps:
            return None
        rows = getattr(actor, "memberships_today", ())
        if self.everybody:
            return next(iter(seats.reads_at(actor, steps)), None)
        for step in steps:
            for row in rows:
                if (row.unit_id, row.role) == (step.unit_id, step.rank):
                    return Seat(step, actor, row)
        return None

    def concerns(self, actor: Any, case: Any) -> bool:
        return self.seat(actor, case) is not None

    def why_not(self, actor: Any, case: Any) -> str:
        return "" if self.concerns(actor, case) else _t("There is nothing here for you to read.")

    def capacity(self, actor: Any, case: Any) -> Capacity:
        seat = self.seat(actor, case)
        return seat.capacity if seat else NOBODY


def _here(*kinds: Kind) -> Callable[[Any, Any], bool]:
    return lambda case, step: step.kind in kinds and step.standing == Standing.ARRIVED


def _may_pull_up(case: Any, step: Any) -> bool:
    return bool(passed_by(case.way, step))


def _still_to_act(case: Any, step: Any) -> bool:
    return step.kind in EVERY_ACT and not is_settled(step)


def _circulated(case: Any, step: Any, actor: Any) -> bool:
    return bool(step.kind == Kind.CIRCULATION and step.standing == Standing.ARRIVED)


def _passed_over(case: Any, step: Any, actor: Any) -> bool:
    """A deputised decision is read by the very person in whose place it was taken."""
    if not step.awaits_reading:
        return False
    return bool(not step.in_place_of_id or step.in_place_of_id == actor.actor_id)


releases = access.agency(Permission.CASE_READ)
drafter = Drafter()
in_line = AtStep(_here(Kind.LINE), signs=True)
examiner = AtStep(_here(Kind.EXAMINATION), signs=True)
consulted = AtStep(_here(Kind.CONCURRENCE), signs=True)
decider = AtStep(_here(Kind.DECISION), signs=True)
has_it = AtStep(_here(*EVERY_ACT))
higher_up = AtStep(_may_pull_up, signs=True)
on_the_way = AtStep(_still_to_act)
drafter_or_decider = access.either(drafter, AtStep(_here(Kind.DECISION)))
drafter_or_holder = access.either(drafter, has_it)
circulated_to = Reader(_circulated, everybody=True)
passed_over = Reader(_passed_over, everybody=False)
