"""Sending: at least once, recognisable, and never lost without a word."""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.utils import timezone
from kombu.exceptions import OperationalError
from pytest_django import Settings

from documents import storage
from documents.models import Document
from notifications import delivery, tasks
from notifications.models import Message
from partners.models import Person
from tests.documents.sample_case import SampleCase, follow_up
from workflow import follow_ups
from workflow import tasks as workflow_tasks

pytestmark = pytest.mark.django_db(transaction=True)

State = Message.State


def queued(**columns: Any) -> Message:
    reader = Person.objects.create(
        email=f"{uuid4().hex}@example.jp", family_name="Reyes", given_name="Maria"
    )
    given = {
        "dedupe_key": f"1:offer_sent:{reader.pk}",
        "recipient": reader,
        "case_kind": "cases.contract",
        "case_id": uuid4(),
        "case_number": "JP-PH-26-0007",
        "notice": "offer_sent",
        "language": "ja",
        "subject": "[JP-PH-26-0007] 引受書",
        "body_text": "引受書を送付します。\n",
        "body_html": "<p>引受書を送付します。</p>",
        "next_at": timezone.now(),
        "created_at": timezone.now(),
    }
    return Message.objects.create(**given | columns)


def with_paper(message: Message) -> Document:
    case = SampleCase()
    document = Document.objects.create(
        case_kind=case.kind(),
        case_id=case.pk,
        case_number=case.number,
        kind="offer",
        title="Letter of offer",
        language="bilingual",
        version=1,
        origin="made",
        file_name="JP-PH-26-0007_offer_v1.pdf",
        content_type="application/pdf",
        size=9,
        sha256=storage.store(b"%PDF-1.7\n"),
        made_at=timezone.now(),
        made_by="x",
        made_by_id="x",
        entry=follow_up(case).entry,
    )
    message.attachments.add(document)
    return document


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Any:
    def fail_with(error: Exception) -> None:
        def send(_letter: EmailMessage, fail_silently: bool = False) -> int:
            raise error

        monkeypatch.setattr(EmailMessage, "send", send)

    return fail_with


def test_message_goes_out_with_its_paper() -> None:
    message = queued()
    with_paper(message)

    assert delivery.deliver(message.pk)

    message.refresh_from_db()
    assert (message.state, message.attempts, message.error) == (State.SENT, 1, "")
    assert message.sent_at is not None
    (letter,) = mail.outbox
    assert letter.to == [message.recipient.email]
    assert letter.subject == "[JP-PH-26-0007] 引受書"
    assert letter.body == "引受書を送付します。\n"
    assert [tuple(part) for part in letter.attachments] == [
        ("JP-PH-26-0007_offer_v1.pdf", b"%PDF-1.7\n", "application/pdf")
    ]
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"


def test_message_without_html_is_plain() -> None:
    message = queued(body_html="")

    delivery.deliver(message.pk)

    assert mail.outbox[0].message().get_content_type() == "text/plain"


