"""Who is told what in the case room. The words are in `templates/notifications/`."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from notifications.notices import notice
from partners import posts
from partners.access import Permission as P
from partners.desks import (
    anyones_path,
    firm_with,
    in_their_words,
    officials_as,
    officials_with,
    partner_path,
    staff_path,
    staff_with,
    supplier_path,
)

Values = dict[str, Any]

to_requesters = officials_with(P.REQUEST_WRITE)
to_officials = officials_as("requester", "signatory")
to_nation_finance = officials_as("nation_finance", "signatory")
to_desk = staff_with(P.REQUEST_CHECK)
to_buyers = staff_with(P.SUBCONTRACT_SOLICIT)
to_contract_officers = staff_with(P.SUBCONTRACT_WRITE)
to_inspectors = staff_with(P.DELIVERY_INSPECT)
to_finance = staff_with(P.MONEY_RECORD)


def to_heads_of_desk(case: Any) -> list[Any]:
    return posts.heads("cases", timezone.localdate())


def _for_staff(case: Any, **more: Any) -> Values:
    return {"title": case.title, "path": staff_path(case), **more}


def _for_nation(case: Any, **more: Any) -> Values:
    return {"title": case.title, "path": partner_path(case), **more}


def _for_firm(case: Any, **more: Any) -> Values:
    return {"title": case.title, "path": supplier_path(case), **more}


def _last_note(case: Any) -> str:
    return str(case.trail.values_list("note", flat=True).first() or "")


# Requests ------------------------------------------------------------------------------------


@notice("request_submitted", to=to_desk)
def request_submitted(request: Any) -> Values:
    return _for_staff(request, nation=in_their_words(request.nation))


@notice("request_entered", to=to_requesters)
def request_entered(request: Any) -> Values:
    return _for_nation(request)


@notice("request_acknowledged", to=to_requesters)
def request_acknowledged(request: Any) -> Values:
    return _for_nation(request)


@notice("request_to_acknowledge", to=to_desk, if_any=True)
def request_to_acknowledge(request: Any) -> Values:
    return _for_staff(request, nation=in_their_words(request.nation))


@notice("request_to_check", to=to_desk, if_any=True)
def request_to_check(request: Any) -> Values:
    return _for_staff(request, nation=in_their_words(request.nation))


@notice("request_to_answer", to=staff_with(P.CONTRACT_WRITE), if_any=True)
def request_to_answer(request: Any) -> Values:
    return _for_staff(request, nation=in_their_words(request.nation))


@notice("request_promised", to=to_requesters)
def request_promised(request: Any) -> Values:
    return _for_nation(request, due_on=request.answer_expected_on)


@notice("request_late", to=to_heads_of_desk, if_any=True)
def request_late(request: Any) -> Values:
    return _for_staff(request, nation=in_their_words(request.nation))


@notice("request_returned", to=to_requesters)
def request_returned(request: Any) -> Values:
    return _for_nation(request, reason=request.return_reason)


def _questions(request: Any, side: str) -> Values:
    """What a side has asked and still waits for: the words, and the first last day."""
    waited_for = request.open_questions(side)
    days = [one.due_on for one in waited_for if one.due_on]
    return {"items": [one.text for one in waited_for], **({"due_on": min(days)} if days else {})}


@notice("question_to_nation", to=to_requesters)
def question_to_nation(request: Any) -> Values:
    return _for_nation(request, **_questions(request, "agency"))


@notice("question_to_agency", to=to_desk)
def question_to_agency(request: Any) -> Values:
    nation = in_their_words(request.nation)
    return _for_staff(request, nation=nation, **_questions(request, "nation"))


@notice("answer_of_nation", to=to_desk)
def answer_of_nation(request: Any) -> Values:
    return _for_staff(request, nation=in_their_words(request.nation))


@notice("answer_of_agency", to=to_requesters)
def answer_of_agency(request: Any) -> Values:
    return _for_nation(request)


def to_whoever_is_late(request: Any) -> list[Any]:
    late = {one.asked_by for one in request.questions.all() if one.is_late}
    owing = [to_requesters(request) if side == "agency" else to_desk(request) for side in late]
    return [person for people in owing for person in people]


@notice("answer_late", to=to_whoever_is_late, if_any=True)
def answer_late(request: Any) -> Values:
    late = [one for one in request.questions.all() if one.is_late]
    return {
        "title": request.title,
        "path": anyones_path(request),
        "items": [one.text for one in late],
        "due_on": min((one.due_on for one in late), default=None),
    }


@notice(
    "request_actionable", to=lambda case: to_requesters(case) + staff_with(P.REVIEW_WRITE)(case)
)
def request_actionable(request: Any) -> Values:
    return {"title": request.title, "path": anyones_path(request)}


@notice("request_declined", to=to_requesters, attach=["negative_answer"])
def request_declined(request: Any) -> Values:
    return _for_nation(request, reason=request.return_reason)


@notice("request_transferred", to=to_requesters)
def request_transferred(request: Any) -> Values:
    return _for_nation(request, reason=_last_note(request), items=[request.continued_in.number])


@notice("indication_sent", to=to_officials, attach=["price_and_availability"])
def indication_sent(indication: Any) -> Values:
    return _for_nation(indication, amount=indication.total, currency=indication.currency)


# The offer and the contract ------------------------------------------------------------------


@notice("offer_sent", to=to_officials, attach=["offer"])
def offer_sent(contract: Any) -> Values:
    return _for_nation(
        contract, amount=contract.total, currency=contract.currency, due_on=contract.expires_on
    )


@notice("offer_accepted", to=staff_with(P.CONTRACT_WRITE, P.MONEY_RECORD))
def offer_accepted(contract: Any) -> Values:
    return _for_staff(contract, amount=contract.deposit, currency=contract.currency)


@notice("offer_declined", to=staff_with(P.CONTRACT_WRITE))
def offer_declined(contract: Any) -> Values:
    return _for_staff(contract, reason=_last_note(contract))


@notice("offer_lapsed", to=lambda case: to_officials(case) + staff_with(P.CONTRACT_WRITE)(case))
def offer_lapsed(contract: Any) -> Values:
    return {
        "title": contract.title,
        "path": anyones_path(contract),
        "due_on": contract.expires_on,
    }


@notice("offer_extended", to=to_officials)
def offer_extended(contract: Any) -> Values:
    return _for_nation(contract, due_on=contract.expires_on)


@notice("offer_to_answer", to=officials_with(P.OFFER_ACCEPT), if_any=True)
def offer_to_answer(contract: Any) -> Values:
    return _for_nation(contract, due_on=contract.expires_on)


# Days of a contract --------------------------------------------------------------------------


def _deposit(contract: Any) -> Values:
    return {
        "amount": contract.deposit,
        "currency": contract.currency,
        "due_on": contract.expires_on,
    }


@notice("deposit_due", to=to_nation_finance, if_any=True)
def deposit_due(contract: Any) -> Values:
    return _for_nation(contract, **_deposit(contract))


@notice("deposit_late", to=staff_with(P.MONEY_RECORD, P.CONTRACT_WRITE), if_any=True)
def deposit_late(contract: Any) -> Values:
    return _for_staff(contract, nation=in_their_words(contract.nation), **_deposit(contract))


@notice("delivery_due", to=staff_with(P.CONTRACT_WRITE, P.SUBCONTRACT_WRITE), if_any=True)
def delivery_due(contract: Any) -> Values:
    return _for_staff(contract, due_on=contract.deliver_by)


@notice("delivery_late", to=to_heads_of_desk, if_any=True)
def delivery_late(contract: Any) -> Values:
    return _for_staff(contract, due_on=contract.deliver_by)


@notice("closing_due", to=staff_with(P.CONTRACT_WRITE), if_any=True)
def closing_due(contract: Any) -> Values:
    return _for_staff(contract)


@notice("closing_late", to=to_heads_of_desk, if_any=True)
def closing_late(contract: Any) -> Values:
    return _for_staff(contract)


# Changes of a contract -----------------------------------------------------------------------


def _named(change: Any) -> str:
    return f"{change.code} – {change.title}"


@notice("change_sent", to=to_officials, attach=["change"])
def change_sent(change: Any) -> Values:
    due = {"due_on": change.expires_on} if change.expires_on else {}
    return _for_nation(change, title=_named(change), **due)


@notice("change_extended", to=to_officials)
def change_extended(change: Any) -> Values:
    return _for_nation(change, title=_named(change), due_on=change.expires_on)


@notice("change_signed", to=staff_with(P.CONTRACT_WRITE, P.MONEY_RECORD))
def change_signed(change: Any) -> Values:
    return _for_staff(change, title=_named(change), amount=change.total, currency=change.currency)


@notice("change_acknowledged", to=staff_with(P.CONTRACT_WRITE))
def change_acknowledged(change: Any) -> Values:
    return _for_staff(change, title=_named(change))


@notice("change_declined", to=staff_with(P.CONTRACT_WRITE))
def change_declined(change: Any) -> Values:
    return _for_staff(change, title=_named(change), reason=_last_note(change))


@notice("change_lapsed", to=lambda case: to_officials(case) + staff_with(P.CONTRACT_WRITE)(case))
def change_lapsed(change: Any) -> Values:
    return {
        "title": _named(change),
        "path": anyones_path(change),
        "due_on": change.expires_on,
    }


@notice(
    "change_withdrawn",
    to=lambda change: to_officials(change) if "offered" in change.states_left() else [],
)
def change_withdrawn(change: Any) -> Values:
    """What they had before them is theirs to see no more: the letter leads to the contract."""
    return {
        **_for_nation(change, title=_named(change), reason=_last_note(change)),
        "path": partner_path(change.contract),
    }


@notice(
    "contract_suspended",
    to=lambda case: to_officials(case) + staff_with(P.SHIPMENT_WRITE, P.SUBCONTRACT_WRITE)(case),
)
def contract_suspended(contract: Any) -> Values:
    return {
        "title": contract.title,
        "path": anyones_path(contract),
        "reason": _last_note(contract),
    }


@notice(
    "contract_resumed",
    to=lambda case: to_officials(case) + staff_with(P.SHIPMENT_WRITE, P.SUBCONTRACT_WRITE)(case),
)
def contract_resumed(contract: Any) -> Values:
    return {
        "title": contract.title,
        "path": anyones_path(contract),
        "reason": _last_note(contract),
    }


# Requisitions --------------------------------------------------------------------------------


@notice("requisition_submitted", to=staff_with(P.CONTRACT_WRITE))
def requisition_submitted(requisition: Any) -> Values:
    return _for_staff(requisition, nation=in_their_words(requisition.nation))


@notice("requisition_accepted", to=to_requesters)
def requisition_accepted(requisition: Any) -> Values:
    return _for_nation(requisition, amount=requisition.worth, currency=requisition.currency)


@notice("requisition_refused", to=to_requesters)
def requisition_refused(requisition: Any) -> Values:
    return _for_nation(requisition, reason=_last_note(requisition))


@notice("requisition_withdrawn", to=staff_with(P.CONTRACT_WRITE))
def requisition_withdrawn(requisition: Any) -> Values:
    return _for_staff(requisition, reason=_last_note(requisition))


@notice("no_more_orders", to=staff_with(P.CONTRACT_WRITE))
def no_more_orders(contract: Any) -> Values:
    return _for_staff(contract, nation=in_their_words(contract.nation))


@notice("more_orders", to=staff_with(P.CONTRACT_WRITE))
def more_orders(contract: Any) -> Values:
    return _for_staff(contract, nation=in_their_words(contract.nation))


# Money and the end ---------------------------------------------------------------------------


@notice("deposit_recorded", to=lambda case: to_nation_finance(case) + to_buyers(case))
def deposit_recorded(contract: Any) -> Values:
    return {
        "title": contract.title,
        "path": anyones_path(contract),
        "amount": contract.deposit_paid,
        "currency": contract.currency,
    }


@notice("deposit_refunded", to=to_nation_finance)
def deposit_refunded(contract: Any) -> Values:
    return _for_nation(contract, amount=contract.deposit_refunded, currency=contract.currency)


@notice("case_closed", to=officials_as("requester", "signatory"), attach=["closure_statement"])
def case_closed(contract: Any) -> Values:
    return _for_nation(contract)


@notice("contract_cancelled", to=lambda case: to_officials(case) if case.offered_at else [])
def contract_cancelled(contract: Any) -> Values:
    return _for_nation(contract, reason=_last_note(contract))


# Industry ------------------------------------------------------------------------------------


@notice("quote_invited", to=firm_with(P.QUOTE_WRITE))
def quote_invited(quote: Any) -> Values:
    return _for_firm(quote, due_on=quote.quote_by)


@notice("quote_submitted", to=to_buyers)
def quote_submitted(quote: Any) -> Values:
    return _for_staff(quote.subcontract)


@notice("quote_declined", to=to_buyers)
def quote_declined(quote: Any) -> Values:
    return _for_staff(quote.subcontract, reason=_last_note(quote))


@notice("quote_extended", to=to_buyers)
def quote_extended(quote: Any) -> Values:
    return _for_staff(quote.subcontract, due_on=quote.valid_until)


# What one contractor may know of the others is nothing: neither who they are nor what they asked.
@notice("quote_not_chosen", to=firm_with(P.QUOTE_WRITE))
def quote_not_chosen(quote: Any) -> Values:
    return _for_firm(quote)


@notice("solicitation_ended", to=firm_with(P.QUOTE_WRITE))
def solicitation_ended(quote: Any) -> Values:
    return _for_firm(quote)


@notice("subcontract_awarded", to=firm_with(P.QUOTE_WRITE, P.PRODUCTION_REPORT))
def subcontract_awarded(subcontract: Any) -> Values:
    return _for_firm(
        subcontract,
        amount=subcontract.amount,
        currency=subcontract.currency,
        due_on=subcontract.deliver_by,
    )


@notice("subcontract_terminated", to=firm_with(P.QUOTE_WRITE, P.PRODUCTION_REPORT))
def subcontract_terminated(subcontract: Any) -> Values:
    return _for_firm(subcontract, reason=_last_note(subcontract))


@notice("order_acknowledged", to=to_contract_officers)
def order_acknowledged(subcontract: Any) -> Values:
    return _for_staff(subcontract)


@notice("production_reported", to=to_contract_officers)
def production_reported(subcontract: Any) -> Values:
    report = f"{subcontract.progress_percent} %: {subcontract.progress_note}"
    return _for_staff(subcontract, items=[report])


@notice("delivery_reported", to=to_inspectors)
def delivery_reported(subcontract: Any) -> Values:
    return _for_staff(subcontract)


@notice("delivery_accepted", to=firm_with(P.DELIVERY_REPORT, P.INVOICE_WRITE))
def delivery_accepted(subcontract: Any) -> Values:
    return _for_firm(subcontract)


@notice("delivery_rejected", to=firm_with(P.DELIVERY_REPORT, P.PRODUCTION_REPORT))
def delivery_rejected(subcontract: Any) -> Values:
    return _for_firm(subcontract, reason=_last_note(subcontract))


@notice("invoice_received", to=to_finance)
def invoice_received(subcontract: Any) -> Values:
    return _for_staff(subcontract, amount=subcontract.amount, currency=subcontract.currency)


@notice("supplier_paid", to=firm_with(P.INVOICE_WRITE))
def supplier_paid(subcontract: Any) -> Values:
    return _for_firm(subcontract, amount=subcontract.amount, currency=subcontract.currency)


# Bills ---------------------------------------------------------------------------------------


@notice("bill_issued", to=to_nation_finance, attach=["bill"])
def bill_issued(bill: Any) -> Values:
    owed = {"due_on": bill.due_on} if bill.due else {}
    return _for_nation(bill, amount=bill.due, currency=bill.currency, **owed)


@notice("bill_paid", to=to_nation_finance)
def bill_paid(bill: Any) -> Values:
    return _for_nation(bill, amount=bill.due, currency=bill.currency)


@notice("bill_voided", to=lambda bill: to_nation_finance(bill) if bill.issued_on else [])
def bill_voided(bill: Any) -> Values:
    return _for_nation(bill, reason=_last_note(bill))
