"""The page of a contract's versions, and the page of a change, for the agency and for the nation."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases import content
from cases.models import Change
from tests.documents.test_pdf import read_with
from tests.factories import ChangeFactory, ContractFactory, person
from tests.people import enter
from workflow import values
from workflow.models import Entry

pytestmark = pytest.mark.django_db
READERS = [("staff", "case_manager"), ("partner", "signatory")]


def amended() -> Any:
    """A contract that an amendment has given a third line."""
    change = Change.objects.get(pk=ChangeFactory(state="in_effect").pk)
    told = values.plain(content.of_change(change))
    change.contract.versions.create(code="A1", content=told)
    return change.contract


def page(desk: str, role: str, contract: Any, query: str = "", **where: Any) -> Any:
    client = enter(Client(), person(role, **where))
    return client.get(reverse(f"{desk}:versions", args=[contract.number]) + query)


@pytest.mark.parametrize(("desk", "role"), READERS)
def test_page_tells_what_the_last_version_changed(desk: str, role: str) -> None:
    answer = page(desk, role, amended())

    assert [version.code for version in answer.context["versions"]] == ["A1", "basic"]
    told = {one["field"]: (one["before"], one["after"]) for one in answer.context["differences"]}
    assert told["line 3: quantity"] == ("–", "1")
    assert told["total"] == ("5,160,000", "7,224,000")


def test_two_versions_are_compared_either_way() -> None:
    answer = page("staff", "case_manager", amended(), "?from=A1&to=basic")

    told = {one["field"]: (one["before"], one["after"]) for one in answer.context["differences"]}
    assert told["total"] == ("7,224,000", "5,160,000")


@pytest.mark.parametrize("query", ["?from=A1&to=A1", "?from=basic&to=basic"])
def test_version_does_not_differ_from_itself(query: str) -> None:
    assert page("staff", "case_manager", amended(), query).context["differences"] == []


def test_version_that_is_none_is_as_if_none_was_chosen() -> None:
    answer = page("staff", "case_manager", amended(), "?from=A9&to=%00")

    assert answer.context["after"].code == "A1"


def test_first_version_differs_from_nothing() -> None:
    answer = page("staff", "case_manager", ContractFactory(state="offered"))

    assert answer.context["differences"] == []


def test_offer_that_was_not_sent_has_no_version() -> None:
    answer = page("staff", "case_manager", ContractFactory(state="draft"))

    assert "there is no version of it" in answer.content.decode()


def test_versions_of_another_nation_are_missing() -> None:
    answer = page("partner", "signatory", amended(), nation="AU")

    assert answer.status_code == 404


@pytest.mark.parametrize(("desk", "role"), READERS)
def test_page_of_a_change_tells_what_it_changes(desk: str, role: str) -> None:
    change = ChangeFactory(state="offered")
    client = enter(Client(), person(role))

    answer = client.get(reverse(f"{desk}:case", args=["changes", change.number]))

    told = {one["field"]: one["after"] for one in answer.context["differences"]}
    assert (told["line 3: amount"], told["total"]) == ("2,000,000", "7,224,000")


def test_change_without_lines_changes_nothing_yet() -> None:
    prices = dict.fromkeys(("net", "administrative_charge", "total", "deposit"))
    change = ChangeFactory(furnished=False, **prices)
    client = enter(Client(), person("case_manager"))

    answer = client.get(reverse("staff:case", args=["changes", change.number]))

    assert answer.context["differences"] == []
    assert "Nothing differs." in answer.content.decode()


# As a paper ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("desk", "role"), READERS)
def test_comparison_is_a_paper_in_both_languages(desk: str, role: str, tmp_path: Path) -> None:
    contract = amended()

    answer = page(desk, role, contract, "?from=basic&to=A1&paper=1")

    assert answer["Content-Type"] == "application/pdf"
    assert f"{contract.number}_basic_A1.pdf" in answer["Content-Disposition"]
    told = read_with("pdftotext", b"".join(answer.streaming_content), tmp_path)
    for phrase in ("新旧対照表", "Comparison of Versions", "line 3: quantity", "7,224,000"):
        assert phrase in told


def test_same_comparison_is_the_same_bytes_and_in_the_trail() -> None:
    contract = amended()
    query = "?from=A1&to=basic&paper=1"

    first, second = (
        b"".join(page("staff", "case_manager", contract, query).streaming_content) for _ in range(2)
    )

    assert first == second
    read = Entry.objects.filter(event="paper_read", case_id=contract.pk)
    assert set(read.values_list("digest", flat=True)) == {sha256(first).hexdigest()}


def test_comparison_of_another_nation_is_not_there() -> None:
    contract = amended()

    answer = page("partner", "signatory", contract, "?paper=1", nation="AU")

    assert answer.status_code == 404
