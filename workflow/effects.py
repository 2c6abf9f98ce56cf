"""What a line of the trail sets off that is no step: the same outbox, written in the same transaction.

The model that the line is about (`case` of `trail.record`) declares them, as `effects`.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from workflow import tasks
from workflow.models import Entry, FollowUp
from workflow.steps import Effect


def set_off(entry: Entry, *effects: Effect) -> None:
    now = timezone.now()
    FollowUp.objects.bulk_create(
        FollowUp(entry=entry, position=position, effect=effect.key, next_at=now)
        for position, effect in enumerate(effects)
    )
    transaction.on_commit(lambda: tasks.ring(entry.pk), robust=True)
