"""The same request twice is one act: the reply is kept with the effect and given again.

A client whose line broke does not know whether its act was done. It sends the same request with
the same `Idempotency-Key` once more. What was refused or failed left nothing, and is tried anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from api.models import IdempotentCall
from api.problems import KeyNeeded, KeyUsed
from partners import access
from partners.models import Person
from workflow.steps import Step, one_act

HEADER = "Idempotency-Key"
KEY = re.compile(r"^[!-~]{1,128}$")
MEDIA_TYPE = "application/json"


@dataclass(frozen=True)
class Reply:
    """What an act answers, before it is written down."""

    status: int
    data: Any
    headers: Mapping[str, str] = field(default_factory=dict)


def needs_key(step: Step) -> bool:
    """Whoever signs or moves money must be able to ask again without doing it twice."""
    return bool(getattr(step, "signs", False))


def answer_once(request: Request, act: Callable[[], Reply], *, demanded: bool) -> HttpResponse:
    """Do the act, or give the reply it got before. Raises `KeyNeeded` (400), `KeyUsed` (422)."""
    key = _key(request, demanded=demanded)
    if not key:
        reply = act()
        return _sent(reply.status, _headers(reply), _written(reply))
    call = _call(request, key)
    with one_act():
        kept = call.claim()
        is_first = kept.pk == call.pk
        if is_first:
            reply = act()
            kept.keep(reply.status, _headers(reply), _written(reply))
    if (kept.asked, kept.sha256) != (call.asked, call.sha256):
        raise KeyUsed(_("This key was used for another request. Make a new one for each act."))
    replayed = {} if is_first else {"Idempotent-Replayed": "true"}
    return _sent(kept.status, kept.headers | replayed, kept.body)


def _key(request: Request, *, demanded: bool) -> str:
    key = request.headers.get(HEADER, "")
    if key and not KEY.fullmatch(key):
        raise KeyNeeded(
            _("%(header)s must have 1 to 128 letters, digits or signs of ASCII.")
            % {"header": HEADER}
        )
    if demanded and not key:
        raise KeyNeeded(
            _("Send this request with the header %(header)s: a key that you make for each act.")
            % {"header": HEADER}
        )
    return key


def _call(request: Request, key: str) -> IdempotentCall:
    return IdempotentCall(
        person=cast("Person", request.user),  # the door has let nobody else in
        key=key,
        owner_code=access.nations_of(request.user)[0],
        asked=f"{request.method} {request.path}",
        sha256=_digest(request.data),
    )


def _digest(body: Any) -> str:
    """SHA-256 of what was asked, whatever the order of its names; files by their content."""
    named = body.lists() if isinstance(body, QueryDict) else body.items()
    plain = json.dumps(dict(named), sort_keys=True, default=_of_file)
    return sha256(plain.encode()).hexdigest()


def _of_file(file: UploadedFile[bytes]) -> list[str | None]:
    checksum = sha256()
    for chunk in file.chunks():
        checksum.update(chunk)
    file.seek(0)
    return [file.name, file.content_type, checksum.hexdigest()]


def _headers(reply: Reply) -> dict[str, str]:
    return {**reply.headers, "Content-Language": get_language() or ""}


def _written(reply: Reply) -> str:
    return bytes(JSONRenderer().render(reply.data)).decode()


def _sent(status: int, headers: Mapping[str, str], body: str) -> HttpResponse:
    return HttpResponse(body, status=status, headers=dict(headers), content_type=MEDIA_TYPE)
