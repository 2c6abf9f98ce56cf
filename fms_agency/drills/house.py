"""A house of the drill's own: real servers and programs, below a place nobody else uses.

The broker keeps nothing, so that each of its deaths is a loss of memory.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from fms_agency.drills.schedule import Kill, Victim
from fms_agency.house import furnish, programs
from fms_agency.house.bootstrap import Failure, step
from fms_agency.house.broker import Broker
from fms_agency.house.places import VAR, Place, make_var, server_account
from fms_agency.house.ports import HOST, reserved_port
from fms_agency.house.processes import Crew, Process, launch_logged
from fms_agency.house.servers import Environment, occupied, start_servers

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

    def __init__(self, crew: Crew, port: int) -> None:
        self.crew, self.port = crew, port
        self.killed: Counter[Victim] = Counter()
        self.mended = 0

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    def mend(self) -> None:
        self.mended += self.crew.mend()

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
        self.killed[kill.victim] += 1
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
        port = stack.enter_context(reserved_port(None))
        house = House(crew, port)
        _start(house, place)
        yield house


def _forget(place: Place) -> None:
    for old in ("mail", "papers", "beat", "log", "broker"):
        shutil.rmtree(place.var / old, ignore_errors=True)
    shutil.rmtree(place.servers_data / "postgres", ignore_errors=True)


def _start(house: House, place: Place) -> None:
    with step("Database and broker", "Database and broker answer"):
        broker = Broker(place, for_tests=True)
        house.crew.add(broker.service())
        os.environ["CELERY_BROKER_URL"] = broker.url
        os.environ["PUBLIC_URL"] = house.address
        environment = start_servers(place, house.crew)
    os.environ.update(environment)
    furnish.bring_up_to_date()
    logs = make_var(place.var / "log")

    def start(label: str, command: object, words: Environment) -> Process:
        return launch_logged(label, command, words, logs)  # type: ignore[arg-type]

    with step("Web, worker and beat", "The house is open"):
        house.crew.add(programs.web(environment, house.port, start))
        house.crew.add(programs.worker(environment, start))
        house.crew.add(programs.beat(environment, place.var, start))
        _wait(partial(programs.answers, house.port))


def _wait(is_open: partial[bool]) -> None:
    until = time.monotonic() + OPENING_LIMIT
    while not is_open():
        if time.monotonic() > until:
            raise Failure(f"The house did not open within {OPENING_LIMIT:.0f} s.")
        time.sleep(0.2)
