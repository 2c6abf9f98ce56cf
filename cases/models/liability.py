"""How much would be owed if everything were cancelled, and on which days is paid: what a schedule stands on."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from cases.schedule import Curve, DueDays, due_days_of, points_of
from workflow import walls
from workflow.models import Dated
from workflow.models.dated import COUNTS


def is_a_curve(written: str) -> None:
    try:
        points_of(written)
    except ValueError:
        raise ValidationError(
            _t("Write per cent spent and per cent owed, from 0 to 100: 0:0, 45:10, 100:0.")
        ) from None


def are_days(written: str) -> None:
    try:
        due_days_of(written)
    except ValueError:
        raise ValidationError(
            _t("Write months and days in their order: 03-15, 06-15, 09-15, 12-15.")
        ) from None


class LiabilityCurve(Dated):
    curve = models.SlugField(_("curve"), max_length=40)
    points = models.CharField(
        _("per cent spent and per cent owed"), max_length=300, validators=[is_a_curve]
    )
    due_days = models.CharField(_("days of payment"), max_length=80, validators=[are_days])

    wall = walls.shared()

    class Meta(Dated.Meta):
        verbose_name = _("termination liability and days of payment")
        verbose_name_plural = _("termination liability and days of payment")
        ordering = ["curve", "valid_from"]
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["curve", "valid_from"], condition=COUNTS, name="cases_liabilitycurve_once"
            ),
        ]

    def __str__(self) -> str:
        return self.curve

    def plain(self) -> Curve:
        return Curve(
            self.curve, points_of(self.points), self.valid_from, self.valid_to, self.source
        )

    @property
    def days(self) -> DueDays:
        return due_days_of(self.due_days)
