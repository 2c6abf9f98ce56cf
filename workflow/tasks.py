"""Doorbells. What has to be done stands in PostgreSQL; these only say "look now".

A queue that is behind would not get shorter by hearing everything twice: while many bells wait,
only those of the oldest rows are rung again. Without these few, a row whose bell was lost would
wait until the queue is short, however many younger ones come in meanwhile.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from celery import Task, current_app, shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from workflow import deadlines, follow_ups
from workflow.seal import telling

log = logging.getLogger(__name__)


MANY_BELLS = 20
OLDEST_FEW, AS_A_RULE = 5, 100  # rows for which a sweep rings
UNHEARD_COUNTS_FOR = 60.0
_unheard_at: float | None = None


def ring(entry_id: int) -> None:
    """Ask the worker to run an entry's follow-ups. Without a broker the sweep will find them."""
    ring_for(run_follow_ups, f"entry {entry_id}", entry_id=entry_id)


def ring_for(task: Task[Any, Any], what: str, **given: Any) -> None:
    global _unheard_at  # noqa: PLW0603 - what this process knows of the broker
    try:
        task.apply_async(kwargs=given, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("broker away, %s waits for the sweep: %s", what, error)
        _unheard_at = time.monotonic()
    else:
        _unheard_at = None


def is_broker_away() -> bool:
    """Whether the last bell of this process was not heard, a moment ago.

    Later on the age of what waits tells more than one bell.
    """
    return _unheard_at is not None and time.monotonic() - _unheard_at < UNHEARD_COUNTS_FOR


def is_behind() -> bool:
    """Whether so many bells wait in the broker that ringing again would only add to them."""
    with current_app.connection_for_write() as line:
        channel: Any = line.default_channel
        queue = channel.queue_declare(current_app.conf.task_default_queue)
        return bool(queue.message_count > MANY_BELLS)


def most_to_ring_for() -> int:
    """For how many rows a sweep may ring, the oldest first."""
    return OLDEST_FEW if is_behind() else AS_A_RULE


@shared_task(name="workflow.run_follow_ups")
def run_follow_ups(*, entry_id: int, **_later: Any) -> None:
    follow_ups.run_entry(entry_id)


@shared_task(name="workflow.sweep_follow_ups")
def sweep_follow_ups(**_later: Any) -> None:
    for entry_id in follow_ups.forgotten(most_to_ring_for()):
        ring(entry_id)


@shared_task(name="workflow.keep_deadlines")
def keep_deadlines(**_later: Any) -> None:
    deadlines.keep(timezone.now())


@shared_task(name="workflow.ring_clocks")
def ring_clocks(**_later: Any) -> None:
    deadlines.ring(timezone.now())


@shared_task(name="workflow.ask_for_verification")
def ask_for_verification(**_later: Any) -> None:
    telling.ask_for_verification()


@shared_task(name="workflow.verify_trail")
def verify_trail(**_later: Any) -> None:
    telling.look_as_asked()
