"""Doorbells of this room."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from partners import rates


@shared_task(name="partners.forget_counts")
def forget_counts(**_kwargs: Any) -> None:
    rates.forget()
