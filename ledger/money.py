"""Amounts as integer minor units (yen has none), and back. Exponents are those of ISO 4217."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from babel.core import get_global
from babel.numbers import get_currency_precision, get_territory_currencies


def exponent(currency: str) -> int:
    """Decimals of a currency: JPY 0, USD 2."""
    return get_currency_precision(currency)


@cache
def currencies() -> frozenset[str]:
    """What people pay with somewhere, by ISO 4217."""
    territories = get_global("territory_currencies")
    return frozenset(code for one in territories for code in get_territory_currencies(one))


def minor_units(amount: Decimal, currency: str) -> int:
    """`Decimal("12.34"), "USD"` → 1234. Raises `ValueError` for a fraction of the smallest unit."""
    scaled = amount.scaleb(exponent(currency))
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{amount} {currency} has a fraction of the smallest unit.")
    return int(scaled)


def written(amount: Decimal, currency: str) -> str:
    """`JPY 1,234`: an amount inside a sentence."""
    return f"{currency} {amount:,.{exponent(currency)}f}"


def exact(amount: Decimal, currency: str) -> Decimal:
    """With the digits of its currency; one with more keeps them, since nothing is rounded here."""
    told = amount.quantize(Decimal(1).scaleb(-exponent(currency)))
    return told if told == amount else amount


def amount_of(units: int, currency: str) -> Decimal:
    return Decimal(units).scaleb(-exponent(currency))
