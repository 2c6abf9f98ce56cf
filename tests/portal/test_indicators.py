"""The page of indicators: who reads it, what it asks, and what goes out as a file."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import NationFactory, RequestFactory, person
from tests.people import enter
from workflow.models import Entry
from workflow.steps import take

pytestmark = pytest.mark.django_db


def page(role: str = "case_manager", **asked: str) -> Any:
    return enter(Client(), person(role)).get(reverse("indicators"), asked)


@pytest.fixture
def request_begun() -> Any:
    request = RequestFactory(state="submitted")
    take(request, "accept_as_actionable", by=person("case_manager"))
    return request


@pytest.mark.parametrize("role", ["case_manager", "finance_officer", "director", "auditor"])
def test_whoever_reads_cases_reads_the_figures(role: str, request_begun: Any) -> None:
    answer = page(role)

    assert answer.status_code == 200
    assert [row["stay"].state for row in answer.context["stays"]] == [
        "submitted",
        "actionable",
    ] or [row["stay"].state for row in answer.context["stays"]] == ["actionable"]


@pytest.mark.parametrize("role", ["opinion_giver", "system_administrator", "requester"])
def test_nobody_else_does(role: str) -> None:
    assert page(role).status_code == 403


def test_way_to_it_stands_on_the_desk_of_those_who_read_cases() -> None:
    way = reverse("indicators")
    desk = reverse("staff:desk")

    assert way in enter(Client(), person("case_manager")).get(desk).content.decode()
    assert way not in enter(Client(), person("opinion_giver")).get(desk).content.decode()


def test_other_nations_and_other_times_are_left_out(request_begun: Any) -> None:
    NationFactory(code="AU")

    assert page(nation="PH").context["stays"]
    assert page(nation="AU").context["stays"] == []
    assert "Nothing to count" in page(nation="AU").content.decode()


@pytest.mark.parametrize("kind", ["contracts", "reviews", "subcontracts", "approvals"])
def test_every_kind_of_case_has_its_states(kind: str) -> None:
    answer = page("director", kind=kind, nation="PH")

    assert answer.status_code == 200
    assert answer.context["kind"].slug == kind


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"kind": "nothing"}, "kind"),
        ({"nation": "ZZ"}, "nation"),
        ({"first": "yesterday"}, "first"),
        ({"first": "2026-11-02", "last": "2026-11-01"}, "last"),
    ],
)
def test_what_cannot_be_asked_is_told_beside_its_field(asked: dict[str, str], field: str) -> None:
    answer = page(**asked)

    assert answer.status_code == 422
    assert list(answer.context["asked"].errors) == [field]


@pytest.mark.parametrize("what", ["states", "promises"])
def test_figures_go_out_as_a_table_and_the_trail_says_so(what: str, request_begun: Any) -> None:
    client = enter(Client(), person("auditor"))
    answer = client.get(reverse("indicators_file", args=[what, "csv"]) + "?nation=PH")

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    entry = Entry.objects.filter(event="exported").latest("id")
    assert answer["Content-Type"].startswith("text/csv")
    assert len(rows) == entry.given["count"] + 1
    assert entry.subject == f"staff:indicators:{what}"
    assert "nation=PH" in entry.given["asked"]


@pytest.mark.parametrize("address", [("other", "csv"), ("states", "pdf")])
def test_other_files_there_are_none(address: tuple[str, str]) -> None:
    client = enter(Client(), person("case_manager"))

    assert client.get(reverse("indicators_file", args=address)).status_code == 404


def test_page_asks_as_often_for_many_as_for_one(
    request_begun: Any, django_assert_max_num_queries: Any
) -> None:
    client = enter(Client(), person("case_manager"))
    for _ in range(3):
        take(RequestFactory(state="submitted"), "accept_as_actionable", by=person("case_manager"))

    with django_assert_max_num_queries(45):
        client.get(reverse("indicators"))
