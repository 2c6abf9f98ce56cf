"""How long cases stay where, whether promised days are kept, what comes back, and whose doing it is.

All of it is read from the trail: nobody enters a figure. A figure counts what ended within a period, of
the cases that its reader may know of. After the figures U.S. Foreign Military Sales are steered by
(docs/guides/staff.md).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import Lead
from django.utils import timezone

from approvals.models import ApprovalFile
from cases import clocks, delays, forecast
from cases.models import Request, ReturnReason
from cases.models.request import State
from partners.access import ROLES
from partners.models import Person
from workflow.deadlines import readings_of_many
from workflow.models import Case, Entry
from workflow.steps import steps_of

DAY = 24 * 60 * 60
ANSWERS = ("answer", "decline")  # what else stops the clock is not the agency's answer


@dataclass(frozen=True)
class Period:
    """Whole days in Tokyo, both counted."""

    first: date
    last: date

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """From the first instant of the first day to the first after the last."""
        days = (self.first, self.last + timedelta(days=1))
        begins, ends = (timezone.make_aware(datetime.combine(day, time.min)) for day in days)
        return begins, ends


@dataclass(frozen=True)
class Stay:
    """How long cases stayed in a state they have left (days), and who is there now."""

    state: str
    label: str
    whose: tuple[str, ...]  # kinds of organisations whose turn it is there
    left: int
    median: float | None
    ninth: float | None  # nine of ten did not stay longer
    there: int
    oldest: datetime | None


@dataclass(frozen=True)
class Share:
    """Of so many, so many went well."""

    name: str
    of_all: int
    good: int

    @property
    def percent(self) -> float | None:
        return 100 * self.good / self.of_all if self.of_all else None


def ninth_of_ten(values: Sequence[float]) -> float | None:
    """The least of the values that nine of ten do not pass (nearest rank)."""
    return sorted(values)[math.ceil(0.9 * len(values)) - 1] if values else None


# Time in each state ----------------------------------------------------------------------------


def stays(rows: QuerySet[Any], period: Period) -> list[Stay]:
    """For each state of a case type, in the order of their declaration. `rows`: the cases that count."""
    begins, ends = period.instants
    told: QuerySet[Any] = _moves(rows)
    lengths: dict[str, list[float]] = defaultdict(list)
    for state, came, went in told.filter(went__gte=begins, went__lt=ends).values_list(
        "to_state", "at", "went"
    ):
        lengths[state].append((went - came).total_seconds() / DAY)
    there: dict[str, list[datetime]] = defaultdict(list)
    for state, came in told.filter(went=None).values_list("to_state", "at"):
        there[state].append(came)
    return [
        Stay(
            state,
            str(label),
            turns(rows.model, state),
            len(lengths[state]),
            median(lengths[state]) if lengths[state] else None,
            ninth_of_ten(lengths[state]),
            len(there[state]),
            min(there[state], default=None),
        )
        for state, label in rows.model._meta.get_field("state").choices
    ]


def _moves(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Each coming into a state, with when it was left (`went`; None while it lasts)."""
    return (
        Entry.objects.filter(
            event=Entry.Event.STEP,
            case_kind=rows.model.kind(),
            case_id__in=rows.order_by().values("pk"),
        )
        .exclude(from_state=F("to_state"))
        .annotate(went=Window(Lead("at"), partition_by=[F("case_id")], order_by=F("version").asc()))
        .order_by()
    )


def turns(model: type[Case], state: str) -> tuple[str, ...]:
    """Whose turn it is in a state, by its declaration: `agency`, `nation`, `contractor`, `ministry`.

    Where no step is awaited the case waits for what comes of another, which the agency brings about.
    """
    steps = [one for one in steps_of(model).values() if state in one.sources and not one.inner]
    awaited = {ROLES[role].kind for step in steps if step.awaited for role in step.may.roles}
    goes_on = any(set(step.targets) - {state} for step in steps)
    return tuple(sorted(awaited)) if awaited or not goes_on else ("agency",)


# Promised days ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Promise:
    """An answer that was given in the period, or that is late today."""

    request: Request
    group: str  # by which standard: "A" to "D", "pa"
    desk: str  # whoever took the request in hand
    due_on: date
    answered_on: date | None
    why: str  # it is late

    @property
    def was_kept(self) -> bool:
        return self.answered_on is not None and self.answered_on <= self.due_on


