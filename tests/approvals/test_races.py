"""Many at once, with real commits: a double click signs once, units that agree together are all heard."""

from __future__ import annotations

from typing import Any

import pytest

from approvals.models import ApprovalFile, Signature, WayStep
from documents.models import DocumentNumber
from tests.approvals.hands import concur, fresh, post, put_forward
from tests.factories import ContractFactory, person, today
from tests.workflow.test_race import at_once, refusals
from workflow.steps import Refused, take

pytestmark = pytest.mark.django_db(transaction=True)


def a_file() -> ApprovalFile:
    return put_forward(ContractFactory(state="draft", is_priced=True), person("case_manager"))


def test_double_click_signs_once() -> None:
    file, director = a_file(), post("cases", "director")

    answers = at_once([lambda: take(file, "approve", by=director, opinion="")] * 8)

    assert len(refusals(answers)) == 7
    assert Signature.objects.count() == 1


def test_units_that_agree_at_the_same_moment_are_all_heard() -> None:
    file = a_file()
    take(file, "approve", by=post("cases", "director"), opinion="")
    units = ("finance", "legal", "export_control", "security")
    people = {unit: post(unit, "director") for unit in units}

    answers = at_once(
        [lambda by=by: take(file, "agree", by=by, opinion="") for by in people.values()]
    )

    assert refusals(answers) == []
    assert fresh(file).state == "awaiting_decision"
    assert set(WayStep.objects.filter(kind="concurrence").values_list("standing", flat=True)) == {
        "approved"
    }


def test_one_agrees_while_another_sends_the_file_back() -> None:
    file = a_file()
    take(file, "approve", by=post("cases", "director"), opinion="")
    legal, finance = post("legal", "director"), post("finance", "director")

    answers: list[Any] = at_once(
        [
            lambda: take(file, "agree", by=legal, opinion=""),
            lambda: take(file, "return_to_drafter", by=finance, reason="Again."),
        ]
    )

    assert not isinstance(answers[1], Refused)
    assert fresh(file).state == "returned"
    assert not WayStep.objects.filter(standing="approved").exists()


def test_holder_and_deputy_decide_once() -> None:
    file = a_file()
    head = post("cases", "department_head")
    other = person("department_head", unit="cases")
    take(file, "approve", by=post("cases", "director"), opinion="")
    concur(file)

    answers = at_once(
        [
            lambda by=by: take(file, "decide", by=by, opinion="", resolution="")
            for by in (head, other, head, other)
        ]
    )

    assert len(refusals(answers)) == 3
    assert Signature.objects.filter(kind="decision").count() == 1


def test_offer_that_is_sent_twice_has_one_number() -> None:
    file = a_file()
    take(file, "approve", by=post("cases", "director"), opinion="")
    concur(file)
    take(file, "decide", by=post("cases", "department_head"), opinion="", resolution="")
    contract, releasers = file.subject, [person("case_manager") for _ in range(4)]

    answers = at_once(
        [lambda by=by: take(contract, "send_offer", by=by, expires_on=today()) for by in releasers]
    )

    assert len(refusals(answers)) == 3
    assert DocumentNumber.objects.count() == 1
