"""Filters for papers and notices: money, quantities and days as an agency writes them.

Nothing rounds here. An amount shows all the digits it has, and at least its currency's own.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from babel.numbers import get_currency_precision
from django import template
from django.utils import timezone
from django.utils.translation import get_language

from documents import units
from documents.era import era_ja

register = template.Library()

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


@register.filter
def money(amount: Decimal | int | None, currency: str) -> str:
    """`JPY 1,234,567`; a missing amount is a dash, a negative one carries △."""
    if amount is None or amount == "":
        return "－"
    return f"{currency} {_digits(Decimal(amount).normalize(), get_currency_precision(currency))}".strip()


@register.filter
def money_ja(amount: Decimal | int | None, currency: str) -> str:
    """`1,234,567円`; other currencies keep their code."""
    if amount is None or amount == "" or currency != "JPY":
        return money(amount, currency)
    return f"{_digits(Decimal(amount).normalize(), 0)}円"


@register.filter
def figure(amount: Decimal | int | None, currency: str) -> str:
    """`1,234,567`: for columns whose head names the currency."""
    return money(amount, currency).removeprefix(currency).strip()


@register.filter
def quantity(value: Decimal | int | None) -> str:
    """`3`, `1,250.5`: no zeros behind the last digit that says something."""
    return "－" if value is None or value == "" else _digits(Decimal(value).normalize(), 0)


@register.filter
def unit_ja(code: str) -> str:
    """`EA` as 個."""
    return units.in_language(code, "ja")


@register.filter
def unit_en(code: str) -> str:
    """`EA` as each."""
    return units.in_language(code, "en")


@register.filter
def era(day: date | None) -> str:
    """`令和8年11月22日`."""
    return era_ja(_day(day)) if day else ""


@register.filter
def day_ja(day: date | None) -> str:
    """`2026年11月22日`."""
    return f"{_day(day).year}年{_day(day).month}月{_day(day).day}日" if day else ""


@register.filter
def day_en(day: date | None) -> str:
    """`22 November 2026`."""
    return f"{_day(day).day} {MONTHS[_day(day).month - 1]} {_day(day).year}" if day else ""


@register.filter
def day(value: date | None) -> str:
    """The day in the language of the moment."""
    return day_ja(value) if get_language() == "ja" else day_en(value)


def _digits(value: Decimal, places: int) -> str:
    exponent = value.as_tuple().exponent
    places = max(places, -exponent if isinstance(exponent, int) else 0)
    return f"{'△' if value < 0 else ''}{abs(value):,.{places}f}"


def _day(day: date) -> date:
    """An instant belongs to its day in Tokyo."""
    return timezone.localdate(day) if isinstance(day, datetime) else day
