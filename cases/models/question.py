"""A question about a request, and its answer: either side asks, the other answers."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners.models import NationLine
from workflow import walls


class Question(NationLine):
    belongs_to = "request"

    class Side(models.TextChoices):
        AGENCY = "agency", pgettext_lazy("side", "the agency")
        NATION = "nation", pgettext_lazy("side", "the nation")

    request: Any = models.ForeignKey(
        "cases.Request", on_delete=models.PROTECT, related_name="questions"
    )
    number = models.PositiveSmallIntegerField(_("number"))
    asked_by = models.CharField(_("asked by"), max_length=10, choices=Side)
    asker = models.CharField(_("who asked"), max_length=200)
    asked_at = models.DateTimeField(_("asked"))
    text = models.TextField(_("question"))
    due_on = models.DateField(_("answer by"), null=True)
    reminded_at = models.DateTimeField(_("reminded"), null=True)
    answer = models.TextField(_("answer"), blank=True)
    answerer = models.CharField(_("who answered"), max_length=200, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True)

    wall = walls.of_nation()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["request", "number"], name="cases_question_once"),
            models.CheckConstraint(
                condition=Q(asked_by__in=["agency", "nation"]), name="cases_question_known_side"
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answer="", answerer="")
                | (Q(answered_at__isnull=False) & ~Q(answer="") & ~Q(answerer="")),
                name="cases_question_answered_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request} question {self.number}"

    @property
    def is_open(self) -> bool:
        return self.answered_at is None

    @property
    def is_late(self) -> bool:
        """Its last day has passed without an answer."""
        return self.is_open and self.due_on is not None and self.due_on < timezone.localdate()
