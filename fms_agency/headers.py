"""What every answer says to browsers besides its content: nothing is kept, lent out or embedded.

Django and django-csp say the rest (settings: CONTENT_SECURITY_POLICY, SECURE_*). Here stand the
headers that neither of them knows, for pages, API, papers, errors and styles alike.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

# Everything a page could ask the device for, and some of what browsers would let it do unasked.
POWERS = (
    *("accelerometer", "ambient-light-sensor", "autoplay", "bluetooth", "browsing-topics"),
    *("camera", "display-capture", "encrypted-media", "geolocation", "gyroscope", "hid"),
    *("idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment"),
    *("picture-in-picture", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking"),
)
PERMISSIONS = ", ".join(f"{power}=()" for power in POWERS)


# Where programs call, not people: whoever sends a secret there in the clear is to notice.
OF_CLIENTS = ("/api/", "/o/")
IN_THE_CLEAR = "Call by https. A secret that was sent in the clear is known: ask for another."


class NoClientInTheClear:
    """Middleware: under https a client that calls by http is refused, not led on.

    A redirect would work, and the token would have travelled in the clear ever after.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if (
            settings.SECURE_SSL_REDIRECT
            and not request.is_secure()
            and request.path.startswith(OF_CLIENTS)
        ):
            return JsonResponse({"detail": IN_THE_CLEAR}, status=403)
        return self.get_response(request)


class KeptToOurselves:
    """Middleware: no other site may embed an answer, no power is asked for, no copy is kept.

    An answer that may be kept says so itself: styles and scripts, which tell nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cache-Control", "no-store")
        return response
