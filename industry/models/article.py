"""An article or service that the agency can sell, by catalogue number."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from documents import units
from industry import stock_numbers
from industry.models.code import CatalogueCode
from industry.querysets import ArticleQuerySet
from industry.stock_numbers import StockNumberField
from workflow import handling, walls
from workflow.handling import Handling
from workflow.models import Reference

NUMBER = r"^[A-Za-z0-9][A-Za-z0-9-]*$"
CODED = {
    "generic_class": CatalogueCode.Scheme.GENERIC_CLASS,
    "control_item": CatalogueCode.Scheme.CONTROL_LIST,
    "monitoring": CatalogueCode.Scheme.MONITORING,
}


class Article(Reference):
    class Kind(models.TextChoices):
        ARTICLE = "article", _("article")
        SERVICE = "service", _("service")
        TRAINING = "training", _("training")
        TECHNOLOGY = "technology", _("technology")
        LEASE = "lease", _("lease")

    class ItemClass(models.TextChoices):
        """Classes of the transfer policy of April 2026; see the decision table in exports."""

        WEAPON = "weapon", _("weapon")
        NON_WEAPON = "non_weapon", _("non-weapon")
        PART = "part", _("part of a weapon")
        TECHNOLOGY = "technology", _("technology")
        SERVICE = "service", _("service")

    class Sensitivity(models.TextChoices):
        """How sensitive a transfer is; see the same table. Empty: not assessed yet."""

        LOW = "low", _("low")
        MEDIUM = "medium", _("medium")
        HIGH = "high", _("high")

    GOODS = (Kind.ARTICLE, Kind.LEASE)  # what is inspected, packed and shipped

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    catalogue_number = models.CharField(
        _("catalogue number"),
        max_length=20,
        unique=True,
        validators=[RegexValidator(NUMBER, _("Use Latin letters, digits and hyphens only."))],
        error_messages={
            "unique": _(
                "This number is in the catalogue already. Propose a change of that article."
            )
        },
    )
    name_ja = models.CharField(_("name in Japanese"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    stock_number = StockNumberField(_("national stock number"))
    generic_class = models.CharField(_("generic class"), max_length=10, blank=True)
    unit = models.CharField(_("unit"), max_length=10, choices=units.choices, default="EA")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    item_class = models.CharField(_("class"), max_length=20, choices=ItemClass)
    control_item = models.CharField(_("control-list item"), max_length=10, blank=True)
    sensitivity = models.CharField(_("sensitivity"), max_length=10, choices=Sensitivity, blank=True)
    handling = models.CharField(
        _("handling label"), max_length=30, choices=Handling, default=Handling.CONFIDENTIALITY_1
    )
    monitoring = models.CharField(_("end-use monitoring level"), max_length=20, blank=True)
    lead_months = models.PositiveSmallIntegerField(_("lead time in months"), null=True, blank=True)
    lead_on = models.DateField(_("lead time as of"), null=True, blank=True)

    objects = ArticleQuerySet.as_manager()  # type: ignore[misc]  # likewise, by person and words

    wall = walls.shared()

    class Meta:
        verbose_name = _("article of the catalogue")
        verbose_name_plural = _("articles of the catalogue")
        ordering = ["catalogue_number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(catalogue_number__regex=NUMBER), name="industry_article_plain_number"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["article", "service", "training", "technology", "lease"]),
                name="industry_article_known_kind",
            ),
            models.CheckConstraint(
                condition=Q(
                    item_class__in=["weapon", "non_weapon", "part", "technology", "service"]
                ),
                name="industry_article_known_class",
            ),
            models.CheckConstraint(
                condition=Q(sensitivity__in=["", "low", "medium", "high"]),
                name="industry_article_known_sensitivity",
            ),
            models.CheckConstraint(
                condition=Q(unit__in=list(units.UNITS)), name="industry_article_known_unit"
            ),
            models.CheckConstraint(
                condition=Q(stock_number__regex=r"^([0-9]{13})?$"),
                name="industry_article_stock_number",
            ),
            models.CheckConstraint(
                condition=Q(lead_months=None, lead_on=None)
                | Q(lead_months__isnull=False, lead_months__gt=0, lead_on__isnull=False),
                name="industry_article_lead_time_of_a_day",
            ),
            handling.known("industry_article"),
        ]

    def __str__(self) -> str:
        return f"{self.catalogue_number} {self.name}"

    def clean(self) -> None:
        if faults := dict(self._faults()):
            raise ValidationError(faults)

    @property
    def name(self) -> str:
        return self.name_ja if get_language() == "ja" else self.name_en

    @property
    def other_name(self) -> str:
        """In the language that the reader has not chosen."""
        return self.name_en if get_language() == "ja" else self.name_ja

    # The parts of the stock number --------------------------------------------------------------

    @property
    def written_stock_number(self) -> str:
        return stock_numbers.written(self.stock_number)

    @property
    def supply_group(self) -> str:
        return str(self.stock_number)[:2]

    @property
    def supply_class(self) -> str:
        return str(self.stock_number)[:4]

    @property
    def bureau(self) -> str:
        """Which nation's codification bureau has given the number, by its code."""
        return str(self.stock_number)[4:6]

    # What must fit together ---------------------------------------------------------------------

    def _faults(self) -> Iterator[tuple[str, str]]:
        known = CatalogueCode.objects.on(timezone.localdate())
        for name, scheme in CODED.items():
            code = getattr(self, name)
            codes = known.filter(scheme=scheme).values_list("code", flat=True)
            if code and code not in codes:
                known_ones = ", ".join(sorted(codes))
                yield (
                    name,
                    _t("“%(code)s” is no code in force. Known: %(known)s.")
                    % {"code": code, "known": known_ones or "—"},
                )
        if (self.lead_months is None) != (self.lead_on is None):
            yield "lead_on", _t("Give a lead time together with the day as of which it is told.")
        if self.lead_months == 0:
            yield "lead_months", _t("Give a lead time of one month at least, or none.")
        if self.handling in Handling.values and (why := handling.why_not_here(self.handling)):
            yield "handling", why
