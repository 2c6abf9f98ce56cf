"""The agency's and the ministries' people act only in sessions with a second factor."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from partners import access
from partners.identity import confirmation


def is_needed(person: Any) -> bool:
    return access.works_in(person, "agency", "ministry")


def way_to_it(request: HttpRequest) -> HttpResponse | None:
    """None for whoever may go on; else the page where the second factor is set up, or given."""
    if not is_needed(request.user) or confirmation.came_in_with_second_factor(request):
        return None
    if not confirmation.has_second_factor(request.user):
        return redirect("mfa_index")
    return to_confirmation(request)


def to_confirmation(request: HttpRequest) -> HttpResponse:
    """To the page that asks who one is, and back to the address asked for."""
    query = urlencode({"next": request.get_full_path()})
    return redirect(f"{reverse('confirm')}?{query}")
