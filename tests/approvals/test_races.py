"""Many at once, with real commits: a double click signs once, units that agree together are all heard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from approvals.models import ApprovalFile, ApprovalRoute, Signature, WayStep
from documents.models import DocumentNumber
from partners.models import Proposal
from tests.approvals.hands import (
    NOTHING,
    concur,
    file_of,
    fresh,
    post,
    propose,
    put_forward,
)
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


# Reference data ------------------------------------------------------------------------------

STEPS = [{"kind": "decision", "unit": "legal", "rank": "director", "group": 1}]
SINCE = date(2026, 4, 1)


def a_route(matter: str, first: date) -> ApprovalRoute:
    return ApprovalRoute(
        matter=matter, from_amount=0, steps=STEPS, valid_from=first, source="memo 12"
    )


@pytest.fixture
def route() -> Iterator[ApprovalRoute]:
    """Reference data is not swept up after a test that commits."""
    row = a_route("test", SINCE)
    row.save()
    yield row
    ApprovalRoute._base_manager.filter(matter__in=["test", "other"]).delete()


def later(days: int, matter: str = "test") -> ApprovalRoute:
    return a_route(matter, today() + timedelta(days=days))


def decide(held: Proposal, by: Any) -> Any:
    return lambda: take(file_of(held), "decide", by=by, **NOTHING)


def test_change_that_two_decide_on_at_once_is_applied_once(route: ApprovalRoute) -> None:
    deciders = [person("director", unit="planning") for _ in range(4)]
    held = propose(later(30), by=person("finance_officer"), reason="-", instead_of=route)

    answers = at_once([decide(held, by) for by in deciders])

    assert len(refusals(answers)) == 3
    assert ApprovalRoute.objects.filter(matter="test").count() == 2
    assert Signature.objects.get().decided_by == Proposal.objects.get().decided_by.actor_id


def test_change_is_decided_on_or_given_up_never_both(route: ApprovalRoute) -> None:
    director, proposer = post("planning", "director"), person("finance_officer")
    held = propose(later(30), by=proposer, reason="-", instead_of=route)

    answers = at_once(
        [
            decide(held, director),
            lambda: take(file_of(held), "withdraw", by=proposer, reason="-"),
            lambda: take(file_of(held), "abandon", by=director, reason="-"),
        ]
    )

    assert len(refusals(answers)) == 2
    ended = Proposal.objects.get()
    assert ended.is_confirmed is (file_of(held).state == "decided")
    assert ApprovalRoute.objects.filter(matter="test").count() == 1 + ended.is_confirmed


def test_row_that_changes_while_it_is_decided_on_is_never_written_over(
    route: ApprovalRoute,
) -> None:
    director = post("planning", "director")
    held = propose(later(30), by=person("finance_officer"), reason="-", instead_of=route)

    @transaction.atomic
    def change() -> None:
        row = ApprovalRoute.objects.select_for_update().get(pk=route.pk)
        row.valid_to = today()
        row.save()

    answers = at_once([decide(held, director), change])

    ended = ApprovalRoute.objects.get(pk=route.pk)
    if refusals(answers):
        assert (ended.valid_to, Proposal.objects.get().decided_at) == (today(), None)
    else:
        assert Proposal.objects.get().is_confirmed


def test_two_changes_of_a_row_proposed_at_once_are_one(route: ApprovalRoute) -> None:
    post("planning", "director")
    proposers = [person("finance_officer") for _ in range(4)]

    answers = at_once(
        [lambda by=by: propose(later(30), by=by, reason="-", instead_of=route) for by in proposers]
    )

    waiting = "A change of this row waits for a decision. Let it be decided first."
    assert refusals(answers) == [waiting] * 3
    assert (Proposal.objects.count(), ApprovalFile.objects.count()) == (1, 1)


def test_of_two_new_rows_that_exclude_each_other_one_is_decided(route: ApprovalRoute) -> None:
    director, proposer = post("planning", "director"), person("finance_officer")
    rows = [propose(later(days, "other"), by=proposer, reason="-") for days in (30, 31, 32, 33)]

    answers = at_once([decide(held, director) for held in rows])

    assert len(refusals(answers)) == 3
    assert ApprovalRoute.objects.filter(matter="other").count() == 1
    assert Proposal.objects.waiting().count() == 3
