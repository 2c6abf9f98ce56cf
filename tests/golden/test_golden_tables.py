"""Each machine against its golden table: every state × step × role."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from cases.models import Bill, Contract, Quote, QuoteLine, Request, Subcontract
from exports.models import Shipment, ShipmentLine, TransferReview
from partners.models import EmergencyAccess
from tests.factories import (
    DEPOSIT,
    DRAFTER,
    NET,
    SCREENER,
    BillFactory,
    CaseFactory,
    ContractFactory,
    EmergencyAccessFactory,
    QuoteFactory,
    RequestFactory,
    ShipmentFactory,
    SubcontractFactory,
    TransferReviewFactory,
    add_request_lines,
    firm,
    person,
)
from tests.golden.tables import Answers, golden, offered, table
from tests.people import one_of_each
from workflow import steps
from workflow.models import Case

pytestmark = pytest.mark.django_db
NOON = "2026-11-22T12:00:00+09:00"
YESTERDAY = date(2026, 11, 21)

People = dict[str, Any]
Situations = dict[str, Case]


def in_each_state(made: type[CaseFactory], **fields: Any) -> Situations:
    """The case in every state of its machine, ready for its next step."""
    states = made._meta.model._meta.get_field("state").flatchoices
    return {state: made(state=state, **fields) for state, _label in states}


def requests(people: People) -> Situations:
    contracted = RequestFactory(state="actionable")
    ContractFactory(request=contracted, furnished=False)
    reviewed = RequestFactory(state="actionable")
    TransferReviewFactory(state="under_review", request_number=reviewed.number)
    unsigned = RequestFactory(furnished=False)
    add_request_lines(unsigned)
    return in_each_state(RequestFactory) | {
        "draft, without lines": RequestFactory(furnished=False),
        "draft, without letter": unsigned,
        "submitted, with gaps": RequestFactory(state="submitted", end_user="", funding=""),
        "actionable, under review": reviewed,
        "actionable, contract opened": contracted,
    }


def contracts(people: People) -> Situations:
    people["director who drafted it"] = person("director", id=DRAFTER)
    one, both = [people["director"]], [people["director"], people["department_head"]]

    def approval(signers: list[Any], **fields: Any) -> Any:
        return ContractFactory(state="under_approval", furnished__signers=signers, **fields)

    def delivered(*without: str, **fields: Any) -> Any:
        return ContractFactory(state="delivered", furnished__without=without, **fields)

    quoted = ContractFactory()
    SubcontractFactory(contract=quoted, state="solicited", contractor=firm(), amount=NET)
    requoted = ContractFactory(is_priced=True)
    QuoteLine.objects.filter(quote__subcontract__contract=requoted).update(unit_price=1)
    arrived = ContractFactory(state="in_execution")
    ShipmentFactory(contract=arrived, state="received")
    still_buying = delivered("closed subcontract")
    still_buying.subcontracts.update(number="JP-SUB-26-9901")
    unpriced = approval(both)
    unpriced.lines.filter(number=1).update(unit_price=None, amount=None)
    overtaken = approval(both)
    QuoteLine.objects.filter(quote__subcontract__contract=overtaken).update(unit_price=1)
    stale, outlived = ContractFactory(), approval(both)
    SubcontractFactory(contract=stale, state="solicited", contractor=firm(), amount=NET)
    for contract, number in ((stale, "JP-QUO-26-9901"), (outlived, "JP-QUO-26-9902")):
        run_out = Quote.objects.filter(subcontract__contract=contract)
        run_out.update(valid_until=YESTERDAY, number=number)
    inspected = ContractFactory(state="in_execution")
    SubcontractFactory(contract=inspected, state="accepted")
    lost = delivered()
    ShipmentLine.objects.filter(shipment__contract_number=lost.number, number=1).update(quantity=2)
    return in_each_state(ContractFactory) | {
        "draft, quotes taken": quoted,
        "draft, a quote taken that has run out": stale,
        "draft, priced": ContractFactory(is_priced=True),
        "draft, priced, another quote taken since": requoted,
        "draft, priced, not cleared": ContractFactory(
            is_priced=True, furnished__without=["clearance"]
        ),
        "under approval, one signature": approval(one),
        "under approval, all signed": approval(both),
        "under approval, all signed, clearance gone": approval(
            both, furnished__without=["clearance"]
        ),
        "under approval, a price gone": unpriced,
        "under approval, all signed, another quote taken since": overtaken,
        "under approval, all signed, a quote run out since": outlived,
        "offered, expired": ContractFactory(state="offered", expires_on=YESTERDAY),
        "in execution, a bill drafted": BillFactory().contract,
        "in execution, delivery accepted": inspected,
        "in execution, all received": arrived,
        "delivered, a line not received": lost,
        "delivered, nothing billed": delivered("bill"),
        "delivered, a bill unpaid": delivered("payment"),
        "delivered, a subcontract open": still_buying,
        "delivered, no end-use certificate": delivered("certificate"),
    }


def subcontracts(people: People) -> Situations:
    people["office chief who drafted it"] = person("office_chief", id=DRAFTER)
    one, both = [people["office_chief"]], [people["office_chief"], people["director"]]
    chosen = {"contractor": firm(), "amount": NET}

    def approval(signers: list[Any], **fields: Any) -> Any:
        return SubcontractFactory(state="under_approval", furnished__signers=signers, **fields)

    stale = SubcontractFactory(state="solicited", **chosen)
    outlived = approval(both)
    Quote.objects.filter(subcontract__in=[stale, outlived]).update(valid_until=YESTERDAY)
    ended = ContractFactory(state="cancelled")
    return in_each_state(SubcontractFactory) | {
        "draft, contract cancelled": SubcontractFactory(contract=ended),
        "solicited, contract cancelled": SubcontractFactory(state="solicited", contract=ended),
        "solicited, offer not sent yet": SubcontractFactory(
            state="solicited", contract=ContractFactory(), **chosen
        ),
        "solicited, the quote taken has run out": stale,
        "under approval, all signed, the quote has run out": outlived,
        "solicited, a quote taken": SubcontractFactory(state="solicited", **chosen),
        "solicited, a quote taken, no deposit yet": SubcontractFactory(
            state="solicited", contract=ContractFactory(state="accepted"), **chosen
        ),
        "under approval, one signature": approval(one),
        "under approval, all signed": approval(both),
        "under approval, all signed, contract cancelled": approval(
            both, contract=ContractFactory(state="cancelled")
        ),
        "accepted, invoice sent": SubcontractFactory(state="accepted", invoice_number="INV-1"),
    }


def quotes(people: People) -> Situations:
    late = SubcontractFactory(state="solicited", quote_by=YESTERDAY, furnished=False)
    return in_each_state(QuoteFactory) | {
        "invited, too late": QuoteFactory(subcontract=late),
        "submitted, run out": QuoteFactory(state="submitted", valid_until=YESTERDAY),
        "taken, order placed": QuoteFactory(
            state="taken", subcontract=SubcontractFactory(state="awarded", furnished=False)
        ),
    }


def reviews(people: People) -> Situations:
    people["export_control_officer who put it forward"] = person(
        "export_control_officer", id=SCREENER
    )
    return in_each_state(TransferReviewFactory) | {
        "draft, not screened": TransferReviewFactory(screened_on=None),
        "under review, not screened": TransferReviewFactory(state="under_review", screened_on=None),
        "under review, stopped": TransferReviewFactory(
            state="under_review", stop_rules=["D01", "D04"]
        ),
        "cleared, run out": TransferReviewFactory(state="cleared", valid_until=YESTERDAY),
    }


def shipments(people: People) -> Situations:
    uncleared = ContractFactory(state="in_execution", furnished__without=["clearance"])
    return in_each_state(ShipmentFactory) | {
        "packed, not cleared": ShipmentFactory(contract=uncleared),
    }


def bills(people: People) -> Situations:
    return in_each_state(BillFactory) | {
        "issued, covered by the deposit": BillFactory(state="issued", amount=DEPOSIT),
    }


def emergencies(people: People) -> Situations:
    asker = people["case manager who asked"] = person("case_manager")
    over = EmergencyAccessFactory(person=asker, expires_at=timezone.now())
    found = in_each_state(EmergencyAccessFactory, person=asker)
    return found | {"open, its time over": over}


MACHINES: list[tuple[type[Case], Callable[[People], Situations]]] = [
    (Request, requests),
    (Contract, contracts),
    (Subcontract, subcontracts),
    (Quote, quotes),
    (TransferReview, reviews),
    (Shipment, shipments),
    (Bill, bills),
    (EmergencyAccess, emergencies),
]


@pytest.mark.parametrize(("model", "situations"), MACHINES, ids=lambda it: it.__name__)
@time_machine.travel(NOON, tick=False)
def test_machine_answers_as_its_golden_table_says(
    model: type[Case], situations: Callable[[People], Situations]
) -> None:
    people = one_of_each()
    cases = situations(people)

    said = {title: Answers.about(case, people) for title, case in cases.items()}

    assert silent_guards(model, cases.values()) == set()
    found = table(model, said)
    assert found == golden(model.__name__.lower(), found)
    assert {title: answers.open for title, answers in said.items()} == {
        title: offered(case, people) for title, case in cases.items()
    }


def silent_guards(model: type[Case], cases: Iterable[Case]) -> set[tuple[str, str]]:
    """Guards that nobody would miss: no situation shows them refusing."""
    guards = {
        (step.name, guard.__name__): guard
        for step in steps.steps_of(model).values()
        for guard in step.when
    }
    heard = {
        (step.name, guard.__name__)
        for case in cases
        for step in steps.steps_of(model).values()
        if case.state in step.sources
        for guard in [next((guard for guard in step.when if guard(case)), None)]
        if guard
    }
    return set(guards) - heard


def test_every_machine_has_a_golden_table() -> None:
    assert {model for model, _ in MACHINES} == set(steps.case_types())
