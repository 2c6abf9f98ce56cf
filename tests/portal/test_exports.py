"""Lists as files: who gets which rows, in what shape, and what the trail keeps of it."""

from __future__ import annotations

import csv
import io
from hashlib import sha256
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from partners.models import Nation, Organisation
from tests.documents.test_serving_papers import full
from tests.documents.test_tables import FORMULAS, text_of, without_unfit
from tests.factories import ContractFactory, QuoteFactory, RequestFactory, firm, person
from tests.people import enter
from tests.portal.test_pages import LISTS, reader_of, signed_in
from workflow.models import Entry

pytestmark = pytest.mark.django_db


def export(client: Client, desk: str, slug: str, extension: str = "csv", **query: Any) -> Any:
    return client.get(reverse(f"{desk}:export", args=[slug, extension]), query)


def rows_of(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def sheet_of(answer: Any) -> Any:
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]


def test_export_has_the_lists_columns_the_nation_and_the_state_in_words() -> None:
    contract = ContractFactory(state="offered")

    head, row = rows_of(export(signed_in("signatory"), "partner", "contracts"))

    changed = timezone.localtime(contract.changed_at).strftime("%Y-%m-%d %H:%M")
    assert dict(zip(head, row, strict=True)) == {
        "Number": contract.number,
        "Title": contract.title,
        "Total": "5160000",
        "Currency": "JPY",
        "State": contract.state_label,
        "Last change (JST)": changed,
        "Nation": str(contract.nation),
        "State (code)": "offered",
    }


def test_export_speaks_the_readers_language() -> None:
    contract = ContractFactory(state="offered")
    client = Client()
    enter(client, person("case_manager", language="ja"))

    answer = export(client, "staff", "contracts")

    head, row = rows_of(answer)
    assert head[0] == "番号"
    assert contract.nation.name_ja in row
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")


def test_file_is_named_by_list_and_day_and_is_never_shown_here() -> None:
    RequestFactory(state="submitted")

    answer = export(signed_in("case_manager"), "staff", "requests", "xlsx")

    today = timezone.localdate().isoformat()
    assert answer["Content-Disposition"] == f'attachment; filename="Requests {today}.xlsx"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")


def test_sheet_has_the_same_rows_as_the_list_with_numbers_and_days() -> None:
    contract = ContractFactory(state="offered")

    sheet = sheet_of(export(signed_in("case_manager"), "staff", "contracts", "xlsx"))

    head, row = list(sheet.iter_rows())
    cells = dict(zip([cell.value for cell in head], row, strict=True))
    assert (cells["Total"].value, cells["Total"].data_type) == (5160000, "n")
    assert cells["Last change (JST)"].data_type == "d"
    assert cells["Number"].value == contract.number


def test_nation_gets_its_own_rows_only() -> None:
    RequestFactory(state="submitted", title="Canary of the Philippines")

    ours = export(signed_in("requester"), "partner", "requests")
    theirs = export(signed_in("requester", nation="AU"), "partner", "requests")

    assert b"Canary" in ours.content
    assert [len(rows_of(answer)) for answer in (ours, theirs)] == [2, 1]


def test_firm_gets_its_own_rows_only_and_no_nation() -> None:
    quote: Any = QuoteFactory(state="submitted")
    other = signed_in("contractor_sales", firm=firm("Other Heavy Industries"))

    ours = export(signed_in("contractor_sales", firm=firm()), "supplier", "quotes")
    theirs = export(other, "supplier", "quotes")

    head, row = rows_of(ours)
    assert row[0] == quote.number
    assert "Nation" not in head
    assert quote.subcontract.contract.nation.name_en.encode() not in ours.content
    assert len(rows_of(theirs)) == 1


@pytest.mark.parametrize("role", ["requester", "contractor_sales"])
def test_export_of_another_desk_is_closed(role: str) -> None:
    assert export(signed_in(role), "staff", "requests").status_code == 403


@pytest.mark.parametrize(
    ("slug", "extension"), [("requests", "pdf"), ("requests", "exe"), ("secrets", "csv")]
)
def test_export_that_there_is_not_is_not_found(slug: str, extension: str) -> None:
    assert export(signed_in("case_manager"), "staff", slug, extension).status_code == 404


