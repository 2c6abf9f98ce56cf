"""The first page, the way to one's own desk, language, health."""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from partners import policies
from portal.context import desk_of
from workflow.seal.keys import lag_by_the_last_look


@policies.signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Everybody's way to their own desk."""
    desk = desk_of(request.user)
    if not desk:
        return render(request, "portal/no_desk.html", status=403)
    return redirect(f"{desk}:desk")


@policies.signed_in
@require_GET
def case(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    """A case's address for whoever reads it: on to the page on their own desk."""
    desk = desk_of(request.user)
    if not desk:
        return render(request, "portal/no_desk.html", status=403)
    return redirect(f"{desk}:case", slug, number)


@policies.anybody
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Japanese or English, kept with the person, or in a cookie before sign-in."""
    language = request.POST.get("language", "")
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        target = "/"
    response = redirect(target)
    if language in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            request.user.language = language
            request.user.save(update_fields=["language"])
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            samesite="Lax",
            httponly=True,
            secure=request.is_secure(),
        )
    return response


@policies.anybody
@require_GET
def health(request: HttpRequest) -> JsonResponse:
    """For the load balancer: the process answers and its database too; for people, the seal's lag.

    A late seal does not turn visitors away: the trail is written all the same.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    lag = lag_by_the_last_look(timezone.now())
    seconds = None if lag is None else round(lag.total_seconds(), 1)
    return JsonResponse({"status": "ok", "seal_lag_seconds": seconds})
