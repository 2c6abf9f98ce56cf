"""Each door of the portal that hands out papers: to whom, and what the trail says of it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from documents import storage
from tests.factories import (
    ContractFactory,
    SubcontractFactory,
    TransferReviewFactory,
    firm,
    paper,
    person,
)
from tests.people import enter
from workflow.models import Entry

pytestmark = pytest.mark.django_db
DATA = b"%PDF-1.7"


def offer() -> Any:
    digest = storage.store(DATA)
    return paper(ContractFactory(state="offered"), "offer", for_nation=True, sha256=digest)


def order() -> Any:
    case = SubcontractFactory(state="awarded")
    digest = storage.store(DATA)
    return paper(case, "order", for_contractor_id=case.contractor_id, sha256=digest)


def opinion() -> Any:
    case = TransferReviewFactory(state="under_review")
    return paper(case, "opinion", sha256=storage.store(DATA))


DOORS = [
    ("staff", offer, "case_manager", {}, "Equipment Transfer Agency"),
    ("staff", opinion, "opinion_giver", {}, "Ministry of Foreign Affairs"),
    ("partner", offer, "signatory", {"nation": "PH"}, "Procurement office PH"),
    ("supplier", order, "contractor_sales", {}, "Mitsuba Electric"),
]


def visit(desk: str, document: Any, who: Any) -> tuple[Client, str]:
    return enter(Client(), who), reverse(f"{desk}:document", args=[document.pk])


@pytest.mark.parametrize(("desk", "make", "role", "where", "organisation"), DOORS)
def test_download_writes_who_read_which_version(
    desk: str, make: Any, role: str, where: Any, organisation: str
) -> None:
    document, reader = make(), person(role, **where)
    client, address = visit(desk, document, reader)

    answer = client.get(address)

    assert (answer.status_code, b"".join(answer)) == (200, DATA)
    entry = Entry.objects.get(event="paper_read")
    assert (entry.actor_id, entry.role, entry.organisation) == (
        str(reader.pk),
        role,
        organisation,
    )
    assert (entry.case_number, entry.digest) == (document.case_number, document.sha256)
    assert entry.given == {"kind": document.kind, "version": document.version}


@pytest.mark.parametrize(("desk", "make", "role", "where", "organisation"), DOORS)
def test_asking_for_the_head_alone_is_refused_and_no_reading(
    desk: str, make: Any, role: str, where: Any, organisation: str
) -> None:
    client, address = visit(desk, make(), person(role, **where))

    answer = client.head(address)

    assert (answer.status_code, answer.content) == (405, b"")
    assert "Content-Disposition" not in answer
    assert not Entry.objects.filter(event="paper_read").exists()


@pytest.mark.parametrize(
    ("desk", "make", "role", "where"),
    [
        ("staff", opinion, "finance_officer", {}),
        ("partner", offer, "signatory", {"nation": "AU"}),
        ("supplier", order, "contractor_sales", {"firm": None}),
    ],
)
def test_paper_of_others_is_a_missing_paper_and_no_reading(
    desk: str, make: Any, role: str, where: Any
) -> None:
    if "firm" in where:
        where = {"firm": firm("Other Heavy Industries")}
    client, address = visit(desk, make(), person(role, **where))

    missing = client.get(reverse(f"{desk}:document", args=[uuid4()]))

    assert [client.get(address).status_code, missing.status_code] == [404, 404]
    assert not Entry.objects.filter(event="paper_read").exists()
