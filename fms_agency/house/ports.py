"""Find a free port and keep it ours.

The web server lets several processes share a port, so a second house of the same user would share it
silently and answer half of the first one's visitors. A lock file per port prevents that.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

from fms_agency.house.bootstrap import Failure
from fms_agency.house.places import own_folder

HOST = "127.0.0.1"
USUAL = range(8000, 8100)


@contextlib.contextmanager
def reserved_port(wanted: int | None) -> Iterator[int]:
    """Reserve the wanted port, or the first free one of the usual, until the context ends."""
    locks = own_folder(Path(tempfile.gettempdir()) / f"fms-ports-{os.geteuid()}", 0o700)
    for port in [wanted] if wanted else USUAL:
        with (locks / str(port)).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            if is_free(port):
                yield port
                return
    if wanted:
        raise Failure(
            f"Port {wanted} is taken.\n  Choose another with PORT=…, or leave PORT out to get a free one."
        )
    raise Failure(
        f"Every port from {USUAL[0]} to {USUAL[-1]} is taken.\n  Choose another with PORT=…."
    )


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        # Connections of a server that has just stopped linger for a minute; they do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
