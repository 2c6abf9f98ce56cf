"""Days as an agency writes them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils.translation import override

from documents.era import era_ja, year_of
from documents.templatetags import paper


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 22), "令和8年11月22日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1926, 12, 24), "大正15年12月24日"),
        (date(1912, 7, 29), "明治45年7月29日"),
        (date(1873, 1, 1), "明治6年1月1日"),
    ],
)
def test_era_changes_on_its_first_day(day: date, expected: str) -> None:
    assert era_ja(day) == expected


def test_days_before_the_gregorian_calendar_are_refused() -> None:
    with pytest.raises(ValueError, match="Gregorian"):
        year_of(date(1872, 12, 31))


def test_instant_belongs_to_its_day_in_tokyo() -> None:
    instant = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)

    assert paper.era(instant) == "令和8年11月23日"
    assert paper.day_en(instant) == "23 November 2026"
    assert paper.day_ja(instant) == "2026年11月23日"


def test_day_speaks_the_language_of_the_moment() -> None:
    with override("ja"):
        assert paper.day(date(2026, 1, 2)) == "2026年1月2日"
    with override("en"):
        assert paper.day(date(2026, 1, 2)) == "2 January 2026"


def test_missing_day_is_empty() -> None:
    assert (paper.era(None), paper.day_ja(None), paper.day_en(None)) == ("", "", "")


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        (Decimal(1234567), "JPY", "JPY 1,234,567"),
        (Decimal("1234567.00"), "JPY", "JPY 1,234,567"),
        (Decimal("1234567.50"), "JPY", "JPY 1,234,567.5"),
        (Decimal(-5), "JPY", "JPY △5"),
        (Decimal(10), "AUD", "AUD 10.00"),
        (Decimal("0.125"), "USD", "USD 0.125"),
        (0, "JPY", "JPY 0"),
        (None, "JPY", "－"),
    ],
)
def test_money_shows_every_digit_that_says_something(
    amount: Decimal | int | None, currency: str, expected: str
) -> None:
    assert paper.money(amount, currency) == expected


def test_money_in_japanese_ends_in_yen() -> None:
    assert paper.money_ja(Decimal(1200), "JPY") == "1,200円"
    assert paper.money_ja(Decimal(1200), "AUD") == "AUD 1,200.00"
    assert paper.figure(Decimal(1200), "AUD") == "1,200.00"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(Decimal("3.500"), "3.5"), (Decimal(1000), "1,000"), (12, "12"), (None, "－")],
)
def test_quantity_drops_idle_zeros(value: Decimal | int | None, expected: str) -> None:
    assert paper.quantity(value) == expected


def test_unit_is_named_in_both_languages() -> None:
    assert (paper.unit_ja("EA"), paper.unit_en("EA")) == ("個", "each")
    assert (paper.unit_ja("XX"), paper.unit_en("XX")) == ("XX", "XX")
