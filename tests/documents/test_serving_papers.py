"""A paper leaves the house as a download, proven whole and written down."""

from typing import Any
from uuid import uuid4

import pytest
from django.db.utils import DatabaseError
from django.http import FileResponse

from documents import serving, storage
from documents.models import Document
from workflow.models import Entry
from workflow.rights import Capacity

pytestmark = pytest.mark.django_db

GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
}
SIGNATORY = Capacity("signatory", "Department of National Defense")


class Reader:
    actor_id = str(uuid4())
    actor_name = "REYES Maria"


def answer(document: Document) -> Any:
    return serving.answer(document, by=Reader(), capacity=SIGNATORY)


def stored(name: str) -> Document:
    return Document(
        case_kind="cases.contract",
        case_id=uuid4(),
        case_number="JP-PH-26-C0001",
        owner_code="PH",
        kind="offer",
        version=2,
        sha256=storage.store(b"%PDF-"),
        size=5,
        file_name=name,
        content_type="application/pdf",
    )


def test_reading_is_written_down_with_what_was_read() -> None:
    document = stored("offer.pdf")

    answer(document)

    entry = Entry.objects.get()
    assert (entry.event, entry.subject) == ("paper_read", f"documents.document:{document.pk}")
    assert (entry.case_kind, entry.case_id) == ("cases.contract", document.case_id)
    assert (entry.case_number, entry.owner_code) == ("JP-PH-26-C0001", "PH")
    assert (entry.actor_id, entry.actor_name) == (Reader.actor_id, Reader.actor_name)
    assert Capacity(entry.role, entry.organisation) == SIGNATORY
    assert (entry.given, entry.digest) == ({"kind": "offer", "version": 2}, document.sha256)


def test_what_cannot_be_written_down_is_not_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Entry, "write", full)

    with pytest.raises(DatabaseError, match="full"):
        answer(stored("offer.pdf"))


def full(*_row: Any, **_options: Any) -> None:
    """A trail that takes no line."""
    raise DatabaseError("full")


def test_announcement_tells_of_the_file_and_is_no_reading() -> None:
    document = stored("要請書 v1.pdf")

    response = serving.announcement(document)

    assert response.content == b""
    assert response["Content-Length"] == "5"
    for name in ("Content-Type", "Content-Disposition", *GUARDS):
        assert response[name] == answer(document)[name]
    assert Entry.objects.count() == 2 + len(GUARDS), "each comparison has read it, HEAD has not"


def test_paper_is_handed_out_as_a_download_with_its_japanese_name() -> None:
    response = answer(stored("要請書 v1.pdf"))

    assert isinstance(response, FileResponse)
    assert response.status_code == 200
    assert b"".join(response) == b"%PDF-"
    assert response["Content-Type"] == "application/pdf"
    disposition = response["Content-Disposition"]
    assert disposition == "attachment; filename*=utf-8''%E8%A6%81%E8%AB%8B%E6%9B%B8%20v1.pdf"
    assert {name: response[name] for name in GUARDS} == GUARDS


@pytest.mark.parametrize("name", ['a".pdf', "a\r\nX: y.pdf"])
def test_name_cannot_break_out_of_its_header(name: str) -> None:
    response = answer(stored(name))

    assert response["Content-Disposition"].startswith("attachment; filename")
    assert "X" not in response.headers


def test_changed_file_is_refused_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    document = stored("offer.pdf")
    document.path.write_bytes(b"%PDF-!")

    response = answer(document)

    assert response.status_code == 500
    assert not Entry.objects.exists(), "nothing was read"
    assert "is not served" in caplog.text
    assert {name: response[name] for name in GUARDS} == GUARDS
