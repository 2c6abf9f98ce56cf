"""In which language the API answers: what the client asks for, else what its person prefers."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header
from rest_framework.request import Request


def speak(request: Request | HttpRequest, preferred: str) -> None:
    """Answer this request in its own language; the middleware ends it with the request."""
    translation.activate(_asked_for(request) or preferred)


def _asked_for(request: Request | HttpRequest) -> str:
    header = request.headers.get("Accept-Language", "")
    for code, _weight in parse_accept_lang_header(header):
        try:
            return translation.get_supported_language_variant(code)
        except LookupError:
            continue
    return ""
