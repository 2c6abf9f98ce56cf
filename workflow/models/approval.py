"""An approval file (起案) put to a line of ranks, and the signatures on it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from workflow import walls
from workflow.models.dated import COUNTS, Dated


class ApprovalRoute(Dated):
    """From which amount on a matter goes through which ranks (lowest first; the last decides)."""

    matter = models.CharField(_("matter"), max_length=40)
    from_amount = models.DecimalField(_("from amount (yen)"), max_digits=18, decimal_places=0)
    ranks = models.JSONField(_("ranks"))

    wall = walls.shared()

    class Meta(Dated.Meta):
        verbose_name = _("approval route")
        verbose_name_plural = _("approval routes")
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["matter", "from_amount", "valid_from"],
                condition=COUNTS,
                name="workflow_route_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter} ≥ {self.from_amount}: {' → '.join(self.ranks)}"


class ApprovalFile(models.Model):
    case_kind = models.CharField(max_length=60)
    case_id = models.UUIDField()
    case_number = models.CharField(max_length=32)
    matter = models.CharField(_("matter"), max_length=40)
    amount = models.DecimalField(_("amount (yen)"), max_digits=18, decimal_places=0)
    ranks = models.JSONField()
    prepared_by = models.CharField(max_length=40)
    prepared_by_name = models.CharField(_("drafter"), max_length=200)
    opened_at = models.DateTimeField(auto_now_add=True)
    returned_at = models.DateTimeField(null=True)

    wall = walls.agency()

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case_id", "matter"],
                condition=Q(returned_at=None),
                name="workflow_approvalfile_one_open",
            ),
            models.UniqueConstraint(
                fields=["id", "prepared_by"], name="workflow_approvalfile_maker"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_number} {self.matter}"


class Signature(models.Model):
    """One rank's decision. The drafter's id is repeated so that the database can refuse it."""

    file = models.ForeignKey(ApprovalFile, on_delete=models.PROTECT, related_name="signatures")
    level = models.PositiveSmallIntegerField()
    rank = models.CharField(_("rank"), max_length=40)
    prepared_by = models.CharField(max_length=40)
    decided_by = models.CharField(max_length=40)
    decided_by_name = models.CharField(_("approver"), max_length=200)
    decided_at = models.DateTimeField(_("decided"), auto_now_add=True)

    wall = walls.agency(append_only=True)

    class Meta:
        ordering = ["level"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(decided_by=F("prepared_by")), name="workflow_signature_four_eyes"
            ),
            models.UniqueConstraint(fields=["file", "level"], name="workflow_signature_per_level"),
            models.UniqueConstraint(
                fields=["file", "decided_by"], name="workflow_signature_one_per_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rank}: {self.decided_by_name}"
