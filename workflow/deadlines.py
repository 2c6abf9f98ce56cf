"""Time in a case: days on which it moves by itself, and clocks that are read from its trail.

An offer lapses, a clearance expires (`DueOn`). A clock (`workflow.clocks`) tells how long something
takes, reminds whoever has it, and tells the next rank once its last day has passed.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils import timezone

from workflow.clocks import Hand, Line, Reading, read
from workflow.models import Case, ClockRing, ClockStandard, Deadline, Entry, FollowUp
from workflow.rights import SYSTEM
from workflow.steps import (
    Effect,
    NotOpen,
    beginnings_of,
    case_types,
    set_off,
    steps_of,
    take_within,
)
from workflow.trail import record

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DueOn:
    """An effect: set (or move) the deadline of a step. `day` gives its last day or moment, or None."""

    step: str
    day: Callable[[Any], date | datetime | None]

    @property
    def key(self) -> str:
        return f"deadline:{self.step}"

    of = "clocks"  # what a rehearsal tells of it

    def foretold(self, case: Any) -> list[str]:
        model: Any = type(case)
        label, last_day = steps_of(model)[self.step].label, self.day(case)
        return [f"{case.number}: {label} ({last_day})"] if last_day else []

    def run(self, case: Any, follow_up: FollowUp) -> None:
        last_day = self.day(case)
        if last_day is None:
            Deadline.objects.filter(case_id=case.pk, step=self.step).delete()
            return
        Deadline.objects.update_or_create(
            case_id=case.pk,
            step=self.step,
            defaults={
                "case_kind": case.kind(),
                "case_number": case.number,
                "due_at": last_day if isinstance(last_day, datetime) else end_of(last_day),
            },
        )


def end_of(day: date) -> datetime:
    """The instant at which a day is over in Tokyo."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def keep(now: datetime, limit: int = 100) -> int:
    """Take the steps that are due; those whose case has moved on are dropped. Returns the count."""
    kept = 0
    due = Deadline.objects.filter(due_at__lte=now).order_by("due_at")
    for deadline_id in list(due.values_list("pk", flat=True)[:limit]):
        try:
            kept += _keep_one(deadline_id)
        except Exception:  # the boundary: one case in trouble must not hold up the others
            log.exception("deadline %s could not be kept; the next round tries again", deadline_id)
    return kept


def _keep_one(deadline_id: int) -> int:
    with transaction.atomic(durable=True):
        rows = Deadline.objects.select_for_update(skip_locked=True)
        row = rows.filter(pk=deadline_id).first()
        if row is None:
            return 0
        case = apps.get_model(row.case_kind)._default_manager.get(pk=row.case_id)
        row.delete()
        try:
            take_within(case, row.step, by=SYSTEM)
        except NotOpen:
            return 0  # it was accepted, declined or moved in time
        return 1


# Clocks --------------------------------------------------------------------------------------

OF_A_LINE = ("pk", "step", "at", "from_state", "to_state")


@cache
def hands_of(model: Any) -> Mapping[str, Sequence[Hand]]:
    """What each step of a case type does to clocks; steps that turn none are left out."""
    declared = {**steps_of(model), **beginnings_of(model)}
    return {name: step.clocks for name, step in declared.items() if step.clocks}


@cache
def bells_of(model: Any) -> Mapping[str, Effect]:
    """What the clocks of a case type set off when they ring, by key."""
    clocks = (hand.clock for hands in hands_of(model).values() for hand in hands)
    bells = (bell for clock in clocks for bell in (clock.remind, clock.escalate) if bell)
    return {bell.key: bell for bell in bells}


def readings_of(
    case: Case, now: datetime | None = None, *, with_line: Entry | None = None
) -> list[Reading]:
    """The clocks of a case as they stand; `with_line` is about to be written."""
    return readings_of_many([case], now, with_line=with_line).get(case.pk, [])


def readings_of_many(
    cases: Iterable[Case], now: datetime | None = None, *, with_line: Entry | None = None
) -> dict[Any, list[Reading]]:
    """The same for many cases of one type: two queries, however many there are."""
    cases = list(cases)
    if not cases or not hands_of(type(cases[0])):
        return {}
    hands, now = hands_of(type(cases[0])), now or timezone.now()
    lines: dict[Any, list[Line]] = defaultdict(list)
    rows = Entry.objects.filter(
        case_id__in=[case.pk for case in cases], event=Entry.Event.STEP, step__in=hands
    )
    for case_id, *line in rows.order_by("pk").values_list("case_id", *OF_A_LINE):
        lines[case_id].append(Line(*line))
    if with_line is not None:
        told = (getattr(with_line, name) for name in OF_A_LINE[1:])
        lines[with_line.case_id].append(Line(0, *told))
    found = {case_id: read(hands, of_case, now=now) for case_id, of_case in lines.items()}
    _set_standards([(case, one) for case in cases for one in found.get(case.pk, [])])
    return found


def _set_standards(readings: Sequence[tuple[Case, Reading]]) -> None:
    """Each by the row that was in force on the day on which its clock started."""
    named = [(reading.clock.standard_of(case), case, reading) for case, reading in readings]
    names = {name for name, _case, _reading in named}
    rows: list[ClockStandard] = list(
        ClockStandard.objects.filter(clock__in=names).order_by("-valid_from")
    )
    for name, case, reading in named:
        day = timezone.localdate(reading.started_at)
        of_clock = (row for row in rows if row.clock == name)
        row = next((row for row in of_clock if row.counts_on(day)), None)
        reading.own_day = reading.clock.own_day(case) if reading.clock.own_day else None
        is_measured = reading.own_day is not None or not reading.clock.own_day_only
        reading.standard = row.plain() if row and is_measured else None


def ring(now: datetime, limit: int = 200) -> int:
    """Remind whoever has a case whose clock runs out, and tell the next rank of those that have.

    Each run of a clock rings once for each. Returns how many rang.
    """
    rung = 0
    for model in case_types():
        if not hands_of(model):
            continue
        open_states = {source for step in steps_of(model).values() for source in step.sources}
        rows: Any = model._default_manager
        cases = rows.filter(state__in=open_states).order_by("pk")
        for start in range(0, cases.count(), limit):
            chunk = list(cases[start : start + limit])
            readings = readings_of_many(chunk, now)
            rung += sum(_ring(case, one) for case in chunk for one in readings.get(case.pk, []))
    return rung


def _ring(case: Case, reading: Reading) -> int:
    wanted = {
        "remind": reading.wants_reminder and reading.clock.remind,
        "escalate": reading.wants_escalation and reading.clock.escalate,
    }
    return sum(_ring_once(case, reading, what, effect) for what, effect in wanted.items() if effect)


def _ring_once(case: Case, reading: Reading, what: str, effect: Any) -> bool:
    with transaction.atomic(durable=True):
        _row, is_new = ClockRing.objects.get_or_create(
            case_id=case.pk, clock=reading.clock.name, run=reading.run, what=what
        )
        if is_new:
            entry = record(
                Entry.Event.CLOCK_RANG,
                by=SYSTEM,
                case=case,
                subject=f"clock:{reading.clock.name}",
                given={"what": what, "due on": reading.due_on, "run": reading.run},
            )
            set_off(entry, [effect])
        return is_new
