"""The register of absences: who is away from when to when, and who may decide in their place."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from partners.models.person import Person
from workflow import walls


class AbsenceQuerySet(models.QuerySet[Any]):
    def counting(self) -> Self:
        return self.filter(withdrawn_at=None)

    def on(self, day: date) -> Self:
        """Absences that count on a day (`last_day` is one of them)."""
        return self.counting().filter(first_day__lte=day, last_day__gte=day)


class Absence(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="absences", verbose_name=_("who is away")
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    deputy = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        related_name="deputised",
        null=True,
        verbose_name=_("deputy"),
    )
    reason = models.CharField(_("reason"), max_length=200)
    registered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField(_("registered"), auto_now_add=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)

    objects = AbsenceQuerySet.as_manager()

    wall = walls.agency()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ["-first_day", "person"]
        indexes = [models.Index(fields=["person", "last_day"], name="partners_absence_of_person")]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="partners_absence_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(deputy=None) | ~Q(deputy=F("person")),
                name="partners_absence_deputy_is_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.first_day} – {self.last_day}"
