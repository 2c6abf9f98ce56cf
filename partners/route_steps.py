"""Steps of a route of approval as a page asks for them and reads them: how, which rank, of which unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners.access import ROLES
from partners.models.unit import Unit
from workflow.approvals import RANKS, Kind, NoRoute, RouteStep, read_steps, why_not_steps

MOST_STEPS = 16
BLANK_ROWS = 4
COLUMNS = {
    "kind": _("part"),
    "rank": _("rank"),
    "unit": pgettext_lazy("organisation", "unit"),
    "group": _("place in order"),
}
KINDS = {
    Kind.LINE: pgettext_lazy("approval", "line"),
    Kind.CONCURRENCE: pgettext_lazy("approval", "concurrence"),
    Kind.EXAMINATION: pgettext_lazy("approval", "examination"),
    Kind.DECISION: pgettext_lazy("approval", "decision"),
    Kind.CIRCULATION: pgettext_lazy("approval", "circulation"),
}


def in_words(steps: list[Any]) -> str:
    """`1 line: Director, Legal → 2 decision: President, Executive`."""
    units = {unit.code: str(unit) for unit in Unit.objects.all()}
    return " → ".join(
        f"{step['group']} {KINDS[step['kind']]}: {ROLES[step['rank']].label}, "
        f"{units.get(step['unit'], step['unit'])}"
        for step in steps
    )


class StepRows(forms.Widget):
    template_name = "portal/components/lines_widget.html"
    use_fieldset = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]]:
        rows = (
            {column: str(data.get(f"{name}-{place}-{column}", "")).strip() for column in COLUMNS}
            for place in range(MOST_STEPS)
        )
        return [row for row in rows if row["kind"] or row["rank"] or row["unit"]]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not self.value_from_datadict(data, files, name)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        given = value if isinstance(value, list) else []
        rows = [*given, *({} for _ in range(BLANK_ROWS))][:MOST_STEPS]
        options = _options()
        first = context["widget"]["attrs"].get("id", name)
        context["widget"] |= {
            "heading": "",
            "columns": list(COLUMNS.values()),
            "rows": [
                {
                    "title": str(place + 1),
                    "cells": [
                        {
                            "name": f"{name}-{place}-{column}",
                            "id": f"{first}_{place}_{column}",
                            "label": label,
                            "value": str(row.get(column, "")),
                            "options": options.get(column),
                            "type": "number",
                            "min": 1,
                        }
                        for column, label in COLUMNS.items()
                    ],
                }
                for place, row in enumerate(rows)
            ],
        }
        return context


class StepsField(forms.Field):
    """A list of `{kind, unit, rank, group}`; what makes no route is refused with the remedy."""

    def __init__(self, *, label: Any) -> None:
        hint = _(
            "Steps of one place stand side by side. One step decides; only circulation comes after it. "
            "Rows that are left empty count for nothing."
        )
        super().__init__(label=label, help_text=hint, widget=StepRows())

    def clean(self, value: Any) -> list[dict[str, Any]]:
        rows = typed(super().clean(value) or [])
        _steps, why = read(rows)
        if why:
            raise ValidationError(why)
        return rows


def read(rows: list[dict[str, Any]]) -> tuple[tuple[RouteStep, ...], str]:
    """The steps of the rows, and why they make no route, as one sentence, or ""."""
    try:
        steps = read_steps(rows)
    except NoRoute as no:
        return (), _t(no.text) % no.values
    why = why_not_steps(steps)
    return steps, _t(why) if why else ""


def typed(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows as a page sends them: the place in order is a number."""
    return [_read(row) for row in rows]


def _read(row: Mapping[str, Any]) -> dict[str, Any]:
    group = str(row["group"])
    return {**row, "group": int(group) if group.isascii() and group.isdigit() else 0}


def _options() -> dict[str, list[tuple[str, str]]]:
    blank = ("", "—")
    return {
        "kind": [blank, *((str(kind), str(capfirst(label))) for kind, label in KINDS.items())],
        "rank": [blank, *((rank, str(ROLES[rank].label)) for rank in RANKS)],
        "unit": [blank, *((unit.code, str(unit)) for unit in Unit.objects.all())],
    }
