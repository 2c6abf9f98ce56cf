"""The people of a demo world, before any case has been begun; and a short deal, played to its end."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from fms_agency.demo import world
from fms_agency.demo.accounts import Account
from fms_agency.demo.doors import GateDoor
from fms_agency.demo.samples import SUBMITTED
from fms_agency.demo.script import Door
from fms_agency.drills.patience import PatientPlay, Weather
from fms_agency.drills.schedule import referenced
from notifications import delivery
from notifications.models import Message
from workflow.follow_ups import run_entry
from workflow.models import FollowUp


@pytest.fixture
def known(db: None, settings: Settings, tmp_path: Path) -> dict[str, Account]:
    settings.VAR_DIR = tmp_path
    settings.DEMO = True
    return world.build(samples=())


@pytest.fixture
def play(known: dict[str, Account]) -> PatientPlay:
    """A short deal, played to its end and worked off."""
    return played("DRILL-TEST-0")


def played(reference: str) -> PatientPlay:
    deal = referenced(SUBMITTED, reference)
    play = PatientPlay(deal, dict.fromkeys(Door, GateDoor()), Weather(patience=5))
    list(play.turns())
    work_off()
    return play


def work_off() -> None:
    """What the worker does: follow-ups, then the messages they wrote."""
    for entry_id in FollowUp.objects.waiting().values_list("entry_id", flat=True):
        run_entry(entry_id)
    for pk in Message.objects.undelivered().values_list("pk", flat=True):
        delivery.deliver(pk)
