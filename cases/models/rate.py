"""Percentages that change by memo: the administrative charge, the initial deposit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from workflow import walls
from workflow.models import Dated
from workflow.models.dated import COUNTS
from workflow.steps import NotOpen


class Rate(Dated):
    class Code(models.TextChoices):
        ADMINISTRATION = "administration", _("administrative charge")
        DEPOSIT = "deposit", _("initial deposit")

    code = models.CharField(_("rate"), max_length=40, choices=Code)
    percent = models.DecimalField(
        _("percent"),
        max_digits=7,
        decimal_places=4,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )

    wall = walls.shared()

    class Meta(Dated.Meta):
        verbose_name = _("rate")
        verbose_name_plural = _("rates")
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["code", "valid_from"], condition=COUNTS, name="cases_rate_once"
            ),
            models.CheckConstraint(
                condition=Q(percent__gte=0) & Q(percent__lte=100), name="cases_rate_is_percent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_code_display()} {self.percent} %"


def rate_on(code: Rate.Code, day: date) -> Decimal:
    """The percentage in force on a day. Raises `NotOpen` when the reference data has none."""
    row = Rate.objects.on(day).filter(code=code).order_by("-valid_from").first()
    if row is None:
        raise NotOpen(
            _t("No rate for the %(rate)s is in force today. Add it to the reference data.")
            % {"rate": code.label}
        )
    return Decimal(row.percent)
