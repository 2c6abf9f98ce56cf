"""`manage.py demo_world`: sample people, their accounts and a few sample cases."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from fms_agency.demo import world


class Command(BaseCommand):
    help = "Build the demo world: sample organisations, people, API clients and cases."

    def handle(self, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This house is not a demo. Set DEMO=1 to fill it with samples.")
        known = world.build()
        self.stdout.write(f"Demo world in place: {len(known)} people.")
