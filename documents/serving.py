"""Handing a paper to a browser: proven whole, written down, saved and never shown in our origin.

Every door gives its papers away here, so that the trail knows each reader. What cannot be
written down is not handed out.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from hashlib import sha256
from io import BytesIO

from django.db import transaction
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from documents.models import Document
from documents.storage import Damaged
from workflow import trail
from workflow.models import Case, Entry
from workflow.rights import Actor, Capacity

log = logging.getLogger(__name__)

VOLUME = "documents.volume:"  # what a line of the trail is about: the whole of a case


def answer(document: Document, *, by: Actor, capacity: Capacity) -> HttpResponseBase:
    """The file as a download. Whoever calls has made sure that the person may see it."""
    try:
        data = document.read()
    except Damaged as error:
        log.error("document %s is not served: %s", document.pk, error)
        return _refusal()
    with transaction.atomic():
        _record(document, by, capacity)
    return _download(data, document.file_name, document.content_type)


def answer_volume(
    data: bytes,
    case: Case,
    papers: Sequence[str],
    *,
    by: Actor,
    capacity: Capacity,
    file_name: str = "",
) -> HttpResponseBase:
    """A volume bound a moment ago; `papers` are the digests of the kept ones that are in it."""
    with transaction.atomic():
        trail.record(
            Entry.Event.PAPER_READ,
            by=by,
            capacity=capacity,
            case=case,
            subject=f"{VOLUME}{case.pk}",
            given={"papers": papers},
            digest=sha256(data).hexdigest(),
        )
    return _download(data, file_name or f"{case.number}.pdf", "application/pdf")


def announcement(document: Document) -> HttpResponseBase:
    """What HEAD tells: as `answer`, without the file, which nobody has read then."""
    response = HttpResponse(content_type=document.content_type)
    response["Content-Length"] = str(document.size)
    named = content_disposition_header(as_attachment=True, filename=document.file_name)
    response["Content-Disposition"] = str(named)
    return _guarded(response)


def _download(data: bytes, file_name: str, content_type: str) -> HttpResponseBase:
    response = FileResponse(
        BytesIO(data), as_attachment=True, filename=file_name, content_type=content_type
    )
    return _guarded(response)


def _record(document: Document, by: Actor, capacity: Capacity) -> None:
    trail.record(
        Entry.Event.PAPER_READ,
        by=by,
        capacity=capacity,
        case=_CaseOf(document),
        subject=f"documents.document:{document.pk}",
        given={"kind": document.kind, "version": document.version},
        digest=document.sha256,
    )


class _CaseOf:
    """The case as the paper names it: who may see a paper may not always see its case."""

    def __init__(self, document: Document) -> None:
        self.pk, self.number = document.case_id, document.case_number
        self.owner_code, self._kind = document.owner_code, document.case_kind

    def kind(self) -> str:
        return self._kind


def _guarded(response: HttpResponseBase) -> HttpResponseBase:
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response


def _refusal() -> HttpResponseBase:
    sentence = _("This file is not as it was stored, so it is not handed out. Tell the agency.")
    return _guarded(HttpResponse(sentence, status=500, content_type="text/plain; charset=utf-8"))
