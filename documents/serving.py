"""Handing a paper to a browser: checked against its hash, saved and never shown in our origin."""

from __future__ import annotations

import logging
from io import BytesIO

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from documents.models import Document
from documents.storage import Damaged

log = logging.getLogger(__name__)


def answer(document: Document) -> HttpResponseBase:
    """The file as a download. Whoever calls has made sure that the person may see it."""
    try:
        data = document.read()
    except Damaged as error:
        log.error("document %s is not served: %s", document.pk, error)
        return _refusal()
    response = FileResponse(
        BytesIO(data),
        as_attachment=True,
        filename=document.file_name,
        content_type=document.content_type,
    )
    return _guarded(response)


def _guarded(response: HttpResponseBase) -> HttpResponseBase:
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response


def _refusal() -> HttpResponseBase:
    sentence = _("This file is not as it was stored, so it is not handed out. Tell the agency.")
    return _guarded(HttpResponse(sentence, status=500, content_type="text/plain; charset=utf-8"))
