"""Routes of approval: dated rows, by matter, amount, and nation or label."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from partners import route_steps
from partners.models import Nation, Unit
from workflow import walls
from workflow.approvals import Matter, Route, RouteRow, find_route, read_steps
from workflow.handling import Handling
from workflow.models import Dated
from workflow.models.dated import COUNTS


class ApprovalRoute(Dated):
    """From which amount on a matter takes which steps. `steps`: `[{kind, unit, rank, group}]`."""

    matter = models.CharField(_("matter"), max_length=40)
    from_amount = models.DecimalField(_("from amount (yen)"), max_digits=18, decimal_places=0)
    nation = models.ForeignKey(
        Nation,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("for the nation"),
    )
    label = models.CharField(
        _("for the handling label"), max_length=30, choices=Handling, blank=True, default=""
    )
    steps = models.JSONField(_("steps"))
    consult_ministry = models.BooleanField(_("the ministry is consulted"), default=False)
    bulk_concurrence = models.BooleanField(
        _("units may agree to several files at once"), default=False
    )

    wall = walls.agency()  # for which nation or label a route is longer is nobody else's

    class Meta(Dated.Meta):
        verbose_name = _("approval route")
        verbose_name_plural = _("approval routes")
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["matter", "from_amount", "nation", "label", "valid_from"],
                condition=COUNTS,
                nulls_distinct=False,
                name="approvals_route_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter} ≥ {self.from_amount}"

    def clean(self) -> None:
        steps, why = route_steps.read(self.steps)
        if why:
            raise ValidationError({"steps": why})
        known = set(Unit.objects.values_list("code", flat=True))
        if strange := sorted({step.unit for step in steps} - known):
            raise ValidationError(
                {"steps": _t("There is no unit %(units)s.") % {"units": ", ".join(strange)}}
            )

    def plain(self) -> RouteRow:
        """The row as the way of a file is found from it."""
        return RouteRow(
            matter=self.matter,
            from_amount=self.from_amount,
            steps=read_steps(self.steps),
            consult_ministry=self.consult_ministry,
            bulk_concurrence=self.bulk_concurrence,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            source=self.source,
            nation=self.nation_id or "",
            label=self.label,
        )


def route_on(day: date, *, matter: str, amount: Decimal, nation: str, label: str) -> Route:
    """The way of a matter by the rows in force on a day."""
    rows = ApprovalRoute.objects.on(day).filter(matter=matter)
    return find_route(
        (row.plain() for row in rows),
        matter=matter,
        amount=amount,
        on=day,
        nation=nation,
        label=label,
    )


def route_of(matter: Matter, case: Any) -> Route:
    """The way that a matter of a case takes today. Raises `NotOpen` where its amount chooses none."""
    return route_on(
        timezone.localdate(),
        matter=matter.route(case) if matter.route else matter.name,
        amount=Decimal(matter.amount(case)),
        nation=getattr(case, "nation_id", "") or "",
        label=getattr(case, "handling", ""),
    )


def row_of_file(given: Mapping[str, Any]) -> RouteRow:
    """A row as the reference files tell it. Raises `ValueError` or `KeyError`."""
    return RouteRow(
        matter=given["matter"],
        from_amount=Decimal(given["from_amount"]),
        steps=read_steps(given["steps"]),
        consult_ministry=given["consult_ministry"],
        bulk_concurrence=given.get("bulk_concurrence", False),
        valid_from=date.fromisoformat(given["valid_from"]),
        valid_to=date.fromisoformat(given["valid_to"]) if given.get("valid_to") else None,
        source=given["source"],
        nation=given.get("nation", ""),
        label=given.get("label", ""),
    )
