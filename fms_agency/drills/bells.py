"""Bells that the broker keeps: without an outbox they are all that is known of what is to be done."""

from __future__ import annotations

from typing import Any

from celery import current_app
from kombu.exceptions import OperationalError

from fms_agency.drills import inspection


def still_waiting() -> int:
    """What is on its way by the database, and bells that wait or were taken by somebody who died.

    Only when there are none is whatever is missing lost, and not late.
    """
    try:
        return inspection.still_waiting() + _bells()
    except (OperationalError, OSError):
        return 1  # the broker is being started again


def _bells() -> int:
    with current_app.connection_for_write() as line:
        channel: Any = line.default_channel
        queue = channel.queue_declare(current_app.conf.task_default_queue)
        taken = channel.client.hlen(channel.unacked_key)
    return int(queue.message_count) + int(taken)
