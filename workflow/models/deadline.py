"""A day on which a case takes a step by itself unless it has moved on before."""

from __future__ import annotations

from django.db import models

from workflow import walls


class Deadline(models.Model):
    case_kind = models.CharField(max_length=60)
    case_id = models.UUIDField()
    case_number = models.CharField(max_length=32)
    step = models.CharField(max_length=60)
    due_at = models.DateTimeField()

    wall = walls.agency()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case_id", "step"], name="workflow_deadline_once")
        ]
        indexes = [models.Index(fields=["due_at"], name="workflow_deadline_due")]

    def __str__(self) -> str:
        return f"{self.case_number} {self.step} {self.due_at:%Y-%m-%d}"
