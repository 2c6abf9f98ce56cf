"""Sending a message by e-mail: at least once, and recognisably the same letter each time.

`sending` is written and committed before the mail server is called. A worker that dies in between
leaves its claim behind; when that runs out the sweep sends again, under the same Message-ID.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from email.utils import parseaddr
from hashlib import sha256
from smtplib import SMTPException, SMTPRecipientsRefused
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from documents.storage import Damaged
from notifications.models import Message
from workflow.follow_ups import GIVE_UP_AFTER, RING_AFTER, RING_AGAIN_AFTER, pause

log = logging.getLogger(__name__)

# Longer than the task may run, so that nobody is still sending when it runs out.
CLAIM = timedelta(seconds=2 * settings.MAIL_TIME_LIMIT)


def deliver(message_id: UUID) -> bool:
    """Send one queued message. Returns whether it went out; failures are kept with the row."""
    message = _claim(message_id)
    if message is None:
        return False
    try:
        letter_of(message).send()
    except (SMTPException, OSError, Damaged) as error:
        _note_failure(message, error)
        return False
    _end(message, state=Message.State.SENT, sent_at=timezone.now(), error="")
    return True


def forgotten(now: datetime, limit: int) -> list[UUID]:
    """Messages that should be out by now; claims that ran out are given back to the queue."""
    with transaction.atomic(durable=True):
        due = (
            Message.objects.undelivered()
            .select_for_update(skip_locked=True, of=("self",))
            .filter(next_at__lte=now - RING_AFTER)
            .order_by("next_at")[:limit]
        )
        found = [row.pk for row in due]
        Message.objects.filter(pk__in=found).update(
            state=Message.State.QUEUED, next_at=now + RING_AGAIN_AFTER
        )
    return found


def waiting_since() -> QuerySet[Message, datetime]:
    """When the oldest undelivered message was written: one value, or none."""
    rows = Message.objects.undelivered().order_by("created_at")
    return rows.values_list("created_at", flat=True)[:1]


def letter_of(message: Message) -> EmailMultiAlternatives:
    """The e-mail, with its papers. Raises `Damaged` when a paper is not what was stored."""
    letter = EmailMultiAlternatives(
        subject=message.subject,
        body=message.body_text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[message.recipient.email],
        headers={
            "Message-ID": message_id_of(message),
            "Auto-Submitted": "auto-generated",
            "Content-Language": message.language,
        },
    )
    if message.body_html:
        letter.attach_alternative(message.body_html, "text/html")
    for document in message.attachments.order_by("kind"):
        letter.attach(document.file_name, document.read(), document.content_type)
    return letter


def message_id_of(message: Message) -> str:
    """The same for every attempt, so that mailboxes drop the second copy."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{sha256(message.dedupe_key.encode()).hexdigest()[:40]}@{domain}>"


def _claim(message_id: UUID) -> Message | None:
    with transaction.atomic(durable=True):
        rows = Message.objects.select_for_update(skip_locked=True, of=("self",))
        waiting = rows.filter(pk=message_id, state=Message.State.QUEUED)
        message: Message | None = waiting.select_related("recipient").first()
        if message is None:
            return None
        if message.attempts >= GIVE_UP_AFTER:
            message.state = Message.State.FAILED
            message.error = message.error or "WorkerLost: no attempt came back"
            message.save(update_fields=["state", "error"])
            return None
        message.state = Message.State.SENDING
        message.attempts += 1
        message.next_at = timezone.now() + CLAIM
        message.save(update_fields=["state", "attempts", "next_at"])
        return message


def _note_failure(message: Message, error: Exception) -> None:
    log.warning("message %s was not sent: %s", message.pk, error)
    gives_up = message.attempts >= GIVE_UP_AFTER or _is_final(error)
    _end(
        message,
        state=Message.State.FAILED if gives_up else Message.State.QUEUED,
        error=f"{type(error).__name__}: {error}"[:2000],
        next_at=timezone.now() + pause(message.attempts, first=15),
    )


def _is_final(error: Exception) -> bool:
    """A mail server that answers 5xx for the address will do so tomorrow."""
    return isinstance(error, SMTPRecipientsRefused) and all(
        code >= 500 for code, _text in error.recipients.values()
    )


def _end(message: Message, **columns: object) -> None:
    """Write what became of this attempt, unless its claim ran out and another one was begun."""
    mine = Message.objects.filter(
        pk=message.pk, state=Message.State.SENDING, attempts=message.attempts
    )
    mine.update(**columns)
