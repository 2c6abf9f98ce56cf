"""`route FILE|-`: which way a matter would take, by the routes that ship or those of `--reference`.

    {"matter": "subcontract_award", "amount": "1200000000", "currency": "JPY", "on": "2026-11-22"}

gives steps, who decides, whether the ministry is consulted, and why, as JSON. It asks no database.
`nation` and `label` may be given, `currency` is yen and `on` today unless told otherwise.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from approvals.models.route import row_of_file
from fms_agency.questions import Question, add_arguments, answered, read_question, rows_of_file
from workflow.approvals import Route, RouteRow, find_route
from workflow.handling import Handling

KEYS = ("matter", "amount", "currency", "on", "nation", "label")
EXAMPLE = '{"matter": "amendment", "amount": "1200000000"}'


class Command(BaseCommand):
    help = "Tell the approval route of a matter, an amount in yen and a day; JSON in, JSON out."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *, file: str, reference: Path, **options: Any) -> None:
        rows = rows_of_file(reference, "approval_routes", row_of_file)
        route = _route(rows, read_question(file, example=EXAMPLE))
        self.stdout.write(answered(_answer(route)))


def _route(rows: list[RouteRow], asked: Question) -> Route:
    asked.only(*KEYS)
    matter = asked.choice("matter", sorted({row.matter for row in rows}))
    if asked.has("currency") and asked.raw("currency") != "JPY":
        raise asked.refusal("currency", "routes are in yen; give JPY")
    return find_route(
        rows,
        matter=matter,
        amount=_amount(asked),
        on=asked.maybe(asked.day, "on") or timezone.localdate(),
        nation=_nation(asked),
        label=_label(asked),
    )


def _amount(asked: Question) -> Decimal:
    given = asked.raw("amount")
    if not isinstance(given, str) or not re.fullmatch(r"[0-9]{1,18}", given):
        raise asked.refusal("amount", "give yen in digits, as 1200000000")
    return Decimal(given)


def _nation(asked: Question) -> str:
    given = asked.given.get("nation") or ""
    if given == "" or (isinstance(given, str) and re.fullmatch("[A-Z]{2}", given)):
        return str(given)
    raise asked.refusal("nation", "give two capital letters, as PH")


def _label(asked: Question) -> str:
    given = asked.given.get("label") or ""
    if given == "" or given in Handling.values:
        return str(given)
    raise asked.refusal("label", "not a handling label")


def _answer(route: Route) -> dict[str, Any]:
    return {
        "steps": [step.plain() for step in route.steps],
        "decider": route.decider.rank if route.decider else None,
        "consult_ministry": route.consult_ministry,
        "why": [str(why) for why in route.why],
    }
