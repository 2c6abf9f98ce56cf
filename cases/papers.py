"""What the papers of a deal say: plain values. The words are in `templates/documents/`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from cases import content, payments, standard_notes, terms
from documents.papers import CONTRACTOR, NATION, in_both, paper
from ledger.journals import journals_of
from partners.models import Organisation

Values = dict[str, Any]

_the_contractor = CONTRACTOR(lambda subcontract: subcontract.contractor_id)


def _party(organisation: Organisation) -> Values:
    return {
        "name_ja": organisation.name_ja,
        "name_en": organisation.name_en,
        "address_ja": organisation.address_ja,
        "address_en": organisation.address_en,
        "corporate_number": organisation.corporate_number,
        "invoice_number": organisation.invoice_number,
    }


def _nation(case: Any) -> Values:
    return {"name_ja": case.nation.formal_ja, "name_en": case.nation.formal_en}


def _with_terms(lines: Iterable[Any], on: Any) -> list[Values]:
    """Priced lines with what they say beside the price, by the names of codes on a day."""
    rows = list(lines)
    said = _in_each(lambda: [terms.on(on)(row.terms) for row in rows])
    return [
        priced | {"terms": {language: told[place] for language, told in said.items()}}
        for place, priced in enumerate(_priced_lines(rows))
    ]


def _in_each(words: Callable[[], Any]) -> Values:
    """The same in both languages of a paper."""
    told = {}
    for language in ("ja", "en"):
        with override(language):
            told[language] = words()
    return told


def _priced_lines(lines: Iterable[Any]) -> list[Values]:
    return [
        {
            "number": line.number,
            "name_ja": line.article.name_ja,
            "name_en": line.article.name_en,
            "catalogue_number": line.article.catalogue_number,
            "quantity": line.quantity,
            "unit": line.article.unit,
            "unit_price": line.unit_price,
            "amount": line.amount,
        }
        for line in lines
    ]


def _contract_lines(contract: Any) -> list[Values]:
    """What is supplied."""
    return _priced_lines(contract.supplied().select_related("article"))


def _lines_there(contract: Any) -> Any:
    """What is agreed, line by line."""
    return contract.lines.filter(quantity__gt=0, under=None).select_related("article")


@paper("offer", title=_("Letter of offer"), audience=NATION)
def offer(contract: Any) -> Values:
    request = contract.request
    return {
        "nation": _nation(contract),
        "title": contract.title,
        "kind_of_case": in_both(contract.get_kind_of_case_display),
        "is_paid": contract.asks.is_paid,
        "by_worth": contract.asks.by_worth,
        **_asked_by(request),
        "end_user": request.end_user,
        "delivery_place": request.delivery_place,
        "currency": contract.currency,
        "lines": _with_terms(_lines_there(contract), contract.priced_on or timezone.localdate()),
        "net": contract.net,
        "administrative_percent": contract.administrative_percent,
        "administrative_charge": contract.administrative_charge,
        "total": contract.total,
        "deposit": contract.deposit,
        "priced_on": contract.priced_on,
        "expires_on": contract.expires_on,
        "schedule": payments.table(contract),
        "terms": standard_notes.of_offer(contract),
    }


@paper("change", title=_("Change of a contract"), audience=NATION)
def change(change: Any) -> Values:
    """Line by line what stood there and what stands there now; then the price, before and after."""
    contract = change.contract
    before, after = content.before(change), content.after(change)
    numbers = sorted({*before["lines"], *after["lines"]}, key=int)
    lines = [(n, before["lines"].get(n), after["lines"].get(n)) for n in numbers]
    return {
        "nation": _nation(change),
        "title": change.title,
        "contract_number": contract.number,
        "kind": change.kind_of_change,
        "code": change.code,
        "purpose": change.purpose,
        "reference": contract.request.reference,
        "reference_date": contract.request.reference_date,
        "signatory": contract.signed_by or contract.request.signatory,
        "currency": change.currency,
        "lines": [
            _changed_line(n, old, new, change.priced_on or timezone.localdate())
            for n, old, new in lines
            if old != new
        ],
        "before": _sums(before["price"]),
        "after": _sums(after["price"]),
        "notes": standard_notes.of_change(change),
        "expires_on": change.expires_on,
    }


def _changed_line(number: str, old: Values | None, new: Values | None, on: Any) -> Values:
    named = new or old or {}
    return {
        "number": number,
        "name_ja": named["name_ja"],
        "name_en": named["name_en"],
        "catalogue_number": named["article"],
        "is_new": old is None,
        "is_removed": not (new and new["quantity"]),
        "before": _figures(old) | {"terms": _terms_not_in(new, old, on)} if old else None,
        "after": _figures(new) | {"terms": _terms_not_in(old, new, on)} if new else None,
    }


def _terms_not_in(other: Values | None, line: Values, on: Any) -> Values:
    """What a line says beside its price that the other does not say."""

    def said() -> list[str]:
        known = terms.on(on)(other) if other else []
        return [phrase for phrase in terms.on(on)(line) if phrase not in known]

    return _in_each(said)


def _figures(line: Values) -> Values:
    return {
        "quantity": line["quantity"],
        **{name: Decimal(line[name] or 0) for name in ("unit_price", "amount")},
    }


def _sums(price: Values) -> Values:
    """What makes the price; a version that was kept before there were termination costs has none."""
    names = ("net", "administrative_charge", "termination_cost", "total")
    return {name: Decimal(price.get(name) or 0) for name in names}


@paper("price_and_availability", title=_("Price and availability"), audience=NATION)
def price_and_availability(indication: Any) -> Values:
    request = indication.request
    lines = list(indication.lines.select_related("article"))
    return {
        "nation": _nation(indication),
        "title": indication.title,
        **_asked_by(request),
        "end_user": request.end_user,
        "delivery_place": request.delivery_place,
        "currency": indication.currency,
        "lines": [
            said | {"months": line.months, "basis": in_both(line.get_basis_display)}
            for said, line in zip(_priced_lines(lines), lines, strict=True)
        ],
        "net": indication.net,
        "administrative_percent": indication.administrative_percent,
        "administrative_charge": indication.administrative_charge,
        "total": indication.total,
        "priced_on": indication.priced_on,
        "remarks": indication.remarks,
    }


def _asked_by(request: Any) -> Values:
    return {
        "request_number": request.number,
        "reference": request.reference,
        "reference_date": request.reference_date,
        "signatory": request.signatory,
    }


@paper("negative_answer", title=_("Negative answer"), audience=NATION)
def negative_answer(request: Any) -> Values:
    lines = request.lines.select_related("article")
    return {
        "nation": _nation(request),
        "title": request.title,
        **_asked_by(request),
        "lines": [_asked_line(line) for line in lines],
        "kind": in_both(lambda: request.proposed_kind),
        "reason": request.proposed_reason,
    }


def _asked_line(line: Any) -> Values:
    article = line.article
    return {
        "number": line.number,
        "name_ja": article.name_ja if article else line.description,
        "name_en": article.name_en if article else line.description,
        "catalogue_number": article.catalogue_number if article else "",
        "quantity": line.quantity,
        "unit": article.unit if article else "",
    }


@paper("purchase_order", title=_("Purchase order"), audience=_the_contractor)
def purchase_order(subcontract: Any) -> Values:
    return {
        "title": subcontract.title,
        "contractor": _party(subcontract.contractor),
        "currency": subcontract.currency,
        "lines": _ordered_lines(subcontract),
        "amount": subcontract.amount,
        "specification": subcontract.specification,
        "deliver_by": subcontract.deliver_by,
        "awarded_on": subcontract.awarded_on,
    }


def _ordered_lines(subcontract: Any) -> list[Values]:
    prices: dict[int, Decimal] = {}
    for quote in subcontract.quotes.filter(state="taken").prefetch_related("lines"):
        prices |= {row.number: row.unit_price for row in quote.lines.all()}
    lines = subcontract.lines.select_related("contract_line__article")
    return [
        {
            "number": line.number,
            "name_ja": line.article.name_ja,
            "name_en": line.article.name_en,
            "catalogue_number": line.article.catalogue_number,
            "quantity": line.quantity,
            "unit": line.article.unit,
            "unit_price": prices.get(line.number),
            "amount": prices.get(line.number, Decimal(0)) * line.quantity,
        }
        for line in lines
    ]


@paper("inspection_certificate", title=_("Inspection certificate"), audience=_the_contractor)
def inspection_certificate(subcontract: Any) -> Values:
    entry = subcontract.trail.filter(step="accept_delivery").first()
    return {
        "title": subcontract.title,
        "contractor": _party(subcontract.contractor),
        "lines": _ordered_lines(subcontract),
        "delivered_on": subcontract.delivered_on,
        "inspected_on": subcontract.accepted_on,
        "findings": entry.given["findings"] if entry else "",
        "inspector": entry.actor_name if entry else "",
    }


@paper("payment_notice", title=_("Payment notice"), audience=_the_contractor)
def payment_notice(subcontract: Any) -> Values:
    return {
        "title": subcontract.title,
        "contractor": _party(subcontract.contractor),
        "invoice_number": subcontract.invoice_number,
        "currency": subcontract.currency,
        "amount": subcontract.amount,
        "paid_on": subcontract.paid_on,
    }


@paper("bill", title=_("Bill"), audience=NATION)
def bill(bill: Any) -> Values:
    contract, price = bill.contract, bill.contract.price_of_supply()
    return {
        "nation": _nation(bill),
        "title": bill.title,
        "contract_number": contract.number,
        "currency": bill.currency,
        "lines": _contract_lines(contract),
        "net": price["net"],
        "administrative_percent": contract.administrative_percent,
        "administrative_charge": price["administrative_charge"],
        "termination_cost": contract.termination_cost,
        "contract_total": price["total"],
        "amount": bill.amount,
        "from_deposit": bill.from_deposit,
        "due": bill.due,
        "issued_on": bill.issued_on,
        "due_on": bill.due_on,
    }


@paper("closure_statement", title=_("Closure statement"), audience=NATION)
def closure_statement(contract: Any) -> Values:
    price, paid_in = contract.price_of_supply(), _payments(contract)
    return {
        "nation": _nation(contract),
        "title": contract.title,
        "currency": contract.currency,
        "lines": _contract_lines(contract),
        "net": price["net"],
        "administrative_percent": contract.administrative_percent,
        "administrative_charge": price["administrative_charge"],
        "termination_cost": contract.termination_cost,
        "total": price["total"],
        "payments": paid_in,
        "paid": sum((payment["amount"] for payment in paid_in), Decimal(0)),
        "refund": contract.deposit_refunded,
        "balance": contract.to_bill() - contract.billed() + contract.deposit_left(),
        "accepted_on": timezone.localdate(contract.accepted_at),
        "closed_on": contract.closed_on,
    }


def _payments(contract: Any) -> list[Values]:
    """What the nation has paid in: deposits and bill payments."""
    kinds = {"deposit", "bill payment"}
    return [
        {
            "kind": journal.kind,
            "on": journal.posted_on,
            "memo": journal.memo,
            "amount": sum((row.amount for row in journal.postings.all()), Decimal(0)),
        }
        for journal in journals_of(contract.number)
        if journal.kind in kinds
    ]
