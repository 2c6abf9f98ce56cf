"""Organisations a person can belong to: the agency, ministries, a nation's bodies, contractors."""

from __future__ import annotations

import uuid

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from stdnum.jp import cn

from partners.models.nation import Nation
from workflow.walls import Wall


def validate_corporate_number(value: str) -> None:
    """法人番号: 13 digits with a check digit (National Tax Agency)."""
    if not cn.is_valid(value):
        raise ValidationError(
            gettext("“%(value)s” is not a corporate number: 13 digits with a check digit first."),
            params={"value": value},
        )


class Organisation(models.Model):
    class Kind(models.TextChoices):
        AGENCY = "agency", _("agency")
        MINISTRY = "ministry", _("ministry")
        NATION = "nation", _("partner nation")
        CONTRACTOR = "contractor", _("contractor")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    name_ja = models.CharField(_("name in Japanese"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    nation = models.ForeignKey(
        Nation, on_delete=models.PROTECT, related_name="organisations", null=True, blank=True
    )
    corporate_number = models.CharField(
        _("corporate number"), max_length=13, blank=True, validators=[validate_corporate_number]
    )
    address_ja = models.CharField(_("address in Japanese"), max_length=200, blank=True)
    address_en = models.CharField(_("address in English"), max_length=200, blank=True)
    is_sample = models.BooleanField(_("sample"), default=False)

    wall = Wall(frozenset({"staff", "entrance"}), partner="nation_id", supplier="id")

    class Meta:
        ordering = ["name_en"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(kind="nation") & Q(nation__isnull=False))
                | (~Q(kind="nation") & Q(nation__isnull=True)),
                name="partners_organisation_nation_if_foreign",
            ),
            models.CheckConstraint(
                condition=~Q(kind="contractor") | ~Q(corporate_number=""),
                name="partners_organisation_contractor_numbered",
            ),
            models.UniqueConstraint(
                fields=["corporate_number"],
                condition=~Q(corporate_number=""),
                name="partners_organisation_number_once",
            ),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(kind="agency"), name="partners_organisation_one_agency"
            ),
        ]

    def __str__(self) -> str:
        return self.name_ja if get_language() == "ja" else self.name_en

    @property
    def invoice_number(self) -> str:
        """適格請求書発行事業者登録番号 of a company: T and its corporate number."""
        return f"T{self.corporate_number}" if self.corporate_number else ""
