"""Amounts that change by memo: from which one on a bill goes to approval."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from workflow import walls
from workflow.models import Dated
from workflow.models.dated import COUNTS


class Threshold(Dated):
    class Code(models.TextChoices):
        BILL_APPROVAL = "bill_approval", _("bills that need an approval")

    code = models.CharField(_("threshold"), max_length=40, choices=Code)
    from_amount = models.DecimalField(
        _("from amount (yen)"),
        max_digits=18,
        decimal_places=0,
        validators=[MinValueValidator(0)],
    )

    wall = walls.shared()

    class Meta(Dated.Meta):
        verbose_name = _("threshold")
        verbose_name_plural = _("thresholds")
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["code", "valid_from"], condition=COUNTS, name="cases_threshold_once"
            ),
            models.CheckConstraint(
                condition=Q(from_amount__gte=0), name="cases_threshold_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_code_display()} {self.from_amount}"


def reaches(amount: Decimal, code: Threshold.Code, day: date) -> bool:
    """Whether an amount (yen) reaches the threshold in force on a day; without one any does."""
    row = Threshold.objects.on(day).filter(code=code).order_by("-valid_from").first()
    return row is None or amount >= row.from_amount
