"""Rows as a table for a spreadsheet, CSV or XLSX, in which no cell acts.

A text that a spreadsheet could take for a formula gets an apostrophe in front; taking one
apostrophe away gives the text back. Controls that no file may carry are left out. Numbers and days
stay numbers and days; a number of more digits than a spreadsheet keeps is written as text.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import xlsxwriter
from django.utils import timezone

Cell = str | int | Decimal | date | None  # instants are dates too
STARTS = tuple("=+-@\t\r\n＝＋－＠")
BLANKS = " '\u00a0\u3000\ufeff"  # a reader may skip these before it looks
# NUL and its kin, halves of pairs, and what XML knows no sign for.
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\']")
DIGITS_KEPT = 15
LONGEST_TEXT = 32_767
WIDEST = 60


@dataclass(frozen=True)
class Table:
    """What each column is called, and the rows."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def as_csv(table: Table) -> bytes:
    """RFC 4180 in UTF-8 with a byte order mark, by which spreadsheets know it; all cells quoted."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in (table.columns, *table.rows):
        writer.writerow([_written(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(table: Table) -> bytes:
    """Typed cells under a row of headings that stays in sight."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"constant_memory": True, "remove_timezone": True}) as book:
        sheet = book.add_worksheet(_sheet_name(table.title))
        sheet.freeze_panes(1, 0)
        for column, width in enumerate(_widths(table)):
            sheet.set_column(column, column, width)
        pen = _Pen(book, sheet)
        for number, row in enumerate((table.columns, *table.rows)):
            for column, cell in enumerate(row):
                pen.write(number, column, cell)
    return buffer.getvalue()


WRITERS: Mapping[str, tuple[Callable[[Table], bytes], str]] = MappingProxyType(
    {
        "csv": (as_csv, "text/csv; charset=utf-8"),
        "xlsx": (
            as_xlsx,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    }
)


def harmless(text: str) -> str:
    """The text, so that no spreadsheet calculates it."""
    kept = UNFIT.sub("", text)
    acts = kept.startswith(STARTS) or kept.lstrip(BLANKS).startswith(STARTS)
    return f"'{kept}" if acts else kept


def _written(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return harmless(cell)
        case datetime():
            return timezone.localtime(cell).strftime("%Y-%m-%d %H:%M")
        case date():
            return cell.isoformat()
        case _:
            return format(Decimal(cell), "f")


class _Pen:
    """Writes each cell by its type, never by what its text looks like."""

    def __init__(self, book: Any, sheet: Any) -> None:
        self.sheet, self.book = sheet, book
        self.head = book.add_format({"bold": True, "bottom": 1})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self.numbers: dict[int, Any] = {}

    def write(self, row: int, column: int, cell: Cell) -> None:
        match cell:
            case None:
                return
            case datetime():
                local = timezone.localtime(cell).replace(tzinfo=None)
                done = self.sheet.write_datetime(row, column, local, self.instant)
            case date():
                done = self.sheet.write_datetime(row, column, cell, self.day)
            case int() | Decimal() if _fits(cell):
                done = self.sheet.write_number(row, column, cell, self._number(cell))
            case _:
                text = _written(cell)
                done = self.sheet.write_string(row, column, text, None if row else self.head)
        if done:
            raise ValueError(f"Cell {row}, {column} does not fit into a sheet ({done}).")

    def _number(self, cell: int | Decimal) -> Any:
        """Grouped, with the digits behind the point that the number itself has."""
        places = max(0, -int(Decimal(cell).as_tuple().exponent))
        if places not in self.numbers:
            pattern = "#,##0" + ("." + "0" * places if places else "")
            self.numbers[places] = self.book.add_format({"num_format": pattern})
        return self.numbers[places]


def _fits(number: int | Decimal) -> bool:
    return len(Decimal(number).as_tuple().digits) <= DIGITS_KEPT


def _widths(table: Table) -> list[int]:
    """As wide as the widest cell; a Japanese sign takes two places."""
    cells = zip(*(map(_written, row) for row in (table.columns, *table.rows)), strict=True)
    return [min(WIDEST, max(map(_places, column)) + 2) for column in cells]


def _places(text: str) -> int:
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)


def _sheet_name(title: str) -> str:
    return NOT_IN_SHEET_NAMES.sub(" ", harmless(title)).strip()[:31]
