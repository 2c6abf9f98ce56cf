"""Numbers of cases: one row per series holds the last count given."""

from __future__ import annotations

from django.db import models


class NumberSeries(models.Model):
    series = models.CharField(primary_key=True, max_length=32)
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.series}{self.last:04d}"
