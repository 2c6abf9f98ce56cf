"""`manage.py play_deal`: a whole deal through the doors of a running house, told line by line.

It acts only over HTTP, as the people it plays would. It looks into the database only to say what
changed, and at the end to see that nothing was left undone.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import override

from fms_agency.demo import accounts, ending, telling
from fms_agency.demo.accounts import Account
from fms_agency.demo.client import ApiDoor
from fms_agency.demo.deals import DEALS
from fms_agency.demo.doors import DoorOfTheHouse
from fms_agency.demo.player import Play, StoryBroken
from fms_agency.demo.portals import PortalDoor
from fms_agency.demo.script import Deal, Door


@contextmanager
def doors_of(base_url: str, known: Mapping[str, Account]) -> Iterator[dict[Door, DoorOfTheHouse]]:
    """The three doors of a running house."""
    doors: dict[Door, DoorOfTheHouse] = {
        Door.PORTAL: PortalDoor(base_url, "staff", known),
        Door.SUPPLIER: PortalDoor(base_url, "supplier", known),
        Door.API: ApiDoor(base_url, known),
    }
    try:
        yield doors
    finally:
        for door in doors.values():
            door.close()


class Command(BaseCommand):
    help = "Play a deal through the doors of a running house; exit 0 only if everything held."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--base-url", default=settings.PUBLIC_URL)
        parser.add_argument("--deal", choices=[*DEALS, "all"], default="all")
        parser.add_argument(
            "--language",
            choices=["ja", "en"],
            help="of what is told; else the deal's own",
        )
        parser.add_argument(
            "--patience",
            type=float,
            default=120.0,
            help="seconds to wait for the worker at the end",
        )

    def handle(
        self,
        *,
        base_url: str,
        deal: str,
        language: str | None,
        patience: float,
        **options: Any,
    ) -> None:
        known = accounts.read()
        if not known:
            raise CommandError("There are no demo accounts. Run `manage.py demo_world` first.")
        # Each request has its line on the screen already, in words.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        chosen = list(DEALS.values()) if deal == "all" else [DEALS[deal]]
        with doors_of(base_url, known) as doors:
            broken = [one.name for one in chosen if not self._play(one, doors, language, patience)]
        if broken:
            raise CommandError(f"Not everything held: {', '.join(broken)}.")

    def _play(
        self,
        deal: Deal,
        doors: dict[Door, DoorOfTheHouse],
        language: str | None,
        patience: float,
    ) -> bool:
        play = Play(deal, doors)
        began = time.monotonic()
        with override(language or deal.language):
            self.stdout.write(telling.heading(deal))
            try:
                for position, told in enumerate(play.turns(), start=1):
                    self.stdout.write(telling.line(position, told))
                    self.stdout.flush()  # somebody watches, perhaps through a pipe
            except StoryBroken as broken:
                self.stdout.write(f"  ✗ {broken}")
                return False
            found = list(ending.findings(play, patience))
            self._tell_end(play, found)
            seconds = time.monotonic() - began
            self.stdout.write(_("Played in %(seconds).1f s.") % {"seconds": seconds} + "\n")
        return all(finding.is_good for finding in found)

    def _tell_end(self, play: Play, found: Sequence[ending.Finding]) -> None:
        self.stdout.write("")
        for finding in found:
            self.stdout.write(telling.finding(finding))
        self.stdout.write(telling.papers(ending.papers_of(play)))
