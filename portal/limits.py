"""How often a person may ask for pages. The API and its token door count for themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from partners import rates
from portal.errors import too_many

COUNTED_BY_THEMSELVES = {"api", "oauth2_provider"}
UNCOUNTED = {"health"}


class PerPerson:
    """Middleware: counts each page by its person, or by the address of whoever is not signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        if match and (set(match.app_names) & COUNTED_BY_THEMSELVES or match.url_name in UNCOUNTED):
            return None
        if request.user.is_authenticated:
            seconds = rates.wait("person", request.user.pk)
        else:
            seconds = rates.wait("address", rates.address_of(request))
        return too_many(request, seconds) if seconds else None
