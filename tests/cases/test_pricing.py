"""What an offer costs by the agency's own rates, how amounts are rounded, and which rate counts on a day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.pricing import Line, Price, Rounding, Source, price, rounded
from cases.rates import NoRate, RateRow, RateSet
from ledger.money import amount_of, exponent, minor_units

D = Decimal
DAY = date(2026, 11, 22)


def row(code: str, percent: str = "0", **words: object) -> RateRow:
    columns = {"amount": None, "currency": "", "valid_from": date(2026, 4, 1), "valid_to": None}
    return RateRow("jp", code, D(percent), source="memo", **columns | words)


def rates(administration: str = "3.2", *more: RateRow) -> RateSet:
    none = (row(f"cas_{part}") for part in ("administration", "quality", "audit", "overseas"))
    return RateSet([row("administration", administration), *none, *more])


def bought(quantity: int, unit_base: str, number: str = "1") -> Line:
    return Line(number, quantity, D(unit_base), Source.PROCUREMENT)


def offer(*lines: Line, currency: str = "JPY", by: RateSet | None = None) -> Price:
    return price(
        lines,
        currency=currency,
        rates=by or rates(),
        accepted_on=DAY,
        rounding=Rounding.AGENCY,
    )


# Rounding ------------------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    ("rounding", "yen", "dollars"),
    [
        (Rounding.HALF_UP, "101", "0.13"),
        (Rounding.TRUNCATE, "100", "0.12"),
        (Rounding.AGENCY, "100", "0.13"),
    ],
)
def test_rounding_has_a_name(rounding: Rounding, yen: str, dollars: str) -> None:
    assert str(rounded(D("100.5"), "JPY", rounding)) == yen
    assert str(rounded(D("0.125"), "USD", rounding)) == dollars


CURRENCY = st.sampled_from(["JPY", "USD", "AUD"])


@given(st.decimals(0, 10**14, places=6), CURRENCY, st.sampled_from(Rounding))
def test_rounding_moves_an_amount_by_less_than_a_unit(
    amount: Decimal, currency: str, rounding: Rounding
) -> None:
    moved = abs(rounded(amount, currency, rounding) - amount)

    assert moved < D(1).scaleb(-exponent(currency))


# Offers --------------------------------------------------------------------------------------


def test_radars_of_the_philippines_are_priced() -> None:
    found = offer(bought(3, "3120000000"), bought(1, "2480000001", "2"))

    assert [line.line_value for line in found.lines] == [D("9360000000"), D("2480000001")]
    # 299 520 000 and 79 360 000.032, truncated
    assert [line.administration for line in found.lines] == [D("299520000"), D("79360000")]
    assert (found.net, found.administration, found.total) == (
        D("11840000001"),
        D("378880000"),
        D("12218880001"),
    )


def test_other_currencies_are_rounded_half_up() -> None:
    found = offer(bought(3, "33.35"), currency="USD")

    assert (found.net, found.administration, found.total) == (D("100.05"), D("3.20"), D("103.25"))


def test_nothing_costs_nothing() -> None:
    found = offer()

    assert (found.lines, found.net, found.administration, found.total) == ((), 0, 0, 0)


def test_agency_may_set_a_minimum_in_its_own_money() -> None:
    minimum = row("minimum", amount=D(50_000), currency="JPY")

    in_yen = offer(bought(1, "1000000"), by=rates("3.2", minimum))
    in_dollars = offer(bought(1, "1000"), currency="USD", by=rates("3.2", minimum))

    assert (in_yen.administration, in_yen.minimum_top_up) == (32_000, 18_000)
    assert in_dollars.minimum_top_up == 0


LINES = st.lists(
    st.builds(
        Line,
        number=st.integers(1, 200).map(str),
        quantity=st.integers(1, 1_000_000),
        unit_base=st.decimals(0, 10**12, places=2),
        source=st.just(Source.PROCUREMENT),
    ),
    max_size=20,
)
PERCENT = st.decimals(0, 100, places=4).map(str)


@given(LINES, CURRENCY, PERCENT)
def test_parts_of_a_price_add_up_and_are_whole_units(
    lines: list[Line], currency: str, charge: str
) -> None:
    found = offer(*lines, currency=currency, by=rates(charge))

    assert sum((line.line_value for line in found.lines), D(0)) == found.net
    assert sum((line.administration for line in found.lines), D(0)) == found.administration
    assert found.net + found.administration == found.total
    for amount in (found.net, found.administration, found.total):
        assert amount_of(minor_units(amount, currency), currency) == amount >= 0


# Which rate counts ---------------------------------------------------------------------------


def test_row_counts_from_its_first_day_to_its_last() -> None:
    first, last = date(2026, 4, 1), date(2026, 4, 30)
    found = RateSet([row("deposit", "20", valid_from=first, valid_to=last)])

    days = (first - timedelta(days=1), first, last, last + timedelta(days=1))

    assert [found.of(day).find("deposit") is not None for day in days] == [False, True, True, False]


def test_of_two_rows_counts_the_one_that_began_last() -> None:
    later = row("deposit", "25", valid_from=date(2026, 10, 1))

    for rows in ([row("deposit", "20"), later], [later, row("deposit", "20")]):
        assert RateSet(rows).of(DAY).on("deposit") == later


def test_rate_that_is_missing_is_named_with_the_day() -> None:
    with pytest.raises(NoRate, match="no rate administration is in force on 2026-03-31") as missing:
        rates().of(date(2026, 3, 31)).on("administration")

    assert (missing.value.code, missing.value.day) == ("administration", date(2026, 3, 31))
