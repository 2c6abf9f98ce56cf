"""Rates as prices look them up: by set, code and the day that counts. Plain Python.

Two sets ship: `us`, the history of U.S. Foreign Military Sales, and `jp`, the agency's own. They are
dated rows of `fms_agency/reference/rates.json` and of the table `Rate`; a price is the same from both.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

PER_CENT = Decimal("0.01")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class RateRow:
    """A dated row: a percentage, an amount (a limit or a minimum, in its currency), or both."""

    rate_set: str
    code: str
    percent: Decimal
    amount: Decimal | None
    currency: str
    valid_from: date
    valid_to: date | None
    source: str

    def counts_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def of(self, amount: Decimal) -> Decimal:
        return amount * self.percent * PER_CENT


class NoRate(LookupError):
    """A price asks for a rate of which no row is in force on the day."""

    def __init__(self, code: str, day: date) -> None:
        super().__init__(f"no rate {code} is in force on {day}")
        self.code = code
        self.day = day


class RatesOfDay:
    """The rows that are in force on a day, by code."""

    def __init__(self, day: date, rows: Mapping[str, RateRow]) -> None:
        self.day = day
        self.find = rows.get

    def on(self, code: str) -> RateRow:
        """Raises `NoRate` where none is in force."""
        row = self.find(code)
        if row is None:
            raise NoRate(code, self.day)
        return row


class RateSet:
    """The rows of one set. Between two days on which one begins or has ended they are the same."""

    def __init__(self, rows: Iterable[RateRow]) -> None:
        self._rows = sorted(rows, key=lambda row: row.valid_from)
        changes = {row.valid_from for row in self._rows}
        changes |= {row.valid_to + ONE_DAY for row in self._rows if row.valid_to}
        self._changes = sorted(changes)
        self._found: dict[int, Mapping[str, RateRow]] = {}

    def of(self, day: date) -> RatesOfDay:
        """What counts on a day; of two rows of a code, the one that began last."""
        place = bisect_right(self._changes, day)
        if place not in self._found:
            self._found[place] = {row.code: row for row in self._rows if row.counts_on(day)}
        return RatesOfDay(day, self._found[place])


def row_of_file(given: Mapping[str, Any]) -> RateRow:
    """A row as the reference files tell it. Raises `ValueError`, `ArithmeticError` or `KeyError`."""
    amount = given.get("amount")
    valid_to = given.get("valid_to")
    return RateRow(
        rate_set=given["rate_set"],
        code=given["code"],
        percent=Decimal(given.get("percent", 0)),
        amount=None if amount is None else Decimal(amount),
        currency=given.get("currency", ""),
        valid_from=date.fromisoformat(given["valid_from"]),
        valid_to=date.fromisoformat(valid_to) if valid_to else None,
        source=given["source"],
    )
