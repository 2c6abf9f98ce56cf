"""Reference data that changes by memo: each row says from when to when it counts, and who says so."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from workflow.calendars import is_in_force
from workflow.models.reference import Reference, ReferenceQuerySet

# A row that was withdrawn before its first day ends on the day before it, and counts on none.
COUNTS = Q(valid_to=None) | Q(valid_to__gte=F("valid_from"))


class DatedQuerySet(ReferenceQuerySet):
    def counting(self) -> Self:
        """Those that count on some day."""
        return self.filter(COUNTS)

    def on(self, day: date) -> Self:
        """The rows in force on a day (`valid_to` is the last day that counts)."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


class Dated(Reference):
    valid_from = models.DateField(_("in force from"))
    valid_to = models.DateField(_("last day in force"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()  # type: ignore[misc]  # a manager of rows by day

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from") - timedelta(days=1)),
                name="%(app_label)s_%(class)s_ends_after_it_begins",
            )
        ]

    def counts_on(self, day: date) -> bool:
        return is_in_force(self.valid_from, self.valid_to, day)

    @property
    def counts_never(self) -> bool:
        return self.valid_to is not None and self.valid_to < self.valid_from
