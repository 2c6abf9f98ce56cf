"""Papers of a nation: which are listed, and how a file is handed over."""

from __future__ import annotations

from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest

from documents import storage
from tests.api.conftest import A_PDF, Caller, Problem
from tests.factories import ContractFactory, RequestFactory, paper
from workflow.models import Entry

pytestmark = pytest.mark.django_db


def offered() -> Any:
    return ContractFactory(state="offered")


def test_papers_for_the_nation_are_listed(requester: Caller, australian: Caller) -> None:
    contract = offered()
    offer = paper(contract, "offer", for_nation=True, version=2)
    paper(contract, "price_calculation")

    rows = requester.get("documents/", case=contract.number).json()["results"]

    assert rows == [
        {
            "id": str(offer.pk),
            "url": f"/api/v1/documents/{offer.pk}/",
            "file_url": f"/api/v1/documents/{offer.pk}/file/",
            "case": contract.number,
            "case_url": f"/api/v1/contracts/{contract.number}/",
            "kind": "offer",
            "title": "offer",
            "version": 2,
            "language": "en",
            "origin": "received",
            "file_name": "offer.pdf",
            "content_type": "application/pdf",
            "size": 4,
            "sha256": offer.sha256,
            "made_at": offer.made_at.isoformat().replace("+00:00", "Z"),
            "made_by": "DRAFTER Taro",
        }
    ]
    assert requester.get(rows[0]["url"]).json() == rows[0]
    assert australian.get("documents/").json()["results"] == []


def test_papers_are_found_by_kind(requester: Caller) -> None:
    request: Any = RequestFactory()
    paper(request, "other", for_nation=True)

    rows = requester.get("documents/", kind="request_letter").json()["results"]

    assert [row["kind"] for row in rows] == ["request_letter"]


def test_a_file_comes_as_it_was_stored_and_never_opens_here(requester: Caller) -> None:
    digest = storage.store(A_PDF)
    offer = paper(offered(), "offer", for_nation=True, sha256=digest, size=len(A_PDF))

    answer = requester.get(f"documents/{offer.pk}/file/")

    assert sha256(b"".join(answer.streaming_content)).hexdigest() == digest
    headers = {
        name: answer.headers[name]
        for name in (
            "Content-Type",
            "Content-Disposition",
            "X-Content-Type-Options",
            "Content-Security-Policy",
            "Cache-Control",
        )
    }
    assert headers == {
        "Content-Type": "application/pdf",
        "Content-Disposition": 'attachment; filename="offer.pdf"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }


@pytest.mark.parametrize("below", ["", "file/"])
def test_a_paper_of_others_is_a_missing_paper(
    below: str, requester: Caller, australian: Caller, problem: Problem
) -> None:
    contract = offered()
    offer = paper(contract, "offer", for_nation=True)
    internal = paper(contract, "price_calculation")

    missing = problem(australian.get(f"documents/{uuid4()}/{below}"))

    assert problem(australian.get(f"documents/{offer.pk}/{below}")) == missing
    assert problem(requester.get(f"documents/{internal.pk}/{below}")) == missing


def test_a_damaged_file_is_not_handed_out(requester: Caller) -> None:
    offer = paper(offered(), "offer", for_nation=True)

    assert requester.get(f"documents/{offer.pk}/file/").status_code == 500


def test_reading_a_file_is_written_down_and_asking_about_it_is_not(requester: Caller) -> None:
    digest = storage.store(A_PDF)
    offer = paper(offered(), "offer", for_nation=True, sha256=digest, size=len(A_PDF))
    requester.get(f"documents/{offer.pk}/")

    told = requester.head(f"documents/{offer.pk}/file/")
    assert not Entry.objects.filter(event="paper_read").exists()
    given = requester.get(f"documents/{offer.pk}/file/")

    entry = Entry.objects.get(event="paper_read")
    assert (told.status_code, told.content, given.status_code) == (200, b"", 200)
    for name in ("Content-Type", "Content-Disposition", "Content-Length", "Cache-Control"):
        assert told[name] == given[name]
    assert (entry.actor_id, entry.role) == (str(requester.person.pk), "requester")
    assert (entry.subject, entry.digest) == (f"documents.document:{offer.pk}", digest)
    assert entry.owner_code == "PH"


def test_asking_about_a_file_of_others_tells_nothing(requester: Caller, australian: Caller) -> None:
    offer = paper(offered(), "offer", for_nation=True)

    theirs = australian.head(f"documents/{offer.pk}/file/")
    missing = australian.head(f"documents/{uuid4()}/file/")

    ids = ("X-Request-Id",)
    assert (
        (theirs.status_code, theirs.content) == (missing.status_code, missing.content) == (404, b"")
    )
    assert {k: v for k, v in theirs.items() if k not in ids} == {
        k: v for k, v in missing.items() if k not in ids
    }
    assert not Entry.objects.filter(event="paper_read").exists()
