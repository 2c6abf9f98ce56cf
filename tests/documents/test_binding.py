"""A volume: what of the papers of a case is bound, what is represented by a sheet, and on which pages each stands."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.utils import timezone

from documents import binding, storage
from documents.binding import Piece, Why, bind, kept
from documents.models import Document
from tests.documents import files
from tests.documents.test_pdf import read_with
from tests.factories import ContractFactory, paper

pytestmark = pytest.mark.django_db
FACTS = {
    "title": "Radars",
    "state": "issued",
    "as_of": timezone.now(),
    "line": 3,
    "made_for": "KUROKI Jun",
}


def attachment(data: bytes, *, version: int = 1, **fields: Any) -> Document:
    return paper(
        ContractFactory(state="draft"),
        "note",
        version=version,
        sha256=storage.store(data),
        **{"size": len(data), **fields},
    )


def locked() -> bytes:
    out = BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        made.save(out, encryption=pikepdf.Encryption(owner="owner", user="secret"))
    return out.getvalue()


def why(document: Document) -> Why | None:
    (piece,) = kept([document], for_reader={document.pk})
    assert piece.sheet == document
    assert bool(piece.data) is (piece.why is None)
    return piece.why


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (files.pdf(), None),
        (b"%PDF-1.7 cut off", Why.BROKEN),
        (files.pdf(extra=b"/Rotate 45"), Why.BROKEN),
        (locked(), Why.LOCKED),
        (files.pdf(root=b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"), Why.UNSAFE),
        (files.pdf(extra=b"/MediaBox [0 0 99999 842]"), Why.TOO_MUCH),
    ],
)
def test_pdf_is_bound_unless_something_stands_against_it(data: bytes, expected: Why | None) -> None:
    assert why(attachment(data)) is expected


def test_picture_is_represented_by_its_sheet() -> None:
    assert why(attachment(files.png(), content_type="image/png")) is Why.NO_PDF


def test_paper_that_is_not_for_the_reader_is_not_even_opened() -> None:
    document = paper(ContractFactory(state="draft"), "note")  # there is no such file

    (piece,) = kept([document], for_reader=set())

    assert (piece.why, piece.data, piece.digest) == (Why.NOT_FOR_READER, b"", "")


def test_paper_that_is_not_as_it_was_stored_is_not_bound() -> None:
    document = attachment(files.pdf())
    document.path.write_bytes(b"another")

    assert why(document) is Why.DAMAGED


def test_papers_that_find_no_room_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = attachment(files.pdf()), attachment(files.pdf(extra=b"/Rotate 90"))
    monkeypatch.setattr(binding, "ROOM", first.size + second.size - 1)

    pieces = kept([first, second], for_reader={first.pk, second.pk})

    assert [piece.why for piece in pieces] == [None, Why.TOO_MUCH]


def test_paper_made_here_has_no_sheet() -> None:
    document = attachment(files.pdf(), title="Terms of 1994")
    document.origin = Document.Origin.MADE

    (piece,) = kept([document], for_reader={document.pk})

    assert piece == Piece("Terms of 1994", files.pdf(), document.handling, document.sha256)


def bound(pieces: list[Piece], label: str = "confidentiality_2") -> bytes:
    return bind(pieces, number="JP-APV-26-0001", label=label, made_at=FACTS["as_of"], facts=FACTS)


def pieces() -> list[Piece]:
    document = attachment(files.pdf(), title="Comparison of quotes")
    picture = attachment(files.png(), content_type="image/png", file_name="site.png")
    whole = kept([document, picture], for_reader={document.pk, picture.pk})
    return [Piece("決裁文書 / Approval file", files.pdf()), *whole]


def test_list_tells_the_pages_of_each_and_the_sheets_what_they_stand_for(tmp_path: Path) -> None:
    sheets = read_with("pdftotext", bound(pieces()), tmp_path, "-layout").split("\f")[:-1]

    assert len(sheets) == 5  # list, approval file, sheet, what is attached, sheet
    assert re.findall(r"^ +([1-3]) .*?(\d+(?:–\d+)?)$", sheets[0], re.MULTILINE) == [
        ("1", "2"),
        ("2", "3–4"),
        ("3", "5"),
    ]
    assert "It follows on the next page." in sheets[2]
    assert "It is no PDF and is therefore not bound here." in sheets[4]
    assert [f"{place} / 5" in text for place, text in enumerate(sheets, 1)] == [True] * 5


def test_long_list_moves_the_pages_that_it_names(tmp_path: Path) -> None:
    many = [Piece(f"Paper {place}", files.pdf()) for place in range(60)]

    sheets = read_with("pdftotext", bound(many), tmp_path, "-layout").split("\f")[:-1]

    listed = len(sheets) - 60
    assert listed > 1
    assert re.search(rf"^ +1 +Paper 0 +{listed + 1}$", sheets[0], re.MULTILINE)


def test_same_papers_give_the_same_bytes() -> None:
    these = pieces()

    assert bound(these) == bound(these)


def test_volume_carries_the_highest_label_of_what_is_in_it(tmp_path: Path) -> None:
    first, *others = pieces()
    marked = replace(first, label="company_confidential")

    with_it = read_with("pdftotext", bound([marked, *others]), tmp_path)
    without = read_with("pdftotext", bound([first, *others]), tmp_path)

    assert "Company confidential" in with_it
    assert "Company confidential" not in without
