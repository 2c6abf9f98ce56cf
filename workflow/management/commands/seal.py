"""The sealer's process: once a second it seals what was written, until it is told to stop."""

from __future__ import annotations

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, connection

from workflow import logs, walls
from workflow.seal import keys
from workflow.seal.keys import NoKey, signing_key
from workflow.seal.note import BadNote
from workflow.seal.sealer import Sealer, WillNotSign
from workflow.seal.telling import lag

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Seal the trail: add new lines to the tree and sign its head, once a second."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="seal what there is, then end")
        parser.add_argument("--every", type=float, default=1.0, help="seconds between two looks")

    def handle(self, *, once: bool, every: float, **options: Any) -> None:
        told_to_stop = threading.Event()
        logs.this_process_is("sealer")
        if not once:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: told_to_stop.set())
        try:
            sealer = Sealer(signing_key())
            while not told_to_stop.is_set():
                count = _seal(sealer)
                if once and not count:
                    break
                told_to_stop.wait(0 if once else every)
        except (NoKey, BadNote, WillNotSign) as refusal:
            raise CommandError(str(refusal)) from refusal


def _seal(sealer: Sealer) -> int:
    """One look. A database that is away for a moment is asked again at the next."""
    try:
        with walls.house():
            count = sealer.seal()
            keys.mark_look(lag())
        return count
    except OperationalError as error:
        log.warning("database away, sealing waits: %s", error)
        connection.close()
        return 0
