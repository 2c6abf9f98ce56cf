"""A contract that is suspended and goes on; lines that are cancelled, and what ending them costs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError

from cases import papers
from cases.models import Change, Contract
from exports.models import Shipment
from tests.factories import (
    CHARGE,
    NET,
    TOTAL,
    ChangeFactory,
    ContractFactory,
    ShipmentFactory,
    person,
)
from workflow.forms import form_for
from workflow.steps import NotOpen, steps_of, take

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
DAY = date(2026, 11, 22)
SHIPPED = {"shipped_on": DAY, "carrier": "Maru", "permit_number": "P-1"}


@pytest.fixture
def noon() -> Any:
    with time_machine.travel("2026-11-22T12:00:00+09:00", tick=False):
        yield


def again(case: Any) -> Any:
    return type(case).objects.get(pk=case.pk)


def suspended(contract: Any) -> Any:
    take(contract, "suspend", by=person("case_manager"), reason="Arrears.")
    return again(contract)


# Suspension ----------------------------------------------------------------------------------


def test_what_is_packed_stays_until_the_contract_goes_on() -> None:
    packed = ShipmentFactory()
    contract = suspended(Contract.objects.get(number=packed.contract_number))
    with pytest.raises(NotOpen, match="nothing leaves"):
        take(again(packed), "ship", by=person("contract_officer"), **SHIPPED)

    take(contract, "resume", by=person("case_manager"), reason="They have paid.")
    take(again(packed), "ship", by=person("contract_officer"), **SHIPPED)

    assert again(packed).state == "shipped"
    assert again(contract).suspended_at is None


def test_what_has_left_is_not_called_back() -> None:
    under_way = ShipmentFactory(state="shipped")

    suspended(Contract.objects.get(number=under_way.contract_number))

    assert Shipment.objects.get(pk=under_way.pk).held_at is None


def test_suspended_contract_is_not_suspended_twice_nor_resumed_twice() -> None:
    contract = suspended(ContractFactory(state="in_execution"))
    manager = person("case_manager")
    with pytest.raises(NotOpen, match="suspended since"):
        take(contract, "suspend", by=manager, reason="Again.")
    take(contract, "resume", by=manager, reason="They have paid.")

    with pytest.raises(NotOpen, match="not suspended"):
        take(again(contract), "resume", by=manager, reason="Again.")


def test_bills_go_on_while_a_contract_is_suspended() -> None:
    contract = suspended(ContractFactory(state="in_execution"))

    take(
        contract,
        "draft_bill",
        by=person("finance_officer"),
        amount=Decimal(1000),
        due_on=date(2026, 12, 22),
    )

    assert contract.bills.count() == 1


# Cancelled in part ---------------------------------------------------------------------------


def filled_in(change: Any, quantity: int, cost: str) -> Any:
    """A change that leaves so many of line 1."""
    line = {
        "number": 1,
        "article": "JP-RAD-001",
        "quantity": quantity,
        "unit_price": "1000000",
        "basis": "as agreed",
    }
    data = {"lines": [line], "termination_cost": cost, "purpose": "Fewer."}
    return form_for(change, steps_of(Change)["write"], person("case_manager"), data)


def cancelled(quantity: int = 2, cost: str = "150000") -> Any:
    change = ChangeFactory(furnished=False)
    form = filled_in(change, quantity, cost)
    assert form.is_valid(), form.errors
    take(change, "write", by=person("case_manager"), **form.cleaned_data)
    return again(change)


def test_termination_cost_stands_beside_what_is_left() -> None:
    change = cancelled()

    assert (change.net, change.termination_cost) == (NET - 1_000_000, 150_000)
    assert change.administrative_charge == CHARGE - 32_000
    assert change.total == TOTAL - 1_032_000 + 150_000


def test_whole_line_is_cancelled_with_its_cost() -> None:
    change = cancelled(quantity=0)

    assert change.net == NET - 3_000_000
    assert change.total == change.net + change.administrative_charge + 150_000


def test_termination_cost_becomes_the_contracts_and_is_billed() -> None:
    change = cancelled()
    sent = Change.objects.filter(pk=change.pk)
    sent.update(state="offered", sent_at=change.opened_at, expires_on=DAY)

    take(sent.get(), "sign", by=person("signatory"), signed_by="CRUZ Maria")

    contract = again(change.contract)
    assert (contract.termination_cost, contract.to_bill()) == (150_000, change.total)


def test_second_change_adds_to_what_the_first_has_cost() -> None:
    contract = ContractFactory(
        state="in_execution", termination_cost=150_000, total=TOTAL + 150_000
    )
    change = ChangeFactory(contract=contract, furnished=False)
    form = filled_in(change, 2, "50000")
    assert form.is_valid(), form.errors
    take(change, "write", by=person("case_manager"), **form.cleaned_data)

    assert again(change).termination_cost == 200_000
    assert filled_in(again(change), 2, "").fields["termination_cost"].initial == 50_000


@pytest.mark.parametrize(
    ("quantity", "cost", "why"),
    [
        (3, "150000", "No line changes."),
        (4, "150000", "No line is cancelled, in whole or in part. Leave it empty."),
        (2, "0.5", "JPY has no such fraction."),
        (2, "-1", "Ensure this value is greater than or equal to 0.01."),
    ],
)
def test_termination_cost_that_does_not_fit_is_told(quantity: int, cost: str, why: str) -> None:
    form = filled_in(ChangeFactory(furnished=False), quantity, cost)

    assert not form.is_valid()
    assert why in " ".join(sentence for told in form.errors.values() for sentence in told)


def test_paper_of_the_change_says_what_ending_costs() -> None:
    change = cancelled()

    page = papers.change.html(change, change.opened_at, draft=True)

    assert "Termination cost" in page
    assert "150,000" in page


def test_database_adds_termination_cost_to_the_total() -> None:
    contract = ContractFactory(is_priced=True)

    with pytest.raises(IntegrityError, match="adds_up"):
        Contract.objects.filter(pk=contract.pk).update(termination_cost=1)
