"""What a purchaser pays when: initial deposit and quarterly payments, always ahead of what is spent.

    cumulative requirement = cumulative disbursement + termination liability + holdback
    payment                = max(0, requirement − paid so far)

Termination liability is what would be owed if everything were cancelled then: 0 at award, highest in
the middle of production, 0 at final delivery. It is the contractor's own worksheet, or a standard
curve. A letter of credit stands in for it, so that it is not paid ahead. SAMM C9; DSCA 19-16.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation, localcontext
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
    if not is_whole(points):
        raise ValueError(f"curve {given['curve']}: points go up from 0 to 100 per cent spent")
    valid_to = given.get("valid_to")
    return Curve(
        name=given["curve"],
        points=points,
        valid_from=date.fromisoformat(given["valid_from"]),
        valid_to=date.fromisoformat(valid_to) if valid_to else None,
        source=given["source"],
    )


Points = tuple[tuple[Decimal, Decimal], ...]


def points_of(written: str) -> Points:
    """`0:0, 45:10, 100:0`: per cent spent and per cent owed. Raises `ValueError`."""
    try:
        points = tuple(
            (Decimal(spent), Decimal(owed))
            for spent, owed in (pair.split(":") for pair in written.split(","))
        )
    except InvalidOperation as error:
        raise ValueError(written) from error
    if not is_whole(points):
        raise ValueError(written)
    return points


def is_whole(points: Points) -> bool:
    """They go up from nothing spent to everything, and what is owed is a share of the value."""
    ends = [spent for spent, _owed in points]
    goes_up = ends[:1] == [0] and ends[-1:] == [100] and ends == sorted(set(ends))
    return goes_up and all(0 <= owed <= 100 for _spent, owed in points)


# From the lines of a contract ----------------------------------------------------------------


@dataclass(frozen=True)
class Outlay:
    """What a line costs, evenly from one day to another; what is bought from industry can be cancelled."""

    amount: Decimal
    first: date
    last: date
    is_bought: bool

    def until(self, day: date) -> Decimal:
        """How much of it is spent at the end of a day."""
        if day < self.first:
            return NOTHING
        if day >= self.last:
            return self.amount
        return self.amount * ((day - self.first).days + 1) / ((self.last - self.first).days + 1)


DueDays = tuple[tuple[int, int], ...]  # month and day


def due_days_of(written: str) -> DueDays:
    """`03-15, 06-15`: the days of each year on which is paid. Raises `ValueError`."""
    days = tuple(date.fromisoformat(f"2001-{day.strip()}") for day in written.split(","))
    if list(days) != sorted(set(days)):
        raise ValueError(written)
    return tuple((day.month, day.day) for day in days)


def days_from(first: date, due: DueDays) -> Iterator[date]:
    """The days of payment after a day, without end."""
    year = first.year
    while True:
        yield from (day for month, on in due if (day := date(year, month, on)) > first)
        year += 1


def expected(
    outlays: Sequence[Outlay],
    *,
    total: Decimal,
    deposit: Decimal,
    accepted_on: date,
    due: DueDays,
    curve: Curve,
    currency: str,
    letter_of_credit: bool,
) -> Schedule:
    """The deposit, then payments on the days they are due, until all is spent.

    Each covers what is expected to be spent until the end of the month in which the next is due, and
    what would then be owed if everything were cancelled. Charges (what `total` is more than the
    outlays) are earned with them. Outlays are not empty and not all nothing.
    """
    worth = sum((one.amount for one in outlays), NOTHING)
    bought = sum((one.amount for one in outlays if one.is_bought), NOTHING)
    last = max(one.last for one in outlays)
    periods = [Period("deposit", None, NOTHING, NOTHING, deposit)]
    spent = NOTHING
    with localcontext(prec=PRECISION):
        days, covered = pairwise(days_from(accepted_on, due)), date.min
        while covered < last:
            day, following = next(days)
            covered = _end_of_month(following)
            until = sum((one.until(covered) for one in outlays), NOTHING)
            now = total if covered >= last else rounded(total * until / worth, currency)
            owed = total * (bought / worth) * curve.at(100 * until / worth) / 100
            periods.append(Period("", day, now - spent, rounded(owed, currency), NOTHING))
            spent = now
    return schedule(periods, letter_of_credit=letter_of_credit)


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of a shorter month."""
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
