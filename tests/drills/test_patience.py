"""Somebody whose answer is lost asks what became of the act, and takes no step twice."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from django.db import OperationalError

from cases.models import Request
from fms_agency.demo.accounts import Account
from fms_agency.demo.doors import GateDoor, Refusal
from fms_agency.demo.player import StoryBroken
from fms_agency.demo.samples import SUBMITTED
from fms_agency.demo.script import Door
from fms_agency.drills import patience
from fms_agency.drills.patience import PatientDoor, PatientPlay, Weather


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
