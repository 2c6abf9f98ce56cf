"""The inspection after a drill finds what was planted, and nothing where all is well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from documents.models import Document
from fms_agency.drills import account, inspection
from fms_agency.drills.account import Account
from fms_agency.drills.inspection import Findings, Played, inspect, still_waiting
from fms_agency.drills.patience import PatientPlay
from ledger.models import Journal
from notifications.models import Message
from tests.drills.conftest import played, work_off
from tests.factories import RequestFactory, bill_to_issue, person
from workflow.follow_ups import step_of
from workflow.models import Entry, FollowUp
from workflow.steps import take

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def trail_that_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Verification wants a transaction of its own, and has its own tests (test_inspected_trail)."""
    monkeypatch.setattr(inspection, "_verify_trail", lambda found: None)


@pytest.fixture
def expected(play: PatientPlay) -> dict[str, Account]:
    return {play.deal.name: account.of_play(play)}


def found(
    plays: list[PatientPlay],
    expected: dict[str, Account],
    mailbox: Path,
    *,
    deals: int = 1,
    copies: int = 1,
) -> Findings:
    mailbox.mkdir(exist_ok=True)
    for number, letter in enumerate(mail.outbox * copies):
        (mailbox / f"{number}.log").write_bytes(letter.message().as_bytes())
    return inspect(Played(deals, plays, expected, frozenset()), mailbox)


def test_nothing_is_found_where_all_is_well(
    play: PatientPlay, expected: dict[str, Account], tmp_path: Path
) -> None:
    findings = found([play], expected, tmp_path / "mail")

    assert (findings.lost, findings.doubled, findings.broken) == ([], [], [])
    assert findings.counted["letters"] == findings.counted["messages"] > 0
    assert findings.counted["deals seen"] == 1
    assert still_waiting() == 0


def test_each_deal_costs_the_inspection_as_much_as_the_one_before(
    play: PatientPlay, expected: dict[str, Account], tmp_path: Path
) -> None:
    """A thousand deals are looked through as a few are: nothing is asked again for every pair."""
    plays, asked = [play], []
    for number in range(1, 4):
        plays.append(played(f"DRILL-TEST-{number}"))
        with CaptureQueriesContext(connection) as queries:
            assert found(plays, expected, tmp_path / "mail", deals=number + 1).is_good
        asked.append(len(queries))

    assert asked[2] - asked[1] == asked[1] - asked[0] > 0


# Nothing seen is not nothing wrong -----------------------------------------------------------


def test_day_on_which_nobody_played_is_no_good_day(known: object, tmp_path: Path) -> None:
    findings = found([], {}, tmp_path / "mail", deals=6)

    assert findings.broken == ["0 deals were played, not 6"]


def test_deal_whose_request_is_not_to_be_seen_is_lost(
    play: PatientPlay,
    expected: dict[str, Account],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inspection, "reference_of", lambda deal: "DRILL-TEST-1")

    (lost,) = found([play], expected, tmp_path / "mail").lost

    assert lost == "DRILL-TEST-1: no request is to be seen"


def test_case_that_no_deal_knows_was_begun_twice(
    play: PatientPlay, expected: dict[str, Account], tmp_path: Path
) -> None:
    second = RequestFactory(reference="DRILL-TEST-0 again")

    (doubled,) = found([play], expected, tmp_path / "mail").doubled

    assert doubled == f"cases.request {second.number} belongs to no deal"


def test_case_of_a_deal_that_broke_off_is_told_by_its_story(
    play: PatientPlay, expected: dict[str, Account], tmp_path: Path
) -> None:
    play.is_broken = True
    RequestFactory(deal_id=play.cases["request"].deal_id)

    assert found([play], expected, tmp_path / "mail").doubled == []


# What is lost --------------------------------------------------------------------------------


def test_follow_up_that_is_not_done_is_lost(
    play: PatientPlay, expected: dict[str, Account], tmp_path: Path
) -> None:
    FollowUp.objects.update(done_at=None)

    (lost,) = found([play], expected, tmp_path / "mail").lost

    assert "not done after 1 attempts" in lost


