"""A house of the drill's own: real servers and programs, below a place nobody else uses.

The broker keeps nothing, so that each of its deaths is a loss of memory.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from fms_agency.drills.schedule import Kill, Victim
from fms_agency.house import furnish, programs
from fms_agency.house.bootstrap import Failure, step
from fms_agency.house.broker import Broker
from fms_agency.house.places import VAR, Place, make_var, server_account
from fms_agency.house.ports import HOST, reserved_port
from fms_agency.house.processes import Crew, Process, Service, launch_logged, stop_process
from fms_agency.house.servers import Environment, occupied, seal_key_file, start_servers

OPENING_LIMIT = 90.0
PARENTS = {
    Victim.WEB_CHILD: "web",
    Victim.WORKER_CHILD: "worker",
    Victim.BACKEND: "postgres",
}
# The drill owns whatever it kills; and nobody waits two minutes for a letter lost with its worker.
NOT_INHERITED = ("DATABASE_URL", "CELERY_BROKER_URL", "VAR_DIR", "EMAIL_URL", "DEMO", "PUBLIC_URL")
QUICK = {
    "MAIL_TIME_LIMIT": "15",
    "API_RATE": "100000/min",
    "PERSON_RATE": "100000/min",
    "ADDRESS_RATE": "100000/min",
    "TOKEN_RATE": "100000/min",
    "LOG_LEVEL": "WARNING",
}


class House:
    """The crew of the drill's house, and the hand that kills."""

    def __init__(self, crew: Crew, place: Place, port: int) -> None:
        self.crew, self.place, self.port = crew, place, port

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    def mend(self) -> bool:
        """Start again what has died; whether anything had."""
        return self.crew.mend()

    def open(self) -> None:
        """Start servers and programs; the environment of this process leads to them."""
        with step("Database and broker", "Database and broker answer"):
            broker = Broker(self.place, for_tests=True)
            self.crew.add(broker.service())
            os.environ["CELERY_BROKER_URL"] = broker.url
            os.environ["PUBLIC_URL"] = self.address
            os.environ.update(start_servers(self.place, self.crew))
        furnish.bring_up_to_date()
        with step("Web, worker, sealer and beat", "The house is open"):
            for service in self._programs({}):
                self.crew.add(service)
            self._wait()

    def reopen(self, settings: Environment) -> None:
        """Close the doors, and open them again with other settings."""
        with step("Closing and opening again", "The house is open again"):
            known = {service.name: service for service in self.crew.services}
            for service in self._programs(settings):
                old = known[service.name]
                if old.process is not None:
                    stop_process(old.process, old.stop_signal, old.patience)
                old.start = service.start
                old.falls.clear()
            self.mend()
            self._wait()

    def _programs(self, settings: Environment) -> list[Service]:
        environment = {**os.environ, **settings}
        logs = make_var(self.place.var / "log")

        def start(label: str, command: Sequence[object], words: Environment) -> Process:
            return launch_logged(label, command, words, logs)

        return [
            programs.web(environment, self.port, start),
            programs.worker(environment, start),
            programs.sealer(environment, seal_key_file(self.place), start),
            programs.beat(environment, self.place.var, start),
        ]

    def _wait(self) -> None:
        until = time.monotonic() + OPENING_LIMIT
        while not programs.answers(self.port):
            if time.monotonic() > until:
                raise Failure(f"The house did not open within {OPENING_LIMIT:.0f} s.")
            time.sleep(0.2)

    def kill(self, kill: Kill) -> bool:
        """Hit the victim; False when there is none at this moment."""
        pid = self._pid_of(kill)
        if pid is None:
            return False
        for service in self.crew.services:
            service.falls.clear()  # these falls are no fault of theirs
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def _pid_of(self, kill: Kill) -> int | None:
        parent = PARENTS.get(kill.victim)
        if parent is None:
            return self.crew.pids().get(kill.victim)
        children = children_of(self.crew.pids()[parent])
        if kill.victim is Victim.BACKEND:
            children = [pid for pid in children if b"[local]" in _words(pid)]
        return children[int(kill.pick * len(children))] if children else None


def children_of(parent: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended while we looked
        if int(fields[1]) == parent and fields[0] not in {"Z", "X"}:
            found.append(int(stat.parent.name))
    return sorted(found)


def _words(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@contextmanager
def open_house(settings: Environment) -> Iterator[House]:
    """Open a house with an empty memory; the environment of this process leads to it."""
    for name in NOT_INHERITED:
        os.environ.pop(name, None)
    os.environ.update(QUICK | settings)
    with ExitStack() as stack:
        place = Place(VAR / "drill", server_account())
        stack.enter_context(occupied(place))
        crew = Crew(place.var / "processes.json")
        stack.callback(crew.stop)
        _forget(place)
        house = House(crew, place, stack.enter_context(reserved_port(None)))
        house.open()
        yield house


def _forget(place: Place) -> None:
    for old in ("mail", "papers", "beat", "log", "broker", "seal"):
        shutil.rmtree(place.var / old, ignore_errors=True)
    shutil.rmtree(place.servers_data / "postgres", ignore_errors=True)
