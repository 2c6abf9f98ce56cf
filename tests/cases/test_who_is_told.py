"""Whom the steps of a deal tell, and of what: each notice of the rooms of cases and exports."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from cases import notices as case_notices
from exports import notices as export_notices
from notifications.models import Message
from notifications.notices import Notice
from partners.access import ROLES
from partners.models import Membership
from tests.documents import files
from tests.factories import (
    DEPOSIT,
    TOTAL,
    BillFactory,
    ChangeFactory,
    ContractFactory,
    IndicationFactory,
    QuestionFactory,
    QuoteFactory,
    RequestFactory,
    RequisitionFactory,
    ShipmentFactory,
    SubcontractFactory,
    TransferReviewFactory,
    firm,
    person,
    request_begun,
    undrawn,
)
from workflow.follow_ups import run_entry
from workflow.models import FollowUp
from workflow.rights import SYSTEM
from workflow.steps import take

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
YESTERDAY, DAY, LATER = date(2026, 11, 21), date(2026, 11, 22), date(2027, 11, 22)
WHY = {"reason": "The budget was cut."}
BECAUSE = "Reason: The budget was cut."
PAID = {"paid_on": DAY, "bank_reference": "MUFG-1"}
QUOTE = {"deliver_on": LATER, "valid_until": LATER, "remarks": ""}
OFFICIALS = {"requester", "signatory"}
BUYERS = {"case_manager", "contract_officer"}
OFFICIALS = {"requester", "signatory"}
PAYERS = {"nation_finance", "signatory"}


@pytest.fixture
def noon() -> Any:
    with time_machine.travel("2026-11-22T12:00:00+09:00", tick=False):
        yield


def decided(made: Any, state: str = "under_approval") -> Any:
    """A case whose approval file has been decided."""
    return made(state=state, furnished__approval="awaiting_issue")


def invoice() -> dict[str, Any]:
    file = SimpleUploadedFile("invoice.pdf", files.pdf(), content_type="application/pdf")
    return {"invoice_number": "INV-1", "invoice": file}


def told(notice: str) -> dict[str, str]:
    """The letters of what has been done so far, by the role of who gets them."""
    for entry_id in FollowUp.objects.values_list("entry_id", flat=True).distinct():
        run_entry(entry_id)
    role_of = dict(Membership.objects.values_list("person", "role"))
    rows = Message.objects.filter(notice=notice)
    return {role_of[row.recipient_id]: row.body_text for row in rows}


# Notice; case, step, by whom, what is given; the state reached, the roles told, words of the letter.
Tells = tuple[str, Callable[[], Any], str, str, dict[str, Any], str, set[str], str]
TELLS: list[Tells] = [
    (
        "request_submitted",
        lambda: RequestFactory(state="draft"),
        "submit",
        "requester",
        {},
        "submitted",
        {"case_manager"},
        "Nation: Philippines",
    ),
    (
        "request_acknowledged",
        lambda: RequestFactory(state="submitted"),
        "acknowledge",
        "case_manager",
        {},
        "submitted",
        {"requester"},
        "The agency has received your request",
    ),
    (
        "request_returned",
        lambda: RequestFactory(state="submitted"),
        "return_for_correction",
        "case_manager",
        WHY | {"code": "other"},
        "returned",
        {"requester"},
        BECAUSE,
    ),
    (
        "request_actionable",
        lambda: RequestFactory(state="submitted"),
        "accept_as_actionable",
        "case_manager",
        {},
        "actionable",
        {"requester", "export_control_officer"},
        "The request has what it needs.",
    ),
    (
        "request_declined",
        lambda: decided(RequestFactory),
        "decline",
        "case_manager",
        {},
        "declined",
        {"requester"},
        "Reason: The line was closed.",
    ),
    (
        "question_to_nation",
        lambda: RequestFactory(state="submitted"),
        "ask_the_nation",
        "case_manager",
        {"question": "At which sites?", "due_on": LATER},
        "submitted",
        {"requester"},
        "Last day: 22 November 2027\n- At which sites?",
    ),
    (
        "question_to_agency",
        lambda: RequestFactory(state="returned"),
        "ask_the_agency",
        "requester",
        {"question": "May the masts be ours?", "due_on": None},
        "returned",
        {"case_manager"},
        "- May the masts be ours?",
    ),
    (
        "answer_of_nation",
        lambda: QuestionFactory().request,
        "answer_the_agency",
        "requester",
        {"number": 1, "answer": "On Luzon."},
        "submitted",
        {"case_manager"},
        "The nation has answered a question",
    ),
    (
        "answer_of_agency",
        lambda: QuestionFactory(asked_by="nation").request,
        "answer_the_nation",
        "case_manager",
        {"number": 1, "answer": "They may."},
        "submitted",
        {"requester"},
        "The agency has answered a question",
    ),
    (
        "answer_late",
        lambda: QuestionFactory(due_on=YESTERDAY).request,
        "remind",
        "system",
        {},
        "submitted",
        {"requester"},
        "- At which sites do the radars stand?",
    ),
    (
        "answer_late",
        lambda: QuestionFactory(due_on=YESTERDAY, asked_by="nation").request,
        "remind",
        "system",
        {},
        "submitted",
        {"case_manager"},
        "Last day: 21 November 2026",
    ),
    (
        "request_promised",
        request_begun,
        "set_group",
        "case_manager",
        {"offer_group": "D", "promised_on": LATER, "reason": "As agreed."},
        "actionable",
        {"requester"},
        "22 November 2027",
    ),
    (
        "indication_sent",
        lambda: decided(IndicationFactory),
        "send",
        "case_manager",
        {},
        "sent",
        OFFICIALS,
        "It is no offer and cannot be accepted",
    ),
    (
        "offer_sent",
        lambda: decided(ContractFactory),
        "send_offer",
        "case_manager",
        {"expires_on": LATER},
        "offered",
        OFFICIALS,
        "Amount: JPY 5,160,000",
    ),
    (
        "offer_accepted",
        lambda: ContractFactory(state="offered"),
        "accept",
        "signatory",
        {"signed_by": "CRUZ Maria"},
        "accepted",
        {"case_manager", "finance_officer"},
        "Amount: JPY 1,032,000",
    ),
    (
        "offer_declined",
        lambda: ContractFactory(state="offered"),
        "decline",
        "signatory",
        WHY,
        "declined",
        {"case_manager"},
        BECAUSE,
    ),
    (
        "offer_lapsed",
        lambda: ContractFactory(state="offered", expires_on=YESTERDAY),
        "lapse",
        "system",
        {},
        "lapsed",
        OFFICIALS | {"case_manager"},
        "Last day: 21 November 2026",
    ),
    (
        "contract_cancelled",
        lambda: ContractFactory(state="offered"),
        "cancel",
        "case_manager",
        WHY,
        "cancelled",
        OFFICIALS,
        BECAUSE,
    ),
    (
        "contract_cancelled",
        lambda: ContractFactory(state="draft"),
        "cancel",
        "case_manager",
        WHY,
        "cancelled",
        set(),
        "",
    ),
    (
        "contract_suspended",
        lambda: ContractFactory(state="in_execution"),
        "suspend",
        "case_manager",
        WHY,
        "in_execution",
        OFFICIALS | {"contract_officer"},
        BECAUSE,
    ),
    (
        "contract_resumed",
        lambda: ContractFactory(state="in_execution", suspended_at=timezone.now()),
        "resume",
        "case_manager",
        WHY,
        "in_execution",
        OFFICIALS | {"contract_officer"},
        BECAUSE,
    ),
    (
        "requisition_accepted",
        lambda: RequisitionFactory(state="priced"),
        "accept",
        "case_manager",
        {},
        "accepted",
        {"requester"},
        "Amount: JPY 500,000",
    ),
    (
        "requisition_refused",
        RequisitionFactory,
        "refuse",
        "case_manager",
        WHY,
        "refused",
        {"requester"},
        BECAUSE,
    ),
    (
        "requisition_withdrawn",
        RequisitionFactory,
        "withdraw",
        "requester",
        WHY,
        "withdrawn",
        {"case_manager"},
        BECAUSE,
    ),
    (
        "deposit_recorded",
        lambda: ContractFactory(state="accepted"),
        "record_deposit",
        "finance_officer",
        {"amount": DEPOSIT, "received_on": DAY, "bank_reference": "MUFG-1"},
        "in_execution",
        BUYERS | PAYERS,
        "Amount: JPY 1,032,000",
    ),
    (
        "deposit_refunded",
        undrawn,
        "record_refund",
        "finance_officer",
        {"amount": DEPOSIT} | PAID,
        "delivered",
        PAYERS,
        "Amount: JPY 1,032,000",
    ),
    (
        "no_more_orders",
        lambda: ContractFactory(state="in_execution", kind_of_case="blanket_order"),
        "confirm_no_more_orders",
        "requester",
        {},
        "in_execution",
        {"case_manager"},
        "The nation has confirmed that it orders no more.",
    ),
    (
        "more_orders",
        undrawn,
        "expect_more_orders",
        "requester",
        {},
        "delivered",
        {"case_manager"},
        "The nation expects to order more after all.",
    ),
    (
        "case_closed",
        lambda: ContractFactory(state="delivered"),
        "close",
        "case_manager",
        {},
        "closed",
        OFFICIALS,
        "The final account is attached.",
    ),
    (
        "quote_submitted",
        QuoteFactory,
        "submit",
        "contractor_sales",
        QUOTE | {"lines": {1: Decimal(10), 2: Decimal(20)}},
        "submitted",
        BUYERS,
        "A contractor has submitted a quote.",
    ),
    (
        "quote_declined",
        QuoteFactory,
        "decline",
        "contractor_sales",
        WHY,
        "declined",
        BUYERS,
        BECAUSE,
    ),
    (
        "quote_extended",
        lambda: QuoteFactory(state="submitted"),
        "extend",
        "contractor_sales",
        {"valid_until": LATER},
        "submitted",
        BUYERS,
        "Last day: 22 November 2027",
    ),
    (
        "offer_extended",
        lambda: ContractFactory(state="offered"),
        "extend",
        "case_manager",
        {"expires_on": LATER},
        "offered",
        OFFICIALS,
        "Last day: 22 November 2027",
    ),
    (
        "change_sent",
        lambda: decided(ChangeFactory),
        "send",
        "case_manager",
        {"expires_on": LATER},
        "offered",
        OFFICIALS,
        "Subject: A1 – Air-surveillance radars",
    ),
    (
        "change_sent",
        lambda: ChangeFactory(
            state="under_approval",
            kind_of_change="modification",
            furnished__approval="awaiting_issue",
        ),
        "send",
        "case_manager",
        {"expires_on": None},
        "issued",
        OFFICIALS,
        "a modification you only acknowledge",
    ),
    (
        "change_extended",
        lambda: ChangeFactory(state="offered"),
        "extend",
        "case_manager",
        {"expires_on": LATER},
        "offered",
        OFFICIALS,
        "Last day: 22 November 2027",
    ),
    (
        "change_signed",
        lambda: ChangeFactory(state="offered"),
        "sign",
        "signatory",
        {"signed_by": "CRUZ Maria"},
        "in_effect",
        {"case_manager", "finance_officer"},
        "Amount: JPY 7,224,000",
    ),
    (
        "change_acknowledged",
        lambda: ChangeFactory(state="issued"),
        "acknowledge",
        "requester",
        {},
        "in_effect",
        {"case_manager"},
        "The nation has acknowledged the modification.",
    ),
    (
        "change_declined",
        lambda: ChangeFactory(state="offered"),
        "decline",
        "signatory",
        WHY,
        "declined",
        {"case_manager"},
        BECAUSE,
    ),
    (
        "change_lapsed",
        lambda: ChangeFactory(state="offered", expires_on=date(2026, 11, 21)),
        "lapse",
        "system",
        {},
        "lapsed",
        {"case_manager", *OFFICIALS},
        "the contract stays as it is",
    ),
    (
        "change_withdrawn",
        lambda: ChangeFactory(state="offered"),
        "restate",
        "case_manager",
        WHY,
        "draft",
        OFFICIALS,
        BECAUSE,
    ),
    (
        "change_withdrawn",
        ChangeFactory,
        "withdraw",
        "case_manager",
        WHY,
        "withdrawn",
        set(),
        "",
    ),
    (
        "subcontract_awarded",
        lambda: decided(SubcontractFactory),
        "award",
        "contract_officer",
        {},
        "awarded",
        {"contractor_production", "contractor_sales"},
        "Please acknowledge it.",
    ),
    (
        "order_acknowledged",
        lambda: SubcontractFactory(state="awarded"),
        "acknowledge",
        "contractor_production",
        {},
        "in_production",
        {"contract_officer"},
        "The contractor has acknowledged the order.",
    ),
    (
        "production_reported",
        lambda: SubcontractFactory(state="in_production"),
        "report_progress",
        "contractor_production",
        {"percent": 40, "report": "Masts stand."},
        "in_production",
        {"contract_officer"},
        "- 40 %: Masts stand.",
    ),
    (
        "delivery_reported",
        lambda: SubcontractFactory(state="in_production"),
        "report_delivery",
        "contractor_delivery",
        {"delivered_on": DAY, "delivery_note": "7"},
        "delivered",
        {"inspector"},
        "Please inspect the delivery.",
    ),
    (
        "delivery_accepted",
        lambda: SubcontractFactory(state="delivered"),
        "accept_delivery",
        "inspector",
        {"inspected_on": DAY, "findings": "Good."},
        "accepted",
        {"contractor_delivery", "contractor_finance"},
        "You may now send your invoice.",
    ),
    (
        "delivery_rejected",
        lambda: SubcontractFactory(state="delivered"),
        "reject_delivery",
        "inspector",
        WHY,
        "in_production",
        {"contractor_delivery", "contractor_production"},
        BECAUSE,
    ),
    (
        "invoice_received",
        lambda: SubcontractFactory(state="accepted"),
        "send_invoice",
        "contractor_finance",
        invoice(),
        "accepted",
        {"finance_officer"},
        "Amount: JPY 5,000,000",
    ),
    (
        "supplier_paid",
        lambda: SubcontractFactory(state="accepted", invoice_number="INV-1"),
        "record_payment",
        "finance_officer",
        PAID,
        "paid",
        {"contractor_finance"},
        "Amount: JPY 5,000,000",
    ),
    (
        "subcontract_terminated",
        lambda: SubcontractFactory(state="in_production"),
        "terminate",
        "contract_officer",
        WHY,
        "terminated",
        {"contractor_production", "contractor_sales"},
        BECAUSE,
    ),
    (
        "bill_issued",
        lambda: decided(BillFactory),
        "issue",
        "finance_officer",
        {},
        "issued",
        PAYERS,
        "Last day: 22 December 2026",
    ),
    (
        "bill_paid",
        lambda: BillFactory(state="issued"),
        "record_payment",
        "finance_officer",
        PAID | {"amount": TOTAL - DEPOSIT},
        "paid",
        PAYERS,
        "Amount: JPY 4,128,000",
    ),
    (
        "bill_voided",
        lambda: BillFactory(state="issued"),
        "void",
        "finance_officer",
        WHY,
        "void",
        PAYERS,
        BECAUSE,
    ),
    (
        "bill_voided",
        lambda: BillFactory(state="draft"),
        "void",
        "finance_officer",
        WHY,
        "void",
        set(),
        "",
    ),
    (
        "review_waits",
        lambda: TransferReviewFactory(state="draft"),
        "put_to_review",
        "export_control_officer",
        {},
        "under_review",
        {"export_control_officer"},
        "Nation: Philippines",
    ),
    (
        "transfer_cleared",
        lambda: decided(TransferReviewFactory, "under_review"),
        "clear",
        "export_control_officer",
        {"decision": "May go.", "valid_until": LATER},
        "cleared",
        {"case_manager"},
        "Last day: 22 November 2027",
    ),
    (
        "transfer_refused",
        lambda: TransferReviewFactory(state="under_review"),
        "refuse",
        "export_control_officer",
        WHY,
        "refused",
        {"case_manager"},
        BECAUSE,
    ),
    (
        "shipment_shipped",
        ShipmentFactory,
        "ship",
        "contract_officer",
        {"shipped_on": DAY, "carrier": "Nippon Line", "permit_number": "METI-7"},
        "shipped",
        {"nation_logistics"},
        "FPS-3ME × 3",
    ),
    (
        "shipment_received",
        lambda: ShipmentFactory(state="shipped"),
        "receive",
        "nation_logistics",
        {"received_on": DAY, "received_by": "REYES Jose"},
        "received",
        BUYERS,
        "The nation has confirmed receipt of the shipment.",
    ),
]


@pytest.mark.parametrize(
    ("notice", "case", "step", "by", "given", "state", "roles", "words"),
    TELLS,
    ids=[f"{tells[0]}-by-{tells[2]}-{number}" for number, tells in enumerate(TELLS)],
)
def test_step_tells_whom_it_concerns(
    notice: str,
    case: Callable[[], Any],
    step: str,
    by: str,
    given: dict[str, Any],
    state: str,
    roles: set[str],
    words: str,
) -> None:
    row, everybody = case(), {role: person(role) for role in ROLES}

    take(row, step, by=everybody.get(by, SYSTEM), **given)

    letters = told(notice)
    assert (type(row).objects.get(pk=row.pk).state, set(letters)) == (state, roles)
    assert [role for role, letter in letters.items() if words not in letter] == []


def test_each_invited_contractor_is_told_until_when_to_quote() -> None:
    one, two = firm("One"), firm("Two")
    purchase = SubcontractFactory(furnished=False)
    for at in (one, two):
        person("contractor_sales", firm=at)
        person("contractor_finance", firm=at)
    wanted = {"quote_by": DAY, "deliver_by": LATER, "specification": "FPS-3ME"}

    take(purchase, "solicit", by=person("contract_officer"), contractors=[one, two], **wanted)

    letters = told("quote_invited")
    assert set(letters) == {"contractor_sales"}
    assert Message.objects.filter(notice="quote_invited").count() == 2
    assert "Last day: 22 November 2026" in letters["contractor_sales"]


def test_every_notice_of_a_deal_is_told_here_or_elsewhere() -> None:
    declared = {
        told.name
        for room in (case_notices, export_notices)
        for told in vars(room).values()
        if isinstance(told, Notice)
    }
    elsewhere = {
        *("quote_invited", "quote_not_chosen", "solicitation_ended"),  # in `test_deal`
        *("request_entered", "request_to_acknowledge", "request_to_check", "request_late"),
        "request_to_answer",  # in `test_answering`
        "request_transferred",
        *("request_to_answer", "request_promised"),  # in `test_answering`
        *("offer_to_answer", "deposit_due", "deposit_late"),  # in `test_clocks_of_contracts`
        *("delivery_due", "delivery_late", "closing_due", "closing_late"),
        *("receipt_due", "receipt_late"),
        "requisition_submitted",  # in `test_kinds`
    }

    assert declared == {tells[0] for tells in TELLS} | elsewhere
