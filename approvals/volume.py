"""The whole file as one PDF (一件書類): its own paper, the outgoing paper, and everything attached.

Made whenever somebody asks, as of the last line of the file's trail, of what the reader may see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from approvals import papers
from approvals.models import ApprovalFile
from documents import binding, rendering
from documents.binding import Piece
from documents.models import Document
from documents.papers import Paper, in_both
from workflow.models import Entry


@dataclass(frozen=True)
class Volume:
    """The bytes, and the digests of the kept papers that are in them: for the trail."""

    data: bytes
    papers: list[str]


def of(file: ApprovalFile, *, reader: Any, seen: QuerySet[Document]) -> Volume:
    """`seen`: the papers that the reader may see. The file itself they may, as the caller knows."""
    last = file.trail[0]
    kept = [*_outgoing(file), *file.attachments()]
    mine = set(seen.filter(pk__in=[row.pk for row in kept]).values_list("pk", flat=True))
    pieces = [_drawn(papers.decided_file, file, last), *binding.kept(kept, for_reader=mine)]
    if not any(row.kind == papers.outgoing_draft.kind for row in kept):
        pieces.insert(1, _drawn(papers.outgoing_draft, file, last))
    data = binding.bind(
        pieces,
        number=file.number,
        label=file.handling,
        made_at=last.at,
        facts={
            "title": file.title,
            "state": in_both(lambda: file.state_label),
            "as_of": last.at,
            "line": last.version,
            "made_for": reader.official_name,
        },
    )
    bound = {piece.digest for piece in pieces if piece.digest}
    return Volume(data, [row.sha256 for row in kept if row.sha256 in bound])


def _drawn(paper: Paper, file: ApprovalFile, last: Entry) -> Piece:
    page = paper.html(file, last.at)
    return Piece(in_both(lambda: paper.title), rendering.pdf(page, made_at=last.at))


def _outgoing(file: ApprovalFile) -> list[Document]:
    """The draft that was put forward last, and what went out."""
    rows = [Document.objects.of(file).latest(papers.outgoing_draft.kind)]
    if issued := file.trail.filter(step="issue").first():
        went_out = Document.objects.of(file.subject).filter(made_at__lte=issued.at)
        rows.append(went_out.latest(file.matter_of.issues))
    return [row for row in rows if row is not None]
