"""Codes of the catalogue and of the lines of a contract, which change by memo: what each one means, from a day on."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from workflow import walls
from workflow.models import Dated
from workflow.models.dated import COUNTS

SCHEMES = [
    *("generic_class", "control_list", "monitoring"),
    *("source", "delivery_term", "terms_of_sale", "release"),
]


class CatalogueCode(Dated):
    class Scheme(models.TextChoices):
        GENERIC_CLASS = "generic_class", _("generic class")
        CONTROL_LIST = "control_list", _("item of the control list")
        MONITORING = "monitoring", _("end-use monitoring level")
        SOURCE = "source", _("source of supply")
        DELIVERY_TERM = "delivery_term", _("delivery term")
        TERMS_OF_SALE = "terms_of_sale", _("terms of sale")
        RELEASE = "release", _("offer release")

    scheme = models.CharField(_("scheme"), max_length=20, choices=Scheme)
    code = models.CharField(_("code"), max_length=50)
    name_ja = models.CharField(_("name in Japanese"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)

    wall = walls.shared()

    class Meta(Dated.Meta):
        verbose_name = _("code of the catalogue")
        verbose_name_plural = _("codes of the catalogue")
        ordering = ["scheme", "code", "valid_from"]
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["scheme", "code", "valid_from"],
                condition=COUNTS,
                name="industry_cataloguecode_once",
            ),
            models.CheckConstraint(
                condition=Q(scheme__in=SCHEMES),
                name="industry_cataloguecode_known_scheme",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def name(self) -> str:
        return self.name_ja if get_language() == "ja" else self.name_en


def names_on(day: date) -> dict[tuple[str, str], str]:
    """What each code in force means, by scheme and code."""
    return {(row.scheme, row.code): row.name for row in CatalogueCode.objects.on(day)}
