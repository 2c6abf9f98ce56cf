"""The virus scanner: clamd, when the setting CLAMAV says where it listens.

Without an answer there is no file: a scanner that is away, busy or confused refuses.
"""

from __future__ import annotations

import logging
import socket
from io import BytesIO
from typing import Any

import clamd
from django.conf import settings

from documents.contents import sentences

SECONDS = 30
log = logging.getLogger(__name__)


def objection(data: bytes) -> str:
    """What the scanner has against these bytes, or `""`, also where no scanner is set up."""
    if not settings.CLAMAV:
        return ""
    try:
        ((verdict, name),) = (_scanner(settings.CLAMAV).instream(BytesIO(data)) or {}).values()
    except (clamd.ClamdError, OSError, ValueError) as error:
        log.error("the virus scanner at %s does not answer: %s", settings.CLAMAV, error)
        return sentences.scanner_away()
    if verdict == "FOUND":
        log.warning("an upload was refused: the virus scanner found %s", name)
        return sentences.infected()
    return "" if verdict == "OK" else sentences.scanner_away()


def _scanner(place: str) -> _Scanner:
    if place.startswith("/"):
        return _Scanner(socket.AF_UNIX, place)
    host, _colon, port = place.rpartition(":")
    return _Scanner(socket.AF_INET, (host, int(port)))


class _Scanner(clamd.ClamdNetworkSocket):  # type: ignore[misc]  # the package is not typed
    """The package's client, with a clock from the first byte on, and sending all it is given."""

    def __init__(self, family: socket.AddressFamily, address: Any) -> None:
        super().__init__(timeout=SECONDS)
        self.family, self.address = family, address

    def _init_socket(self) -> None:
        self.clamd_socket = _Whole(self.family, socket.SOCK_STREAM)
        self.clamd_socket.settimeout(self.timeout)
        try:
            self.clamd_socket.connect(self.address)
        except OSError:
            self.clamd_socket.close()
            raise


class _Whole(socket.socket):
    def send(self, data: Any, flags: int = 0) -> int:
        """The package does not look at how much went out."""
        self.sendall(data, flags)
        return len(data)
