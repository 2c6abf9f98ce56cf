"""Rates that change by memo, in sets: the agency's own, by which offers are priced, and those of the U.S."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from cases.rates import NoRate, RateRow, RateSet
from ledger.money import written
from workflow import walls
from workflow.models import Dated
from workflow.models.dated import COUNTS
from workflow.steps import NotOpen


class Rate(Dated):
    class Set(models.TextChoices):
        JP = "jp", _("the agency's own")
        US = "us", _("U.S. Foreign Military Sales")

    class Code(models.TextChoices):
        ADMINISTRATION = "administration", _("administrative charge")
        NONSTANDARD = "administration_nonstandard", _("administrative charge, non-standard")
        CAPACITY_BUILDING = "administration_bpc", _("administrative charge, capacity building")
        MINIMUM = "minimum", _("least administrative charge of a case")
        DEPOSIT = "deposit", _("initial deposit")
        CAS_ADMINISTRATION = "cas_administration", _("contract administration")
        CAS_QUALITY = "cas_quality", _("quality assurance and inspection")
        CAS_AUDIT = "cas_audit", _("contract audit")
        CAS_OVERSEAS = "cas_overseas", _("contract administration abroad")
        MIXED_SHARE = "mixed_share", _("share of a mixed line bought by contract")
        PACKING = "packing", _("packing")
        PACKING_ABOVE = "packing_above", _("packing, above the limit")
        TRANSPORT_3 = "transport_3", _("transport, delivery term 3")
        TRANSPORT_4 = "transport_4", _("transport, delivery term 4")
        TRANSPORT_5 = "transport_5", _("transport, delivery term 5")
        TRANSPORT_6_1 = "transport_6_1", _("transport, delivery term 6, rate area 1")
        TRANSPORT_6_2 = "transport_6_2", _("transport, delivery term 6, rate area 2")
        TRANSPORT_7_1 = "transport_7_1", _("transport, delivery term 7, rate area 1")
        TRANSPORT_7_2 = "transport_7_2", _("transport, delivery term 7, rate area 2")
        TRANSPORT_8 = "transport_8", _("transport, delivery term 8")
        TRANSPORT_9_1 = "transport_9_1", _("transport, delivery term 9, rate area 1")
        TRANSPORT_9_2 = "transport_9_2", _("transport, delivery term 9, rate area 2")
        TRANSPORT_ABOVE = "transport_above", _("transport, part of the rate above the limit")
        LOGISTICS_SUPPORT = "logistics_support", _("logistics support")
        STORAGE = "storage", _("storage, a year")
        ASSET_USE = "asset_use", _("use of government assets")
        ATTRITION = "attrition", _("attrition in training")

    rate_set = models.CharField(
        _("set of rates"), max_length=10, choices=Set, default=Set.JP, db_default="jp"
    )
    code = models.CharField(_("rate"), max_length=40, choices=Code)
    percent = models.DecimalField(
        _("percent"),
        max_digits=7,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    amount = models.DecimalField(
        _("limit or minimum"),
        max_digits=18,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    currency = models.CharField(
        _("currency of the limit"),
        max_length=3,
        blank=True,
        default="",
        db_default="",
        validators=[
            RegexValidator(
                r"^[A-Z]{3}\Z", _("Give the three capital letters of ISO 4217, such as PHP.")
            )
        ],
    )

    wall = walls.shared()

    class Meta(Dated.Meta):
        verbose_name = _("rate")
        verbose_name_plural = _("rates")
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["rate_set", "code", "valid_from"], condition=COUNTS, name="cases_rate_once"
            ),
            models.CheckConstraint(
                condition=Q(percent__gte=0) & Q(percent__lte=100), name="cases_rate_is_percent"
            ),
            models.CheckConstraint(
                condition=Q(percent__isnull=False) | Q(amount__isnull=False),
                name="cases_rate_says_something",
            ),
            models.CheckConstraint(
                condition=Q(amount=None, currency="")
                | (Q(amount__gte=0, currency__regex="^[A-Z]{3}$")),
                name="cases_rate_amount_has_a_currency",
            ),
        ]

    def __str__(self) -> str:
        percent = [] if self.percent is None else [f"{self.percent} %"]
        amount = [] if self.amount is None else [f"{self.amount} {self.currency}"]
        return f"{self.get_code_display()} {', '.join([*percent, *amount])}"

    def clean(self) -> None:
        if self.percent is None and self.amount is None:
            raise ValidationError({"percent": _t("Give a percentage, or an amount.")})
        if (self.amount is None) is not (self.currency == ""):
            why = _t("Give an amount together with its currency, or neither.")
            raise ValidationError({"currency": why})

    @property
    def figure(self) -> str:
        """What the row says, in digits: a percentage, an amount, or both."""
        percent = [] if self.percent is None else [f"{self.percent.normalize():f}"]
        amount = [] if self.amount is None else [written(self.amount, self.currency)]
        return ", ".join([*percent, *amount])

    def plain(self) -> RateRow:
        """The row as prices look it up."""
        return RateRow(
            rate_set=self.rate_set,
            code=self.code,
            percent=self.percent or Decimal(0),
            amount=self.amount,
            currency=self.currency,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            source=self.source,
        )


# What goes into the price of an offer: its lines are bought by contract, packed and moved by lines of their own.
OF_OFFERS = (
    Rate.Code.ADMINISTRATION,
    Rate.Code.MINIMUM,
    Rate.Code.DEPOSIT,
    Rate.Code.CAS_ADMINISTRATION,
    Rate.Code.CAS_QUALITY,
    Rate.Code.CAS_AUDIT,
)


def rates_of(rate_set: str) -> RateSet:
    """A set of rates, of all days."""
    return RateSet(row.plain() for row in Rate.objects.filter(rate_set=rate_set))


def own_rates() -> RateSet:
    """The agency's own."""
    return rates_of(Rate.Set.JP)


def not_open(error: NoRate) -> NotOpen:
    """What somebody hears whose price finds no rate in force."""
    return NotOpen(
        _t("No rate for the %(rate)s is in force today. Add it to the reference data.")
        % {"rate": Rate.Code(error.code).label}
    )


def rate_on(code: Rate.Code, day: date) -> Decimal:
    """The agency's percentage in force on a day. Raises `NotOpen` when the reference data has none."""
    try:
        return own_rates().of(day).on(code).percent
    except NoRate as error:
        raise not_open(error) from error
