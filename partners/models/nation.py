"""Partner nations, by their ISO 3166 code."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from workflow import walls
from workflow.models import Reference


class Nation(Reference):
    code = models.CharField(
        _("code"),
        primary_key=True,
        max_length=2,
        validators=[
            RegexValidator(
                r"^[A-Z]{2}\Z", _("Give the two capital letters of ISO 3166, such as PH.")
            )
        ],
        error_messages={"unique": _("This nation is known already. Propose a change of it.")},
    )
    name_ja = models.CharField(_("name in Japanese"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=60)
    formal_ja = models.CharField(_("formal name in Japanese"), max_length=80)
    formal_en = models.CharField(_("formal name in English"), max_length=80)
    currency = models.CharField(
        _("currency"),
        max_length=3,
        validators=[
            RegexValidator(
                r"^[A-Z]{3}\Z", _("Give the three capital letters of ISO 4217, such as PHP.")
            )
        ],
    )

    wall = walls.shared()

    class Meta:
        verbose_name = _("nation")
        verbose_name_plural = _("nations")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z]{2}$"), name="partners_nation_iso_code"
            )
        ]

    def __str__(self) -> str:
        return self.name_ja if get_language() == "ja" else self.name_en
