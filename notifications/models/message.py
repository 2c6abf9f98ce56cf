"""One notice to one person: shown in the house, sent by e-mail, and what became of it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from documents.models import Document
from workflow.walls import Wall

if TYPE_CHECKING:
    from workflow.models import Case


class MessageQuerySet(models.QuerySet[Any]):
    def to(self, person: Any) -> Self:
        return self.filter(recipient=person)

    def of(self, case: Case) -> Self:
        return self.filter(case_kind=case.kind(), case_id=case.pk)

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def undelivered(self) -> Self:
        """Not sent yet, and not given up."""
        return self.filter(state__in=[Message.State.QUEUED, Message.State.SENDING])

    def failed(self) -> Self:
        """Given up, and nobody has decided yet what becomes of it."""
        return self.filter(state=Message.State.FAILED)

    def mark_read(self, now: datetime) -> int:
        return self.unread().update(read_at=now)


class Message(models.Model):
    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("not delivered")
        DROPPED = "dropped", _("set aside")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dedupe_key = models.CharField(max_length=200, unique=True, editable=False)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="messages"
    )
    case_kind = models.CharField(max_length=60)
    case_id = models.UUIDField()
    case_number = models.CharField(_("case"), max_length=32)
    owner_code = models.CharField(max_length=40, blank=True)
    notice = models.CharField(max_length=60)
    language = models.CharField(max_length=2)
    subject = models.CharField(_("subject"), max_length=300)
    body_text = models.TextField()
    body_html = models.TextField(blank=True)
    attachments = models.ManyToManyField(Document, related_name="+")
    path = models.CharField(max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(_("at"))
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    wall = Wall(own="recipient_id")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["queued", "sending", "sent", "failed", "dropped"]),
                name="notifications_message_known_state",
            ),
            models.CheckConstraint(
                condition=(Q(state="sent") & Q(sent_at__isnull=False))
                | (~Q(state="sent") & Q(sent_at=None)),
                name="notifications_message_sent_at_if_sent",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(state__in=["queued", "sending"]),
                name="notifications_undelivered",
            ),
            models.Index(
                fields=["created_at"],
                condition=Q(state__in=["queued", "sending"]),
                name="notifications_oldest",
            ),
            models.Index(
                fields=["created_at"], condition=Q(state="failed"), name="notifications_failed"
            ),
            models.Index(fields=["recipient", "-created_at"], name="notifications_inbox"),
            models.Index(
                fields=["recipient"],
                condition=Q(read_at=None),
                name="notifications_unread",
            ),
            models.Index(fields=["case_id"], name="notifications_of_case"),
        ]

    def __str__(self) -> str:
        return f"{self.case_number} {self.notice} {self.recipient_id}"
