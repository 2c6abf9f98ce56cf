"""What a request has to say, and for which reasons one is returned or declined. Both change by memo."""

from __future__ import annotations

from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from workflow import walls
from workflow.models import Dated
from workflow.models.dated import COUNTS


class ChecklistItem(Dated):
    """A point of the checklist: whether work can begin without it, how much it weighs, why it matters."""

    class Code(models.TextChoices):
        LETTER = "letter", pgettext_lazy("checklist", "letter and signatory")
        ANSWER = "answer", pgettext_lazy("checklist", "answer wanted")
        ITEMS = "items", pgettext_lazy("checklist", "articles, quantities and end use")
        SUPPORT = "support", pgettext_lazy("checklist", "support package")
        DATES = "dates", pgettext_lazy("checklist", "delivery date or period")
        DELIVERY = "delivery", pgettext_lazy("checklist", "way of delivery")
        FUNDING = "funding", pgettext_lazy("checklist", "funding and terms of sale")
        PAYMENT = "payment", pgettext_lazy("checklist", "payment preference")
        CONCEPT = "concept", pgettext_lazy("checklist", "operational concept")
        SECURITY = "security", pgettext_lazy("checklist", "release and security plan")
        OFFSETS = "offsets", pgettext_lazy("checklist", "offsets")
        WAIVERS = "waivers", pgettext_lazy("checklist", "waivers asked for")
        CONTACTS = "contacts", pgettext_lazy("checklist", "points of contact")
        LIMITS = "limits", pgettext_lazy("checklist", "budget and validity of the offer")

    class Needed(models.TextChoices):
        TO_BEGIN = "to_begin", pgettext_lazy("checklist", "to begin work")
        TO_BE_COMPLETE = "to_be_complete", pgettext_lazy("checklist", "to be complete")
        IF_IT_APPLIES = "if_it_applies", pgettext_lazy("checklist", "if it applies")

    code = models.CharField(_("point of the checklist"), max_length=20, choices=Code)
    needed = models.CharField(_("needed"), max_length=20, choices=Needed)
    weight = models.PositiveSmallIntegerField(
        _("weight"), validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    why_ja = models.CharField(_("why it matters, in Japanese"), max_length=200)
    why_en = models.CharField(_("why it matters, in English"), max_length=200)

    wall = walls.shared()

    class Meta(Dated.Meta):
        verbose_name = _("point of the checklist of requests")
        verbose_name_plural = _("checklist of requests")
        ordering = ["code"]
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["code", "valid_from"], condition=COUNTS, name="cases_checklistitem_once"
            ),
            models.CheckConstraint(
                condition=Q(needed__in=["to_begin", "to_be_complete", "if_it_applies"]),
                name="cases_checklistitem_known_need",
            ),
            models.CheckConstraint(
                condition=Q(weight__gte=1) & Q(weight__lte=100),
                name="cases_checklistitem_weighs",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_code_display())

    @property
    def why(self) -> str:
        return self.why_ja if get_language() == "ja" else self.why_en


class ReturnReason(Dated):
    """Why a request comes back to its nation or is declined, or a day was missed: a code for the count."""

    class Use(models.TextChoices):
        RETURN = "return", pgettext_lazy("reason", "return for correction")
        DECLINE = "decline", pgettext_lazy("reason", "negative answer")
        DELAY = "delay", pgettext_lazy("reason", "missed date")

    class Whose(models.TextChoices):
        AGENCY = "agency", pgettext_lazy("whose doing", "the agency")
        NATION = "nation", pgettext_lazy("whose doing", "the nation")
        INDUSTRY = "industry", pgettext_lazy("whose doing", "industry")
        MINISTRIES = "ministries", pgettext_lazy("whose doing", "the ministries")
        NOBODY = "nobody", pgettext_lazy("whose doing", "nobody")

    code = models.SlugField(_("code"), max_length=40)
    use = models.CharField(_("used for"), max_length=10, choices=Use)
    whose = models.CharField(_("whose doing"), max_length=10, choices=Whose, db_default="nobody")
    name_ja = models.CharField(_("name in Japanese"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)

    wall = walls.shared()

    class Meta(Dated.Meta):
        verbose_name = _("reason for a return, a negative answer or a delay")
        verbose_name_plural = _("reasons for returns, negative answers and delays")
        ordering = ["use", "code"]
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["use", "code", "valid_from"],
                condition=COUNTS,
                name="cases_returnreason_once",
            ),
            models.CheckConstraint(
                condition=Q(use__in=["return", "decline", "delay"]),
                name="cases_returnreason_known_use",
            ),
            models.CheckConstraint(
                condition=Q(whose__in=["agency", "nation", "industry", "ministries", "nobody"]),
                name="cases_returnreason_known_doer",
            ),
        ]

    def __str__(self) -> str:
        return self.name_ja if get_language() == "ja" else self.name_en

    @classmethod
    def by_code(cls, use: Use) -> dict[str, Self]:
        """The newest row of each code, whether or not it still counts."""
        return {row.code: row for row in cls.objects.filter(use=use).order_by("valid_from")}
