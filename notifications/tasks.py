"""Doorbells of the post room. What has to be sent stands in PostgreSQL."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from notifications import delivery

log = logging.getLogger(__name__)


def ring(message_id: UUID) -> None:
    """Ask the worker to deliver a message. Without a broker the sweep will find it."""
    try:
        deliver.apply_async(kwargs={"message_id": str(message_id)}, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("broker away, message %s waits for the sweep: %s", message_id, error)


@shared_task(name="notifications.deliver")
def deliver(*, message_id: str, **_later: Any) -> None:
    delivery.deliver(UUID(message_id))


@shared_task(name="notifications.sweep_messages")
def sweep_messages(**_later: Any) -> None:
    for message_id in delivery.forgotten(timezone.now()):
        ring(message_id)
