"""What a person decides about a follow-up that was given up: run it again, or set it aside for good.

Both are written to the trail. Messages are decided on in the same way, see `notifications.decisions`.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from workflow import tasks, trail, walls
from workflow.follow_ups import case_of
from workflow.models import Entry, FollowUp
from workflow.rights import Actor, Capacity
from workflow.steps import NotOpen


def run_again(follow_up_id: int, *, by: Actor, capacity: Capacity) -> None:
    """As if it had never been tried. Raises `NotOpen` when somebody has decided already."""
    with transaction.atomic(durable=True), walls.house():
        row = _failed(follow_up_id)
        _record(row, "run_again", by, capacity)
        row.attempts, row.tried_at, row.dead_at, row.next_at = 0, None, None, timezone.now()
        row.save(update_fields=["attempts", "tried_at", "dead_at", "next_at"])
        transaction.on_commit(lambda: tasks.ring(row.entry_id), robust=True)


def drop(follow_up_id: int, *, by: Actor, capacity: Capacity, reason: str) -> None:
    """It will not be done. Raises `NotOpen` when somebody has decided already."""
    with transaction.atomic(durable=True), walls.house():
        row = _failed(follow_up_id)
        _record(row, "drop", by, capacity, reason)
        row.dropped_at = timezone.now()
        row.save(update_fields=["dropped_at"])


def decided_already() -> NotOpen:
    return NotOpen(_("Somebody has decided on this already, or it has been done since."))


def _failed(follow_up_id: int) -> FollowUp:
    rows = FollowUp.objects.failed().select_for_update(of=("self",)).select_related("entry")
    row: FollowUp | None = rows.filter(pk=follow_up_id).first()
    if row is None:
        raise decided_already()
    return row


def _record(row: FollowUp, decision: str, by: Actor, capacity: Capacity, reason: str = "") -> None:
    trail.record(
        Entry.Event.FOLLOW_UP_DECIDED,
        by=by,
        capacity=capacity,
        case=case_of(row.entry),
        subject=f"workflow.followup:{row.pk}",
        note=reason,
        given={"decision": decision, "effect": row.effect, "attempts": row.attempts},
    )
