"""Somebody whose answer is lost asks what became of the act, and takes no step twice."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from django.db import OperationalError

from cases.models import Request
from documents.models import Document
from fms_agency.demo import client
from fms_agency.demo.accounts import Account
from fms_agency.demo.doors import GateDoor, Refusal
from fms_agency.demo.people import PEOPLE
from fms_agency.demo.player import StoryBroken
from fms_agency.demo.samples import SUBMITTED
from fms_agency.demo.script import Door
from fms_agency.drills import patience
from fms_agency.drills.patience import PatientDoor, PatientPlay, Weather
from tests.factories import RequestFactory, person
from workflow import steps


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PAUSE", 0.0)


class Forgetful(GateDoor):
    """The act is done, or not; each second answer is lost either way."""

    def __init__(self, *, acts_first: bool) -> None:
        self.acts_first, self.calls = acts_first, 0

    def begin(self, *words: Any) -> str:
        return self._lossy(super().begin, *words)

    def take(self, *words: Any) -> None:
        self._lossy(super().take, *words)

    def _lossy(self, act: Any, *words: Any) -> Any:
        self.calls += 1
        loses = self.calls % 2 == 1
        if loses and not self.acts_first:
            raise httpx.ConnectError("nobody there")
        answer = act(*words)
        if loses:
            raise httpx.ReadError("gone")
        return answer


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("acts_first", "met"),
    [
        (True, {"answers lost": 2, "was done already": 2}),
        (False, {"answers lost": 3}),
    ],
)
def test_lost_answers_neither_lose_nor_double_a_step(
    known: dict[str, Account], acts_first: bool, met: dict[str, int]
) -> None:
    weather = Weather(patience=5)
    door = PatientDoor(Forgetful(acts_first=acts_first), weather)
    play = PatientPlay(SUBMITTED, dict.fromkeys(Door, door), weather)

    list(play.turns())

    case = Request.objects.get()
    steps = list(case.trail.order_by("version").values_list("step", flat=True))
    assert steps == ["draft", "attach_letter", "submit"]
    assert weather.met == met
    assert weather.steps == 3


def test_refusal_that_is_no_matter_of_time_is_passed_on() -> None:
    def wrong() -> None:
        raise Refusal(422, "No.")

    with pytest.raises(Refusal, match="422"):
        Weather(patience=5).insisting(wrong, lambda: None)


def test_patience_has_an_end() -> None:
    def away() -> None:
        raise httpx.ConnectError("nobody there")

    with pytest.raises(StoryBroken, match="nobody there"):
        Weather(patience=0).insisting(away, lambda: None)


def test_look_is_repeated_while_the_database_is_away() -> None:
    answers = iter([OperationalError("gone"), OperationalError("gone"), 7])

    def look() -> int:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert Weather(patience=5).looking(look) == 7
    with pytest.raises(StopIteration):
        Weather(patience=0).looking(look)


class Overtaken(GateDoor):
    """Two answers are lost; before the second somebody else has moved the case on."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, str]] = []

    def take(self, _someone: Any, case: Any, _name: str, given: Any) -> None:
        self.sent.append((given["version"], client._key.get()))
        if len(self.sent) == 2:
            steps.take(case, "accept_as_actionable", by=person("case_manager"))
        if len(self.sent) < 3:
            raise httpx.ReadError("gone")


@pytest.mark.django_db
def test_step_is_another_act_when_the_case_has_moved_meanwhile() -> None:
    """What is sent again has the same key, until it names another version."""
    case = RequestFactory(state="submitted")
    seen, door = case.version, Overtaken()

    PatientDoor(door, Weather(patience=5)).take(PEOPLE["au.requester"], case, "withdraw", {})

    versions, (first, second, third) = zip(*door.sent, strict=True)
    assert versions == (seen, seen, seen + 1)
    assert first == second != third


class Unwilling(GateDoor):
    """Answers whatever it is tried with as it is told to, in turn."""

    def __init__(self, *answers: Exception | None) -> None:
        self.answers = list(answers)
        self.is_closed = False

    def try_anyway(self, *_words: Any) -> None:
        if answer := self.answers.pop(0):
            raise answer

    def close(self) -> None:
        self.is_closed = True


def tried(*answers: Exception | None) -> Weather:
    weather = Weather(patience=5)
    door = PatientDoor(Unwilling(*answers), weather)
    door.try_anyway(PEOPLE["au.requester"], Request(), "submit", {})
    return weather


def test_refusal_answers_who_tries_what_they_may_not() -> None:
    with pytest.raises(Refusal, match="409 Not yet"):
        tried(Refusal(503, "Wait"), Refusal(409, "Not yet"))


def test_answers_of_a_house_that_is_being_mended_are_waited_out() -> None:
    assert tried(Refusal(503, "Wait"), Refusal(500), None).met == {"answers 5xx": 2}


def test_patient_door_closes_the_door_behind_it() -> None:
    door = Unwilling()

    PatientDoor(door, Weather(patience=5)).close()

    assert door.is_closed


@pytest.mark.django_db
def test_trail_that_does_not_show_the_step_breaks_the_story() -> None:
    case = RequestFactory(state="submitted")
    play = PatientPlay(SUBMITTED, {}, Weather(patience=5))

    with pytest.raises(StoryBroken) as broken:
        play._entry_after(case, SUBMITTED.turns[-1])

    assert str(broken.value) == f"The trail of {case.number} shows no submit."


@pytest.mark.django_db
def test_paper_is_waited_for_as_long_as_patience_lasts() -> None:
    case, paper = RequestFactory(state="submitted"), Document()
    found = [None, None, paper]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patience, "_newest", lambda case, kind: found.pop(0))
        assert PatientPlay(SUBMITTED, {}, Weather(patience=5))._paper(case, "offer") is paper

    with pytest.raises(StoryBroken) as broken:
        PatientPlay(SUBMITTED, {}, Weather(patience=0))._paper(case, "offer")

    assert str(broken.value) == f"{case.number} has no offer."


@pytest.mark.django_db
def test_approval_file_is_waited_for_as_long_as_patience_lasts() -> None:
    case = RequestFactory(state="submitted")
    play = PatientPlay(SUBMITTED, {}, Weather(patience=0))

    with pytest.raises(StoryBroken) as broken:
        play._file_of(case)

    assert (play.patience, str(broken.value)) == (0, f"{case.number} has no approval file.")


@pytest.mark.django_db
def test_door_hands_a_paper_out_once_its_answer_arrives() -> None:
    class Slow(GateDoor):
        answers = [httpx.ReadError("gone"), b"%PDF"]

        def fetch(self, *_words: Any) -> bytes:
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

    door = PatientDoor(Slow(), Weather(patience=5))

    assert door.fetch(PEOPLE["au.requester"], Request(), Document()) == b"%PDF"
