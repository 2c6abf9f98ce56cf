"""Clocks: declared beside the steps that start, pause and stop them, and read from the trail.

    DECIDING = Clock("approval.decide", label=_("decision on the file"))

    @step(..., clocks=[DECIDING.starts])          put_forward
    @step(..., clocks=[DECIDING.pauses("drafter", _("returned"))])
    @step(..., clocks=[DECIDING.stops])           decide

Nothing is counted up anywhere: how long a clock has run follows from the lines of the trail, its
standard (a dated row) and the calendar, whenever somebody asks. Plain Python but for the rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.utils import timezone

from workflow.calendars import add_working_days, next_working_day, working_days


class Turn(StrEnum):
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


@dataclass(frozen=True)
class Clock:
    """`name` leads to its standard; `remind` and `escalate` are effects, each set off once a run.

    With `variant` a case says which of several standards counts: `name.variant`. With `own_day` it
    may have a last day of its own; with `own_day_only` it has that one or none at all.
    """

    name: str
    label: Any
    remind: Any = None
    escalate: Any = None
    variant: Callable[[Any], str] | None = None
    own_day: Callable[[Any], date | None] | None = None
    own_day_only: bool = False

    def standard_of(self, case: Any) -> str:
        """By which name the standards are looked up for a case."""
        return f"{self.name}.{self.variant(case)}" if self.variant else self.name

    @property
    def starts(self) -> Hand:
        """Begins a run, or goes on after a pause."""
        return Hand(self, Turn.START)

    @property
    def stops(self) -> Hand:
        return Hand(self, Turn.STOP)

    @property
    def resumes(self) -> Hand:
        """Takes one pause away; the clock goes on once none is left, and one at rest stays so."""
        return Hand(self, Turn.RESUME)

    def pauses(self, owner: str, reason: Any) -> Hand:
        """Until it starts again the time is that of `owner`: ours, partner, supplier, or a role."""
        return Hand(self, Turn.PAUSE, owner, reason)


@dataclass(frozen=True)
class Hand:
    """What a step does to a clock."""

    clock: Clock
    turn: Turn
    owner: str = ""
    reason: Any = ""
    state: str = ""

    def into(self, state: str) -> Hand:
        """The same, only where the step brings the case into a state in which it was not before."""
        return replace(self, state=str(state))

    def counts_in(self, line: Line) -> bool:
        return not self.state or line.came_from != line.came_to == self.state


@dataclass(frozen=True)
class Standard:
    """How long a clock may run, in which days, by whose calendar; from the row in force at its start."""

    days: int
    working: bool
    country: str
    moves: bool  # a last day on a holiday becomes the next working day
    remind_before: int
    escalate_after: int

    def days_between(self, first: date, last: date) -> int:
        if self.working:
            return working_days(first, last, self.country)
        return (last - first).days

    def last_day(self, start: date, extra: int) -> date:
        if self.working:
            return add_working_days(start, self.days + extra, self.country)
        day = start + timedelta(days=self.days + extra)
        return next_working_day(day, self.country) if self.moves else day

    def pushed(self, day: date, extra: int) -> date:
        """A last day that is not counted up, so many days later."""
        if self.working:
            return add_working_days(day, extra, self.country)
        return day + timedelta(days=extra)


@dataclass(frozen=True)
class Pause:
    since: datetime
    until: datetime | None
    owner: str
    reason: str


@dataclass
class Reading:
    """One clock of one case as it stands at a moment. `run` names the line that started it."""

    clock: Clock
    run: int
    started_at: datetime
    stopped_at: datetime | None = None
    pauses: list[Pause] = field(default_factory=list)
    held: int = 0  # by how many pauses at this moment
    standard: Standard | None = None
    own_day: date | None = None
    now: datetime = field(default_factory=timezone.now)

    @property
    def key(self) -> str:
        """`request.answer:524`: one line may start several clocks."""
        return f"{self.clock.name}:{self.run}"

    @property
    def is_paused(self) -> bool:
        return bool(self.pauses) and self.pauses[-1].until is None and self.stopped_at is None

    @property
    def is_running(self) -> bool:
        return self.stopped_at is None and not self.is_paused

    @property
    def due_on(self) -> date | None:
        """The last day, pushed out by whatever was paused; None without a standard."""
        if self.standard is None:
            return None
        if self.own_day is not None:
            return self.standard.pushed(self.own_day, self.days_paused())
        return self.standard.last_day(timezone.localdate(self.started_at), self.days_paused())

    def days_paused(self) -> int:
        standard = self.standard
        if standard is None:
            return 0
        return sum(
            standard.days_between(
                timezone.localdate(pause.since),
                timezone.localdate(pause.until or self.stopped_at or self.now),
            )
            for pause in self.pauses
        )

    @property
    def days_left(self) -> int | None:
        """Days until the last one, in the standard's own days; negative once it has passed."""
        if self.due_on is None or self.standard is None:
            return None
        today = timezone.localdate(self.stopped_at or self.now)
        if today <= self.due_on:
            return self.standard.days_between(today, self.due_on)
        return -self.standard.days_between(self.due_on, today)

    @property
    def is_late(self) -> bool:
        left = self.days_left
        return left is not None and left < 0

    @property
    def wants_reminder(self) -> bool:
        return self._runs_within(lambda standard: standard.remind_before)

    @property
    def wants_escalation(self) -> bool:
        return self._runs_within(lambda standard: -standard.escalate_after - 1)

    def _runs_within(self, days: Callable[[Standard], int]) -> bool:
        """It runs, and no more days are left than the standard says."""
        left = self.days_left
        if self.standard is None or left is None or not self.is_running:
            return False
        return left <= days(self.standard)


