"""The library of notes: standard texts that stand on offers and changes, each by its rule, in two languages."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from cases.kinds import KindOfCase
from workflow import walls
from workflow.models import Dated
from workflow.models.dated import COUNTS

BLANK = re.compile(r"\{([^{}]*)\}")
# What a text may leave to be filled in: `{end_user}`. `cases.standard_notes` knows the words.
BLANKS = frozenset({"contract", "nation", "end_user", "end_use", "delivery_place", "deposit"})


class StandardNote(Dated):
    """On which papers, for which kind of case and on which condition it stands, and whether it can be left out."""

    class Condition(models.TextChoices):
        ALWAYS = "always", pgettext_lazy("note", "always")
        WEAPON = "weapon", pgettext_lazy("note", "a line is a weapon")
        TECHNOLOGY = "technology", pgettext_lazy("note", "a line is technology")
        SERVICE = "service", pgettext_lazy("note", "a line is a service or training")
        FROM_STOCK = "from_stock", pgettext_lazy("note", "a line comes from stock")

    code = models.SlugField(_("code"), max_length=40)
    on_offers = models.BooleanField(_("on letters of offer"), default=True)
    on_amendments = models.BooleanField(_("on amendments"), default=True)
    on_modifications = models.BooleanField(_("on modifications"), default=False)
    kind_of_case = models.CharField(
        _("kind of case"), max_length=20, choices=KindOfCase, blank=True, default=""
    )
    condition = models.CharField(
        _("condition"), max_length=20, choices=Condition, default=Condition.ALWAYS
    )
    is_mandatory = models.BooleanField(_("cannot be left out"), default=False)
    title_ja = models.CharField(_("title in Japanese"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=120)
    text_ja = models.TextField(_("text in Japanese"), max_length=2000)
    text_en = models.TextField(_("text in English"), max_length=2000)
    keeper = models.CharField(_("kept by"), max_length=120)

    wall = walls.shared()

    class Meta(Dated.Meta):
        verbose_name = _("standard note")
        verbose_name_plural = _("standard notes")
        ordering = ["code", "valid_from"]
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["code", "valid_from"], condition=COUNTS, name="cases_standardnote_once"
            ),
            models.CheckConstraint(
                condition=Q(kind_of_case__in=["", *KindOfCase.values]),
                name="cases_standardnote_known_kind",
            ),
            models.CheckConstraint(
                condition=Q(
                    condition__in=["always", "weapon", "technology", "service", "from_stock"]
                ),
                name="cases_standardnote_known_condition",
            ),
            models.CheckConstraint(
                condition=Q(on_offers=True) | Q(on_amendments=True) | Q(on_modifications=True),
                name="cases_standardnote_stands_somewhere",
            ),
        ]

    def __str__(self) -> str:
        return self.title_ja if get_language() == "ja" else self.title_en

    def clean(self) -> None:
        faults = {
            name: why for name in ("text_ja", "text_en") if (why := unreadable(getattr(self, name)))
        }
        if not (self.on_offers or self.on_amendments or self.on_modifications):
            faults["on_offers"] = _t("Choose at least one paper on which it stands.")
        if faults:
            raise ValidationError(faults)


def unreadable(text: str) -> str:
    """Why the blanks of a text cannot be filled in, or ""."""
    names = set(BLANK.findall(text))
    if {"{", "}"} & set(BLANK.sub("", text)):
        return _t("Write a blank as {end_user}; no other braces can stand here.")
    if unknown := sorted(names - BLANKS):
        return _t("Nothing fills in {%(name)s}. Blanks: %(blanks)s.") % {
            "name": unknown[0],
            "blanks": ", ".join(sorted(BLANKS)),
        }
    return ""