def test_export_holds_what_the_list_was_searched_for() -> None:
    wanted = RequestFactory(state="submitted", title="Patrol boats")
    RequestFactory(state="submitted", title="Radars")
    RequestFactory(state="draft", title="Patrol aircraft")
    client = signed_in("requester")

    rows = rows_of(export(client, "partner", "requests", q="Patrol", state="submitted"))

    assert [row[0] for row in rows[1:]] == [wanted.number]


def test_list_leads_to_the_export_of_what_it_shows() -> None:
    RequestFactory(state="submitted", title="Patrol boats")
    client = signed_in("case_manager")

    page = client.get(
        reverse("staff:list", args=["requests"]), {"q": "Patrol", "state": "submitted", "page": 1}
    )

    assert page.context["exports"] == [
        {
            "label": "Export as CSV",
            "url": "/staff/requests/export/csv/?q=Patrol&state=submitted",
        },
        {
            "label": "Export as XLSX",
            "url": "/staff/requests/export/xlsx/?q=Patrol&state=submitted",
        },
    ]
    assert (
        'href="/staff/requests/export/csv/?q=Patrol&amp;state=submitted"' in page.content.decode()
    )


def test_export_is_written_down_with_the_digest_of_its_bytes() -> None:
    RequestFactory(state="submitted", title="Patrol boats")
    who = person("requester")
    client = Client()
    enter(client, who)

    answer = export(client, "partner", "requests", q="Patrol", state=["submitted", "nonsense"])

    entry = Entry.objects.get(event="exported")
    assert (entry.subject, entry.actor_id) == ("partner:requests", str(who.pk))
    assert (entry.role, entry.organisation) == ("requester", "Procurement office PH")
    assert entry.given == {
        "words": "Patrol",
        "states": ["submitted"],
        "format": "csv",
        "count": 1,
    }
    assert entry.digest == sha256(answer.content).hexdigest()


def test_export_that_cannot_be_written_down_does_not_leave(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    RequestFactory(state="submitted")
    client = signed_in("case_manager")
    client.raise_request_exception = False
    monkeypatch.setattr(Entry, "write", full)

    answer = export(client, "staff", "requests")

    assert answer.status_code == 500
    assert "Content-Disposition" not in answer


def test_more_rows_than_a_file_takes_lead_back_with_the_remedy(settings: Settings) -> None:
    settings.EXPORT_LIMIT_ROWS = 1
    RequestFactory(state="submitted")
    client = signed_in("case_manager")
    assert len(rows_of(export(client, "staff", "requests"))) == 2
    RequestFactory(state="submitted")

    answer = export(client, "staff", "requests", state="submitted")

    page = client.get(answer["Location"])
    assert (answer.status_code, answer["Location"]) == (302, "/staff/requests/?state=submitted")
    assert "more than 1 rows. Search or choose a state" in page.content.decode()
    assert Entry.objects.filter(event="exported").count() == 1


def test_asking_for_the_head_alone_exports_nothing() -> None:
    answer = signed_in("case_manager").head(reverse("staff:export", args=["requests", "csv"]))

    assert (answer.status_code, answer.content) == (405, b"")
    assert not Entry.objects.filter(event="exported").exists()


@pytest.mark.parametrize(("desk", "slug", "make"), LISTS)
def test_export_of_three_asks_as_often_as_an_export_of_one(
    desk: str, slug: str, make: Any, django_assert_num_queries: Any
) -> None:
    client = reader_of(desk, slug)
    make()
    export(client, desk, slug)
    with django_assert_num_queries(8):
        one = export(client, desk, slug)
    make()
    make()

    with django_assert_num_queries(8):
        three = export(client, desk, slug)

    assert [len(rows_of(answer)) for answer in (one, three)] == [2, 4]


@pytest.mark.parametrize(("desk", "slug", "make"), LISTS)
def test_no_text_of_a_list_becomes_a_formula(desk: str, slug: str, make: Any) -> None:
    client, case = reader_of(desk, slug), make()
    fitting = [text for text in FORMULAS if "\0" not in text]  # PostgreSQL stores none
    for text in fitting:
        type(case).objects.update(title=text)
        Nation._base_manager.filter(code="PH").update(name_en=text)
        Organisation.objects.filter(kind="contractor").update(name_en=text)

        cells = [cell for row in sheet_of(export(client, desk, slug, "xlsx")) for cell in row]

        assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
        told = [text_of(cell) for cell in cells if cell.data_type == "s"]
        assert f"'{without_unfit(text)}" in told
        assert without_unfit(text) not in told
