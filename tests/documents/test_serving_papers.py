"""A paper leaves the house as a download, proven whole."""

import pytest
from django.http import FileResponse

from documents import storage
from documents.models import Document
from documents.serving import answer

GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
}


def stored(name: str) -> Document:
    return Document(sha256=storage.store(b"%PDF-"), file_name=name, content_type="application/pdf")


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
    assert "is not served" in caplog.text
    assert {name: response[name] for name in GUARDS} == GUARDS
