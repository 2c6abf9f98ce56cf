"""What an article costs and what development it bears, from a day on: the agency's own knowledge.

Neither nation nor contractor reads these tables: what a nation pays stands in its offer.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from industry.models.article import Article
from industry.querysets import BesideArticles
from workflow import walls
from workflow.models import Dated
from workflow.models.dated import COUNTS


class Currency(models.TextChoices):
    """Those in which such amounts are kept (ISO 4217)."""

    JPY = "JPY", "JPY"
    USD = "USD", "USD"
    EUR = "EUR", "EUR"
    GBP = "GBP", "GBP"
    AUD = "AUD", "AUD"


class PerUnit(Dated):
    """An `amount` in a `currency` for one unit of an article."""

    class Meta(Dated.Meta):
        abstract = True
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="%(app_label)s_%(class)s_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(currency__in=Currency.values),
                name="%(app_label)s_%(class)s_known_currency",
            ),
        ]

    def clean(self) -> None:
        row: Any = self
        places = get_currency_precision(row.currency)
        if row.amount != round(row.amount, places):
            told = _t("%(currency)s has at most %(places)s decimals.") % {
                "currency": row.currency,
                "places": places,
            }
            raise ValidationError({"amount": told})


def _currency() -> models.CharField[str, str]:
    return models.CharField(_("currency"), max_length=3, choices=Currency, default=Currency.JPY)


def _amount() -> models.DecimalField[Decimal, Decimal]:
    return models.DecimalField(
        _("amount for one unit"),
        max_digits=16,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01"))],
    )


class ArticlePrice(PerUnit):
    class Basis(models.TextChoices):
        """What a price is made of: the bases of FMS, and the two methods of ATLA's directive 35 of 1962."""

        STANDARD = "standard", _("standard price")
        STOCK = "stock", _("from stock: catalogue price")
        PROCUREMENT = "procurement", _("from procurement: cost of the contract")
        MARKET = "market", _("market price")
        COST = "cost", _("cost method")
        SERVICE = "service", _("service: labour, travel, overhead")
        LEASE = "lease", _("lease: rent for a year")

    article = models.ForeignKey(
        Article,
        on_delete=models.PROTECT,
        related_name="prices",
        verbose_name=_("article of the catalogue"),
    )
    basis = models.CharField(_("price basis"), max_length=20, choices=Basis)
    currency = _currency()
    amount = _amount()

    objects = BesideArticles()  # type: ignore[misc]  # rows by day, with their article

    wall = walls.agency()

    class Meta(PerUnit.Meta):
        verbose_name = _("price of an article")
        verbose_name_plural = _("prices of articles")
        ordering = ["article", "basis", "-valid_from"]
        constraints = [
            *PerUnit.Meta.constraints,
            models.UniqueConstraint(
                fields=["article", "basis", "valid_from"],
                condition=COUNTS,
                name="industry_articleprice_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    basis__in=[
                        *("standard", "stock", "procurement", "market"),
                        *("cost", "service", "lease"),
                    ]
                ),
                name="industry_articleprice_known_basis",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_basis_display()} {self.currency} {self.amount}"


class NonrecurringCharge(PerUnit):
    """The share of development that each unit bears, as approved."""

    article = models.ForeignKey(
        Article,
        on_delete=models.PROTECT,
        related_name="charges",
        verbose_name=_("article of the catalogue"),
    )
    currency = _currency()
    amount = _amount()
    approval = models.CharField(
        _("approval"), max_length=60, help_text=_("The number of the decision.")
    )

    objects = BesideArticles()  # type: ignore[misc]  # rows by day, with their article

    wall = walls.agency()

    class Meta(PerUnit.Meta):
        verbose_name = _("nonrecurring charge")
        verbose_name_plural = _("nonrecurring charges")
        ordering = ["article", "-valid_from"]
        constraints = [
            *PerUnit.Meta.constraints,
            models.UniqueConstraint(
                fields=["article", "valid_from"],
                condition=COUNTS,
                name="industry_nonrecurringcharge_once",
            ),
            models.CheckConstraint(
                condition=~Q(approval=""), name="industry_nonrecurringcharge_approved"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.amount} ({self.approval})"
