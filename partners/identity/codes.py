"""One-time codes (RFC 6238), each good once: the last one taken is kept in the factor's own row.

allauth remembers a used code in a cache, which may be one process's own. Here the row is locked,
and a code counts only if it is of a later moment than the last one.
"""

from __future__ import annotations

import secrets
import time
from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.db import transaction

from partners.identity.sealing import unseal

LAST = "last_counter"


def spend(person: Any, code: str) -> Authenticator | None:
    """The factor to which the code belongs, used up by this; None if it opens nothing."""
    typed = code.replace(" ", "").replace("-", "")
    with transaction.atomic():
        return _spend_from_app(person, typed) or _spend_recovery_code(person, typed)


def code_at(secret: str, moment: int) -> str:
    return str(format_hotp_value(hotp_value(secret, moment)))


def moment_now() -> int:
    """The number of the present 30 seconds."""
    return int(time.time()) // app_settings.TOTP_PERIOD


def next_code(authenticator: Authenticator) -> tuple[str, int]:
    """The first code not used yet, and in how many seconds it will be taken (0: now)."""
    moment = max(moment_now(), authenticator.data.get(LAST, 0) + 1)
    opens_at = (moment - app_settings.TOTP_TOLERANCE) * app_settings.TOTP_PERIOD
    code = code_at(unseal(authenticator.data["secret"]), moment)
    return code, max(0, opens_at - int(time.time()))


def _spend_from_app(person: Any, code: str) -> Authenticator | None:
    row = _locked(person, Authenticator.Type.TOTP)
    if row is None:
        return None
    secret = unseal(row.data["secret"])
    for moment in yield_hotp_counters_from_time():
        fits = secrets.compare_digest(code_at(secret, moment).encode(), code.encode())
        if fits and moment > row.data.get(LAST, 0):
            row.data[LAST] = moment
            row.save(update_fields=["data"])
            return row
    return None


def _spend_recovery_code(person: Any, code: str) -> Authenticator | None:
    row = _locked(person, Authenticator.Type.RECOVERY_CODES)
    return row if row is not None and row.wrap().validate_code(code) else None


def _locked(person: Any, kind: str) -> Authenticator | None:
    rows = Authenticator.objects.select_for_update()
    found: Authenticator | None = rows.filter(user_id=person.pk, type=kind).first()
    return found