@dataclass(frozen=True)
class Line:
    """A line of the trail, as far as a clock looks at it."""

    pk: int
    step: str
    at: datetime
    came_from: str = ""
    came_to: str = ""


def read(
    hands: Mapping[str, Sequence[Hand]], lines: Iterable[Line], *, now: datetime
) -> list[Reading]:
    """The clocks that the lines of a case have started: of each clock the last run, oldest first.

    `hands`: what each step of the case type does to clocks. A clock that a step resumes is held by a
    pause made before it starts, too.
    """
    found: dict[str, Reading] = {}
    resumed = {
        hand.clock.name
        for of_step in hands.values()
        for hand in of_step
        if hand.turn is Turn.RESUME
    }
    waiting: dict[str, list[Hand]] = defaultdict(list)
    for line in lines:
        for hand in hands.get(line.step, ()):
            if not hand.counts_in(line):
                continue
            reading = found.get(hand.clock.name)
            if reading is not None and reading.stopped_at is None:
                _turn(reading, hand, line)
            elif hand.turn is Turn.START:
                held = waiting.pop(hand.clock.name, [])
                found[hand.clock.name] = Reading(
                    hand.clock,
                    line.pk,
                    line.at,
                    pauses=[_pause(one, line) for one in held[:1]],
                    held=len(held),
                    now=now,
                )
            elif hand.clock.name in resumed:
                _wait(waiting[hand.clock.name], hand)
    return list(found.values())


def _wait(waiting: list[Hand], hand: Hand) -> None:
    """What holds a clock that does not run."""
    if hand.turn is Turn.PAUSE:
        waiting.append(hand)
    elif hand.turn is Turn.RESUME:
        del waiting[-1:]


def _turn(reading: Reading, hand: Hand, line: Line) -> None:
    match hand.turn:
        case Turn.START if reading.is_paused:
            _go_on(reading, line)
        case Turn.STOP:
            reading.stopped_at = line.at
        case Turn.PAUSE:
            reading.held += 1
            if not reading.is_paused:
                reading.pauses.append(_pause(hand, line))
        case Turn.RESUME if reading.is_paused:
            reading.held -= 1
            if not reading.held:
                _go_on(reading, line)


def _pause(hand: Hand, line: Line) -> Pause:
    return Pause(line.at, None, hand.owner, str(hand.reason))


def _go_on(reading: Reading, line: Line) -> None:
    last = reading.pauses[-1]
    reading.pauses[-1], reading.held = Pause(last.since, line.at, last.owner, last.reason), 0
