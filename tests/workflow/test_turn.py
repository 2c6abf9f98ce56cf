"""Whose turn it is: the roles of the open steps that move a case on."""

from __future__ import annotations

import pytest

from tests.factories import ContractFactory, RequestFactory, SubcontractFactory, person
from workflow.steps import whose_turn

pytestmark = pytest.mark.django_db


def test_file_under_approval_waits_for_the_rank_that_signs_next() -> None:
    fresh = ContractFactory(state="under_approval")
    half = ContractFactory(state="under_approval", furnished__signers=[person("director")])

    assert [whose_turn(fresh), whose_turn(half)] == [["director"], ["department_head"]]


def test_approved_offer_waits_for_whoever_sends_it() -> None:
    signers = [person("director"), person("department_head")]
    contract = ContractFactory(state="under_approval", furnished__signers=signers)

    assert whose_turn(contract) == ["case_manager"]


def test_submitted_request_waits_for_the_desk_also_while_something_is_missing() -> None:
    complete = RequestFactory(state="submitted")
    incomplete = RequestFactory(state="submitted", end_use="")

    assert [whose_turn(complete), whose_turn(incomplete)] == [["case_manager"], ["case_manager"]]


def test_awarded_subcontract_waits_for_the_contractor() -> None:
    assert whose_turn(SubcontractFactory(state="awarded")) == ["contractor_production"]


def test_closed_contract_waits_for_nobody() -> None:
    assert whose_turn(ContractFactory(state="closed")) == []
