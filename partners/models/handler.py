"""Who handles a deal: the people who may know of it once its label names its readers."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models.person import Person
from workflow import walls


class HandlerQuerySet(models.QuerySet[Any]):
    def now(self) -> Self:
        return self.filter(removed_at=None)


class Handler(models.Model):
    deal_id = models.UUIDField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="handled_deals")
    added_at = models.DateTimeField(_("added"), auto_now_add=True)
    removed_at = models.DateTimeField(_("removed"), null=True)

    objects = HandlerQuerySet.as_manager()

    wall = walls.agency()

    class Meta:
        ordering = ["added_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["deal_id", "person"],
                condition=Q(removed_at=None),
                name="partners_handler_once",
            )
        ]
        indexes = [models.Index(fields=["person"], name="partners_handler_of_person")]

    def __str__(self) -> str:
        return f"{self.person} {self.deal_id}"
