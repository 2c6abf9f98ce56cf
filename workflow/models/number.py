"""Numbers of cases: one row per series holds the last count given."""

from __future__ import annotations

from django.db import models

from workflow import walls


class NumberSeries(models.Model):
    series = models.CharField(primary_key=True, max_length=32)
    last = models.PositiveIntegerField()

    wall = walls.agency()

    def __str__(self) -> str:
        return f"{self.series}{self.last:04d}"