def test_message_that_is_not_sent_is_lost(
    play: PatientPlay, expected: dict[str, Account], tmp_path: Path
) -> None:
    Message.objects.filter(pk=Message.objects.values("pk")[:1]).update(
        state=Message.State.FAILED, sent_at=None, error="nobody there"
    )

    (lost,) = found([play], expected, tmp_path / "mail").lost

    assert lost.endswith("failed. nobody there")


def test_message_without_a_letter_is_lost(
    play: PatientPlay, expected: dict[str, Account], tmp_path: Path
) -> None:
    del mail.outbox[0]

    (lost,) = found([play], expected, tmp_path / "mail").lost

    assert lost.endswith("no letter")


def test_announced_message_that_nobody_wrote_is_lost_without_any_row(
    play: PatientPlay, expected: dict[str, Account], tmp_path: Path
) -> None:
    mail.outbox.clear()
    FollowUp.objects.all().delete()
    Message.objects.all().delete()

    lost = found([play], expected, tmp_path / "mail").lost

    assert lost[-1].endswith("notice:request_submitted never came about")
    assert lost[:-1] == [f"DRILL-TEST-0: messages: {told(expected)} × request request_submitted"]


def test_what_a_step_has_announced_is_there_once_it_was_worked_off() -> None:
    """A paper too, and a notice once there is a message, or nobody to go to."""
    bill = bill_to_issue()
    take(bill, "issue", by=person("finance_officer"))
    entry = Entry.objects.get(case_id=bill.pk, step="issue")

    def there() -> dict[str, bool]:
        effects = step_of(entry).then
        return {effect.key: inspection._is_there(effect, entry) for effect in effects}

    before = there()
    person("nation_finance", nation="PH")
    announced = there()
    work_off()

    assert before == {"paper:bill": False, "notice:bill_issued": True, "step:settle": True}
    assert announced == {"paper:bill": False, "notice:bill_issued": False, "step:settle": True}
    assert there() == {"paper:bill": True, "notice:bill_issued": True, "step:settle": True}


def told(expected: dict[str, Account]) -> int:
    (only,) = expected.values()
    return only.messages.total()


# What is there twice, or damaged -------------------------------------------------------------


def test_letter_sent_twice_under_one_id_is_counted_and_no_fault(
    play: PatientPlay, expected: dict[str, Account], tmp_path: Path
) -> None:
    findings = found([play], expected, tmp_path / "mail", copies=2)

    assert findings.is_good
    assert findings.counted["letters again, same Message-ID"] == len(mail.outbox)


def test_letter_that_belongs_to_no_message_is_one_too_many(
    play: PatientPlay, expected: dict[str, Account], tmp_path: Path
) -> None:
    Message.objects.filter(pk=Message.objects.values("pk")[:1]).update(
        dedupe_key=f"other {timezone.now()}"
    )

    findings = found([play], expected, tmp_path / "mail")

    assert [text.endswith("belongs to no message") for text in findings.doubled] == [True]


def test_message_told_twice_under_another_key_is_doubled(
    play: PatientPlay, expected: dict[str, Account], tmp_path: Path
) -> None:
    copy = Message.objects.all()[0]
    copy.pk, copy.dedupe_key, copy._state.adding = None, "another key", True
    copy.pk = Message._meta.pk.get_default()
    copy.save()

    doubled = found([play], expected, tmp_path / "mail").doubled

    assert f"message {copy.case_number} request_submitted: 2 times" in doubled
    assert "DRILL-TEST-0: messages: 1 × request request_submitted" in doubled


def test_rows_that_are_there_twice_are_counted_by_what_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """PostgreSQL refuses such rows; the inspection does not rely on it."""

    def several(rows: Any, *columns: str) -> list[dict[str, Any]]:
        return [dict.fromkeys(columns, "X") | {"times": 2}] if rows.model in made else []

    made = {Document, Journal}
    monkeypatch.setattr(inspection, "_several", several)

    assert list(inspection._twice()) == [
        "paper X of entry X: 2 times",
        "journal X: 2 times",
    ]


def test_paper_that_is_not_what_was_stored_is_named(
    play: PatientPlay, expected: dict[str, Account], tmp_path: Path
) -> None:
    letter = Document.objects.get()
    letter.path.write_bytes(b"other bytes")

    (broken,) = found([play], expected, tmp_path / "mail").broken

    assert broken.startswith(f"{letter}: ")
