"""A deal takes longer than a session: the player comes in again and proves who they are, as people do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
import time_machine
from pytest_django.live_server_helper import LiveServer

from cases.models import Bill, Request
from fms_agency.demo import portals
from fms_agency.demo.accounts import Account
from fms_agency.demo.browser import Browser
from fms_agency.demo.client import ApiDoor
from fms_agency.demo.doors import Refusal
from fms_agency.demo.people import PEOPLE
from fms_agency.demo.portals import PortalDoor, moments
from partners.identity import codes
from partners.models import Person
from tests.factories import RequestFactory, bill_to_issue
from workflow.models import Entry

pytestmark = pytest.mark.django_db

WHO = PEOPLE["finance"]
FIVE_MINUTES, HALF_AN_HOUR, AN_HOUR = 301, 30 * 60 + 1, 60 * 60 + 1


@pytest.fixture
def clock() -> Iterator[Any]:
    """`clock.shift(seconds)` lets time pass, for the house as well."""
    with time_machine.travel("2026-11-24 03:00:00+00:00", tick=True) as traveller:
        yield traveller


@pytest.fixture
def desk(clock: Any, live_server: LiveServer, known: dict[str, Account]) -> Iterator[PortalDoor]:
    """The agency's desk, somebody of finance signed in just now."""
    with closing(PortalDoor(live_server.url, "staff", known)) as door:
        door.open_for(WHO)
        yield door


@pytest.fixture
def dawdling(clock: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let so many seconds pass before the next form is sent."""
    send = Browser.submit

    def dawdle(seconds: int) -> None:
        waits = [seconds]

        def late(self: Browser, *words: Any) -> Any:
            clock.shift(waits.pop() if waits else 0)
            return send(self, *words)

        monkeypatch.setattr(Browser, "submit", late)

    return dawdle


def issue(desk: PortalDoor) -> str:
    """Take a step that signs; the state it leads to."""
    bill = bill_to_issue()
    desk.take(WHO, bill, "issue", {})
    return str(Bill.objects.get(pk=bill.pk).state)


def told(event: Entry.Event) -> int:
    person = Person.objects.get(email=WHO.email)
    return Entry.objects.filter(event=event, actor_id=person.actor_id).count()


def test_who_came_in_just_now_is_not_asked_again(desk: PortalDoor) -> None:
    assert issue(desk) == "issued"
    assert (told(Entry.Event.SIGNED_IN), told(Entry.Event.CONFIRMED_IDENTITY)) == (1, 0)


def test_who_signs_after_five_minutes_proves_who_they_are(desk: PortalDoor, clock: Any) -> None:
    clock.shift(FIVE_MINUTES)

    assert issue(desk) == "issued"
    assert (told(Entry.Event.SIGNED_IN), told(Entry.Event.CONFIRMED_IDENTITY)) == (1, 1)


def test_who_fills_in_for_five_minutes_proves_it_within_the_form(
    desk: PortalDoor, dawdling: Callable[[int], None]
) -> None:
    dawdling(FIVE_MINUTES)

    assert issue(desk) == "issued"
    assert (told(Entry.Event.SIGNED_IN), told(Entry.Event.CONFIRMED_IDENTITY)) == (1, 1)


def test_who_has_been_away_signs_in_again(desk: PortalDoor, clock: Any) -> None:
    clock.shift(HALF_AN_HOUR)

    assert issue(desk) == "issued"
    assert told(Entry.Event.SIGNED_IN) == 2


def test_who_was_away_over_a_form_signs_in_and_fills_it_in_again(
    desk: PortalDoor, dawdling: Callable[[int], None]
) -> None:
    dawdling(HALF_AN_HOUR)

    assert issue(desk) == "issued"
    assert told(Entry.Event.SIGNED_IN) == 2


def test_session_that_is_over_does_not_pass_for_a_step_that_nobody_stopped(
    desk: PortalDoor, clock: Any
) -> None:
    request = RequestFactory(state="submitted")
    clock.shift(HALF_AN_HOUR)

    with pytest.raises(Refusal, match="404"):
        desk.try_anyway(WHO, request, "accept_as_actionable", {})


def test_who_cannot_prove_it_is_not_asked_for_ever(
    desk: PortalDoor, known: dict[str, Account], clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portals.time, "sleep", clock.shift)  # the next code comes at once
    clock.shift(FIVE_MINUTES)
    desk.accounts = known | {WHO.key: known["case_manager"]}

    with pytest.raises(Refusal, match="asks again and again"):
        issue(desk)


def test_program_takes_a_new_token_when_its_own_is_over(
    live_server: LiveServer, known: dict[str, Account], clock: Any
) -> None:
    nation = PEOPLE["ph.requester"]
    request = RequestFactory(state="submitted", nation_id="PH")

    with closing(ApiDoor(live_server.url, known)) as door:
        door.open_for(nation)
        clock.shift(AN_HOUR)
        door.take(nation, request, "withdraw", {"reason": "No longer needed."})

    assert Request.objects.get(pk=request.pk).state == "withdrawn"


def test_code_is_typed_once(clock: Any) -> None:
    now = codes.moment_now()

    assert next(moments()) == now
    assert next(moments(after=now)) == now + 1
    assert next(moments(after=now - 10)) == now
