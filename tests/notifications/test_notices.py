"""A step tells people: each once, in their language, with the papers of that step."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import ANY

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import override
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from documents import storage
from documents.models import Document
from notifications import tasks
from notifications.models import Message
from notifications.notices import Notice, compose, notice
from partners.models import Person
from tests.documents.sample_case import SampleCase, follow_up
from workflow.follow_ups import Later

NOTICES = sorted(
    folder.name
    for folder in (Path(settings.BASE_DIR) / "templates" / "notifications").iterdir()
    if folder.is_dir()
)
EVERYTHING: dict[str, Any] = {
    "title": "Radars & <antennas>",
    "path": "/partner/contracts/JP-PH-26-0007/",
    "nation": "Philippines",
    "reason": "The end user is missing.",
    "amount": Decimal(1200),
    "currency": "JPY",
    "due_on": date(2027, 1, 31),
    "items": ["Radar × 3"],
}


@pytest.fixture(autouse=True)
def bells(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The messages for which delivery was rung."""
    rung: list[Any] = []
    monkeypatch.setattr(tasks, "ring", rung.append)
    return rung


def sample() -> Any:
    return SampleCase()


def person(name: str, language: str = "en", **fields: Any) -> Person:
    return Person.objects.create(
        email=f"{name}@example.jp",
        family_name=name,
        given_name="Maria",
        language=language,
        **fields,
    )


def telling(*people: Any, attach: list[str] | None = None, **values: Any) -> Notice:
    declared = notice("offer_sent", to=lambda case: people, attach=attach or [])
    return declared(lambda case: EVERYTHING | values)


def made_paper(case: SampleCase, row: Any, kind: str = "offer") -> Document:
    return Document.objects.create(
        case_kind=case.kind(),
        case_id=case.pk,
        case_number=case.number,
        kind=kind,
        title=kind,
        language="bilingual",
        version=Document.objects.filter(case_id=case.pk, kind=kind).count() + 1,
        origin="made",
        file_name=f"{kind}.pdf",
        content_type="application/pdf",
        size=5,
        sha256=storage.store(b"%PDF-"),
        made_at=timezone.now(),
        made_by="x",
        made_by_id="x",
        entry=row.entry,
    )


@pytest.mark.django_db
def test_each_recipient_gets_one_message_however_often_the_follow_up_runs() -> None:
    case, reyes, tanaka = sample(), person("reyes"), person("tanaka", "ja")
    row = follow_up(case, "notice:offer_sent")
    told = telling(reyes, tanaka, reyes)

    told.run(case, row)
    told.run(case, row)

    keys = {f"{row.entry_id}:offer_sent:{who.pk}" for who in (reyes, tanaka)}
    assert set(Message.objects.values_list("dedupe_key", flat=True)) == keys
    assert (told.key, told(case)) == ("notice:offer_sent", EVERYTHING)
    message = Message.objects.to(reyes).get()
    assert str(message) == f"JP-PH-26-0007 offer_sent {reyes.pk}"
    assert (message.case_number, message.owner_code) == ("JP-PH-26-0007", "PH")
    assert (message.state, message.attempts, message.read_at) == ("queued", 0, None)
    assert message.path == "/partner/contracts/JP-PH-26-0007/"


@pytest.mark.django_db
def test_next_step_tells_again() -> None:
    case, reyes = sample(), person("reyes")

    telling(reyes).run(case, follow_up(case))
    telling(reyes).run(case, follow_up(case))

    assert Message.objects.of(case).count() == 2


@pytest.mark.django_db
def test_request_to_act_is_not_sent_once_the_case_has_moved_on() -> None:
    case, reyes = SimpleNamespace(**vars(sample()), kind=lambda: "cases.contract"), person("reyes")
    asks = notice("file_waits", to=lambda case: [reyes], while_current=True)(lambda case: {})
    first, second = follow_up(case), follow_up(case)
    case.version = second.entry.version

    asks.run(case, first)
    asks.run(case, second)

    assert [m.dedupe_key for m in Message.objects.all()] == [
        f"{second.entry_id}:file_waits:{reyes.pk}"
    ]


@pytest.mark.django_db
def test_people_who_left_are_not_told(caplog: pytest.LogCaptureFixture) -> None:
    case = sample()

    telling(person("gone", is_active=False)).run(case, follow_up(case))

    assert not Message.objects.exists()
    assert "has nobody to go to" in caplog.text


@pytest.mark.django_db
def test_paper_of_the_step_is_attached() -> None:
    case, reyes = sample(), person("reyes")
    made_paper(case, follow_up(case))
    row = follow_up(case)
    paper = made_paper(case, row)

    telling(reyes, attach=["offer"]).run(case, row)

    assert list(Message.objects.get().attachments.all()) == [paper]


@pytest.mark.django_db
def test_notice_waits_for_a_paper_that_is_not_made_yet() -> None:
    case, reyes = sample(), person("reyes")
    made_paper(case, follow_up(case))

    with pytest.raises(Later, match="waits for the paper offer"):
        telling(reyes, attach=["offer"]).run(case, follow_up(case))

    assert not Message.objects.exists()


