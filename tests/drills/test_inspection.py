"""The inspection after a drill finds what was planted, and nothing where all is well."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core import mail
from django.utils import timezone

from fms_agency.demo.accounts import Account as WayIn
from fms_agency.demo.doors import GateDoor
from fms_agency.demo.samples import SUBMITTED
from fms_agency.demo.script import Door
from fms_agency.drills import account
from fms_agency.drills.inspection import Findings, inspect, still_waiting
from fms_agency.drills.patience import PatientPlay, Weather
from notifications import delivery
from notifications.models import Message
from workflow.follow_ups import run_entry
from workflow.models import FollowUp

pytestmark = pytest.mark.django_db


@pytest.fixture
def play(known: dict[str, WayIn]) -> PatientPlay:
    """A short deal, played to its end and worked off."""
    play = PatientPlay(SUBMITTED, dict.fromkeys(Door, GateDoor()), Weather(patience=5))
    list(play.turns())
    for entry_id in FollowUp.objects.waiting().values_list("entry_id", flat=True):
        run_entry(entry_id)
    for pk in Message.objects.undelivered().values_list("pk", flat=True):
        delivery.deliver(pk)
    return play


def found(play: PatientPlay, mailbox: Path, *, copies: int = 1) -> Findings:
    mailbox.mkdir(exist_ok=True)
    for number, letter in enumerate(mail.outbox * copies):
        (mailbox / f"{number}.log").write_bytes(letter.message().as_bytes())
    return inspect([play], {play.deal.name: account.of_play(play)}, mailbox)


def test_nothing_is_found_where_all_is_well(play: PatientPlay, tmp_path: Path) -> None:
    findings = found(play, tmp_path / "mail")

    assert (findings.lost, findings.doubled, findings.broken) == ([], [], [])
    assert findings.counted["letters"] == findings.counted["messages"] > 0
    assert still_waiting() == 0


def test_letter_sent_twice_under_one_id_is_counted_and_no_fault(
    play: PatientPlay, tmp_path: Path
) -> None:
    findings = found(play, tmp_path / "mail", copies=2)

    assert findings.is_good
    assert findings.counted["letters again, same Message-ID"] == len(mail.outbox)


def test_follow_up_that_is_not_done_is_lost(play: PatientPlay, tmp_path: Path) -> None:
    FollowUp.objects.update(done_at=None)

    (lost,) = found(play, tmp_path / "mail").lost

    assert "not done after 1 attempts" in lost


def test_message_without_a_letter_is_lost(play: PatientPlay, tmp_path: Path) -> None:
    del mail.outbox[0]

    (lost,) = found(play, tmp_path / "mail").lost

    assert lost.endswith("no letter")


def test_announced_message_that_nobody_wrote_is_lost_without_any_row(
    play: PatientPlay, tmp_path: Path
) -> None:
    mail.outbox.clear()
    FollowUp.objects.all().delete()
    Message.objects.all().delete()

    (lost,) = found(play, tmp_path / "mail").lost

    assert lost.endswith("notice:request_submitted never came about")


def test_letter_that_belongs_to_no_message_is_one_too_many(
    play: PatientPlay, tmp_path: Path
) -> None:
    Message.objects.filter(pk=Message.objects.values("pk")[:1]).update(
        dedupe_key=f"other {timezone.now()}"
    )

    findings = found(play, tmp_path / "mail")

    assert [text.endswith("belongs to no message") for text in findings.doubled] == [True]
