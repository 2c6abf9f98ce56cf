"""A rehearsal tells moves, papers, messages, money and clocks, and leaves nothing; so does the account of a step."""

from __future__ import annotations

import pytest

from cases.models import Contract
from ledger.booked import by_transaction
from ledger.models import Journal
from tests.approvals.hands import run_follow_ups
from tests.factories import BillFactory, ContractFactory, person, today
from workflow import logs
from workflow.models import Deadline, Entry
from workflow.rehearsal import Move, account, rehearse
from workflow.steps import take

pytestmark = pytest.mark.django_db


def test_rehearsed_offer_tells_what_would_follow() -> None:
    contract = ContractFactory(state="under_approval", furnished__approval="awaiting_issue")
    person("signatory", family_name="Reyes", given_name="Ana")

    told = rehearse(
        contract,
        "send_offer",
        by=person("case_manager"),
        money=by_transaction,
        expires_on=today(),
    )

    assert Move(contract.number, "Send the offer", "under approval", "offered") in told.moves
    assert told.papers[0] == f"{contract.number}: Letter of offer"
    assert any("REYES Ana" in line for line in told.messages)
    assert told.clocks == [f"{contract.number}: Lapse ({today()})"]
    assert told.money == []
    assert (Contract.objects.get().state, Deadline.objects.count()) == ("under_approval", 0)


def test_rehearsed_deposit_tells_the_money() -> None:
    contract = ContractFactory(state="accepted")

    told = rehearse(
        contract,
        "record_deposit",
        by=person("finance_officer"),
        money=by_transaction,
        amount=contract.deposit,
        received_on=today(),
        bank_reference="B-1",
    )

    assert told.money == [
        f"{contract.number}: bank, money held for the nation / deposits of the nation: JPY 1,032,000"
    ]
    assert not Journal.objects.exists()


def test_refusal_is_told() -> None:
    told = rehearse(
        ContractFactory(state="offered"),
        "close",
        by=person("case_manager"),
        money=by_transaction,
    )

    assert told.refusal == "Not possible while the case is “offered”."


@pytest.mark.parametrize("request_id", ["", "0ff1ce"])
def test_account_tells_what_a_step_has_led_to(request_id: str) -> None:
    bill = BillFactory()
    with logs.about(request_id=request_id):
        act = take(bill, "void", by=person("finance_officer"), reason="Wrong.")
    run_follow_ups()

    told = account(Entry.objects.get(pk=act.entry.pk), money=by_transaction)

    assert told.moves[0] == Move(bill.number, "Void the bill", "draft", "void")
