"""Tables that come in, CSV or XLSX: what stands in them, row by row, as text."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import ValidationError

from documents import sheets
from documents.contents.office import XLSX
from documents.sheets import Row, rows_of
from documents.tables import Table, as_csv, as_xlsx
from documents.uploads import Upload
from tests.documents.test_tables import FORMULAS, PLAIN, without_unfit

HEAD = ["Number", "Name", "Months", "As of"]
ROWS = [
    HEAD,
    ["JP-1", "レーダー, 固定式", 24, date(2026, 4, 1)],
    ["JP-2", "two\nlines", None, None],
]
TEXTS = [
    Row(1, HEAD),
    Row(2, ["JP-1", "レーダー, 固定式", "24", "2026-04-01"]),
    Row(3, ["JP-2", "two\nlines", "", ""]),
]


def csv(text: str, encoding: str = "utf-8") -> Upload:
    return Upload("table.csv", "text/csv", text.encode(encoding))


def book(fill: Callable[[Any], None], then: Callable[[Any], None] = lambda book: None) -> Upload:
    made = openpyxl.Workbook()
    fill(made.active)
    then(made)
    data = io.BytesIO()
    made.save(data)
    return Upload("table.xlsx", XLSX, data.getvalue())


def appended(*rows: list[Any]) -> Callable[[Any], None]:
    return lambda sheet: [sheet.append(row) for row in rows] and None


def full(rows: list[Row]) -> list[Row]:
    """As long as the head: XLSX leaves out what is empty at the end."""
    return [Row(number, [*cells, *[""] * (len(HEAD) - len(cells))]) for number, cells in rows]


@pytest.mark.parametrize(
    "upload",
    [
        csv('Number,Name,Months,As of\r\nJP-1,"レーダー, 固定式",24,2026-04-01\r\nJP-2,"two\nlines",,\r\n'),
        csv('\ufeffNumber,Name,Months,As of\nJP-1,"レーダー, 固定式", 24 ,2026-04-01\nJP-2,"two\nlines",,\n'),
        csv('Number,Name,Months,As of\nJP-1,"レーダー, 固定式",24,2026-04-01\nJP-2,"two\nlines",,\n', "cp932"),
        book(appended(*ROWS)),
        Upload("table.xlsx", XLSX, as_xlsx(Table("t", HEAD, ROWS[1:]))),
        Upload("table.csv", "text/csv", as_csv(Table("t", HEAD, ROWS[1:]))),
    ],
)  # fmt: skip
def test_table_is_read_as_text(upload: Upload) -> None:
    assert full(rows_of(upload)) == TEXTS


@pytest.mark.parametrize("text", [*FORMULAS, *PLAIN])
@pytest.mark.parametrize(("write", "kind"), [(as_csv, "text/csv"), (as_xlsx, XLSX)])
def test_text_that_went_out_comes_back(write: Any, kind: str, text: str) -> None:
    data = write(Table("t", ["Number", "Name", "End"], [["JP-1", text, "."]]))

    _head, row = rows_of(Upload("table", kind, data))

    assert row.cells == ["JP-1", without_unfit(text).strip(), "."]


def test_rows_keep_the_numbers_of_the_spreadsheet() -> None:
    assert rows_of(csv("a\n\n,\nb\n")) == [Row(1, ["a"]), Row(4, ["b"])]

    def fill(sheet: Any) -> None:
        sheet["A1"], sheet["C7"] = "a", "b"

    assert rows_of(book(fill)) == [Row(1, ["a"]), Row(7, ["", "", "b"])]


@pytest.mark.parametrize(
    ("value", "shown", "told"),
    [
        (46113, "yyyy/m/d", "2026-04-01"),
        (46113.5, "m月d日", "2026-04-01"),
        (46113, "[$-411]ggge年", "2026-04-01"),
        (46113, "General", "46113"),
        (46113, 'General"個"', "46113"),
        (46113, '0"days"', "46113"),
        (46113, "0.0E+0", "46113"),
        (46113, "#,##0_d", "46113"),
        (-1, "yyyy/m/d", "-1"),
        (1.5, "0.00%", "1.5"),
        (Decimal("0.1"), "0.0", "0.1"),
        (5840301234567, "0", "5840301234567"),
        (True, "General", "1"),
    ],
)
def test_number_or_day_is_told_as_it_is_shown(value: Any, shown: str, told: str) -> None:
    def fill(sheet: Any) -> None:
        sheet["A1"] = value
        sheet["A1"].number_format = shown

    assert rows_of(book(fill)) == [Row(1, [told])]


def test_days_of_books_that_count_from_1904() -> None:
    def old(made: Any) -> None:
        made.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904

    assert rows_of(book(appended([date(2026, 4, 1)]), old)) == [Row(1, ["2026-04-01"])]


def sheet_xml(body: str, shared: str = "") -> Upload:
    """A workbook of which a spreadsheet program has written the sheet in another way."""
    made = book(appended(["x"]))
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made.data)) as old, zipfile.ZipFile(data, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name.endswith("sheet1.xml"):
                text = f'<worksheet xmlns="x"><sheetData>{body}</sheetData></worksheet>'.encode()
            new.writestr(name, text)
        if shared:
            new.writestr("xl/sharedStrings.xml", f'<sst xmlns="x">{shared}</sst>')
    return Upload("table.xlsx", XLSX, data.getvalue())


@pytest.mark.parametrize(
    ("cells", "shared", "read"),
    [
        ('<c t="inlineStr"><is><t>in</t><t>line</t></is></c>', "", ["inline"]),
        ('<c t="s"><v>0</v></c>', "<si><t>東京</t><rPh><t>トウキョウ</t></rPh></si>", ["東京"]),
        ('<c t="s"><v>0</v></c>', "<si><r><t>a</t></r><r><t>b</t></r></si>", ["ab"]),
        ('<c t="str"><f>A1</f><v>worked out</v></c>', "", ["worked out"]),
        ("<c/><c><v>7</v></c>", "", ["", "7"]),
        ("<c><v>x</v></c>", "", ["x"]),
        ("<c><v>2.840012345678E12</v></c>", "", ["2840012345678"]),
        ("<c><v>1E999999999</v></c>", "", ["1E999999999"]),
        ("<c><v>NaN</v></c><c><v>-0.50</v></c>", "", ["NaN", "-0.5"]),
    ],
)
def test_cells_are_read_however_they_are_written(cells: str, shared: str, read: list[str]) -> None:
    assert rows_of(sheet_xml(f"<row>{cells}</row>", shared)) == [Row(1, read)]


@pytest.mark.parametrize(
    "upload",
    [
        Upload("table.xlsx", XLSX, b"PK"),
        sheet_xml("<row><c>"),
        sheet_xml('<row><c r="7C"><v>1</v></c></row>'),
        sheet_xml('<row><c t="s"><v>9</v></c></row>'),
        sheet_xml('<row r="one"/>'),
    ],
)
def test_sheet_that_cannot_be_read_is_refused(upload: Upload) -> None:
    with pytest.raises(ValidationError, match="The sheet cannot be read"):
        rows_of(upload)


def test_sheet_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "LONGEST_PART", 10)

    with pytest.raises(ValidationError, match="cannot be read"):
        rows_of(book(appended(["a"])))


def test_values_that_are_no_table_are_refused() -> None:
    with pytest.raises(ValidationError, match="Save it as CSV again"):
        rows_of(csv('a,"b"c\n'))


@pytest.mark.parametrize(
    "upload",
    [
        csv("a\n" * 2001),
        csv("," * 100 + "\n"),
        book(lambda sheet: sheet.cell(row=1, column=101, value="x") and None),
    ],
)
def test_table_of_too_many_rows_or_columns_is_refused(upload: Upload) -> None:
    with pytest.raises(ValidationError, match="At most 2000 rows of 100 columns"):
        rows_of(upload)
