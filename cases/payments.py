"""The payment schedule of a contract or a change: an estimate, from the times of its lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _t

from cases.models.liability import LiabilityCurve
from cases.pricing import STOCK
from cases.schedule import Curve, Outlay, Schedule, expected, months_after, points_of

CURVE = "production"


class NoSchedule(Exception):
    """Why there is none, in the language of the moment, with the remedy."""


def of(contract: Any, *, letter_of_credit: bool | None = None) -> Schedule:
    """What is to be paid when. Raises `NoSchedule`.

    Months count from the acceptance, or from the last day on which the offer can be accepted.
    """
    if not contract.asks.is_paid:
        raise NoSchedule(_t("Nothing is paid for a grant."))
    if contract.asks.by_worth:
        raise NoSchedule(_t("Requisitions are billed as they are supplied: there is no schedule."))
    if not contract.total:
        raise NoSchedule(_t("There is no price yet. Price the contract first."))
    lines = [line for line in contract.lines.order_by("number") if line.amount]
    untimed = [str(line.number) for line in lines if _span(line) is None]
    if untimed:
        raise NoSchedule(
            _t("Line %(lines)s does not say when it is supplied. Write the terms of the lines.")
            % {"lines": ", ".join(untimed)}
        )
    accepted_on, row = accepted(contract), _standard(contract)
    if letter_of_credit is None:
        letter_of_credit = contract.request.gives_letter_of_credit
    return expected(
        [_outlay(line, accepted_on) for line in lines],
        total=contract.total,
        deposit=contract.deposit or Decimal(0),
        accepted_on=accepted_on,
        due=row.days,
        curve=_curve(contract, row),
        currency=contract.currency,
        letter_of_credit=letter_of_credit,
    )


def curve(contract: Any) -> Curve:
    """What would be owed at each stage. Raises `NoSchedule`."""
    return _curve(contract, _standard(contract))


def _curve(contract: Any, standard: LiabilityCurve) -> Curve:
    """That of the contractor's own worksheet, where there is one."""
    if not contract.liability_points:
        return standard.plain()
    points = points_of(contract.liability_points)
    return replace(standard.plain(), points=points, source=contract.liability_source)


def _standard(contract: Any) -> LiabilityCurve:
    rows = LiabilityCurve.objects.on(contract.priced_on).filter(curve=CURVE)
    row: LiabilityCurve | None = rows.first()
    if row is None:
        raise NoSchedule(
            _t("No curve of termination liability is in force on %(day)s.")
            % {"day": date_format(contract.priced_on)}
        )
    return row


def table(contract: Any) -> list[dict[str, Any]]:
    """For the letter of offer and the API: what is due when; empty where there is no schedule."""
    try:
        found = of(contract)
    except NoSchedule:
        return []
    return [
        {"due": one.due, "payment": one.payment, "cumulative_paid": one.cumulative_paid}
        for one in found.payments
        if one.payment or one.due is None
    ]


def accepted(contract: Any) -> date:
    """The day from which months count."""
    if contract.accepted_at:
        return timezone.localdate(contract.accepted_at)
    return contract.expires_on or timezone.localdate()


def _span(line: Any) -> tuple[Any, Any] | None:
    if line.months_from is not None:
        return line.months_from, line.months_to
    return (line.period_from, line.period_to) if line.period_from else None


def _outlay(line: Any, accepted_on: date) -> Outlay:
    """What is bought is paid for from the award on; what comes from stock, when it is handed over."""
    is_bought = line.source not in STOCK
    if line.months_from is None:
        return Outlay(line.amount, line.period_from, line.period_to, is_bought)
    first = accepted_on if is_bought else months_after(accepted_on, line.months_from)
    return Outlay(line.amount, first, months_after(accepted_on, line.months_to), is_bought)
