"""The demo accounts the sign-in page shows, as the demo world wrote them down."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings

FILE_NAME = "demo_accounts.json"


def demo_accounts() -> list[dict[str, Any]]:
    """One account per role, with its password; empty until the demo world exists."""
    path = settings.VAR_DIR / FILE_NAME
    if not path.exists():
        return []
    accounts: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    first_of_role: dict[str, dict[str, Any]] = {}
    for account in accounts:
        first_of_role.setdefault(account["role"], account)
    return list(first_of_role.values())
