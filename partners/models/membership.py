"""A person holds a role in an organisation, from a day to a day.

Whoever sets the house up gives the first roles: they have no `granted_by`. A role that stands
alone shares no day with another role of its holder (`partners_membership_stands_alone`).
A role that was ended at once, on its first day or before, counts on none.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from partners.access import GRANTED_BY_TWO, ROLES
from partners.models.organisation import Organisation
from partners.models.person import Person
from partners.models.unit import Unit
from workflow.models.dated import COUNTS
from workflow.walls import Wall


class MembershipQuerySet(models.QuerySet[Any]):
    def counting(self) -> Self:
        """Those that count on some day."""
        return self.filter(COUNTS)

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
    # A rank is held in a unit: the two are a post.
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        verbose_name=pgettext_lazy("organisation", "unit"),
    )
    is_acting = models.BooleanField(_("acting for a vacant post"), default=False)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    granted_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", null=True, editable=False
    )
    confirmed_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", null=True, editable=False
    )

    objects = MembershipQuerySet.as_manager()

    wall = Wall(frozenset({"staff", "entrance"}), own="person_id")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation", "role", "unit", "valid_from"],
                condition=COUNTS,
                nulls_distinct=False,
                name="partners_membership_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from") - timedelta(days=1)),
                name="partners_membership_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(role__in=sorted(ROLES)), name="partners_membership_known_role"
            ),
            models.CheckConstraint(
                condition=Q(granted_by=None) | ~Q(granted_by=F("person")),
                name="partners_membership_not_by_oneself",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None)
                | Q(granted_by__isnull=False)
                & ~Q(confirmed_by=F("person"))
                & ~Q(confirmed_by=F("granted_by")),
                name="partners_membership_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(granted_by=None)
                | ~Q(role__in=GRANTED_BY_TWO)
                | Q(confirmed_by__isnull=False),
                name="partners_membership_granted_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.role} ({self.organisation})"

    @property
    def post(self) -> str:
        """The role, and the unit where it is held: `Director, Legal`."""
        label = str(self.get_role_display())
        if self.unit is None:
            return label
        named = pgettext("post", "%(rank)s, %(unit)s") % {"rank": label, "unit": self.unit}
        return pgettext("post", "%(post)s (acting)") % {"post": named} if self.is_acting else named

    @property
    def counts_never(self) -> bool:
        return self.valid_to is not None and self.valid_to < self.valid_from
