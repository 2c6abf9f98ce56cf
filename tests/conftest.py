"""What every test stands on: a database with the reference data, a folder of its own, shut sockets."""

from __future__ import annotations

import socket
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import weasyprint
from coverage import Coverage
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import ProgrammingError, connection
from django.db.backends.postgresql.creation import DatabaseCreation
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import override_settings
from django.utils.translation import override
from kombu.transport import memory
from pytest_django import DjangoDbBlocker, Settings

from fms_agency.celery import app as celery
from tests import stencil
from workflow import walls
from workflow.database.base import DatabaseWrapper

# No test is red because the machine is busy: speed is measured by `make bench`.
hypothesis.settings.register_profile(
    "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")

# Loaded once per run and left in place between tests that commit.
REFERENCE = {
    "partners_nation",
    "partners_agreement",
    "industry_article",
    "industry_cataloguecode",
    "cases_checklistitem",
    "cases_liabilitycurve",
    "cases_rate",
    "cases_returnreason",
    "cases_standardnote",
    "cases_threshold",
    "approvals_approvalroute",
    "partners_unit",
    "workflow_clockstandard",
    "workflow_separation",
    "workflow_scheme",
    "django_content_type",
    "auth_permission",
}
PATIENCE = 30  # seconds
THIS_MACHINE = {"127.0.0.1", "::1", "localhost"}


def pytest_configure(config: pytest.Config) -> None:
    """At the end the database goes, whoever still holds a connection of the pool.

    What the server itself does there, an autovacuum, nobody but its superuser may end: it is waited for.
    """

    def drop(self: DatabaseCreation, test_database_name: str, _verbosity: int) -> None:
        name = self.connection.ops.quote_name(test_database_name)
        with self._nodb_cursor() as cursor:
            for patience in reversed(range(PATIENCE)):
                try:
                    cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
                    break
                except ProgrammingError:
                    if not patience:
                        raise
                    time.sleep(1)

    DatabaseCreation._destroy_test_db = drop

    config.addinivalue_line("markers", "long: lasts a minute, so it begins before the others")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """After they were shuffled: else a worker that has done all it had waits for a long one."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


POINTING = {"ledger_posting", "approvals_signature", "approvals_waystep"}
TOLD_OF_OTHERS = "workflow_attestation"  # each row that goes leaves a line there
APPEND_ONLY = [
    "cases_version",
    "documents_document",
    "ledger_journal",
    "ledger_posting",
    "workflow_attestation",
    "workflow_checkpoint",
    "workflow_entry",
    "workflow_leaf",
    "workflow_side",
    "approvals_conflict",
    "approvals_revision",
    "approvals_signature",
]


def _emptied(tables: list[str]) -> list[str]:
    return [
        *(f'ALTER TABLE "{table}" DISABLE TRIGGER USER' for table in APPEND_ONLY),
        *(f'DELETE FROM "{table}"' for table in tables),
        "SET CONSTRAINTS ALL IMMEDIATE",
        *(f'ALTER TABLE "{table}" ENABLE TRIGGER USER' for table in APPEND_ONLY),
    ]


def _turn(table: str) -> tuple[bool, bool]:
    return table == TOLD_OF_OTHERS, table not in POINTING


@pytest.fixture(scope="session", autouse=True)
def quick_settings() -> Iterator[None]:
    """Passwords are hashed at once; pages name static files without a manifest; nobody is too quick."""
    with override_settings(
        RATES=dict.fromkeys(django_settings.RATES, (1_000_000, 60)),
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        STORAGES={
            "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
            "staticfiles": {
                "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
            },
        },
    ):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Tables are copied, not built anew."""
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = stencil.built()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The test database, with the nations, articles, rates and routes that ship with the house."""
    with django_db_blocker.unblock():
        call_command("load_reference", verbosity=0)
        with walls.within(walls.OWNER), connection.cursor() as cursor:
            for statement in _emptied(["workflow_entry"]):  # what loading has told
                cursor.execute(statement)


@pytest.fixture(scope="session", autouse=True)
def tests_that_commit_are_swept_up() -> Iterator[None]:
    """After a test that commits, rows go and reference data stays.

    Trail, books and papers refuse to be deleted, by triggers; the owner of the tables may put
    these aside. What points to a row of another table by a key of two columns goes before it.
    """

    def sweep(_self: Any, _style: Any, tables: list[str], **_options: Any) -> list[str]:
        return _emptied(sorted(set(tables) - set(REFERENCE), key=_turn))

    sweep_up = DatabaseOperations.execute_sql_flush

    def as_owner(self: Any, statements: list[str]) -> None:
        with walls.within(walls.OWNER):
            sweep_up(self, statements)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sweep)
        patch.setattr(DatabaseOperations, "execute_sql_flush", as_owner)
        yield


@pytest.fixture(scope="session", autouse=True)
def bells_ring_in_memory() -> None:
    """Tests run follow-ups themselves: a bell needs no broker, and a missing one no patience."""
    celery.conf.broker_write_url = "memory://localhost/"


@pytest.fixture(autouse=True)
def no_bell_is_left() -> Iterator[None]:
    """A sweep rings less when many bells wait: those of another test are none of this one's."""
    yield
    memory.Channel.queues.clear()


@pytest.fixture(autouse=True)
def the_house_acts() -> Iterator[None]:
    """A test acts for the house; requests that it makes act for whoever asks.

    What reads the database for nobody (a thread without a context) is told so loudly.
    """
    with walls.house(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseWrapper, "strict", True)
        patch.setattr(walls, "LASTS_SECONDS", 10**9)  # a test may travel through the years
        yield


@pytest.fixture(autouse=True)
def papers_folder(settings: Settings, tmp_path: Path) -> Path:
    """Papers and letters of a test lie in a folder of its own."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture(autouse=True)
def seal_folder(settings: Settings, tmp_path: Path) -> Path:
    """Keys and copies of checkpoints of a test, too."""
    settings.SEAL_FOLDER = tmp_path / "seal"
    settings.SEAL_KEY = b64encode(bytes(32)).decode()
    return tmp_path / "seal"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Refusals and labels are compared in English; pages speak their reader's language."""
    with override("en"):
        yield


@pytest.fixture(scope="session", autouse=True)
def drawn_unmeasured() -> Iterator[None]:
    """In a measured run WeasyPrint draws in a thread that nobody traces: traced, it takes thrice as long.

    A trace cannot be put down for a while: whoever called meanwhile would not be measured any more.
    """
    if Coverage.current() is None:
        yield
        return
    with (
        ThreadPoolExecutor(1, initializer=sys.settrace, initargs=(None,)) as aside,
        pytest.MonkeyPatch.context() as patch,
    ):
        for owner, name in ((weasyprint.HTML, "render"), (weasyprint.Document, "write_pdf")):
            patch.setattr(owner, name, _done_by(aside, getattr(owner, name)))
        yield


def _done_by(aside: Executor, work: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *words, **named: aside.submit(work, *words, **named).result()


@pytest.fixture(scope="session", autouse=True)
def shut_sockets() -> Iterator[None]:
    """Nothing leaves this machine."""
    connect = socket.socket.connect

    def nearby(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in THIS_MACHINE:
            raise OSError(f"A test may not call {address[0]}.")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", nearby)
        yield
