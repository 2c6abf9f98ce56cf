"""Unit of issue codes as the catalogue uses them, in the words of either language."""

from __future__ import annotations

from django.utils.translation import get_language

UNITS = {
    "EA": ("個", "each"),
    "SE": ("組", "set"),
    "LO": ("一式", "lot"),
    "PR": ("対", "pair"),
    "RD": ("発", "round"),
    "SH": ("隻", "ship"),
    "KG": ("kg", "kg"),
    "HR": ("時間", "hour"),
    "DY": ("日", "day"),
    "MM": ("人月", "person-month"),
    "MO": ("月", "month"),
    "YR": ("年", "year"),
    "CO": ("課程", "course"),
}


def in_language(code: str, language: str) -> str:
    """`EA` as 個 or each; a code that is not in the table stays as it is."""
    japanese, english = UNITS.get(code, (code, code))
    return japanese if language.startswith("ja") else english


def in_words(code: str) -> str:
    """The same in the language of the moment."""
    return in_language(code, get_language() or "")


def choices() -> list[tuple[str, str]]:
    """All of them to choose from."""
    return [(code, in_words(code)) for code in UNITS]
