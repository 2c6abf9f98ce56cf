"""`manage.py demo_accounts`: one demo account for each role, with its password and its door."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from fms_agency.demo import accounts
from fms_agency.demo.accounts import Account
from fms_agency.demo.table import table
from portal.demo import FILE_NAME

HEADINGS = ("Role", "Name", "", "E-mail", "Password", "Door")


class Command(BaseCommand):
    help = "Print one demo account per role."

    def handle(self, **options: Any) -> None:
        known = accounts.read()
        if not known:
            self.stdout.write("No demo accounts yet: `manage.py demo_world` makes them.")
            return
        by_role: dict[str, Account] = {}
        for account in known.values():
            by_role.setdefault(account.role, account)
        rows = [
            (a.role_label, a.name, a.name_ja, a.email, a.password, a.door) for a in by_role.values()
        ]
        self.stdout.write(table([HEADINGS, *rows]))
        client = next(account for account in known.values() if account.client_id)
        self.stdout.write(
            f"\nAPI of the nations, as {client.name}: POST {settings.PUBLIC_URL}/o/token/ with "
            f"grant_type=client_credentials,\n  client {client.client_id}, "
            f"secret {client.client_secret}\nAll accounts and clients: "
            f"{settings.VAR_DIR / FILE_NAME}"
        )
