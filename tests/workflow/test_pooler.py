"""The second wall behind a pooler that hands out connections by the transaction, a real one."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from random import Random
from tempfile import mkdtemp

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.db.utils import ProgrammingError

from cases.models import Request, RequestLine
from fms_agency.house.places import own_folder, server_account
from fms_agency.house.processes import launch, stop_process
from tests.workflow.test_walls import CANBERRA, MANILA, STAFF, two_nations
from workflow import walls
from workflow.walls import Context

__all__ = ["two_nations"]

pytestmark = pytest.mark.django_db(transaction=True)

POOLED = "pooled"
SERVER_CONNECTIONS = 2
THREADS = 8
WANTED = {"PH": ["radar PH"], "AU": ["radar AU"], "": ["radar AU", "radar PH"]}
SETTINGS = """
[databases]
{alias} = host={HOST} port={PORT} dbname={NAME} user={USER} password={PASSWORD}
[pgbouncer]
unix_socket_dir = {folder}
listen_port = 6432
auth_type = any
pool_mode = transaction
default_pool_size = {size}
ignore_startup_parameters = extra_float_digits, options
"""


@pytest.fixture
def pooler(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """PgBouncer between us and the test database, with fewer connections than we are threads."""
    program = shutil.which("pgbouncer")
    if program is None:
        pytest.skip("No PgBouncer here: apt-get install -y --no-install-recommends pgbouncer")
    account = server_account()
    folder = Path(mkdtemp(prefix="fms-pool-"))
    own_folder(folder, 0o700, account)
    default = connection.settings_dict
    port = default["PORT"] or 5432
    text = SETTINGS.format(
        alias=POOLED, folder=folder, size=SERVER_CONNECTIONS, **default | {"PORT": port}
    )
    (folder / "pgbouncer.ini").write_text(text)
    through_it = default | {
        "HOST": str(folder),
        "PORT": "6432",
        "NAME": POOLED,
        "OPTIONS": {},
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
    monkeypatch.setitem(connections.settings, "default", through_it)  # of threads begun from here
    with (folder / "log").open("wb") as log:
        process = launch(
            [program, folder / "pgbouncer.ini"],
            stdout=log,
            stderr=log,
            cwd=folder,
            **account.process(),
        )
    try:
        _wait(folder / "log")
        yield
    finally:
        stop_process(process, signal.SIGKILL, patience=5)
        shutil.rmtree(folder)


def _wait(log: Path) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with suppress(OperationalError), ThreadPoolExecutor(1) as thread:
            thread.submit(_knock).result()
            return
        time.sleep(0.05)
    pytest.fail(log.read_text())


def _knock() -> None:
    try:
        connection.ensure_connection()
    finally:
        connection.close()


def seen() -> list[str]:
    return sorted(row.title for row in Request.objects.iterator())


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def look(seed: int) -> tuple[int, set[int]]:
    """Sixty looks in changing contexts: how many saw wrong rows, and through which connections."""
    chance, wrong, through = Random(seed), 0, set()
    try:
        for _ in range(60):
            context: Context = chance.choice([MANILA, CANBERRA, STAFF])
            with walls.within(context):
                match chance.randrange(3):
                    case 0:
                        found = seen()
                    case 1:
                        with transaction.atomic():
                            found = seen()
                            through.add(backend())
                    case _:
                        with transaction.atomic():
                            with pytest.raises(ProgrammingError), transaction.atomic():
                                RequestLine.objects.update(number=1)
                            found = seen()
            wrong += found != WANTED[context.scope]
    finally:
        connection.close()
    return wrong, through


@pytest.mark.usefixtures("pooler", "two_nations")
def test_no_rows_cross_where_connections_change_with_each_transaction() -> None:
    with ThreadPoolExecutor(THREADS) as threads:
        looks = list(threads.map(look, range(THREADS)))

    through = set.union(*(backends for _wrong, backends in looks))
    assert sum(wrong for wrong, _backends in looks) == 0
    assert len(through) == SERVER_CONNECTIONS
    assert all(len(backends) > 1 for _wrong, backends in looks)


def left_behind(_turn: int) -> tuple[str, str]:
    """Role and context of a connection after somebody has looked through it."""
    try:
        with walls.within(MANILA):
            assert seen() == WANTED["PH"]
        with walls.within(walls.OWNER), connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('role'), coalesce(current_setting('app.ctx', true), '')"
            )
            role, context = cursor.fetchone()
            return role, context
    finally:
        connection.close()


@pytest.mark.usefixtures("pooler", "two_nations")
def test_connection_goes_back_as_nobodys() -> None:
    with ThreadPoolExecutor(THREADS) as threads:
        assert set(threads.map(left_behind, range(4 * THREADS))) == {("none", "")}
