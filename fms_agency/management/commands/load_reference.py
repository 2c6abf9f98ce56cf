"""Load the reference data that ships with the house. Rows that are there already stay as they are.

Each row that is added is a line of the trail.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from approvals.models import ApprovalRoute
from cases.models import ChecklistItem, LiabilityCurve, Rate, ReturnReason, StandardNote, Threshold
from fms_agency.alone import SHIPPED
from industry.models import Article, CatalogueCode
from partners.models import Agreement, Nation, Unit
from workflow.models import ClockStandard, Separation


class Command(BaseCommand):
    help = "Load nations, agreements, rates, units, approval routes, separations and the catalogue from files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reference", type=Path, default=SHIPPED, help="folder of the files")

    @transaction.atomic
    def handle(self, *, reference: Path, **options: Any) -> None:
        added = {
            "nations": _nations(_rows(reference, "nations")),
            "agreements": _agreements(_rows(reference, "agreements")),
            "catalogue_codes": _add(
                CatalogueCode,
                _rows(reference, "catalogue_codes"),
                ["scheme", "code", "valid_from"],
            ),
            "articles": _articles(_rows(reference, "articles")),
            "rates": _rates(_rows(reference, "rates")),
            "thresholds": _add(Threshold, _rows(reference, "thresholds"), ["code", "valid_from"]),
            "liability_curves": _curves(_rows(reference, "liability_curves")),
            "request_checklist": _add(
                ChecklistItem, _rows(reference, "request_checklist"), ["code", "valid_from"]
            ),
            "return_reasons": _add(
                ReturnReason, _rows(reference, "return_reasons"), ["use", "code", "valid_from"]
            ),
            "standard_notes": _add(
                StandardNote, _rows(reference, "standard_notes"), ["code", "valid_from"]
            ),
            "units": _add(Unit, _rows(reference, "units"), ["code"]),
            "approval_routes": _routes(_rows(reference, "approval_routes")),
            "clock_standards": _add(
                ClockStandard, _rows(reference, "clock_standards"), ["clock", "valid_from"]
            ),
            "separations": _separations(_rows(reference, "separations")),
        }
        told = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in added.items())
        self.stdout.write(f"Reference data added: {told}")


def _rows(folder: Path, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return rows


def _nations(rows: list[dict[str, Any]]) -> int:
    return _add(Nation, rows, ["code"])


def _agreements(rows: list[dict[str, Any]]) -> int:
    named = [{**row, "nation_id": row["nation"]} for row in rows]
    for row in named:
        del row["nation"]
    return _add(Agreement, named, ["nation_id", "signed_on"])


def _articles(rows: list[dict[str, Any]]) -> int:
    return _add(Article, rows, ["catalogue_number"])


def _rates(rows: list[dict[str, Any]]) -> int:
    return _add(Rate, rows, ["rate_set", "code", "valid_from"])


def _curves(rows: list[dict[str, Any]]) -> int:
    written = [
        {**row, "points": ", ".join(f"{spent}:{owed}" for spent, owed in row["points"])}
        for row in rows
    ]
    return _add(LiabilityCurve, written, ["curve", "valid_from"])


def _routes(rows: list[dict[str, Any]]) -> int:
    named = [{**row, "nation_id": row.pop("nation", None)} for row in rows]
    return _add(ApprovalRoute, named, ["matter", "from_amount", "nation_id", "label", "valid_from"])


def _separations(rows: list[dict[str, Any]]) -> int:
    return _add(Separation, rows, ["group", "duty", "valid_from"])


def _add(model: Any, rows: list[dict[str, Any]], key: list[str]) -> int:
    """Rows not known by their key yet; returns how many there were."""
    added = 0
    for row in rows:
        known = {name: row.get(name, "") for name in key}
        if not model.objects.filter(**known).exists():
            model(**row).save(force_insert=True, why="load_reference")
            added += 1
    return added
