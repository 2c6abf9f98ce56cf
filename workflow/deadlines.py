"""Days on which a case moves by itself: an offer lapses, a clearance expires."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils import timezone

from workflow.models import Deadline, FollowUp
from workflow.rights import SYSTEM
from workflow.steps import NotOpen, take_within

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DueOn:
    """An effect: set (or move) the deadline of a step. `day` gives its last day or moment."""

    step: str
    day: Callable[[Any], date | datetime]

    @property
    def key(self) -> str:
        return f"deadline:{self.step}"

    def run(self, case: Any, follow_up: FollowUp) -> None:
        last_day = self.day(case)
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
