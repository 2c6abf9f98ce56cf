"""What of a deal is put to approval: for each matter the amount, what signatures cover, the first cover sheet."""

from __future__ import annotations

from datetime import UTC, datetime, time
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from cases import charges, content, papers, waivers
from cases.models.rate import OF_OFFERS, Rate
from documents.papers import Paper
from exports.models import TransferReview
from ledger.money import written
from workflow.approvals import Matter
from workflow.steps import NotOpen

Values = dict[str, Any]
NO_DAY = datetime(2000, 1, 1, tzinfo=UTC)


def yen_of(field: str) -> Any:
    """The amount of a case by which its route is chosen. Raises `NotOpen` unless in yen."""

    def amount(case: Any) -> Decimal:
        _is_in_yen(case)
        return Decimal(getattr(case, field) or 0)

    return amount


def _is_in_yen(case: Any) -> None:
    if case.currency != "JPY":
        raise NotOpen(_t("Approval routes are in yen. Price this case in yen."))


def _paper(paper: Paper, case: Any) -> Values:
    """The paper to be issued, word by word: the digest of its page, as of no particular day.

    Without the handling label, which says who may know of it and can be raised at any time.
    """
    page = paper.html(case, NO_DAY, draft=True, labelled=False)
    return {paper.kind: sha256(page.encode()).hexdigest()}


def _rates(day: Any) -> Values:
    """The rates that go into the price of an offer made on this day, each with the day it counts from."""
    if day is None:
        return {}
    rows = Rate.objects.on(day).filter(rate_set=Rate.Set.JP, code__in=OF_OFFERS)
    return {
        row.code: f"{row.figure} ({row.valid_from})" for row in rows.order_by("code", "valid_from")
    }


def _clearances(request_number: str) -> list[str]:
    rows = TransferReview.objects.clearing(request_number, timezone.localdate())
    return [f"{row.number} ({row.valid_until})" for row in rows.order_by("number")]


def preview(paper: Paper) -> Any:
    """The page of a paper before it goes out."""

    def page(case: Any) -> str:
        midnight = datetime.combine(timezone.localdate(), time.min)
        return paper.html(case, timezone.make_aware(midnight), draft=True)

    return page


# The letter of offer -------------------------------------------------------------------------


def _offer(contract: Any) -> Values:
    return {
        **content.of_contract(contract),
        "papers": _paper(papers.offer, contract),
        "reference": {
            "rates": _rates(contract.priced_on),
            "clearances": _clearances(contract.request.number),
        },
    }


def _offer_cover(contract: Any) -> dict[str, str]:
    request = contract.request
    return {
        "purpose": _t("Send the letter of offer %(number)s to %(nation)s: %(title)s.")
        % {"number": contract.number, "nation": contract.nation, "title": contract.title},
        "background": _t(
            "The nation asked for it by %(reference)s (%(request)s). Price: %(total)s, deposit: "
            "%(deposit)s. Transfer cleared by %(clearances)s."
        )
        % {
            "reference": request.reference,
            "request": request.number,
            "total": written(contract.total or Decimal(0), contract.currency),
            "deposit": written(contract.deposit or Decimal(0), contract.currency),
            "clearances": ", ".join(_clearances(request.number)) or "–",
        },
    }


OFFER = Matter(
    "foreign_offer",
    title=_("letter of offer"),
    amount=yen_of("total"),
    content=_offer,
    draft=_offer_cover,
    duty="offer:approve",
    waits_in="under_approval",
    issues="offer",
    preview=preview(papers.offer),
)


# Waivers of charges --------------------------------------------------------------------------


def _forgone(contract: Any) -> Decimal:
    _is_in_yen(contract)
    proposed = contract.proposed_waiver
    return waivers.forgone(contract, proposed) if proposed else Decimal(0)


def _waiver(contract: Any) -> Values:
    proposed = contract.proposed_waiver
    named = contract.lines.filter(number__in=proposed["lines"]).select_related("article")
    return {
        "lines": content.of_lines(
            named, unit_price="unit_price", nonrecurring_unit="nonrecurring_unit"
        ),
        "price": {"total": contract.total, "forgone": _forgone(contract)},
        "terms": {
            "nation": contract.nation_id,
            "title": contract.title,
            "waived": charges.in_words(proposed["charges"]),
            "reason": proposed["reason"],
        },
        "reference": {"rates": _rates(contract.priced_on)},
    }


