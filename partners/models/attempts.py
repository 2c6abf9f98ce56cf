"""How often somebody has tried and failed to come in, by account, by network address, by factor."""

from __future__ import annotations

from django.db import models

from workflow import walls


class Attempts(models.Model):
    """A count within a window. `subject` is a keyed hash: the table tells nobody who was tried."""

    subject = models.CharField(max_length=80, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    began_at = models.DateTimeField()
    closed_until = models.DateTimeField(null=True)

    wall = walls.counters()

    class Meta:
        verbose_name_plural = "attempts"

    def __str__(self) -> str:
        return f"{self.subject}: {self.count}"
