"""Whose turn it is: the roles of the open steps that move a case on."""

from __future__ import annotations

from typing import Any

import pytest

from approvals.models import ApprovalFile
from cases.models import Contract
from tests.factories import ContractFactory, RequestFactory, SubcontractFactory, person
from workflow.steps import steps_of, whose_turn

pytestmark = pytest.mark.django_db


def file(state: str, *signed: Any) -> ApprovalFile:
    contract = ContractFactory(
        state="under_approval", furnished__approval=state, furnished__signed=signed
    )
    found: ApprovalFile = ApprovalFile.objects.get(subject_id=contract.pk)
    return found


def test_file_waits_for_the_ranks_that_it_has_reached() -> None:
    director = person("director")

    waits = [
        whose_turn(file("drafting")),
        whose_turn(file("in_circulation")),
        whose_turn(file("in_circulation", director)),
        whose_turn(file("awaiting_decision")),
    ]

    assert waits == [["case_manager"], ["director"], ["director"], ["department_head"]]


def test_approved_offer_waits_for_whoever_sends_it() -> None:
    contract = ContractFactory(state="under_approval", furnished__approval="awaiting_issue")

    assert whose_turn(contract) == ["case_manager"]


def test_submitted_request_waits_for_the_desk_also_while_something_is_missing() -> None:
    complete = RequestFactory(state="submitted")
    incomplete = RequestFactory(state="submitted", end_use="")

    assert [whose_turn(complete), whose_turn(incomplete)] == [["case_manager"], ["case_manager"]]


def test_awarded_subcontract_waits_for_the_contractor() -> None:
    assert whose_turn(SubcontractFactory(state="awarded")) == ["contractor_production"]


def test_turn_of_a_step_that_is_nobodys_is_the_systems() -> None:
    lapse = steps_of(Contract)["lapse"]

    assert lapse.may.turn(ContractFactory(state="offered")) == ("system",)


def test_closed_contract_waits_for_nobody() -> None:
    assert whose_turn(ContractFactory(state="closed")) == []
