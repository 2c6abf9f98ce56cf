"""Doorbells. What has to be done stands in PostgreSQL; these only say "look now"."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from workflow import deadlines, follow_ups

log = logging.getLogger(__name__)


def ring(entry_id: int) -> None:
    """Ask the worker to run an entry's follow-ups. Without a broker the sweep will find them."""
    try:
        run_follow_ups.apply_async(kwargs={"entry_id": entry_id}, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("broker away, entry %s waits for the sweep: %s", entry_id, error)


@shared_task(name="workflow.run_follow_ups")
def run_follow_ups(*, entry_id: int, **_later: Any) -> None:
    follow_ups.run_entry(entry_id)


@shared_task(name="workflow.sweep_follow_ups")
def sweep_follow_ups(**_later: Any) -> None:
    for entry_id in follow_ups.forgotten():
        ring(entry_id)


@shared_task(name="workflow.keep_deadlines")
def keep_deadlines(**_later: Any) -> None:
    deadlines.keep(timezone.now())
