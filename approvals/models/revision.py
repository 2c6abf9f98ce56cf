"""What was put forward, each time: kept as it was, so that every signature can be read beside it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from workflow import walls


class Revision(models.Model):
    file = models.ForeignKey(
        "approvals.ApprovalFile", on_delete=models.PROTECT, related_name="revisions"
    )
    number = models.PositiveSmallIntegerField(_("revision"))
    sealed_at = models.DateTimeField(_("put forward"))
    cover = models.JSONField(default=dict)
    content = models.JSONField(default=dict)
    route = models.JSONField(default=dict)
    digest = models.CharField("SHA-256", max_length=64)

    wall = walls.agency(append_only=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["file", "number"], name="approvals_revision_once"),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="approvals_revision_sealed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_id} {self.number}"


class Sight(models.Model):
    """Which revision somebody on the way has last seen, and when: for what has changed since."""

    file = models.ForeignKey(
        "approvals.ApprovalFile", on_delete=models.PROTECT, related_name="sights"
    )
    actor_id = models.CharField(max_length=40)
    revision = models.PositiveSmallIntegerField()
    seen_at = models.DateTimeField()

    wall = walls.agency()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file", "actor_id"], name="approvals_sight_once")
        ]

    def __str__(self) -> str:
        return f"{self.file_id} {self.actor_id}"

    @classmethod
    def of(cls, file: Any, actor: Any) -> Sight | None:
        return cls.objects.filter(file=file, actor_id=actor.actor_id).first()
