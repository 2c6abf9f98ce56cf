"""A change of reference data that one person has proposed and another has to confirm before it counts."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners.models.decided import Decided
from partners.models.person import Person
from workflow import walls


class Proposal(Decided):
    """`columns` are those of the row to be; with `instead_of` it is the next version of that row.

    Without columns the row `instead_of` only ends, on `last_day`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=60)
    instead_of = models.BigIntegerField(null=True)
    columns = models.JSONField(default=dict)
    last_day = models.DateField(pgettext_lazy("reference", "last day"), null=True)
    source = models.CharField(_("source"), max_length=300)
    reason = models.TextField(_("reason"))
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("proposed"), auto_now_add=True)

    wall = walls.agency()

    class Meta(Decided.Meta):
        ordering = ["proposed_at"]
        constraints = [
            *Decided.Meta.constraints,
            models.UniqueConstraint(
                fields=["kind", "instead_of"],
                condition=Q(decided_at=None),
                name="partners_proposal_waits_once",
            ),
            models.CheckConstraint(
                condition=~Q(columns={}) & Q(last_day=None)
                | Q(columns={}, last_day__isnull=False, instead_of__isnull=False),
                name="partners_proposal_new_row_or_end",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")),
                name="partners_proposal_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.instead_of or ''}".strip()
