"""What failed waits for a person, who decides on it by name; what is late is told on every page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from approvals import notices
from approvals.models import ApprovalFile
from cases.models import Request
from notifications.models import Message
from tests.factories import ContractFactory, RequestFactory, person
from tests.portal.test_pages import signed_in
from workflow import tasks
from workflow.follow_ups import run_entry
from workflow.models import Entry, FollowUp
from workflow.rights import SYSTEM
from workflow.steps import set_off, take
from workflow.trail import record

pytestmark = pytest.mark.django_db

ADMINISTRATOR = "system_administrator"


@pytest.fixture(autouse=True)
def bells_heard() -> Iterator[None]:
    tasks._unheard_at = None
    yield
    tasks._unheard_at = None


def given_up(**columns: Any) -> FollowUp:
    """A follow-up of a real step that has failed for the last time."""
    request = RequestFactory(state="submitted")
    entry = take(request, "accept_as_actionable", by=person("case_manager")).entry
    row = FollowUp.objects.filter(entry=entry).get()
    columns = {
        "attempts": 8,
        "dead_at": timezone.now(),
        "error": "OSError: The secret radar's paper does not fit.",
        **columns,
    }
    FollowUp.objects.filter(pk=row.pk).update(**columns)
    return FollowUp.objects.get(pk=row.pk)


def undelivered(**columns: Any) -> Message:
    request = Request.objects.first() or RequestFactory(state="submitted")
    given = {
        "dedupe_key": f"key {Message.objects.count()}",
        "recipient": person("case_manager"),
        "case_kind": request.kind(),
        "case_id": request.pk,
        "case_number": request.number,
        "notice": "request_submitted",
        "language": "en",
        "subject": "The secret radar",
        "state": "failed",
        "attempts": 8,
        "error": "SMTPException: The secret radar",
        "next_at": timezone.now(),
        "created_at": timezone.now(),
    }
    return Message.objects.create(**given | columns)


def decisions() -> list[tuple[Any, ...]]:
    rows = Entry.objects.filter(event=Entry.Event.FOLLOW_UP_DECIDED).order_by("pk")
    return [(row.role, row.note, row.given["decision"], row.given["effect"]) for row in rows]


def test_page_shows_what_failed_without_a_word_of_the_case() -> None:
    row, message = given_up(), undelivered()

    page = signed_in(ADMINISTRATOR).get(reverse("failures")).content.decode()

    for shown in (row.entry.case_number, "OSError", "SMTPException", message.notice):
        assert shown in page
    assert "secret radar" not in page


def test_notice_of_a_line_that_is_no_step_is_shown_and_decided_on() -> None:
    contract = ContractFactory(state="under_approval", request__title="secret radar")
    file = ApprovalFile.objects.get(subject_id=contract.pk)
    with transaction.atomic():
        entry = record(Entry.Event.CLOCK_RANG, by=SYSTEM, case=file)
        set_off(entry, [notices.file_due])
    follow_up = FollowUp.objects.get(effect="notice:file_due")
    FollowUp.objects.update(attempts=8, dead_at=timezone.now(), error="OSError: secret radar")
    client = signed_in(ADMINISTRATOR)

    page = client.get(reverse("failures")).content.decode()
    client.post(reverse("follow_up_again", args=[follow_up.pk]))

    assert (file.title, "approval file" in page) == ("secret radar", True)
    assert "secret radar" not in page
    assert [what for _role, _note, *what in decisions()] == [["run_again", follow_up.effect]]
    assert Entry.objects.filter(case_id=file.pk, event="follow_up_decided").exists()
    assert run_entry(follow_up.entry_id) == 1


@pytest.mark.parametrize("role", ["case_manager", "auditor", "requester", "contractor_sales"])
def test_page_is_closed_to_whoever_does_not_manage_follow_ups(role: str) -> None:
    row = given_up()
    client = signed_in(role)

    answers = [
        client.get(reverse("failures")),
        client.post(reverse("all_again")),
        client.post(reverse("follow_up_again", args=[row.pk])),
    ]

    assert [answer.status_code for answer in answers] == [403] * 3
    assert decisions() == []


def test_follow_up_runs_again_from_the_first_attempt(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    row = given_up()
    rung: list[int] = []
    monkeypatch.setattr(tasks, "ring", rung.append)

    with django_capture_on_commit_callbacks(execute=True):
        signed_in(ADMINISTRATOR).post(reverse("follow_up_again", args=[row.pk]))

    row.refresh_from_db()
    assert (row.attempts, row.dead_at, rung) == (0, None, [row.entry_id])
    assert row.next_at <= timezone.now()
    assert decisions() == [(ADMINISTRATOR, "", "run_again", row.effect)]


def test_message_is_queued_again() -> None:
    message = undelivered()

    signed_in(ADMINISTRATOR).post(reverse("message_again", args=[message.pk]))

    message.refresh_from_db()
    assert (message.state, message.attempts) == ("queued", 0)
    assert decisions() == [(ADMINISTRATOR, "", "run_again", "request_submitted")]


def test_nothing_is_set_aside_without_a_reason() -> None:
    row = given_up()

    answer = signed_in(ADMINISTRATOR).post(
        reverse("follow_up_drop", args=[row.pk]), {f"{row.pk}-reason": " "}
    )

    assert answer.status_code == 422
    assert FollowUp.objects.failed().count() == 1
    assert decisions() == []


def test_what_is_set_aside_is_gone_from_the_page_and_stands_in_the_trail() -> None:
    row, message = given_up(), undelivered()
    client = signed_in(ADMINISTRATOR)

    client.post(reverse("follow_up_drop", args=[row.pk]), {f"{row.pk}-reason": "Told by phone."})
    client.post(reverse("message_drop", args=[message.pk]), {f"{message.pk}-reason": "Left."})

    assert client.get(reverse("failures")).context["failed"] == []
    assert Message.objects.get().state == "dropped"
    assert decisions() == [
        (ADMINISTRATOR, "Told by phone.", "drop", row.effect),
        (ADMINISTRATOR, "Left.", "drop", "request_submitted"),
    ]


def test_all_run_again_at_once() -> None:
    given_up()
    given_up()
    undelivered()

    signed_in(ADMINISTRATOR).post(reverse("all_again"))

    assert (FollowUp.objects.failed().count(), Message.objects.failed().count()) == (0, 0)
    assert len(decisions()) == 3


@pytest.mark.parametrize("name", ["again", "drop"])
def test_second_decision_on_the_same_row_is_told_and_changes_nothing(name: str) -> None:
    row, message = given_up(done_at=timezone.now(), dead_at=None), undelivered(state="queued")
    client = signed_in(ADMINISTRATOR)

    said = []
    for kind, pk in (("follow_up", row.pk), ("message", message.pk)):
        address = reverse(f"{kind}_{name}", args=[pk])
        answer = client.post(address, {f"{pk}-reason": "No."}, follow=True)
        said += [str(message) for message in answer.context["messages"]]

    assert said == ["Somebody has decided on this already, or it has been done since."] * 2
    assert decisions() == []


def test_menu_counts_what_failed_for_whoever_decides_on_it() -> None:
    given_up()
    undelivered()

    administrator, manager = (
        signed_in(role).get("/staff/").context["navigation"]
        for role in (ADMINISTRATOR, "case_manager")
    )

    (failed,) = (item for item in administrator if item["url"] == "/staff/follow-ups/")
    assert (failed["label"], failed["count"]) == ("Failed follow-ups", 2)
    assert "/staff/follow-ups/" not in [item["url"] for item in manager]


# Delays --------------------------------------------------------------------------------------

LATE = "Papers and messages are delayed"


def front_of(role: str) -> str:
    client: Client = signed_in(role)
    return client.get("/", follow=True).content.decode()


def test_late_follow_up_is_told_on_pages_of_the_agency_only(settings: Any) -> None:
    settings.DELAY_SHOWN_AFTER = 0
    given_up(attempts=0, dead_at=None, error="")

    told = [LATE in front_of(role) for role in ("case_manager", "requester", "contractor_sales")]

    assert told == [True, False, False]


def test_late_message_is_told_and_a_fresh_one_is_not() -> None:
    undelivered(state="queued")
    fresh = LATE in front_of("case_manager")
    Message.objects.update(created_at=timezone.now() - timedelta(minutes=2))

    assert (fresh, LATE in front_of("case_manager")) == (False, True)


def test_what_is_late_is_listed_beside_what_failed() -> None:
    message = undelivered(state="queued", created_at=timezone.now() - timedelta(minutes=2))

    page = signed_in(ADMINISTRATOR).get(reverse("failures"))

    assert [row.pk for row in page.context["late"]] == [str(message.pk)]


def test_bell_that_nobody_heard_is_told_at_once_and_forgotten_with_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(**_words: Any) -> None:
        raise OSError("Connection refused")

    with monkeypatch.context() as patch:
        patch.setattr(tasks.run_follow_ups, "apply_async", away)
        tasks.ring(1)
    unheard = LATE in front_of("case_manager")
    tasks.ring(1)

    assert (unheard, LATE in front_of("case_manager")) == (True, False)
