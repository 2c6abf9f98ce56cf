"""Locking out: attempts are counted before they are looked at, in rows that every process shares.

Counting first means that eight guesses at once are eight guesses. A right answer gives its own
attempt back. Without the database nothing can be counted, and nobody comes in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from partners.models import Attempts
from workflow.models import Entry
from workflow.rights import Actor
from workflow.trail import record


@dataclass(frozen=True)
class Unknown:
    """Whoever is on the other side has proved nothing yet."""

    actor_id: str = "unknown"
    actor_name: str = "unknown"


UNKNOWN = Unknown()


def short_hash(text: str) -> str:
    """Recognises the same typed address again without keeping it."""
    return salted_hmac("partners.identity", text.strip().lower(), algorithm="sha256").hexdigest()[
        :16
    ]


@dataclass(frozen=True)
class Subject:
    """What is counted: an account as typed, a network address, somebody's second factor."""

    kind: str
    name: str
    limit: int

    @property
    def key(self) -> str:
        return f"{self.kind}:{short_hash(self.name)}"


def account(email: str) -> Subject:
    return Subject("account", email, settings.LOCKOUT_FAILURES)


def address(ip: str) -> Subject:
    return Subject("address", ip, settings.LOCKOUT_ADDRESS_FAILURES)


def factor(person: Any) -> Subject:
    return Subject("factor", str(person.pk), settings.LOCKOUT_FAILURES)


def reset(email: str) -> Subject:
    return Subject("reset", email, settings.LOCKOUT_FAILURES)


def may_try(*subjects: Subject, by: Actor = UNKNOWN) -> bool:
    """Count an attempt on each subject. False when one of them is closed, or closes by this."""
    with transaction.atomic():
        # Every subject is counted, whichever is closed; in one order, so that nobody deadlocks.
        found = [_count(one, by) for one in sorted(subjects, key=lambda one: one.key)]
    return all(found)


def give_back(*subjects: Subject) -> None:
    """The attempt was no guess: the account's count ends, the address gets its attempt back."""
    for one in subjects:
        rows = Attempts.objects.filter(subject=one.key)
        if one.kind == "address":
            rows.filter(count__gt=0).update(count=F("count") - 1)
        else:
            rows.delete()


def forget() -> int:
    """Take away the counts whose time has passed; how many there were."""
    old = timezone.now() - _window()
    gone = Attempts.objects.filter(began_at__lt=old).exclude(closed_until__gt=timezone.now())
    return gone.delete()[0]


def _count(subject: Subject, by: Actor) -> bool:
    now = timezone.now()
    Attempts.objects.get_or_create(subject=subject.key, defaults={"began_at": now})
    row = Attempts.objects.select_for_update().get(subject=subject.key)
    if row.closed_until and row.closed_until > now:
        return False
    if row.closed_until or now - row.began_at > _window():
        row.count, row.began_at, row.closed_until = 0, now, None
    row.count += 1
    if row.count > subject.limit:
        row.closed_until = _close(subject, now, by)
    row.save()
    return row.closed_until is None


def _close(subject: Subject, now: datetime, by: Actor) -> datetime:
    until = now + _window()
    record(
        Entry.Event.LOCKED_OUT,
        by=by,
        given={"what": subject.kind, "address": short_hash(subject.name), "until": until},
    )
    return until


def _window() -> timedelta:
    return timedelta(minutes=settings.LOCKOUT_MINUTES)
