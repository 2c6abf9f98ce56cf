"""The programs of a house besides its servers: web, worker, sealer and beat, as services of a crew."""

from __future__ import annotations

import http.client
import multiprocessing
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from fms_agency.house.bootstrap import say
from fms_agency.house.places import make_var
from fms_agency.house.ports import HOST
from fms_agency.house.processes import Process, Service, launch_labelled
from fms_agency.house.servers import Environment, as_login

# Root is warned at each start that it is root; a house for trial may be.
CELERY = "-W ignore:::celery.platforms -m celery --quiet --app fms_agency"
WORKER = f"{CELERY} worker --concurrency 2 --without-mingle --without-gossip --loglevel INFO"
BEAT = f"{CELERY} beat --pidfile= --loglevel WARNING"
SEAL = "manage.py seal"
WEB = "-m granian --interface wsgi --no-ws --workers 1 --blocking-threads 4"
APPLICATION = "fms_agency.wsgi:application"

Start = Callable[[str, Sequence[object], Environment], Process]


def web(environment: Environment, port: int, start: Start = launch_labelled) -> Service:
    words = [*WEB.split(), "--host", HOST, "--port", port, APPLICATION]
    return _program("web", words, environment, start)


def worker(environment: Environment, start: Start = launch_labelled) -> Service:
    words = [*WORKER.split(), "--pool", worker_pool()]
    return _program("worker", words, environment, start, patience=20)


def beat(environment: Environment, var: Path, start: Start = launch_labelled) -> Service:
    words = [*BEAT.split(), "--schedule", make_var(var / "beat") / "schedule"]
    return _program("beat", words, environment, start)


def sealer(environment: Environment, key_file: Path, start: Start = launch_labelled) -> Service:
    """The key that signs the trail is known to this process alone."""
    own = environment | {"SEAL_KEY_FILE": str(key_file)}
    return _program("seal", SEAL.split(), own, start)


def _program(
    label: str,
    words: Sequence[object],
    environment: Environment,
    start: Start,
    patience: float = 10,
) -> Service:
    command = [sys.executable, *words]
    own = as_login(environment, "WEB" if label == "web" else "WORKER")
    return Service(label, lambda: start(label, command, own), patience=patience)


def answers(port: int) -> bool:
    """Whether the house says of itself that it is well."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def worker_pool() -> str:
    """Processes, unless the machine denies its users the semaphores they need, as bare chroots do."""
    try:
        multiprocessing.Lock()
    except OSError:
        say("/dev/shm is closed to this user: the worker uses threads and keeps no time limits.")
        return "threads"
    return "prefork"
