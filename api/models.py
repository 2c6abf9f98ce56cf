"""What the API remembers by itself: the reply to each call that carried a key."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from workflow import walls


class IdempotentCall(models.Model):
    """One act asked for under an `Idempotency-Key`, with the reply it got.

    The row is written in the transaction of the act: a refusal or a fault leaves none. It is kept
    as long as the case, since a client may ask again years later what became of its call.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="idempotent_calls",
        verbose_name=_("person"),
    )
    key = models.CharField(_("key"), max_length=128)
    owner_code = models.CharField(_("nation"), max_length=16)
    asked = models.CharField(_("method and address"), max_length=300)
    sha256 = models.CharField(_("SHA-256 of the request"), max_length=64)
    status = models.PositiveSmallIntegerField(_("status"), default=0)
    headers = models.JSONField(_("headers"), default=dict)
    body = models.TextField(_("reply"), default="")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    wall = walls.own("person_id")

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints = [
            models.UniqueConstraint(fields=["person", "key"], name="api_idempotentcall_once")
        ]

    def __str__(self) -> str:
        return f"{self.asked} ({self.key})"

    def claim(self) -> IdempotentCall:
        """This row if its key is free, else the one that has it.

        Waits for a call that holds the key and has not ended: it may still fail and let it go.
        """
        calls = type(self).objects
        calls.bulk_create([self], ignore_conflicts=True)
        return calls.get(person_id=self.person_id, key=self.key)

    def keep(self, status: int, headers: dict[str, str], body: str) -> None:
        self.status, self.headers, self.body = status, headers, body
        self.save(update_fields=["status", "headers", "body"])
