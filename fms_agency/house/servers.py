"""The servers a command needs, and the environment that leads Django to them.

A server that the environment already names is used as it is; only what is not named is started.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from fms_agency.house.bootstrap import Failure
from fms_agency.house.broker import Broker
from fms_agency.house.places import VAR, Place, make_var, server_account, write_private
from fms_agency.house.postgres import OWNER, WEB, WORKER, Postgres
from fms_agency.house.processes import Crew

Environment = dict[str, str]

TEST_SLOTS = 9


class Occupied(Failure):
    """Another process of this checkout holds the place."""


@contextlib.contextmanager
def occupied(place: Place) -> Iterator[None]:
    """Hold a place for ourselves. The system lets go of it when we die, however we die."""
    make_var(place.var)
    with (place.var / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Occupied(f"{place.var} is in use by another process.") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def occupant(place: Place) -> int | None:
    """The process that holds a place, or None when it is free."""
    path = place.var / "lock"
    if not path.exists():
        return None
    with path.open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(lock.read() or 0) or None
    return None


@contextlib.contextmanager
def test_place() -> Iterator[Place]:
    """Hold the first free place for tests, so that two runs in one checkout do not meet."""
    for number in range(1, TEST_SLOTS + 1):
        place = Place(VAR / "test" / str(number), server_account())
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(occupied(place))
            except Occupied:
                continue
            yield place
            return
    raise Failure(f"{TEST_SLOTS} test runs are going on in this checkout already.")


@contextlib.contextmanager
def servers_for_tests() -> Iterator[Environment]:
    """Servers that forget quickly, with an environment around them; stopped silently at the end."""
    with test_place() as place:
        crew = Crew(place.var / "processes.json")
        try:
            # Tests of races hold a connection in each of their threads, and others beside them.
            yield start_servers(place, crew, for_tests=True) | {"DATABASE_POOL": "24"}
        finally:
            crew.stop()


def start_servers(place: Place, crew: Crew, *, for_tests: bool = False) -> Environment:
    """Start what the environment does not name; return the environment for everything else."""
    environment = base_environment(place)
    if not is_given("DATABASE_URL"):
        postgres = Postgres(place, for_tests)
        crew.add(postgres.service())
        environment["DATABASE_URL"] = postgres.url(OWNER)
        environment["WEB_DATABASE_URL"] = postgres.url(WEB)
        environment["WORKER_DATABASE_URL"] = postgres.url(WORKER)
    if not is_given("CELERY_BROKER_URL"):
        broker = Broker(place, for_tests)
        crew.add(broker.service())
        environment["CELERY_BROKER_URL"] = broker.url
    return environment


def base_environment(place: Place) -> Environment:
    """What the settings want besides the servers. Whatever is set already wins."""
    environment = {
        "VAR_DIR": str(place.var),
        "EMAIL_URL": (place.var / "mail").as_uri(),
        "EMBEDDED": "1",
        # Somebody else's database is not filled with a demo world unless they say so.
        "DEMO": "0" if is_given("DATABASE_URL") else "1",
        "PYTHONUNBUFFERED": "1",
        "LOG_FORMAT": "text",  # a person looks on
        **os.environ,
    }
    if not is_given("SECRET_KEY"):
        environment["SECRET_KEY_FILE"] = str(secret_key_file(place))
    return environment


def as_login(environment: Environment, name: str) -> Environment:
    """The environment of a program that logs in by `name`, `WEB` or `WORKER`, if that is given."""
    url = environment.get(f"{name}_DATABASE_URL")
    return environment | ({"DATABASE_URL": url} if url else {})


def secret_key_file(place: Place) -> Path:
    path = place.var / "secret_key"
    if not path.exists():
        write_private(path, secrets.token_urlsafe(50))
    return path


def seal_key_file(place: Place) -> Path:
    """The key that signs the trail's checkpoints, made when first asked for."""
    path = place.var / "seal_key"
    if not path.exists():
        write_private(path, base64.b64encode(secrets.token_bytes(32)).decode())
    return path


def is_given(name: str) -> bool:
    return bool(os.environ.get(name) or os.environ.get(f"{name}_FILE"))