def test_every_attempt_carries_the_same_message_id(settings: Settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "Agency <agency@mail.example.jp>"
    message = queued()

    first = delivery.letter_of(message).message()["Message-ID"]

    assert first == delivery.letter_of(message).message()["Message-ID"]
    assert first.endswith("@mail.example.jp>")
    assert first != delivery.letter_of(queued()).message()["Message-ID"]


def test_sent_message_is_not_sent_again() -> None:
    message = queued()

    delivery.deliver(message.pk)
    assert not delivery.deliver(message.pk)

    assert len(mail.outbox) == 1


def test_claim_is_committed_before_the_mail_server_is_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    message = queued()
    seen: list[Any] = []

    def send(_letter: EmailMessage, fail_silently: bool = False) -> int:
        row = Message.objects.get(pk=message.pk)
        seen.append((row.state, row.attempts, delivery.deliver(message.pk)))
        return 1

    monkeypatch.setattr(EmailMessage, "send", send)

    assert delivery.deliver(message.pk)
    assert seen == [(State.SENDING, 1, False)]


@pytest.mark.parametrize("error", [SMTPException("busy"), OSError("no route"), TimeoutError()])
def test_failure_is_noted_and_tried_later(failing: Any, error: Exception) -> None:
    failing(error)
    message = queued()

    assert not delivery.deliver(message.pk)

    message.refresh_from_db()
    assert (message.state, message.attempts, message.sent_at) == (State.QUEUED, 1, None)
    assert message.error.startswith(type(error).__name__)
    assert timedelta(seconds=20) < message.next_at - timezone.now() < timedelta(seconds=40)


def test_last_failure_gives_up(failing: Any) -> None:
    failing(SMTPException("busy"))
    message = queued(attempts=follow_ups.GIVE_UP_AFTER - 1)

    delivery.deliver(message.pk)

    message.refresh_from_db()
    assert message.state == State.FAILED
    assert not Message.objects.undelivered().exists()


@pytest.mark.parametrize(("code", "state"), [(550, State.FAILED), (450, State.QUEUED)])
def test_address_refused_for_good_is_given_up_at_once(failing: Any, code: int, state: str) -> None:
    failing(SMTPRecipientsRefused({"x@example.jp": (code, b"no such user")}))
    message = queued()

    delivery.deliver(message.pk)

    message.refresh_from_db()
    assert message.state == state


def test_damaged_paper_is_not_sent() -> None:
    message = queued()
    with_paper(message).path.write_bytes(b"%PDF-other")

    assert not delivery.deliver(message.pk)

    message.refresh_from_db()
    assert message.error.startswith("Damaged")
    assert mail.outbox == []


def test_surprise_leaves_the_claim_which_runs_out(failing: Any) -> None:
    failing(ZeroDivisionError())
    message = queued()

    with pytest.raises(ZeroDivisionError):
        delivery.deliver(message.pk)

    later = timezone.now() + delivery.CLAIM + timedelta(seconds=10)
    assert delivery.forgotten(timezone.now(), 100) == []
    assert delivery.forgotten(later, 100) == [message.pk]
    message.refresh_from_db()
    assert message.state == State.QUEUED


def test_message_that_kills_its_sender_is_given_up_in_the_end() -> None:
    message = queued(attempts=follow_ups.GIVE_UP_AFTER)

    assert not delivery.deliver(message.pk)

    message.refresh_from_db()
    assert message.state == State.FAILED


def test_late_answer_of_a_stuck_sender_does_not_undo_a_later_attempt(failing: Any) -> None:
    message = queued()
    stuck = delivery._claim(message.pk)
    Message.objects.update(state=State.SENT, sent_at=timezone.now(), attempts=2)

    delivery._note_failure(stuck, OSError("too late"))

    message.refresh_from_db()
    assert (message.state, message.error) == (State.SENT, "")


def test_oldest_undelivered_message_tells_since_when() -> None:
    none = list(delivery.waiting_since())
    message = queued()
    queued(state=State.FAILED, created_at=message.created_at - timedelta(hours=1))

    assert (none, list(delivery.waiting_since())) == ([], [message.created_at])


def test_sweep_finds_what_waits_and_asks_again_after_a_while() -> None:
    now = timezone.now()
    due = queued(next_at=now - timedelta(seconds=10))
    queued(next_at=now)
    queued(next_at=now - timedelta(seconds=10), state=State.SENT, sent_at=now)
    queued(next_at=now - timedelta(seconds=10), state=State.FAILED)

    assert delivery.forgotten(now, 100) == [due.pk]
    assert due.pk not in delivery.forgotten(now + timedelta(seconds=20), 100)
    assert due.pk in delivery.forgotten(now + timedelta(seconds=90), 100)


def test_sweep_rings_for_each_and_while_behind_for_the_oldest_few(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = timezone.now()
    waiting = [queued(next_at=now - timedelta(seconds=60 - age)).pk for age in range(7)]
    rung: list[Any] = []
    monkeypatch.setattr(tasks, "ring", rung.append)

    monkeypatch.setattr(workflow_tasks, "is_behind", lambda: True)
    tasks.sweep_messages()
    behind = rung[:]
    monkeypatch.setattr(workflow_tasks, "is_behind", lambda: False)
    tasks.sweep_messages(later="tolerated")

    assert behind == waiting[:5]
    assert rung == waiting


def test_ring_carries_the_id_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(tasks.deliver, "apply_async", lambda **given: asked.append(given))
    number = uuid4()

    tasks.ring(number)

    assert asked == [{"kwargs": {"message_id": str(number)}, "retry": False}]


def test_task_delivers(settings: Settings) -> None:
    message = queued()

    tasks.deliver(message_id=str(message.pk), later="tolerated")

    message.refresh_from_db()
    assert message.state == State.SENT


@pytest.mark.parametrize("error", [OperationalError("away"), ConnectionRefusedError()])
def test_absent_broker_is_only_noted(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    def away(**_given: Any) -> None:
        raise error

    monkeypatch.setattr(tasks.deliver, "apply_async", away)

    with caplog.at_level(logging.WARNING):
        tasks.ring(uuid4())

    assert "waits for the sweep" in caplog.text


def test_times_are_aware() -> None:
    message = queued()
    delivery.deliver(message.pk)
    message.refresh_from_db()

    assert isinstance(message.sent_at, datetime)
    assert timezone.is_aware(message.sent_at)
