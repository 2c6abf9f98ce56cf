"""What one person asks for and another decides on: whose decision it was, when, and which."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.models.person import Person


class DecidedQuerySet(models.QuerySet[Any]):
    def waiting(self) -> Self:
        return self.filter(decided_at=None)


class Decided(models.Model):
    decided_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", null=True, editable=False
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    is_confirmed = models.BooleanField(_("confirmed"), null=True)

    objects = DecidedQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None, decided_at=None, is_confirmed=None)
                | Q(decided_by__isnull=False, decided_at__isnull=False, is_confirmed__isnull=False),
                name="%(app_label)s_%(class)s_decided_whole",
            )
        ]

    def decide(self, *, by: Person, is_confirmed: bool) -> None:
        self.decided_by, self.decided_at, self.is_confirmed = by, timezone.now(), is_confirmed
        self.save(update_fields=["decided_by", "decided_at", "is_confirmed"])
