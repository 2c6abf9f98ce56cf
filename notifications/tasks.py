"""Doorbells of the post room. What has to be sent stands in PostgreSQL."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from notifications import delivery
from workflow.tasks import most_to_ring_for, ring_for


def ring(message_id: UUID) -> None:
    """Ask the worker to deliver a message. Without a broker the sweep will find it."""
    ring_for(deliver, f"message {message_id}", message_id=str(message_id))


@shared_task(
    name="notifications.deliver",
    time_limit=settings.MAIL_TIME_LIMIT,
    soft_time_limit=settings.MAIL_TIME_LIMIT * 3 // 4,
)
def deliver(*, message_id: str, **_later: Any) -> None:
    delivery.deliver(UUID(message_id))


@shared_task(name="notifications.sweep_messages")
def sweep_messages(**_later: Any) -> None:
    for message_id in delivery.forgotten(timezone.now(), most_to_ring_for()):
        ring(message_id)
