"""What the steps of a deal write into the books, in the step's own transaction."""

from __future__ import annotations

from django.utils import timezone

from ledger.journals import Code, Row, post, reverse
from ledger.models import Journal
from workflow.steps import Act, NotOpen


def _occasion(act: Act, kind: str) -> str:
    """One step of one case books once: kind, case and version name the occasion."""
    return f"{kind}:{act.case.pk}:{act.case.version}"


def deposit_received(act: Act) -> None:
    contract = act.case
    post(
        occasion=_occasion(act, "deposit"),
        kind="deposit",
        nation=contract.nation_id,
        currency=contract.currency,
        subject=contract.number,
        rows=[Row(Code.BANK, Code.DEPOSITS, act.given["amount"])],
        posted_on=act.given["received_on"],
        memo=act.given["bank_reference"],
        by=act.by.actor_name,
    )


def deposit_refunded(act: Act) -> None:
    """The whole rest goes back, as it stands now that the contract is locked."""
    contract, amount = act.case, act.given["amount"]
    if why := contract.cannot_refund(amount):
        raise NotOpen(why)
    post(
        occasion=_occasion(act, "deposit refund"),
        kind="deposit refund",
        nation=contract.nation_id,
        currency=contract.currency,
        subject=contract.number,
        rows=[Row(Code.DEPOSITS, Code.BANK, amount)],
        posted_on=act.given["paid_on"],
        memo=act.given["bank_reference"],
        by=act.by.actor_name,
    )


def bill_issued(act: Act) -> None:
    """The whole bill becomes receivable; the deposit set against it settles part at once."""
    bill, contract = act.case, act.case.contract
    charge = contract.administrative_charge_in(bill)
    post(
        occasion=f"bill:{bill.pk}",
        kind="bill",
        nation=bill.nation_id,
        currency=bill.currency,
        subject=contract.number,
        rows=[
            Row(Code.RECEIVABLE, Code.SALES, bill.amount - charge),
            Row(Code.RECEIVABLE, Code.ADMINISTRATION, charge),
            Row(Code.DEPOSITS, Code.RECEIVABLE, bill.from_deposit),
        ],
        posted_on=bill.issued_on,
        memo=bill.number,
        by=act.by.actor_name,
    )


def bill_paid(act: Act) -> None:
    bill = act.case
    post(
        occasion=_occasion(act, "bill payment"),
        kind="bill payment",
        nation=bill.nation_id,
        currency=bill.currency,
        subject=bill.contract.number,
        rows=[Row(Code.BANK, Code.RECEIVABLE, bill.due)],
        posted_on=act.given["paid_on"],
        memo=f"{bill.number} {act.given['bank_reference']}",
        by=act.by.actor_name,
    )


def bill_voided(act: Act) -> None:
    """Reverse what the issue of the bill has booked; a draft has booked nothing."""
    bill = act.case
    for journal in Journal.objects.filter(occasion=f"bill:{bill.pk}"):
        reverse(
            journal,
            occasion=f"bill voided:{bill.pk}",
            posted_on=timezone.localdate(),
            by=act.by.actor_name,
            memo=act.given["reason"][:200],
        )


def delivery_accepted(act: Act) -> None:
    subcontract = act.case
    post(
        occasion=_occasion(act, "purchase"),
        kind="purchase",
        nation=subcontract.nation_id,
        currency=subcontract.currency,
        subject=subcontract.contract.number,
        rows=[Row(Code.COST, Code.PAYABLE, subcontract.amount)],
        posted_on=act.given["inspected_on"],
        memo=subcontract.number,
        by=act.by.actor_name,
    )


def supplier_paid(act: Act) -> None:
    subcontract = act.case
    post(
        occasion=_occasion(act, "supplier payment"),
        kind="supplier payment",
        nation=subcontract.nation_id,
        currency=subcontract.currency,
        subject=subcontract.contract.number,
        rows=[Row(Code.PAYABLE, Code.BANK, subcontract.amount)],
        posted_on=act.given["paid_on"],
        memo=f"{subcontract.number} {act.given['bank_reference']}",
        by=act.by.actor_name,
    )
