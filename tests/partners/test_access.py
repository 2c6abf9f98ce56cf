"""Who may: permissions by role, rows by organisation, both by the day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from cases import rules as case_rules
from cases.models import Bill, Contract, Quote, Request, Subcontract
from exports import rules as export_rules
from exports.models import Shipment, TransferReview
from partners import access
from partners.access import (
    ROLES,
    Permission,
    agency,
    carriers,
    context_of,
    either,
    holds,
    nation,
)
from partners.models import Membership
from tests.factories import (
    BillFactory,
    ContractFactory,
    MembershipFactory,
    PersonFactory,
    QuoteFactory,
    RequestFactory,
    ShipmentFactory,
    SubcontractFactory,
    TransferReviewFactory,
    firm,
    ministry,
    office_of,
    person,
)
from tests.factories import (
    agency as the_agency,
)

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)
NOON = "2026-11-22T12:00:00+09:00"


# Roles and days ------------------------------------------------------------------------------


def test_permission_is_carried_by_the_roles_that_list_it() -> None:
    assert carriers(Permission.SUBCONTRACT_SOLICIT) == ("case_manager", "contract_officer")


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "holds_today"),
    [
        (DAY, None, True),
        (DAY, DAY, True),
        (DAY - timedelta(days=9), DAY, True),
        (DAY + timedelta(days=1), None, False),
        (DAY - timedelta(days=9), DAY - timedelta(days=1), False),
    ],
)
@time_machine.travel(NOON, tick=False)
def test_role_counts_from_its_first_day_to_its_last(
    valid_from: date, valid_to: date | None, holds_today: bool
) -> None:
    who = PersonFactory()
    MembershipFactory(person=who, role="auditor", valid_from=valid_from, valid_to=valid_to)

    assert bool(holds(who, Permission.TRAIL_READ)) == holds_today


@time_machine.travel("2026-11-22T00:30:00+09:00", tick=False)
def test_day_of_a_role_is_the_day_in_tokyo() -> None:
    who = PersonFactory()
    MembershipFactory(person=who, role="auditor", valid_from=DAY)

    assert who.roles == ["auditor"]


def test_person_who_may_not_sign_in_holds_nothing() -> None:
    who = person("case_manager", is_active=False)

    assert (who.roles, holds(who, Permission.CONTRACT_WRITE)) == ([], [])


def test_role_held_in_the_wrong_kind_of_organisation_gives_nothing() -> None:
    who = PersonFactory()
    MembershipFactory(person=who, role="case_manager", organisation=office_of("PH"))

    assert holds(who, Permission.CONTRACT_WRITE) == []
    assert access.nations_of(who) == []
    assert not access.works_in(who, "agency", "nation")


def test_nations_and_contractors_of_a_person_are_those_they_act_for() -> None:
    both = person("requester", nation="PH")
    MembershipFactory(person=both, role="signatory", organisation=office_of("AU"))
    employee = person("contractor_sales", firm=firm("Works"))

    assert access.nations_of(both) == ["AU", "PH"]
    assert access.contractors_of(employee) == [firm("Works").pk]
    assert access.nations_of(employee) == access.contractors_of(both) == []


def test_people_with_a_role_are_found_by_their_organisation() -> None:
    ours, theirs = person("requester", nation="PH"), person("requester", nation="AU")
    person("requester", nation="PH", is_active=False)
    gone = PersonFactory()
    MembershipFactory(
        person=gone, role="requester", organisation=office_of("PH"), valid_to=date(2026, 4, 2)
    )

    assert access.people_with(["requester"], nation="PH") == [ours]
    assert set(access.people_with(["requester"], kind="nation")) == {ours, theirs}


# Rules: one who may, one who may not ---------------------------------------------------------


NOT_THEIRS = "Your role does not include this step."


def contract() -> Any:
    return ContractFactory(state="offered")


def awarded() -> Any:
    return SubcontractFactory(state="awarded")


@pytest.mark.parametrize(
    ("rule", "case", "may", "may_not"),
    [
        (case_rules.case_manager, contract, "case_manager", "contract_officer"),
        (case_rules.desk, RequestFactory, "case_manager", "requester"),
        (case_rules.releaser, contract, "case_manager", "director"),
        (case_rules.export_control, RequestFactory, "export_control_officer", "case_manager"),
        (case_rules.buyer, contract, "contract_officer", "finance_officer"),
        (case_rules.contract_officer, awarded, "contract_officer", "case_manager"),
        (case_rules.dispatcher, contract, "contract_officer", "nation_logistics"),
        (case_rules.inspector, awarded, "inspector", "contract_officer"),
        (case_rules.finance, BillFactory, "finance_officer", "nation_finance"),
        (case_rules.requester, RequestFactory, "requester", "signatory"),
        (case_rules.signatory, contract, "signatory", "requester"),
        (case_rules.quoter, QuoteFactory, "contractor_sales", "contractor_production"),
        (case_rules.producer, awarded, "contractor_production", "contractor_sales"),
        (case_rules.deliverer, awarded, "contractor_delivery", "contractor_production"),
        (case_rules.invoicer, awarded, "contractor_finance", "contractor_delivery"),
        (export_rules.export_control, TransferReviewFactory, "export_control_officer", "auditor"),
        (export_rules.dispatcher, ShipmentFactory, "contract_officer", "case_manager"),
        (export_rules.consignee, ShipmentFactory, "nation_logistics", "nation_finance"),
        (
            export_rules.deciding_officer,
            TransferReviewFactory,
            "export_control_officer",
            "director",
        ),
    ],
)
def test_rule_lets_one_role_and_not_another(rule: Any, case: Any, may: str, may_not: str) -> None:
    row = case()

    assert rule.why_not(person(may), row) == ""
    assert rule.why_not(person(may_not), row) == NOT_THEIRS
    assert not rule.concerns(person(may_not), row)


@pytest.mark.parametrize(
    ("rule", "case", "role"),
    [
        (case_rules.requester, RequestFactory, "requester"),
        (case_rules.signatory, contract, "signatory"),
        (export_rules.consignee, ShipmentFactory, "nation_logistics"),
    ],
)
def test_official_of_another_nation_may_not(rule: Any, case: Any, role: str) -> None:
    assert rule.why_not(person(role, nation="AU"), case()) == NOT_THEIRS


@pytest.mark.parametrize(
    ("rule", "case", "role"),
    [
        (case_rules.quoter, QuoteFactory, "contractor_sales"),
        (case_rules.producer, awarded, "contractor_production"),
    ],
)
def test_employee_of_another_contractor_may_not(rule: Any, case: Any, role: str) -> None:
    assert rule.why_not(person(role, firm=firm("Other Works")), case()) == NOT_THEIRS


def test_nobody_holds_a_contractors_right_before_there_is_a_contractor() -> None:
    solicited = SubcontractFactory(state="solicited")

    assert case_rules.producer.why_not(person("contractor_production"), solicited) == NOT_THEIRS


def test_either_rule_may_open_the_step() -> None:
    certifier = either(nation(Permission.CERTIFICATE_FILE), agency(Permission.CONTRACT_WRITE))
    row = contract()

    answers = {
        role: certifier.why_not(person(role), row)
        for role in ("requester", "case_manager", "finance_officer")
    }

    assert answers == {"requester": "", "case_manager": "", "finance_officer": NOT_THEIRS}
    assert certifier.roles == ("requester", "nation_logistics", "case_manager")
    assert certifier.turn(row) == certifier.roles


def test_capacity_is_the_role_that_gave_the_right() -> None:
    who = person("finance_officer", "case_manager")

    found = case_rules.case_manager.capacity(who, contract())

    assert (found.role, found.organisation) == ("case_manager", "Equipment Transfer Agency")


# Rows ----------------------------------------------------------------------------------------


@pytest.fixture
def rows() -> dict[str, Any]:
    """A case of each type in an early state and one that its nation or contractor sees."""
    offered = ContractFactory(state="offered")
    ours = SubcontractFactory(state="awarded", contract__request__nation__code="AU")
    return {
        "request draft": RequestFactory(state="draft"),
        "request": RequestFactory(state="submitted"),
        "contract draft": ContractFactory(state="draft", request__state="actionable"),
        "contract": offered,
        "bill draft": BillFactory(state="draft", contract=offered),
        "bill": BillFactory(state="issued", contract=offered, furnished=False),
        "shipment": ShipmentFactory(contract=offered),
        "review": TransferReviewFactory(state="under_review"),
        "subcontract solicited": SubcontractFactory(state="solicited", contract=offered),
        "subcontract": ours,
        "quote": QuoteFactory(subcontract=SubcontractFactory(contract=offered)),
    }


TYPES = (Bill, Contract, Quote, Request, Shipment, Subcontract, TransferReview)


def seen(who: Any, rows: dict[str, Any]) -> set[str]:
    pks = {
        pk for model in TYPES for pk in model.objects.visible_to(who).values_list("pk", flat=True)
    }
    return {name for name, row in rows.items() if row.pk in pks}


AGENCY_SEES = {
    "request",
    "contract draft",
    "contract",
    "bill draft",
    "bill",
    "shipment",
    "subcontract solicited",
    "subcontract",
    "quote",
}
NATION_SEES = {"request draft", "request", "contract", "bill", "shipment"}


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("case_manager", AGENCY_SEES),
        ("contract_officer", AGENCY_SEES),
        ("auditor", AGENCY_SEES | {"review"}),
        ("director", AGENCY_SEES | {"review"}),
        ("export_control_officer", AGENCY_SEES | {"review"}),
        ("opinion_giver", {"review"}),
        ("system_administrator", set()),
        ("requester", NATION_SEES),
        ("nation_finance", NATION_SEES),
        ("contractor_sales", {"subcontract", "quote"}),
        ("contractor_finance", {"subcontract", "quote"}),
    ],
)
def test_role_sees_its_rows(rows: dict[str, Any], role: str, expected: set[str]) -> None:
    assert seen(person(role), rows) == expected


def test_another_nation_sees_nothing_of_ours(rows: dict[str, Any]) -> None:
    assert seen(person("requester", nation="SG"), rows) == set()


def test_another_contractor_sees_nothing_of_ours(rows: dict[str, Any]) -> None:
    assert seen(person("contractor_sales", firm=firm("Other Works")), rows) == set()


def test_nobody_without_a_role_today_sees_anything(rows: dict[str, Any]) -> None:
    assert seen(PersonFactory(), rows) == set()


# The database --------------------------------------------------------------------------------


def test_kinds_of_organisation_are_those_of_the_roles() -> None:
    kinds = {the_agency().kind, ministry().kind, office_of("PH").kind, firm().kind}

    assert {role.kind for role in ROLES.values()} == kinds


def test_membership_is_kept_once_per_first_day() -> None:
    row = MembershipFactory()

    assert Membership.objects.on(DAY).get() == row


def test_house_acts_for_the_desk_at_which_somebody_sits() -> None:
    works = firm("Works")
    official, seller = person("requester"), person("contractor_sales", firm=works)

    found = [context_of(who) for who in (person("auditor"), official, seller, person())]

    assert [(context.audience, context.scope) for context in found] == [
        ("staff", ""),
        ("partner", "PH"),
        ("supplier", str(works.pk)),
        ("entrance", ""),
    ]
