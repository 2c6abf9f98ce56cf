"""An article or service that the agency can sell, by catalogue number."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from workflow import walls
from workflow.models import Reference


class Article(Reference):
    class Kind(models.TextChoices):
        ARTICLE = "article", _("article")
        SERVICE = "service", _("service")
        TRAINING = "training", _("training")

    class ItemClass(models.TextChoices):
        """Classes of the transfer policy of April 2026; see the decision table in exports."""

        WEAPON = "weapon", _("weapon")
        NON_WEAPON = "non_weapon", _("non-weapon")
        PART = "part", _("part of a weapon")
        TECHNOLOGY = "technology", _("technology")
        SERVICE = "service", _("service")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    catalogue_number = models.CharField(
        _("catalogue number"),
        max_length=20,
        unique=True,
        error_messages={
            "unique": _(
                "This number is in the catalogue already. Propose a change of that article."
            )
        },
    )
    name_ja = models.CharField(_("name in Japanese"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    item_class = models.CharField(_("class"), max_length=20, choices=ItemClass)
    unit = models.CharField(_("unit"), max_length=10, default="EA")

    wall = walls.shared()

    class Meta:
        verbose_name = _("article of the catalogue")
        verbose_name_plural = _("articles of the catalogue")
        ordering = ["catalogue_number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["article", "service", "training"]),
                name="industry_article_known_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.catalogue_number} {self.name}"

    @property
    def name(self) -> str:
        return self.name_ja if get_language() == "ja" else self.name_en
