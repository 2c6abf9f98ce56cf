"""How often somebody has asked in the time that runs now."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from workflow import walls


class RateCount(models.Model):
    """One row for each subject; `partners.rates` counts in it. Losing a row costs nothing."""

    subject = models.CharField(_("who is counted"), primary_key=True, max_length=80)
    count = models.PositiveIntegerField(_("count"))
    ends_at = models.DateTimeField(_("ends at"))

    wall = walls.counters()

    class Meta:
        verbose_name = _("count of requests")
        verbose_name_plural = _("counts of requests")

    def __str__(self) -> str:
        return f"{self.subject}: {self.count}"
