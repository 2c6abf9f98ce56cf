"""Whether papers and messages are behind: what pages say of it, and who is told how many failed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from notifications import delivery
from notifications.models import Message
from workflow import follow_ups
from workflow.models import FollowUp


def late_since(now: datetime) -> datetime | None:
    """Since when the oldest follow-up or message waits, if that is too long. One cheap query."""
    oldest = follow_ups.waiting_since().union(delivery.waiting_since(), all=True)
    since = min(oldest, default=now)
    return since if since < now - too_long() else None


def too_long() -> timedelta:
    return timedelta(seconds=settings.DELAY_SHOWN_AFTER)


def how_many_failed() -> int:
    return int(FollowUp.objects.failed().count() + Message.objects.failed().count())
