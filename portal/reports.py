"""What browsers tell us: a page tried what its security policy refuses. Logged, never shown."""

from __future__ import annotations

import json
import logging
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from partners import policies

log = logging.getLogger(__name__)

LONGEST = 16 * 1024
TOLD = ("document-uri", "effective-directive", "violated-directive", "blocked-uri", "source-file")


@policies.anybody
@csrf_exempt
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """A browser sends it by itself, without cookie or token; whatever else comes is dropped."""
    if int(request.META.get("CONTENT_LENGTH") or 0) <= LONGEST:
        told = _told(request.body)
        if told:
            log.warning("a page did what its policy refuses: %s", json.dumps(told))
    return HttpResponse(status=204)


def _told(body: bytes) -> dict[str, str]:
    try:
        found: Any = json.loads(body)["csp-report"]
        return {name: str(found[name])[:200] for name in TOLD if name in found}
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
