"""When a file will be decided if every step takes its standard time, and who holds it up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from workflow.approvals import Kind, Standing, is_settled
from workflow.calendars import add_working_days
from workflow.clocks import Reading
from workflow.models import ClockStandard

STEP = "approval.step"


@dataclass(frozen=True)
class Forecast:
    """`held_by`: the case that is waited for, where it is another than the one asked about."""

    day: date | None
    is_late: bool
    blocker: str
    held_by: Any = None


def of(file: Any, reading: Reading | None) -> Forecast | None:
    """None unless the file is on its way and a step has a standard."""
    left = [s for s in file.way if s.kind != Kind.CIRCULATION and not is_settled(s)]
    today = timezone.localdate()
    row = ClockStandard.objects.on(today).filter(clock=STEP).order_by("-valid_from").first()
    if not left or row is None or reading is None or not reading.is_running:
        return None
    rounds = len({step.group for step in left})
    day = add_working_days(today, rounds * row.days, row.country)
    here = [step.post for step in left if step.standing == Standing.ARRIVED]
    return Forecast(day, bool(reading.due_on and day > reading.due_on), "; ".join(here))
