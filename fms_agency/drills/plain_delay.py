"""What the gate would do without an outbox: commit, then hope that the broker remembers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from celery import shared_task
from django.db import transaction

from workflow.follow_ups import case_of, step_of
from workflow.models import Entry, FollowUp
from workflow.steps import Effect


def set_off(entry: Entry, effects: Sequence[Effect]) -> None:
    if effects:
        transaction.on_commit(lambda: run_effects.delay(entry_id=entry.pk), robust=True)


@shared_task(name="drills.run_effects")
def run_effects(*, entry_id: int, **_later: Any) -> None:
    entry = Entry.objects.get(pk=entry_id)
    for position, effect in enumerate(step_of(entry).then):
        with transaction.atomic(durable=True):
            row = FollowUp(entry=entry, position=position, effect=effect.key)
            effect.run(case_of(entry), row)