@pytest.mark.django_db
def test_delivery_is_rung_after_commit_and_only_for_new_messages(
    bells: list[Any], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    case, reyes = sample(), person("reyes")
    row = follow_up(case)

    with django_capture_on_commit_callbacks(execute=True):
        telling(reyes).run(case, row)
        assert bells == []
        telling(reyes).run(case, row)

    assert bells == [Message.objects.get().pk]


def reader(language: str) -> Any:
    return SimpleNamespace(pk=1, language=language, full_name="REYES Maria", is_active=True)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", NOTICES)
def test_every_notice_reads_well_with_and_without_its_values(name: str, language: str) -> None:
    full = compose(name, reader(language), "JP-PH-26-0007", EVERYTHING)
    bare = compose(name, reader(language), "JP-PH-26-0007", {})

    assert full.subject.startswith("[JP-PH-26-0007] ")
    assert full.subject.endswith(": Radars & <antennas>")
    for word in ("REYES Maria", "JPY 1,200", "The end user is missing.", "- Radar × 3"):
        assert word in full.text
    assert f"{settings.PUBLIC_URL}/partner/contracts/JP-PH-26-0007/" in full.text
    assert "None" not in bare.text + bare.html
    assert settings.PUBLIC_URL not in bare.text
    assert len(bare.text.split("\n\n")) == 4, "greeting, words, case, signature"


def test_letter_in_english_word_for_word() -> None:
    letter = compose("offer_sent", reader("en"), "JP-PH-26-0007", EVERYTHING)

    assert letter.subject == "[JP-PH-26-0007] Letter of offer: Radars & <antennas>"
    assert letter.text == (
        "Dear REYES Maria,\n"
        "\n"
        "The letter of offer is attached. Please accept or decline it by the day below.\n"
        "\n"
        "Case: JP-PH-26-0007\n"
        "Subject: Radars & <antennas>\n"
        "Nation: Philippines\n"
        "Amount: JPY 1,200\n"
        "Last day: 31 January 2027\n"
        "Reason: The end user is missing.\n"
        "- Radar × 3\n"
        "\n"
        "Open the case:\n"
        f"{settings.PUBLIC_URL}/partner/contracts/JP-PH-26-0007/\n"
        "\n"
        "-- \n"
        "Defence Equipment Transfer Agency (provisional name)\n"
        "This message was sent by the case management system."
        " Please answer in the case, not by e-mail.\n"
    )


def test_letter_is_written_in_the_readers_language_whoever_sends_it() -> None:
    with override("en"):
        letter = compose("offer_sent", reader("ja"), "JP-PH-26-0007", EVERYTHING)

    assert "2027年1月31日" in letter.text
    assert "防衛装備移転庁" in letter.text
    assert '<html lang="ja">' in letter.html


def test_html_escapes_what_people_typed() -> None:
    letter = compose("offer_sent", reader("en"), "JP-PH-26-0007", EVERYTHING)

    assert "<antennas>" not in letter.html
    assert "Radars &amp; &lt;antennas&gt;" in letter.html


def test_subject_is_one_short_line() -> None:
    values = {"title": "a\r\nBcc: x@example.jp " + "b" * 400}

    subject = compose("offer_sent", reader("en"), "JP-PH-26-0007", values).subject

    assert "\n" not in subject
    assert "\r" not in subject
    assert len(subject) == 300


def test_link_stays_on_our_own_address(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://agency.example.jp"

    for path in ("//evil.example/x", "/\\evil.example", "x"):
        letter = compose("offer_sent", reader("en"), "JP-PH-26-0007", {"path": path})
        assert "\nhttps://agency.example.jp/" in letter.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"state": "lost"}, "known_state"),
        ({"state": "sent"}, "sent_at_if_sent"),
        ({"sent_at": timezone.now()}, "sent_at_if_sent"),
    ],
)
def test_database_keeps_the_promises(wrong: dict[str, Any], name: str) -> None:
    case = sample()
    telling(person("reyes")).run(case, follow_up(case))

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Message.objects.update(**wrong)


@pytest.mark.django_db
def test_same_notice_cannot_be_written_twice() -> None:
    case = sample()
    telling(person("reyes")).run(case, follow_up(case))
    row = Message.objects.get()
    row.pk, row._state.adding = None, True

    with pytest.raises(IntegrityError, match="dedupe_key"), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.django_db
def test_inbox_shows_own_unread_messages_until_they_are_read() -> None:
    case, reyes, tanaka = sample(), person("reyes"), person("tanaka")
    telling(reyes, tanaka).run(case, follow_up(case))

    assert Message.objects.to(reyes).unread().mark_read(timezone.now()) == 1

    assert not Message.objects.to(reyes).unread().exists()
    assert Message.objects.to(tanaka).unread().count() == 1
    assert Message.objects.to(reyes).get().read_at == ANY
