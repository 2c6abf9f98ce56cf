"""Reading bodies: strict JSON, and files. What cannot be stored is refused before any form sees it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, MultiPartParser

FORM_ALLOWANCE = 1024 * 1024  # what a multipart body may have beside its file


class StrictJSON(BaseParser):
    """One JSON object in UTF-8: no repeated names, no NaN, nothing that is not text."""

    media_type = "application/json"

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        _refuse_if_longer(parser_context, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        try:
            text = stream.read().decode("utf-8")
            found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
            json.dumps(found, ensure_ascii=False).encode("utf-8")  # refuses half a surrogate pair
        except (ValueError, RecursionError) as error:
            why = _("nested too deeply") if isinstance(error, RecursionError) else str(error)
            raise ParseError(
                _("The body is not valid JSON: %(why)s.") % {"why": why[:200]}
            ) from None
        if not isinstance(found, dict):
            raise ParseError(_("The body must be a JSON object: names with values."))
        return found


class Multipart(MultiPartParser):
    """A form with files. The file's own limit is the form field's to tell."""

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        _refuse_if_longer(parser_context, 2 * settings.UPLOAD_LIMIT_BYTES + FORM_ALLOWANCE)
        return super().parse(stream, media_type, parser_context)


def _refuse_if_longer(context: Mapping[str, Any] | None, most: int) -> None:
    request = (context or {}).get("request")
    length = request.META.get("CONTENT_LENGTH") if request is not None else None
    if length and int(length) > most:
        raise RequestDataTooBig(f"{length} bytes, at most {most}")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(_("a name is given twice"))
    return found


def _no_number(written: str) -> NoReturn:
    raise ValueError(_("%(written)s is not a number") % {"written": written})
