"""The catalogue as a table: what goes out comes in again, and what is wrong is told by row and column."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils.translation import override

from documents.sheets import Row, rows_of
from documents.tables import WRITERS
from documents.uploads import Upload
from industry import catalogue
from industry.catalogue import Fault, put_forward, read, table
from industry.models import Article
from partners.models import Proposal
from tests.approvals.hands import NOTHING, post
from tests.factories import ArticleFactory, person
from workflow.steps import NotOpen, NotYours, take

pytestmark = pytest.mark.django_db
WHY = "The list of the year."
EN = "Name in English"
NEW = {
    "Catalogue number": "JP-NEW-001",
    "Name in Japanese": "無線機",
    "Name in English": "Radio",
    "Kind": "article",
    "Class": "Non-weapon",
    "Unit": "EA",
    "Handling label": "confidentiality_1",
    "Source": "memo 12",
}


def rows(*said: dict[str, str]) -> list[Row]:
    heads = list(dict.fromkeys(head for one in said for head in one))
    return [
        Row(1, heads),
        *(Row(n, [one.get(head, "") for head in heads]) for n, one in enumerate(said, 2)),
    ]


def of(article: Article, said: dict[str, str] | None = None) -> dict[str, str]:
    """The row of an article as it goes out, and what somebody has written into it."""
    made = table("t", [article])
    cells = ("" if cell is None else str(cell) for cell in made.rows[0])
    return dict(zip(made.columns, cells, strict=True)) | (said or {})


def faults(*said: dict[str, str]) -> list[tuple[int, str, str]]:
    return [(one.row, one.column, one.why) for one in read(rows(*said)).faults]


@pytest.fixture
def radio() -> Article:
    return ArticleFactory(
        catalogue_number="JP-TST-901",
        name_en="=Radio, 'new'",
        stock_number="5840301234567",
        generic_class="J",
        control_item="16(1)",
        sensitivity="low",
        monitoring="routine",
        lead_months=24,
        lead_on=date(2026, 4, 1),
    )


# Out and in ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("radio")
@pytest.mark.parametrize("extension", WRITERS)
@pytest.mark.parametrize(("out", "back"), [("ja", "ja"), ("en", "en"), ("ja", "en"), ("en", "ja")])
def test_what_went_out_changes_nothing_when_it_comes_back(
    extension: str, out: str, back: str
) -> None:
    write, content_type = WRITERS[extension]
    with override(out):
        data = write(table("Catalogue", Article.objects.all()))

    with override(back):
        reading = read(rows_of(Upload(f"table.{extension}", content_type, data)))

    assert (list(reading.faults), list(reading.changes)) == ([], [])
    assert reading.same == Article.objects.count()


def test_table_speaks_the_readers_language(radio: Article) -> None:
    with override("ja"):
        made = table("目録", [radio])

    said = dict(zip(made.columns, made.rows[0], strict=True))
    assert (said["カタログ番号"], said["物品番号（NSN）"]) == ("JP-TST-901", "5840-30-123-4567")
    assert (said["種別"], said["標準納期（月数）"]) == ("物品", 24)


def test_column_that_is_left_out_stays_and_an_empty_cell_empties(radio: Article) -> None:
    head = Row(1, ["Catalogue number", "Sensitivity", "Source"])

    (change,) = read([head, Row(2, [radio.catalogue_number, "", "memo 12"])]).changes

    assert change.before == radio
    assert change.columns == {
        "sensitivity": {"from": "low", "to": ""},
        "source": {"from": "test", "to": "memo 12"},
    }


def test_row_without_its_article_is_a_new_one() -> None:
    reading = read(rows(NEW))

    (change,) = reading.changes
    assert (change.row, change.before, change.after.name_en) == (2, None, "Radio")
    assert change.after.item_class == "non_weapon"
    assert set(change.columns) == {
        "catalogue_number", "name_ja", "name_en", "kind", "item_class", "source"
    }  # fmt: skip


def test_cells_are_read_in_either_language_and_width(radio: Article) -> None:
    said = {
        "カタログ番号": radio.catalogue_number,
        "ＫＩＮＤ": "貸付け",
        "National Stock Number": "５８４０３０７６５４３２１",
        "lead_on": "2026/05/01",
    }

    (change,) = read(rows(said)).changes

    after = change.after
    assert (after.kind, after.stock_number, after.lead_on) == (
        "lease", "5840307654321", date(2026, 5, 1)
    )  # fmt: skip


# What is wrong -------------------------------------------------------------------------------


def test_empty_table_is_told_to_be_one() -> None:
    why = "The table is empty. Export the catalogue to see which columns it has."

    assert list(read([]).faults) == [Fault(1, "", why)]


def test_headings_are_told_by_name() -> None:
    told = read([Row(1, ["Kind", "", "kind", "Price"]), Row(2, ["article"])]).faults

    known = ", ".join(table("t", []).columns)
    assert [(one.row, one.column, one.why) for one in told] == [
        (1, "Kind", "Two columns are this one. Keep one."),
        (1, "kind", "Two columns are this one. Keep one."),
        (1, "Price", f"No column has this name. Known columns: {known}."),
        (1, "Catalogue number", "This column is missing. It tells which article a row is about."),
    ]


@pytest.mark.parametrize(
    ("said", "column", "why"),
    [
        ({"Kind": "rumour"}, "Kind",
         "“rumour” is not known here. Give one of these: article, service, training, technology, lease."),
        ({"Class": ""}, "Class", "This is needed: choose one."),
        ({"Source": ""}, "Source", "This is needed: write a few words."),
        ({"Name in English": "a\u202eb"}, "Name in English",
         "The text has invisible signs that turn its direction. Type it anew without them."),
        ({"Name in English": "x" * 121}, "Name in English",
         "Ensure this value has at most 120 characters (it has 121)."),
        ({"National stock number": "12"}, "National stock number",
         "A national stock number has 13 digits, as 1234-12-123-1234."),
        ({"Lead time in months": "two"}, "Lead time in months", "Enter a whole number."),
        ({"Lead time in months": "-2"}, "Lead time in months",
         "Ensure this value is greater than or equal to 0."),
        ({"Lead time as of": "spring"}, "Lead time as of", "Enter a valid date."),
        ({"Lead time as of": "0026-04-01"}, "Lead time as of",
         "Give a day from 1900-01-01 to 2199-12-31."),
        ({"Lead time in months": "24"}, "Lead time as of",
         "Give a lead time together with the day as of which it is told."),
        ({"Control-list item": "99"}, "Control-list item", "is no code in force"),
        ({"Catalogue number": "JP NEW"}, "Catalogue number",
         "Use Latin letters, digits and hyphens only."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_row_and_column(
    said: dict[str, str], column: str, why: str
) -> None:
    ((row, where, told),) = faults(of(ArticleFactory()), NEW | said)

    assert (row, where) == (3, column)
    assert why in told


def test_what_is_wrong_is_told_in_the_readers_language() -> None:
    with override("ja"):
        ((row, column, why),) = faults(NEW | {"Class": ""})

    assert (row, column) == (2, "区分")
    assert not why.isascii()


def test_new_article_needs_all_that_every_article_has() -> None:
    told = faults({"Catalogue number": "JP-NEW-001"})

    assert {column for _row, column, _why in told} == {
        "Name in Japanese", "Name in English", "Kind", "Class", "Source"
    }  # fmt: skip


def test_all_that_is_wrong_with_a_row_is_told_at_once_in_the_order_of_its_columns() -> None:
    said = {"Catalogue number": "JP NEW", "Class": "toy", "Source": "", "Control-list item": "99"}

    told = [(column, why[:20]) for _row, column, why in faults(NEW | said)]

    assert told == [
        ("Catalogue number", "Use Latin letters, d"),
        ("Class", "“toy” is not known h"),
        ("Control-list item", "“99” is no code in f"),
        ("Source", "This is needed: writ"),
    ]


def test_article_that_stands_twice_is_told_at_both_places(radio: Article) -> None:
    why = "This number stands in more than one row. Keep one of them."

    assert faults(of(radio, {"Sensitivity": "high"}), NEW, of(radio)) == [
        (2, "Catalogue number", why),
        (4, "Catalogue number", why),
    ]


def test_rows_without_a_number_are_told_so_each() -> None:
    needed = "This is needed: write a few words."

    assert faults(NEW | {"Catalogue number": ""}, NEW | {"Catalogue number": ""}) == [
        (2, "Catalogue number", needed),
        (3, "Catalogue number", needed),
    ]


def test_cell_under_no_heading_is_not_passed_over(radio: Article) -> None:
    told = read([Row(1, ["Catalogue number"]), Row(2, [radio.catalogue_number, "", "high"])]).faults

    why = "“high” stands under no heading. Give its column one, or take it out."
    assert list(told) == [Fault(2, "", why)]


def test_more_changes_than_somebody_can_look_through_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(catalogue, "MOST_CHANGES", 1)
    said = [of(ArticleFactory(), {EN: "Other"}) for _ in range(2)]

    assert faults(*said) == [
        (3, "", "2 articles would change, 1 at most do at once. Send it in parts.")
    ]
    assert faults(said[0]) == []


# Under four eyes -----------------------------------------------------------------------------


def test_each_change_is_put_forward_and_counts_once_decided(radio: Article) -> None:
    director = post("planning", "director")
    reading = read(rows(NEW, of(radio, {EN: "Set", "Class": "weapon"})))

    made = put_forward(reading, by=person("finance_officer"), reason=WHY)

    proposals = [file.subject for file in made]
    assert [(one.what(), one.reason) for one in proposals] == [("row", WHY), ("change", WHY)]
    assert not Article.objects.filter(catalogue_number="JP-NEW-001").exists()
    for file in made:
        take(file, "decide", by=director, **NOTHING)
    radio.refresh_from_db()
    assert (radio.name_en, radio.item_class) == ("Set", "weapon")
    assert Article.objects.get(catalogue_number="JP-NEW-001").name_ja == "無線機"


def test_nothing_is_proposed_when_one_change_cannot_be(radio: Article) -> None:
    other, officer, _director = (
        ArticleFactory(),
        person("finance_officer"),
        post("planning", "director"),
    )
    reading = read(rows(of(other, {EN: "Other"}), of(radio, {EN: "Set"})))
    put_forward(read(rows(of(radio, {EN: "First"}))), by=officer, reason=WHY)

    with pytest.raises(NotOpen) as refused:
        put_forward(reading, by=officer, reason=WHY)

    assert str(refused.value) == (
        "Row 3: A change of this row waits for a decision. Let it be decided first."
    )
    assert Proposal.objects.count() == 1


def test_somebody_who_may_not_propose_proposes_nothing(radio: Article) -> None:
    with pytest.raises(NotYours):
        put_forward(read(rows(of(radio, {EN: "Set"}))), by=person("inspector"), reason=WHY)


def test_readings_that_come_to_the_same_have_the_same_digest(radio: Article) -> None:
    said: Any = rows(of(radio, {EN: "Set"}), NEW)

    first, second = read(said).digest, read(said).digest

    assert first == second
    assert first != read(rows(of(radio, {EN: "Set"}))).digest
    radio.name_en = "Receiver"
    radio.save()
    assert first != read(said).digest
