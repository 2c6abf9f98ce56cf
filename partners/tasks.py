"""Doorbells of this room: letters about signing in, and counts that have run out."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from partners import rates
from partners.identity import attempts, letters
from workflow.tasks import ring_for


def ring() -> None:
    """Ask the worker to send what waits. Without a broker the sweep will find it."""
    ring_for(send_letters, "a letter")


@shared_task(name="partners.send_letters")
def send_letters(**_later: Any) -> None:
    letters.send_waiting()


@shared_task(name="partners.forget_counts")
def forget_counts(**_kwargs: Any) -> None:
    rates.forget()
    attempts.forget()
