"""A role that one administrator has asked for and another has to confirm before it counts."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from partners.access import ROLES
from partners.models.organisation import Organisation
from partners.models.person import Person
from workflow import walls


class GrantQuerySet(models.QuerySet[Any]):
    def waiting(self) -> Self:
        return self.filter(decided_at=None)


class Grant(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="grants")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(
        _("role"), max_length=40, choices=[(role.id, role.label) for role in ROLES.values()]
    )
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True)
    reason = models.TextField(_("reason"))
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    decided_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", null=True, editable=False
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    is_confirmed = models.BooleanField(_("confirmed"), null=True)

    objects = GrantQuerySet.as_manager()

    wall = walls.agency()

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation", "role"],
                condition=Q(decided_at=None),
                name="partners_grant_waits_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="partners_grant_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(role__in=sorted(ROLES)), name="partners_grant_known_role"
            ),
            models.CheckConstraint(
                condition=~Q(asked_by=F("person")), name="partners_grant_not_for_oneself"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None)
                | ~Q(decided_by=F("person")) & ~Q(decided_by=F("asked_by")),
                name="partners_grant_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None, decided_at=None, is_confirmed=None)
                | Q(decided_by__isnull=False, decided_at__isnull=False, is_confirmed__isnull=False),
                name="partners_grant_decided_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.role} ({self.organisation})"
