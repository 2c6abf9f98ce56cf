"""A person holds a role in an organisation, from a day to a day."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from partners.access import ROLES
from partners.models.organisation import Organisation
from partners.models.person import Person
from workflow.walls import Wall


class MembershipQuerySet(models.QuerySet[Any]):
    def on(self, day: date) -> Self:
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


class Membership(models.Model):
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(
        _("role"), max_length=40, choices=[(role.id, role.label) for role in ROLES.values()]
    )
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    wall = Wall(frozenset({"staff", "entrance"}), own="person_id")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation", "role", "valid_from"],
                name="partners_membership_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="partners_membership_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(role__in=sorted(ROLES)), name="partners_membership_known_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.role} ({self.organisation})"
