"""Step-up: how lately somebody has proved who they are, and with what.

The session keeps when a second factor or a password was given. Who has a second factor proves
themselves with it; who has none, with the password. A second factor that was given to sign in
counts as long as it is fresh.
"""

from __future__ import annotations

import time
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def has_second_factor(person: Any) -> bool:
    return bool(is_mfa_enabled(person, FACTORS))


def came_in_with_second_factor(request: HttpRequest) -> bool:
    """Whether a second factor was given in this session, at whatever time: no query."""
    return any(record["method"] == "mfa" for record in _records(request))


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person has proved who they are within the last REAUTHENTICATION_SECONDS."""
    oldest = time.time() - settings.REAUTHENTICATION_SECONDS
    methods = {record["method"] for record in _records(request) if record["at"] > oldest}
    if "mfa" in methods:
        return True
    return "password" in methods and not has_second_factor(request.user)


def note_second_factor(request: HttpRequest, authenticator: Authenticator) -> None:
    """A second factor that has just been set up has been given, too."""
    record_authentication(
        request, request.user, "mfa", id=authenticator.pk, type=authenticator.type
    )


def note_password(request: HttpRequest) -> None:
    reauthenticate_by_password(request)


def _records(request: HttpRequest) -> list[dict[str, Any]]:
    return list(get_authentication_records(request, request.user))
