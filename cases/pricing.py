"""What a contract costs: plain arithmetic on `Decimal`, rounded here and nowhere else.

Yen amounts are truncated to whole yen at each step, the habit of Japanese state contracts;
other currencies are rounded half up to their smallest unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from ledger.money import exponent


@dataclass(frozen=True)
class Quoted:
    """A contract line and what industry asks for one unit of it."""

    number: int
    quantity: int
    unit_price: Decimal


@dataclass(frozen=True)
class PricedLine:
    number: int
    unit_price: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Price:
    lines: tuple[PricedLine, ...]
    net: Decimal
    administrative_charge: Decimal
    total: Decimal
    deposit: Decimal


def rounded(amount: Decimal, currency: str) -> Decimal:
    """An amount in the smallest unit of its currency."""
    unit = Decimal(1).scaleb(-exponent(currency))
    return amount.quantize(unit, ROUND_DOWN if currency == "JPY" else ROUND_HALF_UP)


def price(
    lines: Sequence[Quoted],
    *,
    currency: str,
    administrative_percent: Decimal,
    deposit_percent: Decimal,
) -> Price:
    """Line amounts, the administrative charge on their sum, the total and the deposit of it."""
    priced = tuple(
        PricedLine(line.number, line.unit_price, rounded(line.unit_price * line.quantity, currency))
        for line in lines
    )
    net = sum((line.amount for line in priced), Decimal(0))
    charge = rounded(net * administrative_percent / 100, currency)
    total = net + charge
    return Price(priced, net, charge, total, rounded(total * deposit_percent / 100, currency))
