"""What a contract costs: examples to be checked by hand, then what must hold for every price."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.pricing import Price, PricedLine, Quoted, price, rounded
from ledger.money import amount_of, exponent, minor_units

D = Decimal


@pytest.mark.parametrize(
    ("amount", "currency", "result"),
    [
        ("100.99", "JPY", "100"),
        ("100", "JPY", "100"),
        ("0.9", "JPY", "0"),
        ("100.004", "USD", "100.00"),
        ("100.005", "USD", "100.01"),
        ("100.015", "AUD", "100.02"),
        ("1.0005", "KWD", "1.001"),
    ],
)
def test_amount_is_rounded_by_the_habit_of_its_currency(
    amount: str, currency: str, result: str
) -> None:
    assert str(rounded(D(amount), currency)) == result


def test_radars_of_the_philippines_are_priced() -> None:
    found = price(
        [Quoted(1, 3, D("3120000000")), Quoted(2, 1, D("2480000001"))],
        currency="JPY",
        administrative_percent=D("3.2"),
        deposit_percent=D(20),
    )

    assert found == Price(
        lines=(
            PricedLine(1, D("3120000000"), D("9360000000")),
            PricedLine(2, D("2480000001"), D("2480000001")),
        ),
        net=D("11840000001"),
        administrative_charge=D("378880000"),  # 378 880 000.032 truncated
        total=D("12218880001"),
        deposit=D("2443776000"),  # 2 443 776 000.2 truncated
    )


def test_other_currencies_are_rounded_half_up() -> None:
    found = price(
        [Quoted(1, 3, D("33.35"))],
        currency="USD",
        administrative_percent=D("3.2"),
        deposit_percent=D("12.5"),
    )

    assert found == Price(
        lines=(PricedLine(1, D("33.35"), D("100.05")),),
        net=D("100.05"),
        administrative_charge=D("3.20"),  # 3.2016
        total=D("103.25"),
        deposit=D("12.91"),  # 12.90625
    )


def test_nothing_costs_nothing() -> None:
    found = price([], currency="JPY", administrative_percent=D("3.2"), deposit_percent=D(20))

    assert found == Price((), D(0), D(0), D(0), D(0))


LINES = st.lists(
    st.builds(
        Quoted,
        number=st.integers(1, 200),
        quantity=st.integers(1, 1_000_000),
        unit_price=st.decimals(0, 10**12, places=2),
    ),
    max_size=20,
)
PERCENT = st.decimals(0, 100, places=4)
CURRENCY = st.sampled_from(["JPY", "USD", "AUD"])


@given(LINES, CURRENCY, PERCENT, PERCENT)
def test_parts_of_a_price_add_up_and_are_whole_units(
    lines: list[Quoted], currency: str, charge: Decimal, deposit: Decimal
) -> None:
    found = price(lines, currency=currency, administrative_percent=charge, deposit_percent=deposit)

    assert sum((line.amount for line in found.lines), D(0)) == found.net
    assert found.net + found.administrative_charge == found.total
    assert 0 <= found.deposit <= found.total
    for amount in (found.net, found.administrative_charge, found.total, found.deposit):
        assert amount_of(minor_units(amount, currency), currency) == amount >= 0


@given(st.decimals(0, 10**14, places=6), CURRENCY)
def test_rounding_moves_an_amount_by_less_than_a_unit(amount: Decimal, currency: str) -> None:
    assert abs(rounded(amount, currency) - amount) < D(1).scaleb(-exponent(currency))
