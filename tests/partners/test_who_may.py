"""Who exactly: who comes in by which policy, who reads which rows, who begins which case.

The tables are written by hand and name everybody; whoever is not named is kept out. What somebody
may do to a case that is there stands in the golden tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory as Requests

from api.permissions import PartnerOnly
from approvals.models import ApprovalFile
from partners import handling, policies
from partners.policies import Policy
from tests.factories import (
    DRAFTER,
    BillFactory,
    ChangeFactory,
    ContractFactory,
    EmergencyAccessFactory,
    IndicationFactory,
    MembershipFactory,
    PersonFactory,
    QuoteFactory,
    RequestFactory,
    RequisitionFactory,
    ShipmentFactory,
    SubcontractFactory,
    TransferReviewFactory,
    firm,
    office_of,
    person,
)
from tests.people import one_of_each, proven
from workflow.steps import beginnings_of, case_types

pytestmark = pytest.mark.django_db

APPROVERS = ["office_chief", "director", "department_head", "executive_director", "president"]
OFFICERS = ["case_manager", "export_control_officer", "finance_officer", "contract_officer"]
# Roles that read the content of cases, and those that read reviews.
READERS = [*OFFICERS, "inspector", "legal_reviewer", "security_officer", *APPROVERS, "auditor"]
REVIEWERS = ["export_control_officer", "legal_reviewer", "security_officer", *APPROVERS]
REVIEWERS += ["auditor", "opinion_giver"]
OF_NATIONS = ["requester", "signatory", "nation_finance", "nation_logistics"]
OF_FIRMS = [f"contractor_{role}" for role in ("sales", "production", "delivery", "finance")]
INSIDE = [*READERS, "system_administrator", "opinion_giver"]


def also_elsewhere(roles: list[str]) -> list[str]:
    """Those of another nation or contractor as well."""
    kind = "nation" if set(roles) <= set(OF_NATIONS) else "contractor"
    return [*roles, *(f"{role} of another {kind}" for role in roles)]


def everybody() -> dict[str, Any]:
    people = {name: who for name, who in one_of_each().items() if name != "system"}
    return people | {"without a role": PersonFactory(), "stranger": AnonymousUser()}


# Doors ---------------------------------------------------------------------------------------

ALL_INSIDE_AND_OUTSIDE = [
    *INSIDE,
    *also_elsewhere(OF_NATIONS),
    *also_elsewhere(OF_FIRMS),
    "without a role",
]
COMES_IN: dict[str, list[str]] = {
    "anybody": [*ALL_INSIDE_AND_OUTSIDE, "stranger"],
    "signed_in": ALL_INSIDE_AND_OUTSIDE,
    "proving": ALL_INSIDE_AND_OUTSIDE,
    "staff": INSIDE,
    "follow_ups": ["system_administrator"],
    "people": ["system_administrator"],
    "proposers": ["finance_officer", "legal_reviewer"],
    "readers": READERS,
    "auditors": ["auditor"],
    "registrars": ["case_manager", "contract_officer"],
    "security": ["security_officer"],
    "suppliers": also_elsewhere(OF_FIRMS),
    "nations": also_elsewhere(OF_NATIONS),
    "token": [*ALL_INSIDE_AND_OUTSIDE, "stranger"],  # the API's own permission stands behind it
}
POLICIES = {name: one for name, one in vars(policies).items() if isinstance(one, Policy)}
# Where somebody may go who has a second factor to give, but has not given it.
BEFORE_SECOND_FACTOR = {"anybody", "proving", "token"}


def comes_in(policy: Policy, who: Any, *, has_proved: bool = True) -> bool:
    request: Any = Requests().get("/")
    request.user = who
    request.session = proven(who) if who.is_authenticated and has_proved else {}
    try:
        return policy.answer(request) is None
    except PermissionDenied:
        return False


def those_who_come_in(name: str, people: dict[str, Any]) -> set[str]:
    return {who for who, one in people.items() if comes_in(POLICIES[name], one)}


def test_every_policy_is_in_this_table() -> None:
    assert set(COMES_IN) == set(POLICIES)


@pytest.mark.parametrize("name", COMES_IN)
def test_policy_lets_in_exactly_these(name: str) -> None:
    assert those_who_come_in(name, everybody()) == set(COMES_IN[name])


@pytest.mark.parametrize("name", COMES_IN)
def test_staff_without_a_second_factor_come_in_nowhere_but_to_give_it(name: str) -> None:
    people = everybody()
    inside = [*(people[who] for who in INSIDE), person("inspector"), person("inspector")]
    MembershipFactory(person=inside[-1], role="requester", organisation=office_of("PH"))
    MembershipFactory(person=inside[-2], role="contractor_sales", organisation=firm())

    assert any(comes_in(POLICIES[name], who, has_proved=False) for who in inside) == (
        name in BEFORE_SECOND_FACTOR
    )


def clients(people: dict[str, Any]) -> set[str]:
    """Who may use the API, by its own permission."""
    request: Any = Requests().get("/")
    found = set()
    for name, who in people.items():
        request.user = who
        if PartnerOnly().has_permission(request, None):
            found.add(name)
    return found


def test_api_serves_nations_only() -> None:
    assert clients(everybody()) == set(also_elsewhere(OF_NATIONS))


# Rows ----------------------------------------------------------------------------------------

NAMED = "company_confidential"
OPEN = "confidentiality_2"
CASES: dict[str, tuple[Any, list[str]]] = {
    # who beside the agency
    "request": (lambda: RequestFactory(state="submitted"), OF_NATIONS),
    "indication": (lambda: IndicationFactory(state="sent"), OF_NATIONS),
    "indication, not sent": (lambda: IndicationFactory(state="under_approval"), []),
    "contract": (lambda: ContractFactory(state="offered"), OF_NATIONS),
    "requisition": (RequisitionFactory, OF_NATIONS),
    "change": (lambda: ChangeFactory(state="offered"), OF_NATIONS),
    "change, not sent": (ChangeFactory, []),
    "shipment": (lambda: ShipmentFactory(state="shipped"), OF_NATIONS),
    "bill": (lambda: BillFactory(state="issued"), OF_NATIONS),
    "subcontract": (lambda: SubcontractFactory(state="awarded"), OF_FIRMS),
    "quote": (lambda: QuoteFactory(state="submitted"), OF_FIRMS),
}


def those_who_read(case: Any, people: dict[str, Any]) -> set[str]:
    rows = type(case)._default_manager.filter(pk=case.pk)
    known = {name: who for name, who in people.items() if who.is_authenticated}
    return {name for name, who in known.items() if rows.visible_to(who).exists()}


def labelled(made: Any, label: str) -> Any:
    case = made()
    type(case).objects.filter(pk=case.pk).update(handling=label)
    case.handling = label
    return case


@pytest.mark.parametrize("kind", CASES)
def test_case_is_read_by_exactly_these(kind: str) -> None:
    made, outside = CASES[kind]
    people = everybody()

    assert those_who_read(labelled(made, OPEN), people) == {*READERS, *outside}
    assert those_who_read(labelled(made, NAMED), people) == {"auditor", *outside}


def test_review_is_read_by_exactly_these() -> None:
    people = everybody()

    assert those_who_read(labelled(TransferReviewFactory, OPEN), people) == set(REVIEWERS)
    assert those_who_read(labelled(TransferReviewFactory, NAMED), people) == {"auditor"}


def approval_file(state: str = "in_circulation", *signed: Any, label: str = OPEN) -> Any:
    made = ContractFactory(
        request=RequestFactory(state="actionable", handling=label),
        state="under_approval",
        furnished__approval=state,
        furnished__signed=signed,
    )
    return ApprovalFile.objects.get(subject_id=made.pk)


def test_approval_file_is_read_by_exactly_these() -> None:
    people = everybody()

    assert those_who_read(approval_file(), people) == set(READERS)


def test_approval_file_of_a_labelled_case_is_read_by_those_whom_it_has_reached() -> None:
    people = everybody()
    people["finance"] = person("director", unit="finance")
    people["planning"] = person("director", unit="planning")
    people["drafter"] = person("case_manager", id=DRAFTER)
    fresh = approval_file(label=NAMED)
    further = approval_file("in_circulation", people["director"], label=NAMED)
    decided = approval_file("awaiting_decision", people["director"], label=NAMED)

    assert [those_who_read(file, people) for file in (fresh, further, decided)] == [
        {"auditor", "drafter", "director"},
        {"auditor", "drafter", "director", "finance"},
        {"auditor", "drafter", "director", "finance", "department_head"},
    ]
    assert those_who_read(fresh.subject, people) == {"auditor"}


def test_approval_file_of_a_review_is_read_by_exactly_these() -> None:
    people = everybody()
    review = TransferReviewFactory(state="under_review", furnished__approval="in_circulation")

    assert those_who_read(ApprovalFile.objects.get(), people) == those_who_read(review, people)
    assert those_who_read(review, people) == set(REVIEWERS)


def test_emergency_is_read_by_exactly_these() -> None:
    people = everybody()
    row = EmergencyAccessFactory(person=people["inspector"])

    assert those_who_read(row, people) == {"inspector", "security_officer", "auditor"}


# Labels --------------------------------------------------------------------------------------


def those_who_handle(case: Any, people: dict[str, Any]) -> set[str]:
    known = {name: who for name, who in people.items() if who.is_authenticated}
    return {name for name, who in known.items() if handling.may_handle(who, case)}


def test_label_is_put_by_exactly_these() -> None:
    people = everybody()

    assert those_who_handle(labelled(RequestFactory, OPEN), people) == {
        "case_manager",
        "security_officer",
    }
    assert those_who_handle(labelled(RequestFactory, NAMED), people) == {"security_officer"}


# Beginnings ----------------------------------------------------------------------------------

BEGINS: dict[str, tuple[Any, Iterable[str]]] = {
    "Request.draft": (RequestFactory, ["requester"]),
    "Request.enter": (RequestFactory, ["case_manager"]),
    "Indication.open": (IndicationFactory, ["case_manager"]),
    "Contract.open": (ContractFactory, ["case_manager"]),
    "Requisition.order": (RequisitionFactory, ["requester"]),
    "Change.open": (ChangeFactory, ["case_manager"]),
    "Subcontract.open": (SubcontractFactory, ["case_manager", "contract_officer"]),
    "Quote.invite": (QuoteFactory, ["case_manager", "contract_officer"]),
    "Bill.draft": (BillFactory, ["finance_officer"]),
    "TransferReview.open": (TransferReviewFactory, ["export_control_officer"]),
    "Shipment.pack": (ShipmentFactory, ["contract_officer"]),
    "EmergencyAccess.ask": (EmergencyAccessFactory, READERS),
    "ApprovalFile.draft": (approval_file, []),
}
BEGINNINGS = {
    f"{model.__name__}.{name}": step
    for model in case_types()
    for name, step in beginnings_of(model).items()
}


def those_who_begin(name: str, people: dict[str, Any]) -> set[str]:
    case, may = BEGINS[name][0](), BEGINNINGS[name].may
    return {
        who
        for who, one in people.items()
        if one.is_authenticated and may.concerns(one, case) and not may.why_not(one, case)
    }


def test_every_beginning_is_in_this_table() -> None:
    assert set(BEGINS) == set(BEGINNINGS)


@pytest.mark.parametrize("name", BEGINS)
def test_case_is_begun_by_exactly_these(name: str) -> None:
    assert those_who_begin(name, everybody()) == set(BEGINS[name][1])
