"""The rows of the seal: what rows looked like, the leaves of the tree, its signed heads.

Attestations are written by triggers, leaves and checkpoints by the sealer; all are append-only.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Cast, Now
from django.utils.translation import gettext_lazy as _

from workflow import walls

# The transaction that writes a row: rows become visible by it, not in the order of their ids.
THIS_TRANSACTION = Cast(
    Cast(Func(function="pg_current_xact_id"), models.TextField()), models.BigIntegerField()
)


class Scheme(models.Model):
    """Which columns of a table an attestation covers, by number. A change makes the next number."""

    table_name = models.CharField(max_length=63)
    number = models.PositiveSmallIntegerField()
    columns = models.JSONField()

    wall = walls.agency(append_only=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["table_name", "number"], name="workflow_scheme_once")
        ]

    def __str__(self) -> str:
        return f"{self.table_name} {self.number}"


class Attestation(models.Model):
    """The SHA-256 of a row after a change; empty once the row is deleted."""

    xid = models.BigIntegerField(db_default=THIS_TRANSACTION, editable=False)
    at = models.DateTimeField(db_default=Now())
    table_name = models.CharField(max_length=63)
    row_key = models.TextField()
    scheme = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64)

    wall = walls.agency(append_only=True)

    class Meta:
        indexes = [models.Index(fields=["xid", "id"], name="workflow_attestation_xid")]

    def __str__(self) -> str:
        return f"{self.table_name} {self.row_key} {self.digest[:12]}"


class Leaf(models.Model):
    """The place of an entry or attestation in the tree, and its hash."""

    class Source(models.TextChoices):
        ENTRY = "entry"
        ATTESTATION = "attestation"

    position = models.BigIntegerField(primary_key=True)
    source = models.CharField(max_length=11, choices=Source)
    source_id = models.BigIntegerField()
    xid = models.BigIntegerField()
    hash = models.BinaryField()

    wall = walls.agency(append_only=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "source_id"], name="workflow_leaf_once"),
            models.CheckConstraint(
                condition=Q(source__in=["entry", "attestation"]), name="workflow_leaf_known_source"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.source} {self.source_id}"


class Checkpoint(models.Model):
    """A signed head of the tree. `note` is the checkpoint; the columns repeat what it says."""

    number = models.BigIntegerField(primary_key=True)
    size = models.BigIntegerField(_("lines"), unique=True)
    root = models.CharField(_("head of the tree"), max_length=64)
    epoch = models.PositiveIntegerField()
    up_to_xid = models.BigIntegerField()
    at = models.DateTimeField(_("signed"))
    note = models.TextField()

    wall = walls.agency(append_only=True)

    def __str__(self) -> str:
        return f"{self.number}: {self.size} {self.root[:12]}"


class Verification(models.Model):
    """One look through the whole trail: asked for, running, or done with what it found."""

    asked_at = models.DateTimeField(auto_now_add=True)
    asked_by = models.CharField(max_length=200, blank=True)
    begun_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    findings = models.JSONField(default=list)

    wall = walls.agency()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(begun_at__isnull=False, done_at__gte=F("begun_at")),
                name="workflow_verification_begun_first",
            )
        ]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def is_good(self) -> bool:
        return self.done_at is not None and not self.findings
