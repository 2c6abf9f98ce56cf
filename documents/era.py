"""Days in the Japanese era calendar: 令和8年11月22日. Source: 元号法 and cabinet orders on it."""

from __future__ import annotations

from datetime import date

# First day of each era since Japan took over the Gregorian calendar (1873-01-01).
ERAS = (
    (date(2019, 5, 1), "令和", "Reiwa"),
    (date(1989, 1, 8), "平成", "Heisei"),
    (date(1926, 12, 25), "昭和", "Shōwa"),
    (date(1912, 7, 30), "大正", "Taishō"),
    (date(1868, 1, 25), "明治", "Meiji"),
)
FIRST_DAY = date(1873, 1, 1)


def year_of(day: date) -> tuple[str, str, int]:
    """Era in Japanese, in Latin letters, and the year in it. Raises `ValueError` before 1873."""
    if day < FIRST_DAY:
        raise ValueError(f"{day} lies before Japan's Gregorian calendar (1873-01-01).")
    began, ja, latin = next(row for row in ERAS if row[0] <= day)
    return ja, latin, day.year - began.year + 1


def era_ja(day: date) -> str:
    """令和元年5月1日: the first year is called 元年."""
    ja, _latin, year = year_of(day)
    return f"{ja}{'元' if year == 1 else year}年{day.month}月{day.day}日"
