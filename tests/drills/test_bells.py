"""Bells that a real broker keeps are counted, whether they wait or were taken by somebody who died."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import pytest

from fms_agency.celery import app as celery
from fms_agency.drills import bells, inspection
from fms_agency.house.broker import Broker
from fms_agency.house.places import Place, server_account
from fms_agency.house.processes import stop_process
from workflow import tasks


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = Path(mkdtemp(prefix="fms-bells-"))
    yield folder
    rmtree(folder)


@pytest.fixture(autouse=True)
def broker(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
    """A broker of the test's own; the database says that two rows are on their way."""
    monkeypatch.setattr(inspection, "still_waiting", lambda: 2)
    broker = Broker(Place(folder, server_account()), for_tests=True)
    process = broker.start()
    for name in ("broker_url", "broker_read_url", "broker_write_url"):
        monkeypatch.setattr(celery.conf, name, broker.url)
    celery._after_fork()
    yield broker
    stop_process(process, 9, patience=5)
    celery._after_fork()


def ring(times: int) -> None:
    for number in range(times):
        tasks.run_follow_ups.apply_async(kwargs={"entry_id": number}, retry=False)


def test_nothing_but_rows_is_on_its_way_when_no_bell_was_rung() -> None:
    assert bells.still_waiting() == 2


def test_bells_that_wait_are_on_their_way() -> None:
    ring(3)

    assert bells.still_waiting() == 2 + 3


def test_bell_that_somebody_took_and_did_not_answer_is_on_its_way() -> None:
    ring(3)

    with celery.connection_for_read() as line:
        queue = line.SimpleQueue(celery.conf.task_default_queue)
        queue.get(timeout=5)
        on_their_way = bells.still_waiting()
        queue.close()

    assert on_their_way == 2 + 3


def test_broker_that_is_being_started_again_counts_as_something_on_its_way(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(celery.conf, "broker_write_url", f"redis+socket://{folder / 'gone.sock'}")
    celery._after_fork()

    assert bells.still_waiting() == 1
