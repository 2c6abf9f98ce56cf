"""What somebody has signed on a file: on which content, at which step, with which word.

Never changed and never deleted. Whether it still counts is said by the file's steps: each knows
who has acted, and a file that goes back clears them.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from approvals.models.way import STANDINGS
from partners.route_steps import KINDS
from workflow import walls


class Signature(models.Model):
    """The drafter's id is repeated so that the database can refuse their signature."""

    file = models.ForeignKey(
        "approvals.ApprovalFile", on_delete=models.PROTECT, related_name="signatures"
    )
    revision = models.PositiveSmallIntegerField(_("revision"))
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=list(KINDS.items()))
    unit = models.CharField(max_length=40)
    rank = models.CharField(_("rank"), max_length=40)
    word = models.CharField(max_length=20, choices=list(STANDINGS.items()))
    opinion = models.TextField(_("opinion"), blank=True)
    digest = models.CharField("SHA-256", max_length=64)
    prepared_by = models.CharField(max_length=40)
    decided_by = models.CharField(max_length=40)
    decided_by_name = models.CharField(_("approver"), max_length=200)
    in_place_of = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(_("decided"))

    wall = walls.agency(append_only=True)

    class Meta:
        ordering = ["decided_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(decided_by=F("prepared_by")), name="approvals_signature_four_eyes"
            ),
            models.UniqueConstraint(
                fields=["file", "revision", "position"], name="approvals_signature_per_step"
            ),
            models.UniqueConstraint(
                fields=["file", "revision", "decided_by"],
                name="approvals_signature_one_per_person",
            ),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="approvals_signature_sealed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rank}: {self.decided_by_name}"
