"""How a contract comes to its end: what is left of a deposit goes back, and no more orders come."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError

from cases import papers
from cases.models import Contract
from ledger.journals import Code, balance, journals_of
from tests.factories import (
    DEPOSIT,
    TOTAL,
    ArticleFactory,
    ContractFactory,
    person,
    undrawn,
)
from workflow.steps import NotOpen, NotYours, take

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
DAY = date(2026, 11, 22)
PAID = {"paid_on": DAY, "bank_reference": "MUFG-9"}


@pytest.fixture
def noon() -> Any:
    with time_machine.travel("2026-11-22T12:00:00+09:00", tick=False):
        yield


def again(contract: Any) -> Any:
    return Contract.objects.get(pk=contract.pk)


def refunded(contract: Any, amount: Decimal = DEPOSIT) -> Any:
    take(contract, "record_refund", by=person("finance_officer"), amount=amount, **PAID)
    return again(contract)


# What is left of the deposit -----------------------------------------------------------------


def test_refund_is_booked_from_the_deposits_to_the_bank() -> None:
    contract = refunded(undrawn())

    assert contract.deposit_refunded == DEPOSIT
    (journal,) = (one for one in journals_of(contract.number) if one.kind == "deposit refund")
    (posting,) = journal.postings.all()
    assert (journal.posted_on, journal.memo) == (DAY, "MUFG-9")
    assert (posting.debit.code, posting.credit.code, posting.amount) == (
        "deposits",
        "bank",
        DEPOSIT,
    )
    assert {balance(contract.number, code, "JPY") for code in (Code.DEPOSITS, Code.BANK)} == {0}


def test_contract_with_a_deposit_left_closes_once_it_is_paid_back() -> None:
    contract, manager = undrawn(), person("case_manager")
    with pytest.raises(NotOpen, match="A deposit of JPY 1,032,000 is left over"):
        take(contract, "close", by=manager)

    take(refunded(contract), "close", by=manager)

    assert again(contract).state == "closed"


@pytest.mark.parametrize("amount", [DEPOSIT - 1, DEPOSIT + 1, Decimal(0)])
def test_refund_of_another_amount_is_refused_whatever_the_form_said(amount: Decimal) -> None:
    contract = undrawn()

    with pytest.raises(NotOpen) as refused:
        refunded(contract, amount)

    assert str(refused.value) == (
        "JPY 1,032,000 of the deposit is left. Record exactly this amount."
    )
    assert again(contract).deposit_refunded is None
    assert [journal.kind for journal in journals_of(contract.number)] == ["deposit"]


def test_second_click_pays_nothing_back() -> None:
    contract = refunded(undrawn())

    with pytest.raises(NotOpen) as refused:
        refunded(contract)

    assert str(refused.value) == "No deposit is left over."


@pytest.mark.parametrize(
    ("missing", "why"),
    [
        ("bill", "Billed JPY 0 of JPY 5,160,000. Bill the rest first."),
        ("payment", "A bill is still open. Record its payment or void it."),
        ("nothing", "No deposit is left over."),
    ],
)
def test_nothing_goes_back_before_everything_is_billed_and_paid(missing: str, why: str) -> None:
    contract = ContractFactory(state="delivered", furnished__without=[missing])

    with pytest.raises(NotOpen) as refused:
        refunded(contract)

    assert str(refused.value) == why


def test_who_recorded_the_deposit_does_not_pay_it_back() -> None:
    contract, finance = ContractFactory(state="accepted"), person("finance_officer")
    received = {"received_on": DAY, "bank_reference": "MUFG-1"}
    take(contract, "record_deposit", by=finance, amount=DEPOSIT, **received)
    Contract.objects.filter(pk=contract.pk).update(
        state="delivered", kind_of_case="blanket_order", no_more_orders_at=contract.accepted_at
    )

    with pytest.raises(NotYours, match="You did this before: recording the deposit"):
        take(again(contract), "record_refund", by=finance, amount=DEPOSIT, **PAID)


@pytest.mark.parametrize("amount", [0, DEPOSIT + 1])
def test_database_keeps_a_refund_within_the_deposit(amount: Decimal) -> None:
    contract = undrawn()

    with pytest.raises(IntegrityError, match="cases_contract_refund_within_deposit"):
        Contract.objects.filter(pk=contract.pk).update(deposit_refunded=amount)


def test_database_knows_no_refund_of_a_deposit_that_never_came() -> None:
    contract = ContractFactory(state="accepted")

    with pytest.raises(IntegrityError, match="cases_contract_refund_within_deposit"):
        Contract.objects.filter(pk=contract.pk).update(deposit_refunded=1)


def test_closure_statement_tells_the_refund() -> None:
    contract = undrawn()
    take(refunded(contract), "close", by=person("case_manager"))

    told = papers.closure_statement(again(contract))

    named = ("total", "paid", "refund", "balance")
    assert {name: told[name] for name in named} == {
        "total": 0,
        "paid": DEPOSIT,
        "refund": DEPOSIT,
        "balance": 0,
    }
    assert [(payment["kind"], payment["amount"]) for payment in told["payments"]] == [
        ("deposit", DEPOSIT)
    ]
    page = papers.closure_statement.html(again(contract), contract.opened_at)
    assert "Returned to the purchaser" in page


def test_closure_statement_without_a_refund_names_none() -> None:
    contract = ContractFactory(state="delivered")
    take(contract, "close", by=person("case_manager"))

    told = papers.closure_statement(again(contract))

    assert (told["paid"], told["refund"], told["balance"]) == (TOTAL, None, 0)
    page = papers.closure_statement.html(again(contract), contract.opened_at)
    assert "Returned to the purchaser" not in page


# No more orders ------------------------------------------------------------------------------


def order(contract: Any) -> Any:
    article = ArticleFactory(catalogue_number="JP-TST-900")
    line = {"article": article, "quantity": 1, "remark": ""}
    given = {"under": "1", "lines": [line], "reference": "DND-1", "needed_by": None}
    return take(contract, "order", by=person("requester"), **given).opened[0]


def blanket() -> Any:
    return ContractFactory(state="in_execution", kind_of_case="blanket_order")


def test_blanket_order_is_delivered_once_the_nation_orders_no_more() -> None:
    contract, manager = blanket(), person("case_manager")
    with pytest.raises(NotOpen) as refused:
        take(contract, "record_delivery", by=manager)
    assert str(refused.value) == (
        "More orders may come. Have the nation confirm that it orders no more, or wait until "
        "May 21, 2027."
    )

    take(contract, "confirm_no_more_orders", by=person("requester"))
    take(again(contract), "record_delivery", by=manager)

    assert again(contract).state == "delivered"


def test_blanket_order_is_delivered_when_no_order_has_come_for_long() -> None:
    contract = blanket()
    order(contract)
    (requisition,) = contract.requisitions.all()
    take(requisition, "withdraw", by=person("requester"), reason="Found some.")

    with time_machine.travel("2027-05-20T12:00:00+09:00") as clock:
        with pytest.raises(NotOpen, match="wait until May 21, 2027"):
            take(again(contract), "record_delivery", by=person("case_manager"))
        clock.move_to("2027-05-21T12:00:00+09:00")
        take(again(contract), "record_delivery", by=person("case_manager"))

    assert again(contract).state == "delivered"


def test_new_order_takes_the_confirmation_back() -> None:
    contract, requester = blanket(), person("requester")
    take(contract, "confirm_no_more_orders", by=requester)

    order(again(contract))

    assert again(contract).no_more_orders_at is None
    with pytest.raises(NotOpen, match=r"Requisition JP-PH-26-D\d+ waits for an answer\."):
        take(again(contract), "confirm_no_more_orders", by=requester)


def test_nation_takes_its_confirmation_back_and_the_contract_stays_open() -> None:
    contract, requester = undrawn(), person("requester")
    refunded(contract)

    take(again(contract), "expect_more_orders", by=requester)

    with pytest.raises(NotOpen, match="More orders may come"):
        take(again(contract), "close", by=person("case_manager"))
    take(again(contract), "confirm_no_more_orders", by=requester)
    take(again(contract), "close", by=person("case_manager"))
    assert again(contract).state == "closed"


def test_agency_does_not_confirm_it_for_the_nation() -> None:
    with pytest.raises(NotYours):
        take(blanket(), "confirm_no_more_orders", by=person("case_manager"))
