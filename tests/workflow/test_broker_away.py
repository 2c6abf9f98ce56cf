"""The broker goes away for a while, for real: steps go on, pages tell, and all is done after."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp

import pytest
from celery.contrib.testing.worker import start_worker
from django.core import mail
from django.utils import timezone

from fms_agency.celery import app as celery
from fms_agency.house.broker import Broker
from fms_agency.house.places import Place, server_account
from fms_agency.house.processes import Process, stop_process
from notifications import tasks as post_room
from notifications.models import Message
from tests.factories import RequestFactory, person
from tests.portal.test_pages import signed_in
from workflow import tasks
from workflow.models import FollowUp
from workflow.steps import take

pytestmark = pytest.mark.django_db(transaction=True)

LATE = "Papers and messages are delayed"


class Server:
    """A broker of the test's own that can be killed and started."""

    def __init__(self, folder: Path) -> None:
        self.broker = Broker(Place(folder, server_account()), for_tests=True)
        self.process: Process | None = None

    def start(self) -> None:
        self.process = self.broker.start()

    def kill(self) -> None:
        if self.process:
            stop_process(self.process, signal.SIGKILL, patience=5)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server(Path(mkdtemp(prefix="fms-broker-")))
    server.start()
    for name in ("broker_url", "broker_read_url", "broker_write_url"):
        monkeypatch.setattr(celery.conf, name, server.broker.url)
    celery._after_fork()
    yield server
    server.kill()
    celery._after_fork()
    tasks._unheard_at = None


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def sweep() -> None:
    """What beat asks for every few seconds, once what waits is old enough."""
    old = timezone.now() - timedelta(seconds=10)
    FollowUp.objects.waiting().update(next_at=old)
    Message.objects.undelivered().update(next_at=old)
    tasks.sweep_follow_ups()
    post_room.sweep_messages()


def is_all_done() -> bool:
    sweep()
    return not FollowUp.objects.waiting().exists() and not Message.objects.undelivered().exists()


def test_broker_that_was_away_costs_nothing_but_time(server: Server) -> None:
    officer = person("requester")
    requests = [RequestFactory(state="submitted") for _ in range(3)]
    front = signed_in("case_manager")
    manager = person("case_manager")
    take(RequestFactory(state="submitted"), "accept_as_actionable", by=manager)
    calm = LATE in front.get("/staff/").content.decode()

    server.kill()
    began = time.monotonic()
    for request in requests:
        take(request, "accept_as_actionable", by=manager)
    took = time.monotonic() - began
    told = LATE in front.get("/staff/").content.decode()
    waiting = FollowUp.objects.waiting().count()
    server.start()
    with start_worker(celery, pool="solo", perform_ping_check=False):
        done = within(60, is_all_done)

    assert (calm, told, waiting, done) == (False, True, 4, True)
    assert took < 6  # nobody waits for a broker that is away
    letters = [letter.to for letter in mail.outbox if letter.to == [officer.email]]
    assert len(letters) == 4
