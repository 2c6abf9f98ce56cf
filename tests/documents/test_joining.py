"""Pages of several PDFs become one PDF that another maker's tools read."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pikepdf
import pytest

from documents.joining import Run, can_be_joined, join, pages_of
from tests.documents import files

AT = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)


def joined(*runs: Run) -> bytes:
    return join(runs, number="JP-APV-26-0001", made_at=AT)


def content(data: bytes, page: int = 0) -> str:
    with pikepdf.open(BytesIO(data)) as pdf:
        found: Any = pdf.pages[page].Contents
        parts = found if isinstance(found, pikepdf.Array) else [found]
        return b"".join(part.read_bytes() for part in parts).decode("latin-1")


def test_pages_stand_one_after_the_other_each_with_its_number() -> None:
    three = joined(Run(files.pdf()), Run(files.pdf()), Run(files.pdf()))

    both = joined(Run(three, 1, 3), Run(files.pdf()))

    assert pages_of(both) == 3
    assert [f"JP-APV-26-0001  {place} / 3" in content(both, place - 1) for place in (1, 2, 3)] == [
        True,
        True,
        True,
    ]


def test_bookmarks_lead_to_the_first_page_of_what_they_name() -> None:
    two = joined(Run(files.pdf()), Run(files.pdf()))

    data = joined(Run(two, bookmark="表紙 / Cover"), Run(files.pdf()), Run(two, bookmark="添付"))

    with pikepdf.open(BytesIO(data)) as pdf, pdf.open_outline() as outline:
        places: list[Any] = [item.destination for item in outline.root]
        pages = [pdf.pages.index(pikepdf.Page(place[0])) for place in places]
        assert [item.title for item in outline.root] == ["表紙 / Cover", "添付"]
    assert pages == [0, 3]


def test_same_pages_give_the_same_bytes() -> None:
    runs = [Run(files.pdf(), bookmark="添付"), Run(files.pdf(extra=b"/Rotate 90"))]

    assert joined(*runs) == joined(*runs)


@pytest.mark.parametrize(
    ("turned", "matrix"),
    [
        (0, "1 0 0 1 297.5 14"),
        (90, "0 1 -1 0 581 421"),
        (180, "-1 0 0 -1 297.5 828"),
        (270, "0 -1 1 0 14 421"),
        (-90, "0 -1 1 0 14 421"),
    ],
)
def test_number_stands_at_the_foot_as_a_viewer_turns_the_page(turned: int, matrix: str) -> None:
    data = joined(Run(files.pdf(extra=b"/Rotate %d" % turned)))

    assert f"q {matrix} cm BT" in content(data)


def test_state_that_a_page_leaves_behind_does_not_move_the_number() -> None:
    left = files.pdf(files.stream(b"q 0 0 0 0 0 0 cm"), extra=b"/Contents 4 0 R")

    data = content(joined(Run(left)))

    assert data.startswith("q\nq 0 0 0 0 0 0 cm")
    assert "\nQ q 1 0 0 1" in data


def test_page_keeps_what_it_draws_with() -> None:
    inherits = files.pdf().replace(
        b"/Count 1 >>", b"/Count 1 /Resources << /Font << /F9 << /Type /Font >> >> >> >>"
    )
    inherits = inherits.replace(b"/Resources << >>", b"")

    with pikepdf.open(BytesIO(joined(Run(_mended(inherits))))) as pdf:
        assert {str(name) for name in pdf.pages[0].Resources.Font.keys()} == {  # noqa: SIM118
            "/F9",
            "/NumberOfVolume",
        }


def _mended(data: bytes) -> bytes:
    """With a table that fits again."""
    out = BytesIO()
    with pikepdf.open(BytesIO(data)) as pdf:
        pdf.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7 and nothing",
        files.pdf(extra=b"/Rotate 45"),
        files.pdf(extra=b"/Rotate /Left"),
        files.pdf(extra=b"/CropBox [0 0 /x 1]"),
    ],
)
def test_pdf_that_cannot_be_joined_is_known_beforehand(data: bytes) -> None:
    assert can_be_joined(files.pdf())
    assert not can_be_joined(data)