def _waiver_cover(contract: Any) -> dict[str, str]:
    proposed = contract.proposed_waiver
    return {
        "title": _t("Waiver of charges: %(title)s") % {"title": contract.title},
        "purpose": _t(
            "Waive %(charges)s on line %(lines)s of the offer %(number)s to %(nation)s: %(amount)s less."
        )
        % {
            "charges": charges.in_words(proposed["charges"]),
            "lines": ", ".join(map(str, proposed["lines"])),
            "number": contract.number,
            "nation": contract.nation,
            "amount": written(_forgone(contract), contract.currency),
        },
        "background": proposed["reason"],
    }


WAIVER = Matter(
    "waiver",
    title=_("waiver of a charge"),
    amount=_forgone,
    content=_waiver,
    draft=_waiver_cover,
    duty="waiver:approve",
    why_not=waivers.why_not_now,
    decided=waivers.decided,
    given_up=waivers.given_up,
)


# Changes of a contract -----------------------------------------------------------------------


def _change(change: Any) -> Values:
    days = {line.rates_on for line in change.lines_after()}
    return {
        **content.of_change(change),
        "papers": _paper(papers.change, change),
        "reference": {
            "rates": {str(day): _rates(day) for day in days if day},
            "clearances": _clearances(change.contract.request.number) + _clearances(change.number),
        },
    }


def _change_cover(change: Any) -> dict[str, str]:
    contract = change.contract
    return {
        "purpose": _t("Change the contract %(contract)s by the %(kind)s %(code)s: %(purpose)s")
        % {
            "contract": contract.number,
            "kind": change.get_kind_of_change_display(),
            "code": change.code,
            "purpose": change.purpose,
        },
        "background": _t("Price until now: %(before)s. With the change: %(after)s.")
        % {
            "before": written(contract.total or Decimal(0), contract.currency),
            "after": written(change.total or Decimal(0), change.currency),
        },
    }


AMENDMENT = Matter(
    "amendment",
    title=_("change of a contract"),
    amount=yen_of("total"),
    content=_change,
    draft=_change_cover,
    duty="offer:approve",
    waits_in="under_approval",
    issues="change",
    preview=preview(papers.change),
    route=lambda change: OFFER.name if change.is_growth else "amendment",
)


# Price and availability ----------------------------------------------------------------------


def _indication(indication: Any) -> Values:
    return {
        "lines": content.of_lines(
            indication.lines.select_related("article"),
            unit_price="unit_price",
            amount="amount",
            months="months",
            basis="basis",
        ),
        "price": {
            name: getattr(indication, name)
            for name in (
                *("currency", "net", "administrative_percent", "administrative_charge"),
                *("total", "priced_on"),
            )
        },
        "terms": {
            "nation": indication.nation_id,
            "title": indication.title,
            "request": indication.request.number,
            "remarks": indication.remarks,
        },
        "papers": _paper(papers.price_and_availability, indication),
        "reference": {
            "rates": _rates(indication.priced_on),
            "clearances": _clearances(indication.request.number),
        },
    }


def _indication_cover(indication: Any) -> dict[str, str]:
    request = indication.request
    return {
        "purpose": _t("Give %(nation)s price and availability %(number)s: %(title)s.")
        % {"number": indication.number, "nation": indication.nation, "title": indication.title},
        "background": _t(
            "The nation asked for it by %(reference)s (%(request)s). Rough total: %(total)s. It "
            "binds nobody. Transfer cleared by %(clearances)s."
        )
        % {
            "reference": request.reference,
            "request": request.number,
            "total": written(indication.total or Decimal(0), indication.currency),
            "clearances": ", ".join(_clearances(request.number)) or "–",
        },
    }


INDICATION = Matter(
    "price_and_availability",
    title=_("price and availability"),
    amount=yen_of("total"),
    content=_indication,
    draft=_indication_cover,
    duty="indication:approve",
    waits_in="under_approval",
    issues="price_and_availability",
    preview=preview(papers.price_and_availability),
)


# The negative answer -------------------------------------------------------------------------


def _negative(request: Any) -> Values:
    return {
        "lines": {
            str(line.number): {"article": line.what, "quantity": line.quantity}
            for line in request.lines.select_related("article")
        },
        "terms": {
            "nation": request.nation_id,
            "title": request.title,
            "end_user": request.end_user,
            "end_use": request.end_use,
            "code": request.proposed_code,
            "reason": request.proposed_reason,
        },
        "papers": _paper(papers.negative_answer, request),
    }


