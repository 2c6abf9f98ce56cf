"""Where a client fetches its access token, and gives it back. Nothing else of OAuth is served."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.views import RevokeTokenView, TokenView

from partners import rates
from partners.policies import anybody

View = Callable[..., HttpResponseBase]


def without_nul(view: View) -> View:
    """No client id or secret holds the character that PostgreSQL cannot store: it is refused here."""

    @wraps(view)
    def refusing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        given = [value for values in request.POST.lists() for value in (values[0], *values[1])]
        if any("\0" in value for value in (*given, _credentials(request))):
            return JsonResponse({"error": "invalid_request"}, status=400)
        return view(request, *args, **kwargs)

    return csrf_exempt(refusing)


def counted(view: View) -> View:
    """Secrets are not to be guessed: by client and by address, and shut when nothing can count."""

    @wraps(view)
    def counting(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        client = _credentials(request).partition(":")[0] or request.POST.get("client_id", "")
        asked = (("token", client), ("address", rates.address_of(request)))
        seconds = max(rates.wait(kind, name, closed=True) for kind, name in asked)
        if seconds:
            return JsonResponse(
                {"error": "temporarily_unavailable", "error_description": _("Too many requests")},
                status=429,
                headers={"Retry-After": str(seconds)},
            )
        return view(request, *args, **kwargs)

    return csrf_exempt(counting)


def _credentials(request: HttpRequest) -> str:
    scheme, _space, code = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(code).decode("utf-8", errors="replace")
    except ValueError:
        return ""


app_name = "oauth2_provider"
urlpatterns = [
    path("token/", anybody(counted(without_nul(TokenView.as_view()))), name="token"),
    path(
        "revoke_token/",
        anybody(counted(without_nul(RevokeTokenView.as_view()))),
        name="revoke-token",
    ),
]
