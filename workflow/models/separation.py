"""Separation of duties: which sides a duty stands on (dated data), and where each person stands.

The first act fixes a person's side of a group. What another side may do is then closed to them,
whatever roles they hold or get: the database has room for one side per person.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from workflow import walls
from workflow.models.dated import COUNTS, Dated


class Scope(models.TextChoices):
    CASE = "case", _("one case")
    DEAL = "deal", _("the whole deal")


class Separation(Dated):
    """A duty stands on a side of a group; sides of one group are different people's."""

    group = models.CharField(_("group"), max_length=20)
    side = models.CharField(_("side"), max_length=20)
    duty = models.CharField(_("duty"), max_length=40)
    scope = models.CharField(_("reaches over"), max_length=10, choices=Scope)
    name_ja = models.CharField(_("name in Japanese"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100)

    wall = walls.shared()

    class Meta(Dated.Meta):
        ordering = ["group", "side", "duty"]
        verbose_name = _("separation of duties")
        verbose_name_plural = _("separations of duties")
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["group", "duty", "valid_from"],
                condition=COUNTS,
                name="workflow_separation_once",
            ),
            models.CheckConstraint(
                condition=Q(scope__in=Scope.values), name="workflow_separation_known_scope"
            ),
        ]

    def __str__(self) -> str:
        return self.name_ja if get_language() == "ja" else self.name_en


class Side(models.Model):
    """Where a person stands in a group, on one case or deal. A trigger refuses any change."""

    about_id = models.UUIDField()
    group = models.CharField(max_length=20)
    side = models.CharField(max_length=20)
    duty = models.CharField(max_length=40)
    case_number = models.CharField(max_length=32)
    actor_id = models.CharField(max_length=40)
    actor_name = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)

    wall = walls.agency(append_only=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["about_id", "group", "actor_id"], name="workflow_side_one_per_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_number} {self.group}:{self.side} {self.actor_name}"

    @classmethod
    def of(cls, rule: Separation, case: Any, actor: Any) -> Side:
        return cls(
            about_id=about(case, rule.scope),
            group=rule.group,
            side=rule.side,
            duty=rule.duty,
            case_number=case.number,
            actor_id=actor.actor_id,
            actor_name=actor.actor_name,
        )


def about(case: Any, scope: str) -> Any:
    """The id under which sides are counted: the deal's, or that of the case a duty is done for."""
    return case.deal_id if scope == Scope.DEAL else case.duties_of
