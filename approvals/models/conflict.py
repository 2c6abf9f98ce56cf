"""A conflict of interest that somebody has declared in a file: they take no part in it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from workflow import walls


class Conflict(models.Model):
    file = models.ForeignKey(
        "approvals.ApprovalFile", on_delete=models.PROTECT, related_name="conflicts"
    )
    actor_id = models.CharField(max_length=40)
    actor_name = models.CharField(_("who"), max_length=200)
    reason = models.TextField(_("reason"))
    declared_at = models.DateTimeField(_("declared"), auto_now_add=True)

    wall = walls.agency(append_only=True)

    class Meta:
        ordering = ["declared_at"]
        constraints = [
            models.UniqueConstraint(fields=["file", "actor_id"], name="approvals_conflict_once")
        ]

    def __str__(self) -> str:
        return f"{self.file_id}: {self.actor_name}"
