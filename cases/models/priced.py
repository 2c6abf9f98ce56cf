"""What a contract and a change of it have in common: a price, and lines that make it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.pricing import Source
from industry.models import Article, CatalogueCode
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
    termination_cost = models.DecimalField(
        _("termination cost"), max_digits=18, decimal_places=2, default=Decimal(0), db_default=0
    )
    total = models.DecimalField(_("total"), max_digits=18, decimal_places=2, null=True)
    deposit = models.DecimalField(_("initial deposit"), max_digits=18, decimal_places=2, null=True)
    priced_on = models.DateField(_("priced"), null=True)
    chosen_notes = models.JSONField(_("chosen notes"), default=list, db_default=[])

    price_columns = (
        *("currency", "net", "administrative_percent", "administrative_charge"),
        *("termination_cost", "total", "deposit", "priced_on"),
    )

    class Meta:
        abstract = True

    def forget_price(self) -> None:
        """It has to be priced again, in the same currency."""
        for name in self.price_columns:
            if name not in {"currency", "termination_cost"}:
                setattr(self, name, None)

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
            total=F("net") + F("administrative_charge") + F("termination_cost"),
            deposit__gte=0,
            termination_cost__gte=0,
        ),
        name=name,
    )


class LineTerms(models.Model):
    """From where, when, how far and on what terms. What the codes mean stands in the reference data."""

    part_of = models.PositiveSmallIntegerField(_("sub-line of line"), null=True)
    source = models.CharField(
        _("source of supply"), max_length=4, default=Source.PROCUREMENT.value, db_default="P"
    )
    months_from = models.PositiveSmallIntegerField(_("months after acceptance, from"), null=True)
    months_to = models.PositiveSmallIntegerField(_("months after acceptance, to"), null=True)
    period_from = models.DateField(_("period, first day"), null=True)
    period_to = models.DateField(_("period, last day"), null=True)
    delivery_term = models.CharField(
        _("delivery term"), max_length=4, blank=True, default="", db_default=""
    )
    terms_of_sale = models.CharField(
        _("terms of sale"), max_length=4, blank=True, default="", db_default=""
    )
    release_code = models.CharField(
        _("offer release"), max_length=4, blank=True, default="", db_default=""
    )
    note = models.TextField(_("note"), blank=True, default="", db_default="")

    class Meta:
        abstract = True


# The scheme whose codes a column holds; the others are plain.
CODED = {
    "source": CatalogueCode.Scheme.SOURCE,
    "delivery_term": CatalogueCode.Scheme.DELIVERY_TERM,
    "terms_of_sale": CatalogueCode.Scheme.TERMS_OF_SALE,
    "release_code": CatalogueCode.Scheme.RELEASE,
}
# What is written about a line; what else goes with it into a change and a version follows from rates
# and decisions.
TERMS = (
    *("part_of", "source", "months_from", "months_to", "period_from", "period_to"),
    *("delivery_term", "terms_of_sale", "release_code", "note"),
)
CHARGES = ("nonrecurring_unit", "waived")


class PricedLine(LineTerms, NationLine):
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
    nonrecurring_unit = models.DecimalField(
        _("nonrecurring charge, a unit"),
        max_digits=18,
        decimal_places=2,
        default=Decimal(0),
        db_default=0,
    )
    waived = models.JSONField(_("waived"), default=list, db_default=[])

    class Meta:
        abstract = True
        ordering = ["number"]

    @property
    def terms(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in (*TERMS, *CHARGES)}


def part_of_another(name: str) -> models.CheckConstraint:
    """No line is a sub-line of itself."""
    return models.CheckConstraint(condition=Q(part_of=None) | ~Q(part_of=F("number")), name=name)


def runs_forward(name: str) -> models.CheckConstraint:
    """Months or a period, each from its beginning to its end."""
    months, no_months = _runs("months")
    period, no_period = _runs("period")
    return models.CheckConstraint(
        condition=(no_months & no_period) | (months & no_period) | (no_months & period), name=name
    )


def _runs(what: str) -> tuple[Q, Q]:
    """Whole and in order; not there at all. In SQL a comparison with nothing would count as kept."""
    first, last = f"{what}_from", f"{what}_to"
    whole: dict[str, Any] = {
        f"{first}__isnull": False,
        f"{last}__isnull": False,
        f"{last}__gte": F(first),
    }
    return Q(**whole), Q(**{first: None, last: None})


def priced_whole(name: str) -> models.CheckConstraint:
    """A line has a unit price and an amount, or neither."""
    both: Any = {"unit_price__isnull": False, "amount__isnull": False}
    return models.CheckConstraint(
        condition=Q(unit_price=None, amount=None) | Q(**both, unit_price__gte=0, amount__gte=0),
        name=name,
    )
