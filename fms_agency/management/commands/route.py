"""`route FILE|-`: which way a matter would take, by the routes that ship or those of `--reference`.

    {"matter": "subcontract_award", "amount": "1200000000", "currency": "JPY", "on": "2026-11-22"}

gives steps, who decides, whether the ministry is consulted, and why, as JSON. It asks no database.
`nation` and `label` may be given, `currency` is yen and `on` today unless told otherwise.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from approvals.models.route import row_of_file
from fms_agency.alone import SHIPPED
from workflow.approvals import Route, RouteRow, find_route
from workflow.handling import Handling

KEYS = ("matter", "amount", "currency", "on", "nation", "label")


class Command(BaseCommand):
    help = "Tell the approval route of a matter, an amount in yen and a day; JSON in, JSON out."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", help="a file with the question as JSON, or - for standard input"
        )
        parser.add_argument("--reference", type=Path, default=SHIPPED, help="folder of the routes")

    def handle(self, *, file: str, reference: Path, **options: Any) -> None:
        rows = _rows(reference)
        route = _route(rows, _question(_read(file)))
        self.stdout.write(json.dumps(_answer(route), ensure_ascii=False, indent=2))


def _read(file: str) -> str:
    if file == "-":
        return sys.stdin.read()
    try:
        return Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise _bad(f"{file}: {error.strerror}") from error


def _rows(folder: Path) -> list[RouteRow]:
    path = folder / "approval_routes.json"
    try:
        return [row_of_file(row) for row in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, KeyError) as error:
        raise _bad(f"{path}: {error}") from error


def _question(text: str) -> Mapping[str, Any]:
    try:
        given = json.loads(text)
    except ValueError as error:
        raise _bad(f"not JSON: {error}") from error
    if not isinstance(given, dict):
        raise _bad('give one object, as {"matter": "amendment", "amount": "1200000000"}')
    for key in given:
        if key not in KEYS:
            raise _bad(f"{key}: not known; known are {', '.join(KEYS)}")
    for key in ("matter", "amount"):
        if key not in given:
            raise _bad(f"{key}: missing")
    return given


def _route(rows: list[RouteRow], given: Mapping[str, Any]) -> Route:
    matters = sorted({row.matter for row in rows})
    if given["matter"] not in matters:
        raise _bad(f"matter: none of {', '.join(matters)}")
    if given.get("currency", "JPY") != "JPY":
        raise _bad("currency: routes are in yen; give JPY")
    return find_route(
        rows,
        matter=given["matter"],
        amount=_amount(given["amount"]),
        on=_day(given.get("on")),
        nation=_nation(given.get("nation") or ""),
        label=_label(given.get("label") or ""),
    )


def _amount(given: Any) -> Decimal:
    if not isinstance(given, str) or not re.fullmatch(r"[0-9]{1,18}", given):
        raise _bad("amount: give yen in digits, as 1200000000")
    return Decimal(given)


def _day(given: Any) -> date:
    if given is None:
        return timezone.localdate()
    try:
        return date.fromisoformat(given)
    except (TypeError, ValueError):
        raise _bad("on: give a day as 2026-11-22") from None


def _nation(given: Any) -> str:
    if given == "" or (isinstance(given, str) and re.fullmatch("[A-Z]{2}", given)):
        return str(given)
    raise _bad("nation: give two capital letters, as PH")


def _label(given: Any) -> str:
    if given == "" or given in Handling.values:
        return str(given)
    raise _bad("label: not a handling label")


def _answer(route: Route) -> dict[str, Any]:
    return {
        "steps": [step.plain() for step in route.steps],
        "decider": route.decider.rank if route.decider else None,
        "consult_ministry": route.consult_ministry,
        "why": [str(why) for why in route.why],
    }


def _bad(why: str) -> CommandError:
    return CommandError(why, returncode=2)
