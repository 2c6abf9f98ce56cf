"""Running what steps have set off: each follow-up once, in order, in its own transaction."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.apps import apps
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from workflow.models import Case, Entry, FollowUp
from workflow.steps import Step, beginnings_of, steps_of

log = logging.getLogger(__name__)

GIVE_UP_AFTER = 8
RING_AGAIN_AFTER = timedelta(seconds=60)


class Later(Exception):
    """An effect waits for something that another follow-up makes first."""


def run_entry(entry_id: int) -> int:
    """Run the waiting follow-ups of one trail entry; how many got done."""
    waiting = FollowUp.objects.filter(entry_id=entry_id, done_at=None, dead_at=None)
    return sum(run(pk) for pk in waiting.order_by("position").values_list("pk", flat=True))


def run(follow_up_id: int) -> bool:
    """Perform one follow-up and mark it done, in one transaction. Twice does no harm."""
    try:
        with transaction.atomic(durable=True):
            waiting = FollowUp.objects.select_for_update(skip_locked=True, of=("self",))
            row = (
                waiting.filter(pk=follow_up_id, done_at=None, dead_at=None)
                .select_related("entry")
                .first()
            )
            if row is None:
                return False
            case = case_of(row.entry)
            step_of(row.entry).effect(row.effect).run(case, row)
            row.done_at = timezone.now()
            row.attempts += 1
            row.error = ""
            row.save(update_fields=["done_at", "attempts", "error"])
            return True
    except Exception as error:  # the boundary: whatever an effect raises is kept beside its row
        _note_failure(follow_up_id, error)
        return False


def forgotten(limit: int = 100) -> list[int]:
    """Entries whose follow-ups should have run by now; asking again waits a while."""
    now = timezone.now()
    with transaction.atomic(durable=True):
        due = (
            FollowUp.objects.select_for_update(skip_locked=True)
            .filter(done_at=None, dead_at=None, next_at__lte=now - timedelta(seconds=3))
            .order_by("next_at")[:limit]
        )
        found = list(due)
        FollowUp.objects.filter(pk__in=[row.pk for row in found]).update(
            next_at=now + RING_AGAIN_AFTER
        )
    return list(dict.fromkeys(row.entry_id for row in found))


def case_of(entry: Entry) -> Case:
    model = apps.get_model(entry.case_kind)
    return model._default_manager.get(pk=entry.case_id)  # type: ignore[no-any-return]


def step_of(entry: Entry) -> Step:
    model: type[Case] = apps.get_model(entry.case_kind)
    return (steps_of(model) | beginnings_of(model))[entry.step]


def _note_failure(follow_up_id: int, error: Exception) -> None:
    if isinstance(error, Later):
        log.info("follow-up %s waits: %s", follow_up_id, error)
    else:
        log.error("follow-up %s failed", follow_up_id, exc_info=error)
    now = timezone.now()
    row = FollowUp.objects.get(pk=follow_up_id)
    attempts = row.attempts + 1
    FollowUp.objects.filter(pk=follow_up_id, done_at=None).update(
        attempts=F("attempts") + 1,
        error=f"{type(error).__name__}: {error}"[:2000],
        next_at=now + timedelta(seconds=min(2**attempts, 3600)),
        dead_at=now if attempts >= GIVE_UP_AFTER else None,
    )
