"""Doorbells of the room: files that are stuck go on, what was signed on content that has changed is void."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from approvals import looking_after


@shared_task(name="approvals.look_after_files")
def look_after_files(**_later: Any) -> None:
    looking_after.look()
