"""What a purchaser pays when: initial deposit and quarterly payments, always ahead of what is spent.

    cumulative requirement = cumulative disbursement + termination liability + holdback
    payment                = max(0, requirement − paid so far)

Termination liability is what would be owed if everything were cancelled then: 0 at award, highest in
the middle of production, 0 at final delivery. It is the contractor's own worksheet, or a standard
curve. A letter of credit stands in for it, so that it is not paid ahead. SAMM C9; DSCA 19-16.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, localcontext
from itertools import pairwise
from typing import Any

from cases.pricing import NOTHING, PRECISION, rounded


@dataclass(frozen=True)
class Period:
    """What is expected of a period; the deposit is one of them, without a day. Amounts stand at its end."""

    label: str
    due: date | None
    disbursement: Decimal
    termination_liability: Decimal
    holdback: Decimal


@dataclass(frozen=True)
class Payment:
    label: str
    due: date | None
    disbursement: Decimal
    cumulative_disbursement: Decimal
    termination_liability: Decimal
    holdback: Decimal
    cumulative_requirement: Decimal
    payment: Decimal
    cumulative_paid: Decimal


@dataclass(frozen=True)
class Schedule:
    payments: tuple[Payment, ...]

    @property
    def total(self) -> Decimal:
        return sum((one.payment for one in self.payments), NOTHING)

    @property
    def disbursed(self) -> Decimal:
        return sum((one.disbursement for one in self.payments), NOTHING)

    @property
    def adds_up(self) -> bool:
        """Payments make up what has been paid, and that covers what is required at any time."""
        last = self.payments[-1].cumulative_paid if self.payments else NOTHING
        covered = all(one.cumulative_paid >= one.cumulative_requirement for one in self.payments)
        return covered and self.total == last


def schedule(periods: Sequence[Period], *, letter_of_credit: bool) -> Schedule:
    payments = []
    spent = paid = NOTHING
    for period in periods:
        liability = NOTHING if letter_of_credit else period.termination_liability
        spent += period.disbursement
        requirement = spent + liability + period.holdback
        payment = max(NOTHING, requirement - paid)
        paid += payment
        payments.append(
            Payment(
                label=period.label,
                due=period.due,
                disbursement=period.disbursement,
                cumulative_disbursement=spent,
                termination_liability=liability,
                holdback=period.holdback,
                cumulative_requirement=requirement,
                payment=payment,
                cumulative_paid=paid,
            )
        )
    return Schedule(tuple(payments))


# Standard curves -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Curve:
    """Termination liability in per cent of the value, by the per cent of it that has been spent."""

    name: str
    points: tuple[tuple[Decimal, Decimal], ...]
    valid_from: date
    valid_to: date | None
    source: str

    def counts_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def at(self, spent: Decimal) -> Decimal:
        """The liability where so much has been spent, on the straight line between two points."""
        (left, low), (right, high) = next(
            (start, end) for start, end in pairwise(self.points) if spent <= end[0]
        )
        return low + (high - low) * (spent - left) / (right - left)


def with_liability(periods: Iterable[Period], curve: Curve, *, currency: str) -> list[Period]:
    """The same periods, with the liability that a standard curve expects at the end of each."""
    periods = list(periods)
    value = sum((period.disbursement for period in periods), NOTHING)
    found, spent = [], NOTHING
    with localcontext(prec=PRECISION):
        for period in periods:
            spent += period.disbursement
            liability = value * curve.at(100 * spent / value) / 100 if value else NOTHING
            found.append(replace(period, termination_liability=rounded(liability, currency)))
    return found


def curve_of_file(given: Mapping[str, Any]) -> Curve:
    """A curve as the reference files tell it. Raises `ValueError`, `ArithmeticError` or `KeyError`."""
    points = tuple((Decimal(spent), Decimal(liability)) for spent, liability in given["points"])
    ends = [spent for spent, _liability in points]
    if ends[:1] != [0] or ends[-1:] != [100] or ends != sorted(set(ends)):
        raise ValueError(f"curve {given['curve']}: points go up from 0 to 100 per cent spent")
    valid_to = given.get("valid_to")
    return Curve(
        name=given["curve"],
        points=points,
        valid_from=date.fromisoformat(given["valid_from"]),
        valid_to=date.fromisoformat(valid_to) if valid_to else None,
        source=given["source"],
    )
