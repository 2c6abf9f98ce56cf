"""Pages of several PDFs as one PDF, with bookmarks and a number at the foot of each page.

The same pages give the same bytes. Form fields, links between pages and files inside are left behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO

from django.utils import timezone
from pikepdf import Dictionary, Name, ObjectStreamMode, OutlineItem, Page, Pdf, PdfError

FONT = Name("/NumberOfVolume")
SIZE, ABOVE = 8, 14  # points, from the lower edge
DIGIT_WIDTH = 0.55  # of Helvetica, in its size


@dataclass(frozen=True)
class Run:
    """Pages of a PDF, from `first` (0) until before `end`, and the bookmark that leads to them."""

    data: bytes
    first: int = 0
    end: int | None = None
    bookmark: str = ""


def pages_of(data: bytes) -> int:
    with Pdf.open(BytesIO(data)) as pdf:
        return len(pdf.pages)


def can_be_joined(data: bytes) -> bool:
    """Whether a PDF from outside lets itself be joined: tried by itself."""
    try:
        join([Run(data)], number="", made_at=timezone.now())
    except (PdfError, ValueError, TypeError, KeyError, AttributeError, RuntimeError):
        return False  # pikepdf tells an object of the wrong type in any of these ways
    return True


def join(runs: Sequence[Run], *, number: str, made_at: datetime) -> bytes:
    """`number` stands beside the page's own at the foot."""
    with Pdf.new() as whole:
        marks = [(run.bookmark, _add(whole, run)) for run in runs]
        for place, page in enumerate(whole.pages, start=1):
            _stamp(page, f"{number}  {place} / {len(whole.pages)}")
        with whole.open_outline() as outline:
            outline.root.extend(OutlineItem(title, place) for title, place in marks if title)
        whole.docinfo["/Title"] = number
        whole.docinfo["/CreationDate"] = f"D:{made_at.astimezone(UTC):%Y%m%d%H%M%S}Z"
        out = BytesIO()
        whole.save(out, deterministic_id=True, object_stream_mode=ObjectStreamMode.generate)
        return out.getvalue()


def _add(whole: Pdf, run: Run) -> int:
    place = len(whole.pages)
    with Pdf.open(BytesIO(run.data)) as source:
        whole.pages.extend(source.pages[run.first : run.end])
    return place


def _stamp(page: Page, text: str) -> None:
    """At the foot of the page as a viewer turns it, whatever state its own content leaves behind."""
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    page.add_resource(font, Name.Font, FONT)
    back = len(text) * SIZE * DIGIT_WIDTH / 2
    words = f"BT {FONT} {SIZE} Tf 0 g {-back:.2f} 0 Td ({text}) Tj ET"
    page.contents_add(b"q\n", prepend=True)
    page.contents_add(f"\nQ q {_foot(page)} cm {words} Q".encode("ascii"))


def _foot(page: Page) -> str:
    """The matrix that brings the middle of the lower edge to the origin, upright."""
    left, lower, right, upper = map(float, page.cropbox)
    middle, half = (left + right) / 2, (lower + upper) / 2
    turns = {
        0: (1, 0, 0, 1, middle, lower + ABOVE),
        90: (0, 1, -1, 0, right - ABOVE, half),
        180: (-1, 0, 0, -1, middle, upper - ABOVE),
        270: (0, -1, 1, 0, left + ABOVE, half),
    }
    turned = int(page.obj.get("/Rotate", 0)) % 360
    return " ".join(f"{value:g}" for value in turns[turned])
