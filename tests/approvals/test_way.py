"""What is written of a file on its way, and what becomes of it when its case ends or it comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from approvals import looking_after
from approvals.models import ApprovalFile, ApprovalRoute, Revision, Signature
from cases.models import Contract
from exports.models import TransferReview
from tests.approvals.hands import concur, fresh, post, put_forward, run_follow_ups
from tests.factories import (
    AbsenceFactory,
    BillFactory,
    ContractFactory,
    TransferReviewFactory,
    person,
)
from workflow.models import Entry
from workflow.steps import NotYours, take

pytestmark = pytest.mark.django_db
ELSEWHERE = "The file is not with you now."
WHY = {"reason": "Price again."}


@pytest.fixture
def manager() -> Any:
    return person("case_manager", family_name="Suzuki", given_name="Ichiro")


@pytest.fixture
def file(manager: Any) -> ApprovalFile:
    """An offer of ¥5 m that has just been put forward; every post of its way is held."""
    return put_forward(ContractFactory(state="draft", is_priced=True), manager)


def standings(file: ApprovalFile) -> list[str]:
    return [step.standing for step in fresh(file).way]


# Drafted and put forward ---------------------------------------------------------------------


def test_follow_up_that_runs_twice_drafts_one_file(manager: Any) -> None:
    contract = ContractFactory(state="draft", is_priced=True)
    act = take(contract, "put_to_approval", by=manager)
    run_follow_ups()

    act.entry.follow_ups.update(done_at=None)
    run_follow_ups()

    assert ApprovalFile.objects.count() == 1


def test_follow_up_that_runs_late_drafts_no_file_for_a_case_that_has_moved_on(manager: Any) -> None:
    """The file of the first time came back, was put forward once more and decided before it ran."""
    contract = ContractFactory(state="draft", is_priced=True)
    take(contract, "put_to_approval", by=manager)
    Contract.objects.filter(pk=contract.pk).update(state="offered")

    run_follow_ups()

    assert ApprovalFile.objects.count() == 0


def test_what_is_put_forward_is_kept_as_it_was(file: ApprovalFile) -> None:
    kept = Revision.objects.get()

    assert (kept.number, kept.digest, kept.content) == (1, file.content_digest, file.content)
    assert kept.cover == file.cover()


def test_route_is_that_of_the_day(manager: Any) -> None:
    today = timezone.localdate()
    rows = ApprovalRoute._base_manager.filter(matter="foreign_offer")
    rows.update(valid_to=today)
    steps = [{"kind": "decision", "unit": "executive", "rank": "president", "group": 1}]
    tomorrow = today + timedelta(days=1)
    ApprovalRoute.objects.create(
        matter="foreign_offer", from_amount=0, steps=steps, valid_from=tomorrow, source="test"
    )
    ContractFactory(state="under_approval", furnished__approval="drafting")
    file = ApprovalFile.objects.get()

    found = [file.route_today().decider]
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        found.append(file.route_today().decider)

    assert [(step.unit, step.rank) for step in found if step] == [
        ("cases", "department_head"),
        ("executive", "president"),
    ]


# Signing -------------------------------------------------------------------------------------


def test_only_one_who_could_decide_is_kept_for_the_decision(manager: Any) -> None:
    both = person("director", "department_head")

    file = put_forward(ContractFactory(state="draft", is_priced=True), manager)

    assert [(s.standing, s.cause) for s in file.way][:2] == [
        ("passed_over", "acts_otherwise"),
        ("arrived", ""),
    ]
    concur(file)
    assert take(file, "decide", by=both, opinion="", resolution="").case.decided_at is not None


@pytest.mark.parametrize(
    ("step", "given"),
    [
        ("approve", {"opinion": ""}),
        ("agree", {"opinion": ""}),
        ("decide", {"opinion": "", "resolution": ""}),
        ("return_to_drafter", WHY),
        ("return_to_step", {"to": 1, **WHY}),
        ("pull_up", WHY),
    ],
)
def test_who_holds_no_post_of_the_way_neither_signs_nor_returns(
    file: ApprovalFile, step: str, given: dict[str, Any]
) -> None:
    strangers = [person("finance_officer"), person("president"), person("director", unit="quality")]
    file = fresh(file)
    if step == "decide":
        ApprovalFile.objects.update(state="awaiting_decision")

    for who in strangers:
        with pytest.raises(NotYours) as refusal:
            take(file, step, by=who, **given)
        assert str(refusal.value) == ELSEWHERE

    assert (Signature.objects.count(), standings(file)[0]) == (0, "arrived")


def test_signature_names_post_and_role_in_the_trail(file: ApprovalFile) -> None:
    both = person("office_chief", "director")

    act = take(file, "approve", by=both, opinion="Fine.")

    assert (act.entry.role, act.entry.on_behalf_of) == ("director", "")
    assert act.entry.given["post"] == "cases:director"
    assert Signature.objects.values_list("unit", "rank", "word", "opinion").get() == (
        *("cases", "director", "approved", "Fine."),
    )


def test_deputy_signs_in_the_place_of_whoever_is_away(file: ApprovalFile) -> None:
    director, deputy = post("cases", "director"), person("director", unit="planning")
    AbsenceFactory(person=director, deputy=deputy)

    act = take(file, "approve", by=deputy, opinion="")

    assert (act.entry.role, act.entry.on_behalf_of) == ("director", director.official_name)
    signed = Signature.objects.get()
    assert (signed.decided_by, signed.in_place_of) == (deputy.actor_id, director.official_name)


# Going back ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "step", "role", "given", "state"),
    [
        (
            lambda: BillFactory(state="under_approval", furnished__approval="in_circulation"),
            *("void", "finance_officer", {"reason": "A misprint."}, "void"),
        ),
        (
            lambda: TransferReviewFactory(
                state="under_review", furnished__approval="in_circulation"
            ),
            *("refuse", "export_control_officer", {"reason": "An embargo."}, "refused"),
        ),
    ],
)
def test_case_that_ends_ends_its_file(
    made: Any, step: str, role: str, given: dict[str, Any], state: str
) -> None:
    case = made()

    take(case, step, by=person(role), **given)
    run_follow_ups()

    file = ApprovalFile.objects.get(subject_id=case.pk)
    assert (file.state, type(case).objects.get(pk=case.pk).state) == ("abandoned", state)


@pytest.mark.parametrize(
    ("made", "state"), [(BillFactory, "under_approval"), (TransferReviewFactory, "under_review")]
)
def test_case_of_a_file_that_comes_back_can_be_worked_on_again(made: Any, state: str) -> None:
    for unit in ("finance", "export_control"):
        person("director", unit=unit)
    case = made(state=state, furnished__approval="in_circulation")
    file = ApprovalFile.objects.get(subject_id=case.pk)

    take(file, "return_to_drafter", by=post(file.way[0].unit_id, "director"), **WHY)
    run_follow_ups()

    assert type(case).objects.get(pk=case.pk).state == "draft"


def test_review_on_hold_whose_file_comes_back_can_be_put_to_review_again() -> None:
    """Otherwise nobody could put a file forward, nor have another one drafted."""
    officer = person("export_control_officer")
    review = TransferReviewFactory(state="under_review", furnished__approval="awaiting_issue")
    take(review, "hold", by=officer, reason="The end user may change.")
    TransferReview.objects.update(end_user="Philippine Navy")

    assert looking_after.look() == 1
    run_follow_ups()

    assert ApprovalFile.objects.get().state == "void"
    assert TransferReview.objects.get().state == "draft"
    take(review, "put_to_review", by=officer)
    run_follow_ups()
    drafted = ApprovalFile.objects.get(state="drafting")
    assert drafted.supersedes is None


def test_each_step_of_a_file_is_a_line_of_the_trail(file: ApprovalFile) -> None:
    take(file, "approve", by=post("cases", "director"), opinion="")

    lines = Entry.objects.filter(case_id=file.pk).order_by("version")
    assert list(lines.values_list("step", "from_state", "to_state", "role")) == [
        ("draft", "", "drafting", "system"),
        ("put_forward", "drafting", "in_circulation", "case_manager"),
        ("approve", "in_circulation", "in_circulation", "director"),
    ]
