"""Working days of a country: its weekend, its public holidays, and for Japanese offices the turn of the year."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import holidays

ONE_DAY = timedelta(days=1)
# 行政機関の休日に関する法律 (1988 Act 91) Art. 1: 29 December to 3 January.
TURN_OF_YEAR = {"JP": {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}}


def is_in_force(first: date, last: date | None, day: date) -> bool:
    """Whether what counts from `first` until `last` (None: for good) counts on a day."""
    return first <= day and (last is None or day <= last)


class NoSuchCalendar(ValueError):
    """No public holidays are known for the country."""


@cache
def _known(country: str) -> holidays.HolidayBase:
    try:
        return holidays.country_holidays(country)
    except NotImplementedError as error:
        raise NoSuchCalendar(country) from error


def is_working_day(day: date, country: str) -> bool:
    """Whether offices of the country work on the day. Raises `NoSuchCalendar`."""
    if (day.month, day.day) in TURN_OF_YEAR.get(country, ()):
        return False
    known = _known(country)
    return day.weekday() not in known.weekend and day not in known


def next_working_day(day: date, country: str) -> date:
    """The day itself, or the first working day after it."""
    while not is_working_day(day, country):
        day += ONE_DAY
    return day


def add_working_days(day: date, count: int, country: str) -> date:
    """The working day that comes so many working days after the day."""
    for _ in range(count):
        day = next_working_day(day + ONE_DAY, country)
    return day


def working_days(first: date, last: date, country: str) -> int:
    """How many working days lie after the first day, up to and with the last."""
    days = ((first + ONE_DAY * count) for count in range(1, (last - first).days + 1))
    return sum(is_working_day(day, country) for day in days)
