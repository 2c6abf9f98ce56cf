"""The versions of a contract: what it said from when on, word for word."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.contract import Contract
from partners.models import NationLine
from workflow import walls

BASIC = "basic"


class Version(NationLine):
    """`content` is as `cases.content` tells it. The last of a contract is offered, or in force once signed."""

    belongs_to = "contract"

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="versions")
    code = models.CharField(_("version"), max_length=6)
    content = models.JSONField(_("content"))
    since = models.DateTimeField(_("since"), auto_now_add=True)

    wall = walls.Wall(partner="nation_id", append_only=True)

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "code"], name="cases_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.contract} {self.title}"

    @property
    def title(self) -> str:
        """“A1”; the first has a word."""
        return str(_("basic")) if self.code == BASIC else self.code

    @property
    def total(self) -> Any:
        return self.content["price"]["total"]
