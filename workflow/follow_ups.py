"""Running what steps have set off: each follow-up once, in order, in its own transaction.

An attempt is counted before it is made, so that an effect which kills its worker is given up too.
"""

from __future__ import annotations

import logging
import random
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from workflow import logs
from workflow.deadlines import bells_of
from workflow.models import Case, Entry, FollowUp
from workflow.steps import Effect, Step, beginnings_of, steps_of

log = logging.getLogger(__name__)

GIVE_UP_AFTER = 8
# A bell that has not been heard by now may be lost: the sweep rings for the oldest again.
RING_AFTER = timedelta(seconds=5)
RING_AGAIN_AFTER = timedelta(seconds=20)
# Workers that hear several bells at once make one attempt between them.
SAME_ATTEMPT = timedelta(seconds=1)


class Later(Exception):
    """An effect waits for something that another follow-up makes first."""


def run_entry(entry_id: int) -> int:
    """Run the waiting follow-ups of one trail entry; how many got done."""
    waiting = FollowUp.objects.waiting().filter(entry_id=entry_id).order_by("position")
    origins = waiting.values_list("pk", "entry__request_id", "entry__case_number")
    return sum(_run_for(*origin) for origin in origins)


def _run_for(follow_up_id: int, request_id: str, case: str) -> bool:
    """What a request has set off names it, in the log and in the lines of the trail it causes."""
    with logs.about(request_id=request_id, case=case):
        return run(follow_up_id)


def run(follow_up_id: int) -> bool:
    """Perform one follow-up and mark it done, in one transaction. Twice does no harm."""
    if not _count_attempt(follow_up_id):
        return False
    try:
        return _perform(follow_up_id)
    except Exception as error:  # the boundary: whatever an effect raises is kept beside its row
        _note_failure(follow_up_id, error)
        return False


def forgotten(limit: int) -> list[int]:
    """Entries whose follow-ups should have run by now; asking again waits a while."""
    now = timezone.now()
    with transaction.atomic(durable=True):
        due = FollowUp.objects.waiting().select_for_update(skip_locked=True)
        found = list(due.filter(next_at__lte=now - RING_AFTER).order_by("next_at")[:limit])
        FollowUp.objects.filter(pk__in=[row.pk for row in found]).update(
            next_at=now + RING_AGAIN_AFTER
        )
    return list(dict.fromkeys(row.entry_id for row in found))


def waiting_since() -> QuerySet[FollowUp, datetime]:
    """When the oldest waiting follow-up was set off: one value, or none."""
    rows = FollowUp.objects.waiting().order_by("entry_id")
    return rows.values_list("entry__at", flat=True)[:1]


def pause(attempts: int, *, first: float = 1.0) -> timedelta:
    """How long to wait after so many attempts: twice as long each time, an hour at most.

    Chance spreads what failed together, so that it does not come back together.
    """
    return timedelta(seconds=random.uniform(0.8, 1.2) * min(first * 2**attempts, 3600))


def case_of(entry: Entry) -> Any:
    """The case, or the row of another kind that the line names as one."""
    model = apps.get_model(entry.case_kind)
    return model._default_manager.get(pk=entry.case_id)


def step_of(entry: Entry) -> Step:
    model: type[Case] = apps.get_model(entry.case_kind)
    return (steps_of(model) | beginnings_of(model))[entry.step]


def effect_of(row: FollowUp) -> Effect:
    """As the step declares it; of a line that is no step, as a clock of the case type does."""
    if row.entry.event == Entry.Event.STEP:
        return step_of(row.entry).effect(row.effect)
    model: type[Case] = apps.get_model(row.entry.case_kind)
    return bells_of(model)[row.effect]


def _count_attempt(follow_up_id: int) -> bool:
    """Whether it may be tried now. One that took its worker along each time is set aside."""
    with transaction.atomic(durable=True):
        row = _held(follow_up_id)
        if row is None:
            return False
        now = timezone.now()
        if row.tried_at and now - row.tried_at < SAME_ATTEMPT:
            return True
        if row.attempts >= GIVE_UP_AFTER:
            row.dead_at = now
            row.error = row.error or "WorkerLost: no attempt came back"
        else:
            row.attempts, row.tried_at = row.attempts + 1, now
        row.save(update_fields=["attempts", "tried_at", "dead_at", "error"])
        return row.dead_at is None


def _perform(follow_up_id: int) -> bool:
    with transaction.atomic(durable=True):
        row = _held(follow_up_id)
        if row is None:
            return False
        effect_of(row).run(case_of(row.entry), row)
        row.done_at = timezone.now()
        row.error = ""
        row.save(update_fields=["done_at", "error"])
        return True


def _held(follow_up_id: int) -> FollowUp | None:
    """The waiting row, locked; None when it is done, given up, or in other hands."""
    rows = FollowUp.objects.waiting().select_for_update(skip_locked=True, of=("self",))
    return rows.filter(pk=follow_up_id).select_related("entry").first()


def _note_failure(follow_up_id: int, error: Exception) -> None:
    if isinstance(error, Later):
        log.info("follow-up %s waits: %s", follow_up_id, error)
    else:
        log.error("follow-up %s failed", follow_up_id, exc_info=error)
    now = timezone.now()
    attempts = FollowUp.objects.get(pk=follow_up_id).attempts
    FollowUp.objects.waiting().filter(pk=follow_up_id).update(
        error=f"{type(error).__name__}: {error}"[:2000],
        next_at=now + pause(attempts),
        dead_at=now if attempts >= GIVE_UP_AFTER else None,
    )
