"""The estimated price (予定価格) of what is bought, by the cost method: a secret of the agency for good."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.cost_method import Cost, Estimate, VariationBase, estimate
from workflow import walls


def _yen(label: Any, digits: int = 14) -> Any:
    return models.DecimalField(
        label, max_digits=digits, decimal_places=0, validators=[MinValueValidator(Decimal(0))]
    )


def _percent(label: Any) -> Any:
    return models.DecimalField(
        label,
        max_digits=7,
        decimal_places=4,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )


class CostEstimate(models.Model):
    """What all pieces of a line cost their maker, in yen without tax, and the percentages set for the maker."""

    class Of(models.TextChoices):
        TOTAL = VariationBase.TOTAL.value, _("total cost")
        MANUFACTURING = VariationBase.MANUFACTURING.value, _("manufacturing cost")

    line = models.OneToOneField(
        "cases.SubcontractLine", on_delete=models.PROTECT, related_name="estimate"
    )
    material = _yen(_("direct material"))
    processing = _yen(_("processing, hours × rate"))
    direct = _yen(_("direct expenses"))
    general_rate = _percent(_("general and selling expenses (percent)"))
    interest_rate = _percent(_("interest (percent)"))
    profit_rate = _percent(_("profit (percent)"))
    variation_rate = _percent(_("cost variation (percent)"))
    variation_base = models.CharField(
        _("cost variation is a percentage of"), max_length=20, choices=Of, default=Of.TOTAL
    )
    selling_direct = _yen(_("direct selling expenses"))
    tax_rate = _percent(_("consumption tax (percent)"))
    basis = models.CharField(_("where costs and rates come from"), max_length=500)
    estimated_on = models.DateField(_("estimated"))
    price = _yen(_("estimated price"), digits=18)

    wall = walls.agency()

    class Meta:
        ordering = ["line__number"]
        constraints = [
            models.CheckConstraint(condition=Q(price__gt=0), name="cases_costestimate_positive")
        ]

    def __str__(self) -> str:
        return str(self.line)

    @property
    def steps(self) -> Estimate:
        """How the price comes about, step by step."""
        return estimate([self._cost()]).lines[0]

    def _cost(self) -> Cost:
        return Cost(
            number=str(self.line.number),
            variation_base=VariationBase(self.variation_base),
            **{name: getattr(self, name) for name in (*AMOUNTS, *RATES)},
        )


AMOUNTS = ("material", "processing", "direct", "selling_direct")
RATES = ("general_rate", "interest_rate", "profit_rate", "variation_rate", "tax_rate")
# In the order of the method, as they are asked for.
ASKED = (
    *("material", "processing", "direct", "general_rate", "interest_rate", "profit_rate"),
    *("variation_rate", "variation_base", "selling_direct", "tax_rate", "basis"),
)
