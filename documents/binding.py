"""Papers bound into one volume (編綴): a list of what is in it, then each paper, under one count of pages.

A paper that came from outside has a sheet before it, which names it. It is looked at once more
before it is bound; what cannot be bound, or is not for the reader, is represented by its sheet,
which says why. The same papers give the same bytes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from documents import rendering
from documents.contents import bounded
from documents.inspection.verdict import Verdict
from documents.models import Document
from documents.papers import common_values, in_both, plain
from documents.storage import Damaged
from workflow import handling

log = logging.getLogger(__name__)

LIST = "目次 Contents"
ROOM = 200 * 1024 * 1024  # of all papers from outside in one volume


class Why(StrEnum):
    """Why only its sheet stands for a paper. The words are in `templates/documents/volume.html`."""

    NO_PDF = "no_pdf"
    NOT_FOR_READER = "not_for_reader"
    DAMAGED = "damaged"
    BROKEN = "broken"
    LOCKED = "locked"
    UNSAFE = "unsafe"
    TOO_MUCH = "too_much"


WHY_BY_VERDICT = {
    Verdict.BROKEN: Why.BROKEN,
    Verdict.LOCKED: Why.LOCKED,
    Verdict.TOO_MUCH: Why.TOO_MUCH,
}


@dataclass(frozen=True)
class Piece:
    """A paper of a volume; `sheet` is a document that a page before it names, or instead of it: `why`."""

    title: str
    data: bytes = b""
    label: str = ""
    digest: str = ""
    sheet: Document | None = None
    why: Why | None = None


def kept(documents: Iterable[Document], *, for_reader: set[Any]) -> list[Piece]:
    """A piece of each document; `for_reader` has the keys of those that the reader may see."""
    pieces, room = [], ROOM
    for document in documents:
        piece = _looked_at(document, room, is_for_reader=document.pk in for_reader)
        room -= len(piece.data)
        pieces.append(piece)
    return pieces


def _looked_at(document: Document, room: int, *, is_for_reader: bool) -> Piece:
    title = in_both(lambda: document.label)
    only_sheet = partial(Piece, title, sheet=document)
    if not is_for_reader:
        return only_sheet(why=Why.NOT_FOR_READER)
    if document.content_type != "application/pdf":
        return only_sheet(why=Why.NO_PDF)
    if document.size > room:
        return only_sheet(why=Why.TOO_MUCH)
    try:
        data = document.read()
    except Damaged:
        log.exception("document %s is not bound", document.pk)
        return only_sheet(why=Why.DAMAGED)
    if document.origin == Document.Origin.MADE:
        return Piece(title, data, document.handling, document.sha256)
    if why := why_not_bound(data):
        return only_sheet(why=why)
    return only_sheet(data=data, label=document.handling, digest=document.sha256)


def why_not_bound(data: bytes) -> Why | None:
    """What stands against binding a PDF from outside, by those who open it within limits."""
    from documents.joining import can_be_joined  # brings pikepdf, which is slow to load

    verdict = bounded.inspected(data, "application/pdf")
    if verdict is not Verdict.FINE:
        return WHY_BY_VERDICT.get(verdict, Why.UNSAFE)
    return None if can_be_joined(data) else Why.BROKEN


def bind(
    pieces: Sequence[Piece],
    *,
    number: str,
    label: str,
    made_at: datetime,
    facts: Mapping[str, Any],
) -> bytes:
    """One PDF of a case. `facts` are what its first page says of it: title, state, made_for."""
    from documents.joining import Run, join, pages_of  # brings pikepdf, which is slow to load

    values = common_values(number, made_at, 1) | plain(facts) | {"label": _highest(pieces, label)}
    lengths = [pages_of(piece.data) if piece.data else 0 for piece in pieces]
    sheets = sum(1 for piece in pieces if piece.sheet)
    front = _front(values, _rows(pieces, lengths, after=1), made_at)
    listed = pages_of(front) - sheets
    if listed > 1:  # the list names pages, which begin after it
        front = _front(values, _rows(pieces, lengths, after=listed), made_at)
    runs, sheet = [Run(front, 0, listed, LIST)], listed
    for piece in pieces:
        bookmark = piece.title
        if piece.sheet:
            runs.append(Run(front, sheet, sheet + 1, bookmark))
            bookmark, sheet = "", sheet + 1
        if piece.data:
            runs.append(Run(piece.data, bookmark=bookmark))
    return join(runs, number=number, made_at=made_at)


def _front(values: Mapping[str, Any], rows: list[dict[str, Any]], made_at: datetime) -> bytes:
    """The list, and the sheet of each paper from outside, a page each."""
    page = rendering.html("documents/volume.html", {**values, "pieces": rows})
    return rendering.pdf(page, made_at=made_at)


def _rows(pieces: Sequence[Piece], lengths: Sequence[int], *, after: int) -> list[dict[str, Any]]:
    """What the list and the sheets say of each; the first comes `after` so many pages."""
    rows = []
    for piece, length in zip(pieces, lengths, strict=True):
        pages = length + bool(piece.sheet)
        rows.append(
            {
                "title": piece.title,
                "first": after + 1,
                "last": after + pages,
                "bound": length,
                "why": str(piece.why or ""),
                "document": _document(piece.sheet) if piece.sheet else None,
            }
        )
        after += pages
    return rows


def _document(document: Document) -> dict[str, Any]:
    return {
        "file_name": document.file_name,
        "size": document.size,
        "sha256": document.sha256,
        "label": handling.in_both_languages(document.handling),
        "made_at": document.made_at,
        "made_by": document.made_by,
    }


def _highest(pieces: Sequence[Piece], least: str) -> str:
    """A volume carries the highest label of what is bound into it."""
    labels = [least, *(piece.label for piece in pieces if piece.label)]
    return handling.in_both_languages(max(labels, key=handling.ORDER.index))
