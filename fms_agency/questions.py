"""Questions that are put to a command as JSON: each value is read by its key, or refused by its name.

Numbers are never binary fractions: those of JSON are read as `Decimal`. Who asks wrongly hears which
key is wrong and what is wanted there; the command then ends with 2.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

from django.core.management.base import CommandError, CommandParser

from fms_agency.alone import SHIPPED
from ledger.money import currencies

T = TypeVar("T")
MOST_DIGITS = 18  # before the point: as many as the columns of amounts hold
AMOUNT = re.compile(r"[0-9]{1,18}(\.[0-9]{1,12})?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LONGEST_TEXT = 200
MOST_DECIMALS_TOLD = 20  # a third goes on for ever


def bad(why: str) -> CommandError:
    return CommandError(why, returncode=2)


class Question:
    """An object of JSON. `at` says where in the whole it stands, as `lines[0].`."""

    def __init__(self, given: Mapping[str, Any], *, at: str = "") -> None:
        self.given = given
        self.at = at

    def only(self, *keys: str) -> None:
        """Refuse what nobody would read."""
        for key in self.given:
            if key not in keys:
                raise self.refusal(key, f"not known; known are {', '.join(keys)}")

    def refusal(self, key: str, why: str) -> CommandError:
        return bad(f"{self.at}{key}: {why}")

    def has(self, key: str) -> bool:
        """Whether something is said; null says nothing."""
        return self.given.get(key) is not None

    def maybe(self, read: Callable[[str], T], key: str) -> T | None:
        return read(key) if self.has(key) else None

    def raw(self, key: str) -> Any:
        if not self.has(key):
            raise self.refusal(key, "missing")
        return self.given[key]

    def text(self, key: str) -> str:
        value = self.raw(key)
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise self.refusal(key, "give text")
        if len(value) > LONGEST_TEXT:
            raise self.refusal(key, f"give at most {LONGEST_TEXT} characters")
        return value

    def choice(self, key: str, known: Collection[str]) -> str:
        value = self.raw(key)
        if not isinstance(value, str) or value not in known:
            raise self.refusal(key, f"none of {', '.join(known)}")
        return value

    def choices(self, key: str, known: Collection[str]) -> frozenset[str]:
        value = self.raw(key)
        if not isinstance(value, list) or any(not isinstance(one, str) for one in value):
            raise self.refusal(key, f"give a list of {', '.join(known)}")
        for one in value:
            if one not in known:
                raise self.refusal(key, f"{one!a} is none of {', '.join(known)}")
        return frozenset(value)

    def currency(self, key: str) -> str:
        value = self.raw(key)
        if not isinstance(value, str) or value not in currencies():
            raise self.refusal(key, "no currency; give three capital letters, as USD")
        return value

    def flag(self, key: str) -> bool:
        value = self.raw(key)
        if not isinstance(value, bool):
            raise self.refusal(key, "give true or false")
        return value

    def day(self, key: str) -> date:
        value = self.raw(key)
        try:
            if isinstance(value, str) and DAY.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        raise self.refusal(key, "give a day as 2026-11-22")

    def whole(self, key: str, *, least: int, most: int) -> int:
        value = self.raw(key)
        is_whole = isinstance(value, Decimal) and value.as_tuple().exponent == 0
        if not is_whole or not least <= value <= most:
            raise self.refusal(key, f"give a whole number from {least} to {most:,}")
        return int(value)

    def amount(self, key: str) -> Decimal:
        """Nothing or more, in plain digits: a string, or a number of JSON."""
        text = _plain(self.raw(key))
        if not AMOUNT.fullmatch(text):
            raise self.refusal(
                key,
                'give an amount in digits, as "1500000.00": not negative, no signs but the point',
            )
        return Decimal(text)

    def at_most(self, key: str, most: int) -> Decimal:
        value = self.amount(key)
        if value > most:
            raise self.refusal(key, f"give at most {most}")
        return value

    def share(self, key: str) -> Decimal:
        return self.at_most(key, 1)

    def percent(self, key: str) -> Decimal:
        return self.at_most(key, 100)

    def rows(self, key: str) -> list[Question]:
        value = self.raw(key)
        if not isinstance(value, list) or not value:
            raise self.refusal(key, "give a list with at least one object")
        for place, one in enumerate(value):
            if not isinstance(one, dict):
                raise self.refusal(f"{key}[{place}]", "give an object")
        return [Question(one, at=f"{self.at}{key}[{n}].") for n, one in enumerate(value)]


def add_arguments(parser: CommandParser) -> None:
    """What every command takes that is asked in JSON."""
    parser.add_argument("file", help="a file with the question as JSON, or - for standard input")
    parser.add_argument(
        "--reference", type=Path, default=SHIPPED, help="folder of the reference files"
    )


def rows_of_file(folder: Path, name: str, read: Callable[[Mapping[str, Any]], T]) -> list[T]:
    """The rows of a reference file, each as `read` makes of it."""
    path = folder / f"{name}.json"
    try:
        given = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        return [read(row) for row in given]
    except (OSError, ValueError, ArithmeticError, TypeError, KeyError) as error:
        raise bad(f"{path}: {error}") from error


def digits(value: Decimal) -> str:
    """A number as it stands in an answer: plain digits, no zeros that say nothing."""
    whole, _point, fraction = f"{value:f}".partition(".")
    fraction = fraction[:MOST_DECIMALS_TOLD].rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def answered(answer: Mapping[str, Any]) -> str:
    return json.dumps(answer, ensure_ascii=False, indent=2)


def read_question(file: str, *, example: str) -> Question:
    """The question that stands in a file, or on standard input where `-` is given."""
    try:
        given = json.loads(
            _read(file),
            object_pairs_hook=_each_once,
            parse_float=_number,
            parse_int=_number,
            parse_constant=_number,
        )
    except (ValueError, RecursionError) as error:
        raise bad(f"not JSON: {error}") from error
    if not isinstance(given, dict):
        raise bad(f"give one object, as {example}")
    return Question(given)


def _read(file: str) -> str:
    if file == "-":
        return sys.stdin.read()
    try:
        return Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise bad(f"{file}: {error.strerror}") from error


def _each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise bad(f"{key}: given twice")
        found[key] = value
    return found


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent beyond all measure
        return Decimal("NaN")


def _plain(value: Any) -> str:
    """The digits of a value, or "" where it has none that could be an amount."""
    if isinstance(value, Decimal):
        return f"{value:f}" if value.is_finite() and abs(value.adjusted()) <= MOST_DIGITS else ""
    return value if isinstance(value, str) else ""
