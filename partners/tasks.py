"""Doorbells of this room: letters about signing in, and counts that have run out."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task
from kombu.exceptions import OperationalError

from partners import rates
from partners.identity import attempts, letters

log = logging.getLogger(__name__)


def ring() -> None:
    """Ask the worker to send what waits. Without a broker the sweep will find it."""
    try:
        send_letters.apply_async(retry=False)
    except (OperationalError, OSError) as error:
        log.warning("broker away, letters wait for the sweep: %s", error)


@shared_task(name="partners.send_letters")
def send_letters(**_later: Any) -> None:
    letters.send_waiting()


@shared_task(name="partners.forget_counts")
def forget_counts(**_kwargs: Any) -> None:
    rates.forget()
    attempts.forget()
