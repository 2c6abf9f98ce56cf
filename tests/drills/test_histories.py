"""A history is walked again by the declared steps; whatever else leads to a state is named."""

from __future__ import annotations

from uuid import uuid4

import pytest

from cases.models import Request
from fms_agency.drills.histories import Line, wrong_turn, wrong_turns
from fms_agency.drills.patience import PatientPlay
from workflow.models import Entry

DRAFTED: Line = (1, "draft", "", "draft")
LETTER: Line = (2, "attach_letter", "draft", "draft")
SUBMITTED: Line = (3, "submit", "draft", "submitted")


def standing(state: str, version: int) -> Request:
    return Request(state=state, version=version)


def test_declared_steps_lead_to_a_legal_state() -> None:
    assert wrong_turn(standing("submitted", 3), [DRAFTED, LETTER, SUBMITTED]) == ""


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([], "0 lines for version 2"),
        ([DRAFTED, SUBMITTED], "2 lines for version 2"),
        ([DRAFTED, (2, "no_such_step", "draft", "submitted")], "no_such_step led from"),
        ([DRAFTED, (2, "submit", "returned", "submitted")], "submit led from “returned”"),
        ([DRAFTED, (2, "submit", "draft", "answered")], "submit led from “draft” to “answered”"),
        ([DRAFTED, (2, "attach_letter", "draft", "submitted")], "attach_letter led from"),
        ([DRAFTED, (2, "withdraw", "submitted", "withdrawn")], "withdraw led from “submitted”"),
        ([DRAFTED, (2, "draft", "draft", "draft")], "draft led from “draft”"),
        (
            [DRAFTED, (2, "attach_letter", "draft", "draft")],
            "is submitted, its trail leads to draft",
        ),
    ],
)
def test_any_other_way_is_named(lines: list[Line], why: str) -> None:
    assert why in wrong_turn(standing("submitted", 2), lines)


def test_whole_house_is_walked(play: PatientPlay) -> None:
    assert list(wrong_turns()) == []


def test_case_moved_behind_the_gates_back_is_named(play: PatientPlay) -> None:
    Request.objects.update(state="answered")

    (wrong,) = wrong_turns()

    assert wrong.endswith("is answered, its trail leads to submitted")


def test_steps_of_a_case_that_is_gone_are_named(play: PatientPlay) -> None:
    gone = uuid4()
    Entry(
        case_kind=Request.kind(),
        case_id=gone,
        step="draft",
        to_state="draft",
        version=1,
        actor_id="x",
        actor_name="x",
    ).write()

    assert list(wrong_turns()) == [f"cases.request {gone}: steps of a case that is not there"]
