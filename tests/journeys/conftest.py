"""A demo world in the test's database, and follow-ups run here instead of by a worker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings

from fms_agency.demo import world
from fms_agency.demo.accounts import Account
from notifications import delivery
from notifications.models import Message
from workflow import follow_ups
from workflow.models import FollowUp


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "journey: a whole deal, through the doors of a live server")


@pytest.fixture
def known(db: None, settings: Settings, tmp_path: Path) -> dict[str, Account]:
    """The people of a demo world and their accounts, before any case has been begun."""
    settings.VAR_DIR = tmp_path
    settings.DEMO = True
    return world.build(samples=())


@pytest.fixture
def furnished(known: dict[str, Account]) -> dict[str, Account]:
    """The demo world as a newcomer finds it, with its sample cases."""
    return world.build()


@pytest.fixture
def work_off() -> Callable[[], None]:
    """What the worker does between two turns: follow-ups, then the messages they wrote."""

    def work() -> None:
        waiting = FollowUp.objects.filter(done_at=None, dead_at=None)
        for entry_id in sorted(set(waiting.values_list("entry_id", flat=True))):
            follow_ups.run_entry(entry_id)
        for message_id in Message.objects.filter(state="queued").values_list("pk", flat=True):
            delivery.deliver(message_id)

    return work