def promises(rows: QuerySet[Request], period: Period) -> list[Promise]:
    """What was answered within the period, and what should have been answered by today and is not."""
    begins, ends = period.instants
    answered = _steps(rows, *ANSWERS).filter(at__gte=begins, at__lt=ends)
    waiting = Q(state__in=[State.ACTIONABLE, State.UNDER_APPROVAL])
    requests = list(rows.filter(waiting | Q(pk__in=answered.values("case_id"))).order_by("number"))
    readings = readings_of_many(requests)
    found = [
        (request, reading)
        for request in requests
        for reading in readings.get(request.pk, [])
        if reading.clock.name == clocks.ANSWERING.name
    ]
    reasons, desks = delays.reasons(requests), _desks(rows, requests)
    return [
        Promise(
            request,
            request.answer_group,
            desks.get(request.pk, ""),
            reading.due_on,
            timezone.localdate(reading.stopped_at) if reading.stopped_at else None,
            reasons[reading.key].kind if reading.key in reasons else "",
        )
        for request, reading in found
        if reading.due_on and (reading.stopped_at or reading.is_late)
    ]


def _desks(rows: QuerySet[Request], requests: Iterable[Request]) -> dict[Any, str]:
    """By request, who accepted it as actionable, the last time that somebody did."""
    taken = _steps(rows, "accept_as_actionable").filter(case_id__in=[one.pk for one in requests])
    by = dict(taken.order_by("pk").values_list("case_id", "actor_id"))
    people = Person.objects.in_bulk([UUID(one) for one in by.values()])
    return {case_id: str(people.get(UUID(one), "")) for case_id, one in by.items()}


@dataclass(frozen=True)
class Late:
    """A clock of a case whose day the agency has missed, and that still runs."""

    case: Case
    what: str
    due_on: date
    days: int
    held_by: Case
    why: str


def late_now(*asked: QuerySet[Any]) -> list[Late]:
    """What is late today among requests and contracts, the oldest day first."""
    return sorted((late for rows in asked for late in _late(rows)), key=lambda late: late.due_on)


def _late(rows: QuerySet[Any]) -> list[Late]:
    model: type[Case] = rows.model
    may_be_late = steps_of(model)[delays.STEP].sources
    cases = list(rows.filter(state__in=may_be_late).select_related("nation").order_by("number"))
    readings = readings_of_many(cases)
    found = [(case, one) for case in cases for one in delays.late_ones(readings.get(case.pk, []))]
    reasons, today = delays.reasons(case for case, _one in found), timezone.localdate()
    return [
        Late(
            case,
            str(one.clock.label),
            one.due_on,
            (today - one.due_on).days,
            forecast.held_up_by(case),
            reasons[one.key].kind if one.key in reasons else "",
        )
        for case, one in found
        if one.due_on
    ]


def shares(promised: Iterable[Promise], by: Callable[[Promise], str]) -> list[Share]:
    """How many were kept of all, by group or by nation."""
    of_all, kept = Counter[str](), Counter[str]()
    for one in promised:
        of_all[by(one)] += 1
        kept[by(one)] += one.was_kept
    return [Share(name, of_all[name], kept[name]) for name in sorted(of_all)]


# What comes back -------------------------------------------------------------------------------

FIRST_PASSES: dict[str, tuple[type[Case], tuple[str, ...], tuple[str, ...]]] = {
    # what it is called: of which cases, what ends well, what sends it back
    "requests": (Request, ("accept_as_actionable",), ("return_for_correction",)),
    "approvals": (ApprovalFile, ("decide",), ("return_to_drafter", "return_to_step")),
}


def first_pass(rows: QuerySet[Any], name: str, period: Period) -> Share:
    """Of the cases that came through within the period, those that had never been sent back."""
    _model, through, back = FIRST_PASSES[name]
    begins, ends = period.instants
    passed = _steps(rows, *through).filter(at__gte=begins, at__lt=ends)
    cases = set(passed.values_list("case_id", flat=True))
    returned = set(_steps(rows, *back).filter(case_id__in=cases).values_list("case_id", flat=True))
    return Share(name, len(cases), len(cases - returned))


# Whose doing -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cause:
    """A coded reason that was given so many times within the period."""

    reason: str
    whose: str  # in words
    times: int


CAUSES = {"return_for_correction": ReturnReason.Use.RETURN, delays.STEP: ReturnReason.Use.DELAY}


def causes(step: str, period: Period, *asked: QuerySet[Any]) -> list[Cause]:
    """Why cases were returned (`return_for_correction`) or late (`explain_delay`), most frequent first."""
    begins, ends = period.instants
    times = Counter[str]()
    for rows in asked:
        given = _steps(rows, step).filter(at__gte=begins, at__lt=ends)
        times.update(code for code in given.values_list("given__code", flat=True) if code)
    reasons = ReturnReason.by_code(CAUSES[step])
    return [
        Cause(
            str(reasons.get(code, code)),
            reasons[code].get_whose_display() if code in reasons else "",
            count,
        )
        for code, count in times.most_common()
    ]


def _steps(rows: QuerySet[Any], *names: str) -> QuerySet[Entry]:
    return Entry.objects.filter(
        event=Entry.Event.STEP,
        case_kind=rows.model.kind(),
        case_id__in=rows.order_by().values("pk"),
        step__in=names,
    ).order_by()
