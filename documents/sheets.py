"""A table that came in, as CSV or as the first sheet of an XLSX: what stands in its cells, as text.

The file has passed `documents.uploads`. Days come as 2026-04-01, numbers in plain digits, and the
apostrophe that `documents.tables` puts before what might act is taken away again.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from posixpath import join, normpath
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from documents.contents import text
from documents.contents.office import XLSX
from documents.inspection.office import UNREADABLE
from documents.tables import UNFIT, harmless
from documents.uploads import Upload

MOST_ROWS = 2_000
MOST_COLUMNS = 100
LONGEST_PART = 8 * 1024 * 1024
MOST_DIGITS = 40
RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
EPOCHS = {False: date(1899, 12, 30), True: date(1904, 1, 1)}  # day 0 (ISO/IEC 29500-1, 18.17.4.1)
LAST_DAY = 2_958_466  # 31 December 9999 and one
DAY_FORMATS = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
BESIDE_DAYS = re.compile(r'"[^"]*"|[\\_*].|\[[^\]]*\]|general|E[+-]', re.IGNORECASE)
OF_DAYS = re.compile(r"[ymdge]", re.IGNORECASE)
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # a sign that XML cannot carry (22.9.2.19)
PLACE = re.compile(r"([A-Z]{1,3})[0-9]+")


class Row(NamedTuple):
    """A row with its number, as the person's spreadsheet counts."""

    number: int
    cells: list[str]


def rows_of(upload: Upload) -> list[Row]:
    """All rows in which something stands. Raises `ValidationError` with what to do instead."""
    read = _of_xlsx if upload.content_type == XLSX else _of_csv
    found: list[Row] = []
    for number, cells in read(upload.data):
        if len(found) == MOST_ROWS or len(cells) > MOST_COLUMNS:
            raise ValidationError(
                _("At most %(rows)s rows of %(columns)s columns. Send the table in parts.")
                % {"rows": MOST_ROWS, "columns": MOST_COLUMNS},
                code="size",
            )
        if any(cells):
            found.append(Row(number, cells))
    return found


def _plain(cell: str) -> str:
    kept = UNFIT.sub("", cell)
    bare = kept[1:]
    is_guarded = kept.startswith("'") and harmless(bare) == kept
    return (bare if is_guarded else kept).strip()


# CSV -----------------------------------------------------------------------------------------


def _of_csv(data: bytes) -> Iterator[tuple[int, list[str]]]:
    written = text.decoded(data) or ""
    try:
        for number, cells in enumerate(
            csv.reader(io.StringIO(written, newline=""), strict=True), 1
        ):
            yield number, [_plain(cell) for cell in cells]
    except csv.Error as why:
        raise ValidationError(
            _("This is not a table of comma-separated values. Save it as CSV again."), code="csv"
        ) from why


# XLSX ----------------------------------------------------------------------------------------


def _of_xlsx(data: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from _Book(archive).rows()
    except (*UNREADABLE, ET.ParseError, IndexError) as why:
        raise ValidationError(
            _("The sheet cannot be read. Save it as XLSX again."), code="xlsx"
        ) from why


@dataclass
class _Book:
    archive: zipfile.ZipFile

    def __post_init__(self) -> None:
        self.book = self._part("xl/workbook.xml")
        is_1904 = any(_is_set(one.get("date1904")) for one in _all(self.book, "workbookPr"))
        self.epoch = EPOCHS[is_1904]
        names = self.archive.namelist()
        self.shared = self._shared() if "xl/sharedStrings.xml" in names else []
        self.days = self._day_styles() if "xl/styles.xml" in names else set()

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        number = 0
        for row in _all(self._part(self._first_sheet()), "row"):
            number = int(row.get("r") or number + 1)
            yield number, self._cells(row)

    def _cells(self, row: Any) -> list[str]:
        cells: list[str] = []
        for cell in _all(row, "c"):
            place = _column(cell.get("r")) if cell.get("r") else len(cells)
            if place >= MOST_COLUMNS:
                return [""] * (place + 1)  # too many, whatever they hold
            cells += [""] * (place + 1 - len(cells))
            cells[place] = self._value(cell)
        return cells

    def _value(self, cell: Any) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _plain(_letters(cell))
        written = next((one.text or "" for one in _all(cell, "v")), "")
        if kind == "s":
            return _plain(self.shared[int(written)])
        if kind == "n" and written:
            return _plain(self._number(written, is_day=int(cell.get("s") or 0) in self.days))
        return _plain(written)

    def _number(self, written: str, *, is_day: bool) -> str:
        try:
            number = Decimal(written)
        except InvalidOperation:
            return written
        if not number.is_finite() or abs(number.adjusted()) > MOST_DIGITS:
            return written
        if is_day and 0 < number < LAST_DAY:
            return (self.epoch + timedelta(days=int(number))).isoformat()
        return f"{number.normalize():f}"

    def _first_sheet(self) -> str:
        wanted = next(_all(self.book, "sheet")).get(RELATION_ID)
        relations = _all(self._part("xl/_rels/workbook.xml.rels"), "Relationship")
        target = next(one.get("Target", "") for one in relations if one.get("Id") == wanted)
        return normpath(join("xl", target)).lstrip("/")

    def _shared(self) -> list[str]:
        return [_letters(one) for one in _all(self._part("xl/sharedStrings.xml"), "si")]

    def _day_styles(self) -> set[int]:
        styles = self._part("xl/styles.xml")
        own = {
            one.get("numFmtId")
            for one in _all(styles, "numFmt")
            if OF_DAYS.search(BESIDE_DAYS.sub("", one.get("formatCode", "")))
        }
        formats = [one for cells in _all(styles, "cellXfs") for one in _all(cells, "xf")]
        return {
            place
            for place, one in enumerate(formats)
            if one.get("numFmtId") in own or int(one.get("numFmtId") or 0) in DAY_FORMATS
        }

    def _part(self, name: str) -> Any:
        if self.archive.getinfo(name).file_size > LONGEST_PART:
            raise zipfile.BadZipFile(f"{name} is too long")
        return ET.fromstring(self.archive.read(name))  # noqa: S314 - what declares a type has been refused


def _all(within: Any, name: str) -> Iterator[Any]:
    return (one for one in within.iter() if one.tag.rpartition("}")[2] == name)


def _letters(text: Any) -> str:
    """What is written, without how it is read: furigana stand in runs of their own."""
    read = {id(one) for run in _all(text, "rPh") for one in run.iter()}
    written = "".join(one.text or "" for one in _all(text, "t") if id(one) not in read)
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), written)


def _column(place: str) -> int:
    """`C7` → 2."""
    letters = PLACE.fullmatch(place)
    if letters is None:
        raise ValueError(place)
    column = 0
    for letter in letters[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1


def _is_set(flag: str | None) -> bool:
    return flag in {"1", "true"}
