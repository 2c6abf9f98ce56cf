"""What a contract and a change of it have in common: a price, and lines that make it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from industry.models import Article
from partners.models import NationCase, NationLine


class PricedCase(NationCase):
    currency = models.CharField(_("currency"), max_length=3, default="JPY")
    net = models.DecimalField(_("net"), max_digits=18, decimal_places=2, null=True)
    administrative_percent = models.DecimalField(
        _("administrative charge (percent)"), max_digits=7, decimal_places=4, null=True
    )
    administrative_charge = models.DecimalField(
        _("administrative charge"), max_digits=18, decimal_places=2, null=True
    )
    total = models.DecimalField(_("total"), max_digits=18, decimal_places=2, null=True)
    deposit = models.DecimalField(_("initial deposit"), max_digits=18, decimal_places=2, null=True)
    priced_on = models.DateField(_("priced"), null=True)

    price_columns = (
        *("currency", "net", "administrative_percent", "administrative_charge"),
        *("total", "deposit", "priced_on"),
    )

    class Meta:
        abstract = True

    def take_price_of(self, other: PricedCase) -> None:
        for name in self.price_columns:
            setattr(self, name, getattr(other, name))


def adds_up(name: str) -> models.CheckConstraint:
    """A price is there whole or not at all, and its parts are its total."""
    return models.CheckConstraint(
        condition=Q(net=None, administrative_charge=None, total=None, deposit=None)
        | Q(
            net__isnull=False,
            administrative_charge__isnull=False,
            total__isnull=False,
            deposit__isnull=False,
            total=F("net") + F("administrative_charge"),
            deposit__gte=0,
        ),
        name=name,
    )


class PricedLine(NationLine):
    """A line of 0 pieces has been taken out; its number is not used again."""

    number = models.PositiveSmallIntegerField(_("line"))
    article = models.ForeignKey(
        Article,
        on_delete=models.PROTECT,
        related_name="%(class)ss",
        verbose_name=_("article or service"),
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_price = models.DecimalField(_("unit price"), max_digits=18, decimal_places=2, null=True)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2, null=True)
    rates_on = models.DateField(_("rates of"), null=True)

    class Meta:
        abstract = True
        ordering = ["number"]


def priced_whole(name: str) -> models.CheckConstraint:
    """A line has a unit price and an amount, or neither."""
    both: Any = {"unit_price__isnull": False, "amount__isnull": False}
    return models.CheckConstraint(
        condition=Q(unit_price=None, amount=None) | Q(**both, unit_price__gte=0, amount__gte=0),
        name=name,
    )
