"""The trail: one line per step, written by the gate in the step's own transaction.

Text only and no foreign keys, so that it stays readable when everything else has changed.
A trigger refuses UPDATE, DELETE and TRUNCATE.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    at = models.DateTimeField(_("at"), auto_now_add=True)
    case_kind = models.CharField(max_length=60)
    case_id = models.UUIDField()
    case_number = models.CharField(_("case"), max_length=32)
    owner_code = models.CharField(max_length=40, blank=True)
    step = models.CharField(_("step"), max_length=60)
    from_state = models.CharField(max_length=40, blank=True)
    to_state = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    actor_id = models.CharField(max_length=40)
    actor_name = models.CharField(_("who"), max_length=200)
    role = models.CharField(_("role"), max_length=60)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    on_behalf_of = models.CharField(max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True)
    given = models.JSONField(default=dict)
    opened = models.CharField(max_length=200, blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["case_id", "-id"], name="workflow_entry_of_case")]
        constraints = [
            models.UniqueConstraint(
                fields=["case_id", "version"], name="workflow_entry_one_per_version"
            )
        ]

    def __str__(self) -> str:
        return gettext("%(step)s by %(who)s") % {"step": self.step, "who": self.actor_name}
