"""`make run`: servers, database, web, worker, sealer and beat; then watch over them until told to stop."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType

from fms_agency.house import furnish, nameplate, programs
from fms_agency.house.bootstrap import STARTED, Failure, say, step
from fms_agency.house.nameplate import Nameplate, settings_of
from fms_agency.house.places import VAR, house_place
from fms_agency.house.ports import HOST, reserved_port
from fms_agency.house.processes import Crew, Service, launch, stop_process
from fms_agency.house.servers import (
    Environment,
    Occupied,
    is_given,
    occupied,
    seal_key_file,
    start_servers,
)

ANSWER_LIMIT = 90.0
LOOK_EVERY = 0.2


class Stopped(Exception):
    """A signal came while something was still being started."""


class Launcher:
    """One run of the house, from the first server to the last goodbye."""

    def __init__(self, stack: ExitStack, port: int | None) -> None:
        self.stack = stack
        self.port = port
        self.told_to_stop = threading.Event()
        self.crew = Crew(VAR / "processes.json")

    def run(self) -> int:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._hear)
        try:
            self._open()
            while not self.told_to_stop.wait(LOOK_EVERY):
                if self.crew.mend():
                    self._put_up_nameplate()
        except Stopped:
            return 130
        except Failure as failure:
            say(f"Stopped. {failure}")
            return 1
        finally:
            self._close()
        return 0

    def _hear(self, number: int, frame: FrameType | None) -> None:
        # Only noted: a signal must not tear a server out of the hands of whoever starts it.
        self.told_to_stop.set()

    def _open(self) -> None:
        nameplate.take_down()
        with step("Database and broker", "Database and broker answer"):
            environment = start_servers(house_place(), self.crew)
        port = self.stack.enter_context(reserved_port(self.port))
        address = f"http://{HOST}:{port}"
        environment.setdefault("PUBLIC_URL", address)
        self._furnish(environment)
        self._open_doors(environment, port)
        self.address, self.environment = address, environment
        self._put_up_nameplate()
        self._welcome()

    def _furnish(self, environment: Environment) -> None:
        own = not is_given("DATABASE_URL")
        if own and furnish.is_furnished(environment):
            return
        command = [sys.executable, "-m", furnish.__name__, *(["--remember"] if own else [])]
        process = launch(command, env={**environment, "HOUSE_STARTED_AT": str(STARTED)})
        try:
            self._wait(lambda: process.poll() is not None, limit=float("inf"))
        finally:
            stop_process(process, signal.SIGTERM, patience=5)
        if process.returncode:
            raise Failure("The database could not be prepared; the reason stands above.")

    def _open_doors(self, environment: Environment, port: int) -> None:
        web = programs.web(environment, port)
        with step("Web server", "Web server answers"):
            self.crew.add(web)
            self._wait(lambda: programs.answers(port) or has_ended(web), limit=ANSWER_LIMIT)
        if has_ended(web):
            raise Failure("The web server ended while starting; its lines above say why.")
        # After the web, which would otherwise share the processor with them and answer later.
        self.crew.add(programs.worker(environment))
        self.crew.add(programs.sealer(environment, seal_key_file(house_place())))
        self.crew.add(programs.beat(environment, VAR))

    def _wait(self, done: Callable[[], bool], limit: float) -> None:
        until = time.monotonic() + limit
        while not done():
            if self.told_to_stop.wait(LOOK_EVERY):
                raise Stopped
            if time.monotonic() > until:
                raise Failure(
                    f"/healthz did not answer with 200 within {limit:.0f} s.\n  The lines above say why."
                )

    def _put_up_nameplate(self) -> None:
        settings = settings_of(self.environment)
        Nameplate(self.address, os.getpid(), self.crew.pids(), settings).put_up()

    def _welcome(self) -> None:
        say(f"The house is open at {self.address}")
        accounts = furnish.ACCOUNTS.read_text()
        print(accounts or "No demo world in a database of your own; DEMO=1 asks for one.")
        print("Ctrl-C stops everything.", flush=True)

    def _close(self) -> None:
        nameplate.take_down()
        say("Stopping …")
        self.crew.stop()
        say("Everything is stopped; the data stays in var/.")


def has_ended(service: Service) -> bool:
    return service.process is None or service.process.poll() is not None


def read_arguments(arguments: list[str]) -> int | None:
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument(
        "--port",
        type=int,
        default=int(os.environ.get("PORT") or 0),
        help="instead of the first free",
    )
    port: int = parser.parse_args(arguments).port
    return port or None


def main(arguments: list[str]) -> int:
    port = read_arguments(arguments)
    with ExitStack() as stack:
        try:
            stack.enter_context(occupied(house_place()))
            return Launcher(stack, port).run()
        except Occupied:
            house = nameplate.running_house()
            say(
                f"The house runs already{f' at {house.address}' if house else ''}; `make stop` stops it."
            )
        except (Failure, OSError) as failure:
            say(f"Stopped. {failure}")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
