"""`schedule FILE|-`: what a purchaser pays when, from a forecast of what is spent; docs/pricing.md.

    {"currency": "USD", "letter_of_credit": false, "periods": [
      {"label": "deposit", "due": null, "disbursement": "500", "termination_liability": "300", "holdback": "0"}]}

gives the cumulative requirement, the payment and what has been paid by then, as JSON. The termination
liability is the contractor's, or follows a standard curve: `"liability_curve": "production"`, in force
on `on`. It asks no database.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from cases.pricing import NOTHING
from cases.schedule import (
    Curve,
    Payment,
    Period,
    Schedule,
    curve_of_file,
    schedule,
    with_liability,
)
from fms_agency.questions import Question, add_arguments, answered, read_question, rows_of_file
from ledger.money import exponent

EXAMPLE = '{"currency": "USD", "periods": [{"label": "deposit", "disbursement": "500"}]}'


class Command(BaseCommand):
    help = "Tell the payment schedule of a forecast; JSON in, JSON out."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *, file: str, reference: Path, **options: Any) -> None:
        asked = read_question(file, example=EXAMPLE)
        asked.only("currency", "letter_of_credit", "liability_curve", "on", "periods")
        currency = asked.currency("currency")
        curve = _curve(asked, rows_of_file(reference, "liability_curves", curve_of_file))
        periods = _periods(asked, currency, has_curve=curve is not None)
        if curve is not None:
            periods = with_liability(periods, curve, currency=currency)
        letter = asked.maybe(asked.flag, "letter_of_credit") or False
        self.stdout.write(answered(_answer(schedule(periods, letter_of_credit=letter), currency)))


def _curve(asked: Question, curves: Iterable[Curve]) -> Curve | None:
    on = asked.maybe(asked.day, "on") or timezone.localdate()
    known = {curve.name: curve for curve in curves if curve.counts_on(on)}
    name = asked.maybe(lambda key: asked.choice(key, sorted(known)), "liability_curve")
    return known[name] if name else None


def _periods(asked: Question, currency: str, *, has_curve: bool) -> list[Period]:
    rows = asked.rows("periods")
    periods = [_period(one, currency, has_curve=has_curve) for one in rows]
    dated = [(one, period.due) for one, period in zip(rows, periods, strict=True) if period.due]
    for (_before, earlier), (one, later) in pairwise(dated):
        if later < earlier:
            raise one.refusal("due", f"comes before {earlier}; give periods in their order")
    return periods


def _period(one: Question, currency: str, *, has_curve: bool) -> Period:
    one.only("label", "due", "disbursement", "termination_liability", "holdback")
    if has_curve and one.has("termination_liability"):
        raise one.refusal("termination_liability", "comes from the curve; give one or the other")
    return Period(
        label=one.text("label"),
        due=one.maybe(one.day, "due"),
        disbursement=_money(one, "disbursement", currency),
        termination_liability=_money_or_none(one, "termination_liability", currency),
        holdback=_money_or_none(one, "holdback", currency),
    )


def _money_or_none(one: Question, key: str, currency: str) -> Decimal:
    return _money(one, key, currency) if one.has(key) else NOTHING


def _money(one: Question, key: str, currency: str) -> Decimal:
    """An amount in whole units of its currency: nobody pays less than one."""
    amount = one.amount(key)
    unit = Decimal(1).scaleb(-exponent(currency))
    if amount % unit:
        raise one.refusal(key, f"{currency} has {exponent(currency)} decimals")
    return amount


def _answer(found: Schedule, currency: str) -> dict[str, Any]:
    places = exponent(currency)
    return {
        "periods": [_told(one, places) for one in found.payments],
        "check": {
            "payments": f"{found.total:.{places}f}",
            "disbursements": f"{found.disbursed:.{places}f}",
            "adds_up": found.adds_up,
        },
    }


def _told(one: Payment, places: int) -> dict[str, Any]:
    return {
        "label": one.label,
        "due": one.due and one.due.isoformat(),
        "disbursement": f"{one.disbursement:.{places}f}",
        "cumulative_disbursement": f"{one.cumulative_disbursement:.{places}f}",
        "termination_liability": f"{one.termination_liability:.{places}f}",
        "holdback": f"{one.holdback:.{places}f}",
        "cumulative_requirement": f"{one.cumulative_requirement:.{places}f}",
        "payment": f"{one.payment:.{places}f}",
        "cumulative_paid": f"{one.cumulative_paid:.{places}f}",
    }
