"""A role that one administrator has asked for and another has to confirm before it counts."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners.access import ROLES
from partners.models.decided import Decided
from partners.models.organisation import Organisation
from partners.models.person import Person
from partners.models.unit import Unit
from workflow import walls


class Grant(Decided):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="grants")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(
        _("role"), max_length=40, choices=[(role.id, role.label) for role in ROLES.values()]
    )
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        verbose_name=pgettext_lazy("organisation", "unit"),
    )
    is_acting = models.BooleanField(_("acting for a vacant post"), default=False)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True)
    reason = models.TextField(_("reason"))
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)

    wall = walls.agency()

    class Meta(Decided.Meta):
        ordering = ["asked_at"]
        constraints = [
            *Decided.Meta.constraints,
            models.UniqueConstraint(
                fields=["person", "organisation", "role", "unit"],
                condition=Q(decided_at=None),
                nulls_distinct=False,
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
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.role} ({self.organisation})"
