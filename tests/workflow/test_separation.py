"""Four eyes (T29): whoever did one duty does not do its counterpart, by whatever path they try."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.utils import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from approvals.models import ApprovalFile
from cases.models import Bill, Contract, Subcontract
from fms_agency.management.commands.load_reference import SHIPPED, _rows
from partners.models import Membership
from tests.api.conftest import caller as calling
from tests.approvals.hands import concur, post, put_forward, run_follow_ups
from tests.factories import (
    CHARGE,
    DEPOSIT,
    BillFactory,
    ChangeFactory,
    ContractFactory,
    EmergencyAccessFactory,
    IndicationFactory,
    MembershipFactory,
    QuoteFactory,
    RequestFactory,
    SubcontractFactory,
    TransferReviewFactory,
    person,
    stand,
    undrawn,
)
from tests.people import enter
from workflow import duties, walls
from workflow.models import Separation, Side
from workflow.rights import SYSTEM
from workflow.steps import (
    NotYours,
    beginnings_of,
    case_types,
    choices,
    open_step,
    steps_of,
    take,
)

pytestmark = pytest.mark.django_db
LATER = date(2100, 1, 1)
DECLARED = {
    step.duty
    for model in case_types()
    for step in (*steps_of(model).values(), *beginnings_of(model).values())
    if step.duty
} | {matter.duty for model in case_types() for matter in getattr(model, "matters", ())}


# The data ------------------------------------------------------------------------------------


def test_every_declared_duty_stands_in_a_group_and_no_other_does() -> None:
    assert set(Separation.objects.values_list("duty", flat=True)) == DECLARED


def test_every_group_has_two_sides_one_reach_and_a_source() -> None:
    rows = _rows(SHIPPED, "separations")
    groups: dict[str, set[str]] = {}
    reaches: dict[str, set[str]] = {}
    for row in rows:
        groups.setdefault(row["group"], set()).add(row["side"])
        reaches.setdefault(row["group"], set()).add(row["scope"])

    assert {group for group, sides in groups.items() if len(sides) < 2} == set()
    assert {group for group, scopes in reaches.items() if len(scopes) != 1} == set()
    assert all(row["source"] and row["name_ja"] and row["name_en"] for row in rows)


def test_duty_without_a_rule_of_the_day_is_refused() -> None:
    """Nobody is let through because data is missing."""
    Separation._base_manager.filter(duty__startswith="offer").update(valid_to=date(2026, 4, 2))
    contract = ContractFactory(state="draft", is_priced=True)

    with pytest.raises(NotYours, match="No rule of separation covers this duty"):
        take(contract, "put_to_approval", by=person("case_manager"))


# Each pair, at the gate ----------------------------------------------------------------------


def signed_contract() -> Any:
    return ContractFactory(state="under_approval", furnished__approval="awaiting_issue")


def award_to_release() -> Any:
    return SubcontractFactory(state="under_approval", furnished__approval="awaiting_issue")


def bill_to_issue() -> Any:
    return BillFactory(state="under_approval", furnished__approval="awaiting_issue")


def file_of(made: Any, state: str, approval: str, *signed: Any) -> Any:
    """The approval file of a case, in a state."""
    case = made(state=state, furnished__approval=approval, furnished__signed=signed)
    return ApprovalFile.objects.get(subject_id=case.pk)


def offer_file(approval: str, *signed: Any) -> Any:
    return file_of(ContractFactory, "under_approval", approval, *signed)


def dear_file(approval: str, *signed: Any) -> Any:
    """Of an offer so dear that two ranks of the line sign before anybody else."""
    total = {"net": Decimal(100_000_000) - CHARGE, "total": Decimal(100_000_000)}
    return file_of(partial(ContractFactory, **total), "under_approval", approval, *signed)


def examined_file(_approval: str, *signed: Any) -> Any:
    """Of an offer so dear that reviewers examine the file before it is decided."""
    total = {"net": Decimal(10_000_000_000) - CHARGE, "total": Decimal(10_000_000_000)}
    made = partial(ContractFactory, **total)
    file = file_of(made, "under_approval", "awaiting_decision", *signed)
    file.steps.filter(kind="decision").update(standing="not_arrived")
    file.steps.filter(kind="examination").update(
        standing="arrived", holder_id=None, holder_name="", acted_at=None
    )
    ApprovalFile.objects.filter(pk=file.pk).update(state="in_circulation")
    return ApprovalFile.objects.get(pk=file.pk)


def award_file(approval: str, *signed: Any) -> Any:
    return file_of(SubcontractFactory, "under_approval", approval, *signed)


def bill_file(approval: str, *signed: Any) -> Any:
    return file_of(BillFactory, "under_approval", approval, *signed)


def review_file(approval: str, *signed: Any) -> Any:
    return file_of(TransferReviewFactory, "under_review", approval, *signed)


def soliciting() -> Any:
    return SubcontractFactory(state="solicited")


def screened() -> Any:
    return TransferReviewFactory(state="draft")


def indication_to_send() -> Any:
    return IndicationFactory(state="under_approval", furnished__approval="awaiting_issue")


def estimated() -> Any:
    return IndicationFactory(is_estimated=True)


def answer_to_send() -> Any:
    return RequestFactory(state="under_approval", furnished__approval="awaiting_issue")


def change_to_send() -> Any:
    return ChangeFactory(state="under_approval", furnished__approval="awaiting_issue")


def indication_file(approval: str, *signed: Any) -> Any:
    return file_of(IndicationFactory, "under_approval", approval, *signed)


def answer_file(approval: str, *signed: Any) -> Any:
    return file_of(RequestFactory, "under_approval", approval, *signed)


SIGNED = {"signed_by": "CRUZ Maria"}
WHY = {"code": "other", "reason": "x"}
BOOKED = {"paid_on": LATER, "bank_reference": "B-1"}
REFUNDED = {**BOOKED, "amount": DEPOSIT}
PAIRS: list[tuple[str, Any, str, str, dict[str, Any]]] = [
    ("offer:draft", signed_contract, "send_offer", "case_manager", {"expires_on": LATER}),
    ("offer:approve", signed_contract, "send_offer", "case_manager", {"expires_on": LATER}),
    (
        "waiver:approve",
        lambda: ContractFactory(is_priced=True),
        "propose_waiver",
        "case_manager",
        {"lines": [1], "charges": ["audit"], "reason": "Japan gains from it."},
    ),
    (
        "offer:release",
        lambda: ContractFactory(state="draft", is_priced=True),
        "put_to_approval",
        "case_manager",
        {},
    ),
    (
        "offer:release",
        ChangeFactory,
        "write",
        "case_manager",
        {"lines": [], "termination_cost": None, "purpose": "x"},
    ),
    ("offer:release", ChangeFactory, "write_terms", "case_manager", {"terms": {}}),
    ("offer:release", ChangeFactory, "choose_notes", "case_manager", {"notes": []}),
    ("offer:release", ContractFactory, "write_terms", "case_manager", {"terms": {}}),
    ("offer:release", ContractFactory, "choose_notes", "case_manager", {"notes": []}),
    (
        "offer:release",
        ContractFactory,
        "enter_worksheet",
        "case_manager",
        {"points": "", "worksheet": ""},
    ),
    (
        "offer:release",
        ContractFactory,
        "choose_kind",
        "case_manager",
        {"kind_of_case": "grant", "builds_on": ""},
    ),
    (
        "offer:release",
        lambda: ContractFactory(kind_of_case="blanket_order"),
        "set_ceilings",
        "case_manager",
        {"ceilings": {}},
    ),
    ("offer:release", ChangeFactory, "put_to_approval", "case_manager", {}),
    ("offer:draft", change_to_send, "send", "case_manager", {"expires_on": LATER}),
    ("offer:approve", change_to_send, "send", "case_manager", {"expires_on": LATER}),
    ("request:submit", lambda: ChangeFactory(state="offered"), "sign", "signatory", SIGNED),
    (
        "indication:release",
        IndicationFactory,
        "estimate",
        "case_manager",
        {"lines": {}, "remarks": ""},
    ),
    ("indication:release", estimated, "put_to_approval", "case_manager", {}),
    ("indication:approve", estimated, "put_to_approval", "case_manager", {}),
    ("indication:draft", indication_to_send, "send", "case_manager", {}),
    ("indication:approve", indication_to_send, "send", "case_manager", {}),
    ("review:draft", estimated, "put_to_approval", "case_manager", {}),
    ("review:decide", estimated, "put_to_approval", "case_manager", {}),
    ("review:draft", indication_to_send, "send", "case_manager", {}),
    ("review:decide", indication_to_send, "send", "case_manager", {}),
    (
        "decline:release",
        lambda: RequestFactory(state="actionable"),
        "propose_negative_answer",
        "case_manager",
        WHY,
    ),
    ("decline:draft", answer_to_send, "decline", "case_manager", {}),
    ("decline:approve", answer_to_send, "decline", "case_manager", {}),
    ("award:draft", award_to_release, "award", "contract_officer", {}),
    ("award:approve", award_to_release, "award", "contract_officer", {}),
    (
        "award:release",
        lambda: SubcontractFactory(state="delivered"),
        "accept_delivery",
        "inspector",
        {"inspected_on": LATER, "findings": "x"},
    ),
    (
        "award:draft",
        lambda: SubcontractFactory(state="delivered"),
        "reject_delivery",
        "inspector",
        {"reason": "x"},
    ),
    (
        "delivery:inspect",
        lambda: SubcontractFactory(state="accepted", invoice_number="I-1"),
        "record_payment",
        "finance_officer",
        BOOKED,
    ),
    (
        "award:release",
        lambda: SubcontractFactory(state="accepted", invoice_number="I-1"),
        "record_payment",
        "finance_officer",
        BOOKED,
    ),
    ("bill:draft", bill_to_issue, "issue", "finance_officer", {}),
    ("bill:approve", bill_to_issue, "issue", "finance_officer", {}),
    ("bill:issue", BillFactory, "put_to_approval", "finance_officer", {}),
    ("bill:approve", BillFactory, "put_to_approval", "finance_officer", {}),
    (
        "bill:issue",
        lambda: BillFactory(state="issued"),
        "record_payment",
        "finance_officer",
        {**BOOKED, "amount": Decimal(1)},
    ),
    ("bill:draft", undrawn, "record_refund", "finance_officer", REFUNDED),
    ("bill:record", undrawn, "record_refund", "finance_officer", REFUNDED),
    ("deposit:record", undrawn, "record_refund", "finance_officer", REFUNDED),
    (
        "deposit:refund",
        lambda: ContractFactory(state="accepted"),
        "record_deposit",
        "finance_officer",
        {"amount": DEPOSIT, "received_on": LATER, "bank_reference": "B-1"},
    ),
    (
        "review:draft",
        lambda: TransferReviewFactory(state="under_review"),
        "clear",
        "export_control_officer",
        {"decision": "x", "valid_until": LATER},
    ),
    (
        "review:decide",
        lambda: ContractFactory(state="draft", is_priced=True),
        "put_to_approval",
        "case_manager",
        {},
    ),
    ("request:submit", lambda: ContractFactory(state="offered"), "accept", "signatory", SIGNED),
    ("offer:accept", lambda: RequestFactory(state="draft"), "submit", "requester", {}),
    ("review:draft", signed_contract, "send_offer", "case_manager", {"expires_on": LATER}),
    ("review:decide", signed_contract, "send_offer", "case_manager", {"expires_on": LATER}),
    (
        "review:draft",
        lambda: ContractFactory(state="draft", is_priced=True),
        "put_to_approval",
        "case_manager",
        {},
    ),
    ("offer:release", lambda: ContractFactory(state="draft"), "price", "case_manager", {}),
    ("award:approve", soliciting, "take_quote", "contract_officer", {"reason": "x"}),
    ("award:release", soliciting, "put_to_approval", "contract_officer", {}),
    (
        "award:draft",
        lambda: SubcontractFactory(state="accepted", invoice_number="I-1"),
        "record_payment",
        "finance_officer",
        BOOKED,
    ),
    ("review:decide", screened, "screen", "export_control_officer", {}),
    ("review:decide", screened, "put_to_review", "export_control_officer", {}),
    (
        "review:draft",
        lambda: TransferReviewFactory(state="under_review"),
        "refuse",
        "export_control_officer",
        {"reason": "x"},
    ),
    (
        "emergency:ask",
        lambda: EmergencyAccessFactory(state="ended"),
        "review",
        "security_officer",
        {"finding": "x"},
    ),
    ("invoice:send", QuoteFactory, "submit", "contractor_sales", {}),
    (
        "quote:submit",
        lambda: SubcontractFactory(state="accepted"),
        "send_invoice",
        "contractor_finance",
        {"invoice_number": "I", "invoice": None},
    ),
]


@pytest.mark.parametrize(("did", "make", "step", "role", "given"), PAIRS)
def test_who_did_the_one_is_refused_the_other(
    did: str, make: Any, step: str, role: str, given: dict[str, Any]
) -> None:
    case, who, other = make(), person(role), person(role)
    stand(case, did, who)

    offered = {choice.name: choice.why_not for choice in choices(case, who)}

    assert "Somebody else must do this." in offered[step]
    with pytest.raises(NotYours, match="Somebody else must do this"):
        open_step(case, step, who)
    with pytest.raises(NotYours, match="Somebody else must do this"):
        take(case, step, by=who, **given)
    assert type(case)._default_manager.get(pk=case.pk).version == case.version
    assert duties.why_not(steps_of(type(case))[step].duty, case, other) == ""


SAID = {"opinion": ""}
DECIDED = {"opinion": "", "resolution": ""}
Post = tuple[str, str]
OF_FILES: list[tuple[str, Any, list[Any], str, Post, dict[str, Any]]] = [
    ("offer:draft", offer_file, [], "approve", ("cases", "director"), SAID),
    ("offer:release", offer_file, [], "approve", ("cases", "director"), SAID),
    ("offer:draft", offer_file, ["director"], "agree", ("finance", "director"), SAID),
    (
        "offer:draft",
        offer_file,
        ["director"],
        "agree_with_conditions",
        ("legal", "director"),
        {"conditions": "x"},
    ),
    ("offer:draft", offer_file, ["director"], "disagree", ("legal", "director"), SAID),
    ("offer:draft", dear_file, [], "pull_up", ("cases", "department_head"), {"reason": "x"}),
    (
        "offer:draft",
        examined_file,
        ["*"],
        "examine",
        ("board", "executive_director"),
        {"finding": ""},
    ),
    (
        "indication:draft",
        indication_file,
        [],
        "approve",
        ("cases", "office_chief"),
        SAID,
    ),
    ("indication:release", indication_file, [], "approve", ("cases", "office_chief"), SAID),
    ("decline:draft", answer_file, [], "approve", ("cases", "director"), SAID),
    ("decline:release", answer_file, [], "approve", ("cases", "director"), SAID),
    ("award:draft", award_file, [], "approve", ("contracts", "office_chief"), SAID),
    ("award:release", award_file, [], "approve", ("contracts", "office_chief"), SAID),
    ("bill:draft", bill_file, [], "approve", ("finance", "director"), SAID),
    ("bill:issue", bill_file, [], "approve", ("finance", "director"), SAID),
    ("bill:record", bill_file, [], "approve", ("finance", "director"), SAID),
    ("review:draft", review_file, [], "approve", ("export_control", "director"), SAID),
    ("offer:draft", offer_file, ["*"], "decide", ("cases", "department_head"), DECIDED),
    ("award:draft", award_file, ["*"], "decide", ("contracts", "director"), DECIDED),
    ("bill:draft", bill_file, ["*"], "decide", ("finance", "department_head"), DECIDED),
    ("review:draft", review_file, ["*"], "decide", ("export_control", "department_head"), DECIDED),
]


@pytest.mark.parametrize(("did", "make", "before", "step", "at", "given"), OF_FILES)
def test_who_did_the_one_signs_no_file_about_it(
    did: str, make: Any, before: list[str], step: str, at: Post, given: dict[str, Any]
) -> None:
    """`before`: ranks that have signed; everybody before the decision is `*`."""
    unit, rank = at
    who, other = person(rank, unit=unit), person(rank, unit=unit)
    signed = [person(one) for one in before if one != "*"]
    state = "awaiting_decision" if before == ["*"] else "in_circulation"
    if step == "pull_up":
        person("director")  # whom the head would pass over
    file = make(state, *signed)
    stand(file.subject, did, who)

    offered = {choice.name: choice.why_not for choice in choices(file, who)}

    assert "Somebody else must do this." in offered[step]
    with pytest.raises(NotYours, match="Somebody else must do this"):
        open_step(file, step, who)
    with pytest.raises(NotYours, match="Somebody else must do this"):
        take(file, step, by=who, **given)
    assert ApprovalFile.objects.get(pk=file.pk).version == file.version
    assert steps_of(ApprovalFile)[step].may.why_not(other, file) == ""


def test_same_duty_again_is_no_conflict() -> None:
    contract = ContractFactory(state="draft", is_priced=True)
    manager = person("case_manager")
    file = put_forward(contract, manager)
    take(file, "return_to_drafter", by=post("cases", "director"), reason="Say more.")
    run_follow_ups()

    take(contract, "put_to_approval", by=manager)

    assert Side.objects.filter(actor_id=manager.actor_id, group="offer").count() == 1


def test_house_itself_stands_on_no_side() -> None:
    contract = ContractFactory(state="draft", is_priced=True)

    assert duties.bind("offer:draft", contract, SYSTEM) == ""
    assert not Side.objects.filter(actor_id="system").exists()


def test_export_control_and_case_management_are_apart_on_a_deal_not_on_two() -> None:
    request, other = RequestFactory(state="actionable"), ContractFactory(state="draft")
    both = person("case_manager", "export_control_officer")
    review = TransferReviewFactory(state="draft", request_number=request.number)
    stand(review, "review:draft", both)
    contract = ContractFactory(request=request, furnished=False)

    assert duties.why_not("offer:draft", contract, both) == (
        f"You did this before: screening or putting forward the review ({review.number})."
        " Somebody else must do this."
    )
    assert duties.why_not("offer:draft", other, both) == ""


def test_sentence_is_in_the_readers_language() -> None:
    contract = signed_contract()
    who = person("case_manager")
    stand(contract, "offer:draft", who)

    with override("ja"):
        why = duties.why_not("offer:release", contract, who)

    assert why == (
        "あなたは既に「引受書の価格設定・起案」を行っています。別の担当者が行う必要があります。"
    )


# By every path -------------------------------------------------------------------------------


def drafted_by(who: Any) -> Any:
    """A contract that this person has put to approval, decided by everybody on its way."""
    contract = ContractFactory(state="draft", is_priced=True)
    file = put_forward(contract, who)
    take(file, "approve", by=post("cases", "director"), opinion="")
    concur(file)
    take(file, "decide", by=post("cases", "department_head"), opinion="", resolution="")
    return Contract.objects.get(pk=contract.pk)


def state_of(contract: Any) -> str:
    return str(Contract.objects.values_list("state", flat=True).get(pk=contract.pk))


def test_drafter_cannot_release_through_the_portal() -> None:
    manager = person("case_manager")
    contract = drafted_by(manager)
    client = Client()
    enter(client, manager)
    page = reverse("staff:case", args=["contracts", contract.number])

    shown = client.get(page).content.decode()
    answer = client.post(f"{page}steps/send_offer/", {"expires_on": "2100-01-01"})

    assert "You did this before: pricing or drafting the offer." in shown
    assert (answer.status_code, state_of(contract)) == (403, "under_approval")


def test_drafter_cannot_release_with_a_second_role_or_a_changed_one() -> None:
    manager = person("case_manager")
    contract = drafted_by(manager)
    MembershipFactory(person=manager, role="president")
    yesterday = timezone.localdate() - timedelta(days=1)
    Membership.objects.filter(person=manager, role="case_manager").update(
        valid_from=yesterday, valid_to=yesterday
    )
    MembershipFactory(person=manager, role="case_manager", valid_from=timezone.localdate())
    again = type(manager).objects.get(pk=manager.pk)

    with pytest.raises(NotYours, match="Somebody else must do this"):
        take(contract, "send_offer", by=again, expires_on=LATER)

    assert state_of(contract) == "under_approval"


def test_requester_cannot_accept_through_the_api() -> None:
    both = person("requester", "signatory")
    contract = ContractFactory(state="offered")
    stand(contract.request, "request:submit", both)
    caller = calling(both)

    shown = caller.get(f"contracts/{contract.number}/steps/").json()["steps"]
    answer = caller.post(f"contracts/{contract.number}/steps/accept/", SIGNED)

    why = next(step["why_not"] for step in shown if step["name"] == "accept")
    assert why.startswith("You did this before: submitting the request (JP-PH-26-R")
    assert (answer.status_code, state_of(contract)) == (403, "offered")


def test_contract_officer_inspector_and_payer_are_three_people() -> None:
    jack = person("contract_officer", "inspector", "finance_officer")
    subcontract = award_to_release()
    take(subcontract, "award", by=jack)
    Subcontract.objects.filter(pk=subcontract.pk).update(state="delivered")
    inspection = {"inspected_on": LATER, "findings": "Fine."}

    with pytest.raises(NotYours):
        take(subcontract, "accept_delivery", by=jack, **inspection)
    inspector = person("inspector", "finance_officer")
    take(subcontract, "accept_delivery", by=inspector, **inspection)
    Subcontract.objects.filter(pk=subcontract.pk).update(invoice_number="I-1")
    for who in (jack, inspector):
        with pytest.raises(NotYours):
            take(subcontract, "record_payment", by=who, **BOOKED)
    take(subcontract, "record_payment", by=person("finance_officer"), **BOOKED)

    assert Subcontract.objects.get(pk=subcontract.pk).state == "paid"


# Straight to the database, as the role of the web process --------------------------------------


def test_database_has_one_side_for_each_person_of_a_group() -> None:
    side = Side.objects.get(about_id=ContractFactory(state="under_approval").pk)

    with (
        pytest.raises(IntegrityError, match="workflow_side_one_per_person"),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            'INSERT INTO workflow_side (about_id, "group", side, duty, case_number, actor_id,'
            " actor_name, at) VALUES (%s, 'offer', 'release', 'offer:release', '', %s, '', now())",
            [side.about_id, side.actor_id],
        )


@pytest.mark.parametrize(
    "change", ["UPDATE workflow_side SET side = 'release'", "DELETE FROM workflow_side"]
)
def test_side_is_not_changed_nor_taken_back(change: str) -> None:
    ContractFactory(state="under_approval")

    with (
        walls.within(walls.OWNER),
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)


@pytest.mark.django_db(transaction=True)
def test_two_acts_at_once_leave_the_person_on_one_side() -> None:
    """The review and the contract of one deal are two rows: no lock keeps them apart."""
    both = person("case_manager", "export_control_officer")
    request = RequestFactory(state="actionable")
    review = TransferReviewFactory(state="draft", request_number=request.number)
    contract = ContractFactory(request=request, is_priced=True, furnished__without=["clearance"])
    start = Barrier(2)

    @walls.house()
    def act(case: Any, step: str) -> bool:
        try:
            start.wait(30)
            take(case, step, by=type(both).objects.get(pk=both.pk))
        except NotYours:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(act, [review, contract], ["put_to_review", "price"]))

    assert sorted(done) == [False, True]
    assert Side.objects.filter(actor_id=both.actor_id, group="transfer").count() == 1


def test_bill_is_drafted_and_issued_by_two() -> None:
    finance = person("finance_officer")
    contract = ContractFactory(state="in_execution")
    take(contract, "draft_bill", by=finance, amount=Decimal(1_500_000), due_on=LATER)
    bill = Bill.objects.get()
    file = put_forward(bill, finance)
    concur(file)
    take(file, "decide", by=post("finance", "director"), opinion="", resolution="")

    with pytest.raises(NotYours, match="drafting the bill"):
        take(bill, "issue", by=finance)
    take(bill, "issue", by=person("finance_officer"))
    take(
        bill,
        "record_payment",
        by=finance,
        amount=bill.due,
        paid_on=LATER,
        bank_reference="B-2",
    )

    assert Bill.objects.get().state == "paid"
