"""Lines of a request from a table: taken as a whole, or told row by row what is wrong."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override

from cases import line_tables
from cases.models import Request
from documents.tables import WRITERS, Table
from industry.models import Article
from tests.factories import ArticleFactory, RequestFactory, person
from workflow.forms import form_for, form_of
from workflow.steps import beginnings_of, steps_of

pytestmark = pytest.mark.django_db
MEANT = "Give a catalogue number: JP-TST-901 Test radio; JP-TST-902 Test radio"
INSTEAD = "Give a catalogue number, or your own words instead"
KNOWN = "Known columns: Article or service, Or in your own words, Quantity, Remark."
REQUEST = {"title": "Radars", "reference": "PAF-2026-1", "reference_date": "2026-11-22"}
PAPER = REQUEST | {"received_on": "2026-11-22"}
TYPES = {extension: content_type for extension, (_write, content_type) in WRITERS.items()}


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel("2026-11-22T12:00:00+09:00", tick=False):
        yield


def file(*rows: str, name: str = "lines.csv") -> Any:
    return SimpleUploadedFile(name, "\n".join(rows).encode())


def form(table: Any, given: Any = None, name: str = "revise", **fields: Any) -> Any:
    request = RequestFactory(**fields)
    asked = form_for(
        request,
        steps_of(Request)[name],
        person("case_manager"),
        given or REQUEST,
        {"lines_file": table} if table else {},
    )
    asked.is_valid()
    return asked


def lines_of(*rows: str) -> list[tuple[str, str, int, str]]:
    asked = form(file(*rows))
    assert asked.errors == {}
    return [
        (line["article"].catalogue_number if line["article"] else "", *list(line.values())[1:])
        for line in asked.cleaned_data["lines"]
    ]


def faults(*rows: str) -> list[str]:
    asked = form(file(*rows))
    assert set(asked.errors) == {"lines_file"}
    assert "lines_file" not in asked.cleaned_data
    return list(asked.errors["lines_file"])


def test_table_gives_lines_by_number_by_stock_number_and_in_words() -> None:
    ArticleFactory(catalogue_number="JP-TST-901", stock_number="5840301234567")

    assert lines_of(
        "Article or service,Or in your own words,Quantity,Remark",
        "JP-RAD-001,,3,fixed",
        ",,,",
        "5840-30-123-4567,,2,",
        ",Mast,1,",
    ) == [
        ("JP-RAD-001", "", 3, "fixed"),
        ("JP-TST-901", "", 2, ""),
        ("", "Mast", 1, ""),
    ]


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("extension", ["xlsx", "csv"])
def test_template_comes_back_whatever_language_reads_it(language: str, extension: str) -> None:
    with override(language):
        template = line_tables.template()
    filled = Table(template.title, template.columns, [["JP-RAD-001", None, 3, "=1+1"]])
    data = WRITERS[extension][0](filled)
    upload = SimpleUploadedFile(f"t.{extension}", data, content_type=TYPES[extension])

    asked = form(upload)

    assert asked.errors == {}
    assert asked.cleaned_data["lines"] == [
        {
            "article": Article.objects.get(catalogue_number="JP-RAD-001"),
            "description": "",
            "quantity": 3,
            "remark": "=1+1",
        }
    ]


def test_columns_may_stand_in_any_order_and_in_any_width() -> None:
    assert lines_of("数量,ＡＲＴＩＣＬＥ", "3,JP-RAD-001") == [("JP-RAD-001", "", 3, "")]


def test_every_bad_row_is_told_with_its_number_and_the_remedy() -> None:
    ArticleFactory(catalogue_number="JP-TST-901", stock_number="5840301234567")
    ArticleFactory(catalogue_number="JP-TST-902", stock_number="5840301234567")

    assert faults(
        "article,description,quantity",
        "JP-RAD-001,,3",
        "",
        "JP-XXX-001,,1",
        ",,2",
        "JP-RAD-001,Mast,1",
        "JP-RAD-002,,many",
        "5840-30-123-4567,,1",
        "5840-30-123-9999,,1",
        "5840-30-123,,1",
    ) == [
        "Row 4: no article “JP-XXX-001” in the catalogue. Give a catalogue number.",
        "Row 5: give a catalogue number or your own words, one of the two.",
        "Row 6: give a catalogue number or your own words, one of the two.",
        "Row 7: the quantity must be a whole number from 1 to 1,000,000.",
        f"Row 8: more articles than one have the stock number “5840-30-123-4567”. {MEANT}.",
        f"Row 9: no article has the stock number “5840-30-123-9999”. {INSTEAD}.",
        "Row 10: “5840-30-123” is no stock number: it has 13 digits, as 1234-12-123-1234.",
    ]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (
            ("article,quantity",),
            ["The table has no lines. Write one into each row below the headings."],
        ),
        (
            ("article,colour", "JP-RAD-001,red"),
            [
                f"Row 1: no column is called “colour”. {KNOWN}",
                f"Row 1: the column “Quantity” is missing. {KNOWN}",
            ],
        ),
        (
            ("article,quantity,数量", "JP-RAD-001,1,2"),
            [
                "Row 1: the column “quantity” stands there twice. Keep one.",
                "Row 1: the column “数量” stands there twice. Keep one.",
            ],
        ),
        (
            ("article,quantity", "JP-RAD-001,1,stray"),
            ["Row 2: “stray” stands under no heading. Give its column one, or take it out."],
        ),
        (
            ("quantity,remark", "1,"),
            ["Row 2: give a catalogue number or your own words, one of the two."],
        ),
        (
            ("article,quantity", *["JP-RAD-001,1"] * 201),
            ["At most 200 lines."],
        ),
    ],
)
def test_table_that_cannot_be_read_as_lines_says_why(rows: Any, why: list[str]) -> None:
    assert faults(*rows) == why


def test_picture_is_no_table() -> None:
    asked = form(SimpleUploadedFile("lines.txt", b"article,quantity\nJP-RAD-001,1\n"))

    assert asked.errors["lines_file"] == ["Send one of these types: .xlsx, .csv."]


def test_table_stands_in_place_of_the_lines_typed_in() -> None:
    typed = REQUEST | {"lines": [{"article": "JP-RAD-002", "quantity": 9}]}

    by_hand, by_table = form(None, typed), form(file("article,quantity", "JP-RAD-001,3"), typed)

    assert [one["quantity"] for one in by_hand.cleaned_data["lines"]] == [9]
    assert [one["quantity"] for one in by_table.cleaned_data["lines"]] == [3]


def test_letter_on_paper_needs_lines_from_one_place_or_the_other() -> None:
    paper = {"state": "submitted", "received_on": "2026-11-20", "name": "correct_entry"}

    nowhere = form(None, PAPER | {"lines": []}, **paper)
    in_a_table = form(file("article,quantity", "JP-RAD-001,3"), PAPER | {"lines": []}, **paper)
    wrong = form(file("article,quantity", "JP-RAD-001,x"), PAPER | {"lines": []}, **paper)

    assert nowhere.errors == {"lines": ["Add at least one line: what, and how many."]}
    assert in_a_table.errors == {}
    assert set(wrong.errors) == {"lines_file"}


def test_table_of_what_no_eye_may_see_names_nothing() -> None:
    """Articles are looked up among those that whoever fills the form in may see."""
    ArticleFactory(catalogue_number="JP-TST-903", handling="company_confidential")
    draft = form_of(beginnings_of(Request)["draft"])
    given = file("article,quantity", "JP-TST-903,1")

    asked = draft(REQUEST, {"lines_file": given}, case=Request(), person=person("requester"))

    assert asked.errors["lines_file"] == [
        "Row 2: no article “JP-TST-903” in the catalogue. Give a catalogue number."
    ]
