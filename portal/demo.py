"""The demo accounts the sign-in page shows, as the demo world wrote them down."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings

from partners.identity import codes
from partners.identity.sealing import unseal

FILE_NAME = "demo_accounts.json"


def demo_accounts() -> list[dict[str, Any]]:
    """One account per role, with its password; empty until the demo world exists."""
    first_of_role: dict[str, dict[str, Any]] = {}
    for account in _accounts():
        first_of_role.setdefault(account["role"], account)
    return list(first_of_role.values())


@dataclass(frozen=True)
class SampleCode:
    """The one-time code of a sample account, and in how many seconds it will be taken (0: now)."""

    code: str
    wait: int


def sample_code(person: Any) -> SampleCode | None:
    """Only in a demo, only for a sample account, only while it has the sample secret."""
    if not settings.DEMO:
        return None
    secret = next((a["totp_secret"] for a in _accounts() if a["email"] == person.email), "")
    row = Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).first()
    if row is None or not secret or unseal(row.data["secret"]) != secret:
        return None
    return SampleCode(*codes.next_code(row))


def _accounts() -> list[dict[str, Any]]:
    path = settings.VAR_DIR / FILE_NAME
    if not path.exists():
        return []
    accounts: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return accounts
