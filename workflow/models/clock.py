"""How long a clock may run (dated rows), and which runs have rung already."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflow import walls
from workflow.calendars import NoSuchCalendar, is_working_day
from workflow.clocks import Standard
from workflow.models.dated import COUNTS, Dated


class ClockStandard(Dated):
    class Counts(models.TextChoices):
        WORKING = "working", pgettext_lazy("clock", "working days")
        CALENDAR = "calendar", pgettext_lazy("clock", "calendar days")

    clock = models.CharField(_("clock"), max_length=60)
    days = models.PositiveSmallIntegerField(_("days"))
    counts = models.CharField(_("counted in"), max_length=10, choices=Counts)
    country = models.CharField(_("calendar of"), max_length=2, default="JP")
    moves = models.BooleanField(
        _("a last day on a holiday becomes the next working day"), default=True
    )
    remind_before = models.PositiveSmallIntegerField(_("reminder, days before"), default=1)
    escalate_after = models.PositiveSmallIntegerField(_("escalation, days after"), default=0)

    wall = walls.shared()

    class Meta(Dated.Meta):
        verbose_name = _("standard of a clock")
        verbose_name_plural = _("standards of clocks")
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["clock", "valid_from"],
                condition=COUNTS,
                name="workflow_clockstandard_once",
            ),
            models.CheckConstraint(
                condition=Q(counts__in=["working", "calendar"]),
                name="workflow_clockstandard_known_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clock}: {self.days}"

    def clean(self) -> None:
        try:
            is_working_day(self.valid_from, self.country)
        except NoSuchCalendar:
            raise ValidationError(
                {"country": _t("No calendar of this country is known. Give a code, as JP.")}
            ) from None

    def plain(self) -> Standard:
        return Standard(
            days=self.days,
            working=self.counts == self.Counts.WORKING,
            country=self.country,
            moves=self.moves,
            remind_before=self.remind_before,
            escalate_after=self.escalate_after,
        )


class ClockRing(models.Model):
    """A run of a clock has reminded, or was escalated: each once."""

    case_id = models.UUIDField()
    clock = models.CharField(max_length=60)
    run = models.BigIntegerField()
    what = models.CharField(max_length=10)
    at = models.DateTimeField(auto_now_add=True)

    wall = walls.agency()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case_id", "clock", "run", "what"], name="workflow_clockring_once"
            ),
            models.CheckConstraint(
                condition=Q(what__in=["remind", "escalate"]), name="workflow_clockring_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.clock} {self.what}"
