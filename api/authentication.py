"""Who is calling: an access token names a client, a client belongs to a person, the person acts.

The token is read from the header only: one in an address would end up in logs.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _
from oauth2_provider.models import get_access_token_model
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from api.languages import speak
from partners import rates
from partners.access import context_of
from partners.models import Person
from workflow import logs, walls

SCOPE = "partner"


class ClientOfAPerson(BaseAuthentication):
    """`Authorization: Bearer …`, given out at `POST /o/token/` for client credentials."""

    def authenticate(self, request: Request) -> tuple[Person, Any] | None:
        scheme, _space, written = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = _token(written.strip())
        if token is None or not _is_good(token, request):
            _count_a_guess(request)
            raise AuthenticationFailed(
                _("The access token is unknown or has expired. Fetch a new one at /o/token/.")
            )
        person = token.application.user
        if person is None or not person.is_active:
            raise AuthenticationFailed(
                _("The person this client acts for may no longer sign in. Ask the agency.")
            )
        speak(request, person.language)
        walls.enter(context_of(person))
        logs.also(person=person.actor_id)
        return person, token

    def authenticate_header(self, request: Request) -> str:
        """What a client without a token is told to bring (RFC 6750)."""
        if "Authorization" in request.headers:
            return 'Bearer realm="api", error="invalid_token"'
        return 'Bearer realm="api"'


def _count_a_guess(request: Request) -> None:
    """Whoever tries tokens is slowed down like whoever tries secrets. Raises `Throttled` (429)."""
    if seconds := rates.wait("token", rates.address_of(request), closed=True):
        raise Throttled(seconds)


def _token(written: str) -> Any:
    tokens = get_access_token_model().objects.select_related("application__user")
    checksum = sha256(written.encode()).hexdigest()
    return tokens.filter(token_checksum=checksum, application__isnull=False).first()


def _is_good(token: Any, request: Request) -> bool:
    address = request.build_absolute_uri(request.path)
    return bool(token.is_valid([SCOPE]) and token.allows_audience(address))
