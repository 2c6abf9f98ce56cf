"""Rates as prices look them up: by set, code and the day that counts. Plain Python.

Two sets ship: `us`, the history of U.S. Foreign Military Sales, and `jp`, the agency's own. They are
dated rows of `fms_agency/reference/rates.json` and of the table `Rate`; a price is the same from both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any


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


class NoRate(LookupError):
    """A price asks for a rate of which no row is in force on the day."""

    def __init__(self, code: str, day: date) -> None:
        super().__init__(f"no rate {code} is in force on {day}")
        self.code = code
        self.day = day


class RateSet:
    """The rows of one set, found by code and day."""

    def __init__(self, rows: Iterable[RateRow]) -> None:
        self._rows: dict[str, list[RateRow]] = defaultdict(list)
        for row in sorted(rows, key=lambda one: one.valid_from, reverse=True):
            self._rows[row.code].append(row)
        self._found: dict[tuple[str, date], RateRow | None] = {}

    def knows(self, code: str) -> bool:
        """Whether the set has the code at all, on whatever days."""
        return code in self._rows

    def find(self, code: str, day: date) -> RateRow | None:
        """The row in force on a day, the one that began last if there are several."""
        asked = code, day
        if asked not in self._found:
            rows = self._rows.get(code, ())
            self._found[asked] = next((row for row in rows if row.counts_on(day)), None)
        return self._found[asked]

    def on(self, code: str, day: date) -> RateRow:
        """Raises `NoRate` where none is in force."""
        row = self.find(code, day)
        if row is None:
            raise NoRate(code, day)
        return row


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
