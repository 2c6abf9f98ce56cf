"""The outbox: what a step sets off, one row per effect, written with the step.

Whoever performs the effect marks the row done in the transaction of the effect itself.
"""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from workflow import walls
from workflow.models.entry import Entry


class FollowUpQuerySet(models.QuerySet[Any]):
    def waiting(self) -> Self:
        """Neither done nor given up."""
        return self.filter(done_at=None, dead_at=None)

    def failed(self) -> Self:
        """Given up, and nobody has decided yet what becomes of it."""
        return self.filter(dead_at__isnull=False, dropped_at=None)


class FollowUp(models.Model):
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="follow_ups")
    position = models.PositiveSmallIntegerField()
    effect = models.CharField(max_length=120)
    attempts = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    objects = FollowUpQuerySet.as_manager()

    wall = walls.agency()

    class Meta:
        ordering = ["entry_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "effect"], name="workflow_followup_once"),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(dead_at=None), name="workflow_followup_one_end"
            ),
            models.CheckConstraint(
                condition=Q(dropped_at=None) | Q(dead_at__isnull=False),
                name="workflow_followup_dropped_after_it_failed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(done_at=None, dead_at=None),
                name="workflow_followup_waiting",
            ),
            models.Index(
                fields=["entry"],
                condition=Q(done_at=None, dead_at=None),
                name="workflow_followup_oldest",
            ),
            models.Index(
                fields=["dead_at"],
                condition=Q(dead_at__isnull=False, dropped_at=None),
                name="workflow_followup_failed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry.case_number} {self.effect}"
