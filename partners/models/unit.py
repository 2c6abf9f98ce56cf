"""Units of the agency: where a rank is held, and where a file goes."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from workflow import walls
from workflow.models import Reference


class Unit(Reference):
    """`code` stands in routes of approval: `finance`."""

    code = models.SlugField(_("code"), primary_key=True, max_length=40)
    name_ja = models.CharField(_("name in Japanese"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)

    wall = walls.shared()

    class Meta:
        verbose_name = pgettext_lazy("organisation", "unit")
        verbose_name_plural = _("units")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name_ja if get_language() == "ja" else self.name_en
