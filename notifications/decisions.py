"""What a person decides about a message that was given up: send it again, or set it aside."""

from __future__ import annotations

from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.utils import timezone

from notifications import tasks
from notifications.models import Message
from workflow import trail, walls
from workflow.decisions import decided_already
from workflow.models import Entry
from workflow.rights import Actor, Capacity


def run_again(message_id: UUID, *, by: Actor, capacity: Capacity) -> None:
    """As if it had never been tried. Raises `NotOpen` when somebody has decided already."""
    with transaction.atomic(durable=True), walls.house():
        message = _failed(message_id)
        _record(message, "run_again", by, capacity)
        message.state, message.attempts = Message.State.QUEUED, 0
        message.next_at = timezone.now()
        message.save(update_fields=["state", "attempts", "next_at"])
        transaction.on_commit(lambda: tasks.ring(message.pk), robust=True)


def drop(message_id: UUID, *, by: Actor, capacity: Capacity, reason: str) -> None:
    """It will not be sent. Raises `NotOpen` when somebody has decided already."""
    with transaction.atomic(durable=True), walls.house():
        message = _failed(message_id)
        _record(message, "drop", by, capacity, reason)
        message.state = Message.State.DROPPED
        message.save(update_fields=["state"])


def _failed(message_id: UUID) -> Message:
    rows = Message.objects.failed().select_for_update(of=("self",))
    message: Message | None = rows.filter(pk=message_id).first()
    if message is None:
        raise decided_already()
    return message


def _record(
    message: Message, decision: str, by: Actor, capacity: Capacity, reason: str = ""
) -> None:
    case = apps.get_model(message.case_kind)._default_manager.get(pk=message.case_id)
    trail.record(
        Entry.Event.FOLLOW_UP_DECIDED,
        by=by,
        capacity=capacity,
        case=case,
        subject=f"notifications.message:{message.pk}",
        note=reason,
        given={"decision": decision, "effect": message.notice, "attempts": message.attempts},
    )
