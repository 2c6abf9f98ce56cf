"""Defence equipment and technology transfer agreements (防衛装備品・技術移転協定), with evidence."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from partners.models.nation import Nation
from workflow import walls
from workflow.models import Reference, ReferenceQuerySet


class AgreementQuerySet(ReferenceQuerySet):
    def in_force(self, day: date) -> Self:
        return self.filter(in_force_on__lte=day)


class Agreement(Reference):
    nation = models.ForeignKey(
        Nation, on_delete=models.PROTECT, related_name="agreements", verbose_name=_("nation")
    )
    signed_on = models.DateField(_("signed on"))
    in_force_on = models.DateField(_("in force"), null=True, blank=True)
    is_verified = models.BooleanField(_("dates verified"), default=False)

    objects = AgreementQuerySet.as_manager()  # type: ignore[misc]  # likewise by day

    wall = walls.shared()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["nation", "signed_on"]
        constraints = [
            models.UniqueConstraint(fields=["nation", "signed_on"], name="partners_agreement_once"),
            models.CheckConstraint(
                condition=Q(in_force_on=None) | Q(in_force_on__gte=F("signed_on")),
                name="partners_agreement_signed_first",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nation} {self.signed_on}"

    def clean(self) -> None:
        if self.in_force_on and self.in_force_on < self.signed_on:
            raise ValidationError(
                {"in_force_on": _t("It comes into force on the day it is signed or later.")}
            )
        others = type(self).objects.filter(nation=self.nation_id, signed_on=self.signed_on)
        if others.exclude(pk=self.pk).exists():
            known = _t("An agreement of this day is known already. Propose a change of that one.")
            raise ValidationError({"signed_on": known})