def _negative_cover(request: Any) -> dict[str, str]:
    return {
        "purpose": _t("Decline the request %(number)s of %(nation)s: %(title)s.")
        % {"number": request.number, "nation": request.nation, "title": request.title},
        "background": _t("The nation asked for it by %(reference)s. %(kind)s: %(reason)s")
        % {
            "reference": request.reference,
            "kind": request.proposed_kind,
            "reason": request.proposed_reason,
        },
    }


NEGATIVE_ANSWER = Matter(
    "negative_answer",
    title=_("negative answer"),
    amount=lambda request: Decimal(0),
    content=_negative,
    draft=_negative_cover,
    duty="decline:approve",
    waits_in="under_approval",
    issues="negative_answer",
    preview=preview(papers.negative_answer),
)


# The award of a subcontract ------------------------------------------------------------------


def _award(subcontract: Any) -> Values:
    quote, contractor = subcontract.quotes.filter(state="taken").first(), subcontract.contractor
    return {
        "lines": content.of_lines(subcontract.lines.select_related("contract_line__article")),
        "prices": dict(quote.lines.values_list("number", "unit_price")) if quote else {},
        "price": {
            "currency": subcontract.currency,
            "amount": subcontract.amount,
            "contractor": f"{contractor.name_ja} / {contractor.name_en} ({contractor.corporate_number})",
            "quote": quote.number if quote else "",
            "valid_until": quote.valid_until if quote else None,
        },
        "terms": {
            "title": subcontract.title,
            "specification": subcontract.specification,
            "deliver_by": subcontract.deliver_by,
            "contract": subcontract.contract.number,
        },
        **_estimated(subcontract),
        "papers": _paper(papers.purchase_order, subcontract),
    }


def _estimated(subcontract: Any) -> Values:
    """By the cost method, line by line; nothing where the price was found otherwise."""
    lines = subcontract.lines.filter(estimate__isnull=False)
    prices = dict(lines.values_list("number", "estimate__price"))
    return {"estimated": prices} if prices else {}


def _award_cover(subcontract: Any) -> dict[str, str]:
    quotes = subcontract.quotes.select_related("contractor").order_by("amount")
    chosen = subcontract.trail.filter(step="take_quote").first()
    return {
        "purpose": _t("Award %(number)s to %(contractor)s for %(amount)s: %(title)s.")
        % {
            "number": subcontract.number,
            "contractor": subcontract.contractor,
            "amount": written(subcontract.amount or Decimal(0), subcontract.currency),
            "title": subcontract.title,
        },
        "background": _t("Bought for the contract %(contract)s. Why this quote: %(why)s")
        % {
            "contract": subcontract.contract.number,
            "why": chosen.note if chosen else "–",
        },
        "options": "\n".join(
            f"{quote.contractor}: "
            + (written(quote.amount, quote.currency) if quote.amount else quote.state_label)
            for quote in quotes
        ),
    }


AWARD = Matter(
    "subcontract_award",
    title=_("award of an order"),
    amount=yen_of("amount"),
    content=_award,
    draft=_award_cover,
    duty="award:approve",
    waits_in="under_approval",
    issues="purchase_order",
    preview=preview(papers.purchase_order),
)


# Bills ---------------------------------------------------------------------------------------


def _bill(bill: Any) -> Values:
    return {
        "price": {
            "currency": bill.currency,
            "amount": bill.amount,
            "from_deposit": bill.from_deposit,
            "due": bill.due,
            "due_on": bill.due_on,
        },
        "terms": {
            "nation": bill.nation_id,
            "contract": bill.contract.number,
            "contract_total": bill.contract.total,
        },
        "papers": _paper(papers.bill, bill),
    }


def _bill_cover(bill: Any) -> dict[str, str]:
    return {
        "purpose": _t("Send the bill %(number)s over %(amount)s to %(nation)s.")
        % {
            "number": bill.number,
            "amount": written(bill.amount, bill.currency),
            "nation": bill.nation,
        },
        "background": _t("For the contract %(contract)s. Set against the deposit: %(deposit)s.")
        % {
            "contract": bill.contract.number,
            "deposit": written(bill.from_deposit, bill.currency),
        },
    }


BILL = Matter(
    "bill_or_refund",
    title=_("bill or refund"),
    amount=yen_of("amount"),
    content=_bill,
    draft=_bill_cover,
    duty="bill:approve",
    waits_in="under_approval",
    issues="bill",
    preview=preview(papers.bill),
)
