"""Each guard: once it is content, once it objects, with the sentence a person reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from approvals import files
from approvals.models import ApprovalFile, ApprovalRoute
from cases import delays
from cases.matters import OFFER
from cases.models import QuoteLine, Requisition, Threshold
from cases.models import bill as bills
from cases.models import change as changes
from cases.models import contract as contracts
from cases.models import indication as indications
from cases.models import quote as quotes
from cases.models import request as requests
from cases.models import requisition as requisitions
from cases.models import subcontract as subcontracts
from exports.models import review as reviews
from exports.models import shipment as shipments
from industry.models import Article
from ledger.journals import Code, Row, post
from partners.models import emergency
from tests.factories import (
    COMPLETE,
    DEPOSIT,
    NET,
    TOTAL,
    ArticleFactory,
    BillFactory,
    ChangeFactory,
    ContractFactory,
    CostEstimateFactory,
    EmergencyAccessFactory,
    IndicationFactory,
    PriceFactory,
    QuestionFactory,
    QuoteFactory,
    RequestFactory,
    RequisitionFactory,
    ShipmentFactory,
    SubcontractFactory,
    TransferReviewFactory,
    firm,
    paper,
    person,
    review_requisition,
    today,
    undrawn,
)
from workflow.models import ClockStandard
from workflow.steps import case_types, steps_of, take

pytestmark = pytest.mark.django_db
NOON = "2026-11-22T12:00:00+09:00"
YESTERDAY, TODAY = date(2026, 11, 21), date(2026, 11, 22)
CHANGED = (
    "What was approved has changed since: line 1: unit price, the paper to be issued."
    " It needs a new approval."
)


def delivered(*without: str) -> Any:
    return ContractFactory(state="delivered", furnished__without=without)


def late(*, is_explained: bool = False) -> Any:
    """A request whose receipt should have been acknowledged by now."""
    with time_machine.travel("2026-11-02T12:00:00+09:00", tick=False):
        request: Any = RequestFactory(state="draft")
        take(request, "submit", by=person("requester"))
    if is_explained:
        take(request, "explain_delay", by=person("case_manager"), code="other", reason="Leave.")
    return request


def from_stock(basis: str) -> Any:
    contract, radio = ContractFactory(), ArticleFactory()
    contract.lines.filter(number=1).update(source="S", article=radio)
    PriceFactory(article=radio, basis=basis)
    return contract


def of_kind(kind: str, **fields: Any) -> Any:
    return ContractFactory(kind_of_case=kind, **fields)


def in_its_place(kind: str, *, state: str = "in_execution", **terms: Any) -> Any:
    """A case of a kind, on a stock that is in a state, its lines with these terms."""
    contract = of_kind(kind, builds_on=of_kind("support_stock", state=state))
    contract.lines.update(**terms)
    return contract


def ordered(**fields: Any) -> Any:
    return RequisitionFactory(state="priced", **fields)


def not_covered(reviewed: str = "") -> Any:
    """Of an article that its order was not cleared for; its own review is in a state, if there is one."""
    requisition = ordered(furnished__without=["clearance"])
    if reviewed:
        review_requisition(requisition, state=reviewed)
    return requisition


def armed() -> Any:
    requisition = ordered()
    requisition.lines.update(article=ArticleFactory(item_class="weapon"))
    return requisition


def quoted(state: str = "solicited") -> Any:
    contract = ContractFactory()
    SubcontractFactory(contract=contract, state=state, contractor=firm(), amount=NET)
    return contract


def half_quoted() -> Any:
    contract = quoted()
    contract.lines.create(
        number=3, article=contract.lines.first().article, quantity=1, unit_price=None
    )
    return contract


def requoted() -> Any:
    contract = ContractFactory(is_priced=True)
    QuoteLine.objects.filter(quote__subcontract__contract=contract).update(unit_price=1)
    return contract


def half_priced() -> Any:
    contract = ContractFactory(is_priced=True)
    contract.lines.filter(number=2).update(unit_price=None, amount=None)
    return contract


def with_surplus(debit: Code = Code.BANK, credit: Code = Code.DEPOSITS) -> Any:
    """Billed and paid, but money of the nation is still held, or owed."""
    contract = delivered()
    post(
        occasion="late transfer",
        kind="deposit",
        nation=contract.nation_id,
        currency="JPY",
        subject=contract.number,
        rows=[Row(debit, credit, Decimal(1))],
        posted_on=today(),
        by="SUZUKI",
    )
    return contract


def drawn_upon(on: date, ordered_on: date | None = None) -> Any:
    """A blanket order accepted on a day, with an order of another day if there is one."""
    contract = of_kind("blanket_order", state="in_execution", accepted_at=noon_of(on))
    if ordered_on:
        order = RequisitionFactory(contract=contract, state="withdrawn")
        Requisition.objects.filter(pk=order.pk).update(opened_at=noon_of(ordered_on))
    return contract


def without_standard() -> Any:
    rows = ClockStandard._base_manager.filter(clock="contract.no_orders")
    rows.update(valid_to=YESTERDAY)
    return drawn_upon(TODAY - timedelta(days=400))


def noon_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 3, tzinfo=UTC)


def half_received() -> Any:
    contract = ContractFactory(state="in_execution")
    ShipmentFactory(contract=contract, state="received").lines.filter(number=1).update(quantity=1)
    ShipmentFactory(contract=contract, state="shipped")
    return contract


def received() -> Any:
    contract = ContractFactory(state="in_execution")
    ShipmentFactory(contract=contract, state="received")
    return contract


def under_review(state: str) -> Any:
    request = RequestFactory(state="actionable")
    TransferReviewFactory(state=state, request_number=request.number)
    return request


def contracted(state: str) -> Any:
    request = RequestFactory(state="actionable")
    ContractFactory(request=request, state=state, furnished=False)
    return request


def indicated(state: str) -> Any:
    request = RequestFactory(state="actionable")
    IndicationFactory(request=request, state=state, furnished=False)
    return request


def asked(**fields: Any) -> Any:
    return QuestionFactory(**fields).request


def half_estimated() -> Any:
    indication = IndicationFactory(is_estimated=True)
    indication.lines.filter(number=1).update(unit_price=None, amount=None, months=None, basis="")
    return indication


def cleared(state: str = "cleared", **fields: Any) -> Any:
    contract = ContractFactory(furnished=False)
    TransferReviewFactory(state=state, request_number=contract.request.number, **fields)
    return contract


def approval(state: str) -> Any:
    """A contract whose approval file is in the state."""
    return ContractFactory(state="under_approval", furnished__approval=state)


def on_its_way() -> Any:
    person("director")
    contract = approval("in_circulation")
    ApprovalFile.objects.filter(subject_id=contract.pk).update(number="JP-APV-26-0001")
    return contract


def dearer(contract: Any) -> Any:
    """The price has changed since it was put to approval."""
    contract.lines.filter(number=1).update(unit_price=1)
    return contract


def without_route() -> Any:
    ApprovalRoute._base_manager.filter(matter="foreign_offer").update(valid_to=YESTERDAY)
    return ContractFactory(is_priced=True)


def bill_approved_from(amount: Decimal, **bill: Any) -> Any:
    Threshold._base_manager.update(from_amount=amount)
    return BillFactory(**bill)


def shipment(**furnished: Any) -> Any:
    return ShipmentFactory(contract=ContractFactory(state="in_execution", **furnished))


def service_only() -> Any:
    contract = ContractFactory(state="in_execution")
    contract.lines.update(article=Article.objects.get(catalogue_number="JP-SHP-102"))
    return contract


def taken_quote(valid_until: date) -> Any:
    chosen = {"contractor": firm(), "amount": NET}
    purchase = SubcontractFactory(state="solicited", furnished=False, **chosen)
    words = {"state": "taken", "valid_until": valid_until, "number": f"JP-QUO-26-{valid_until.day}"}
    QuoteFactory(subcontract=purchase, **words)
    return purchase


def with_files(count: int) -> Any:
    request = RequestFactory()
    for number in range(1, count + 1):
        paper(request, f"attachment-{number}")
    return request


def bought_within(price: Decimal) -> Any:
    """A quote of NET has been taken; this is what was estimated."""
    purchase = SubcontractFactory(state="solicited", contractor=firm(), amount=NET)
    CostEstimateFactory(line=purchase.lines.get(number=1), price=price)
    return purchase


def all_packed() -> Any:
    contract = ContractFactory(state="in_execution")
    ShipmentFactory(contract=contract)
    return contract


OFFERED = (
    "The price offered to the nation rests on the quote taken. If that cannot stand, cancel this "
    "purchase and open another."
)
ABOVE = (
    "The quote taken is above the estimated price. Have the contractor quote anew, or take another "
    "quote."
)
RUN_OUT = "The quote was valid until Nov. 21, 2026. Ask the contractor to extend it."
UNCLEARED = "No valid transfer clearance: ask export control to review the transfer."
UNSETTLED = "The ledger is not settled: see the money of the case."
NOT_COVERED = "No valid transfer clearance covers line 1. Open a transfer review."
ORDERS = "More orders may come. Have the nation confirm that it orders no more"
Case = Callable[[], Any]


def in_words(request: Any) -> Any:
    request.lines.create(number=3, description="Mast", quantity=1)
    return request


CHEAP = {"net": 1, "administrative_charge": 0, "total": 1}


def under_change(**fields: Any) -> Any:
    contract = ContractFactory(**{"state": "in_execution", **fields})
    ChangeFactory(contract=contract, number="JP-PH-26-V0001")
    return contract


def overtaken_by_another() -> Any:
    contract = ContractFactory(state="lapsed")
    ContractFactory(request=contract.request, number="JP-PH-26-0009", furnished=False)
    return contract


def with_a_line(number: int, quantity: int) -> Any:
    """A change of one line of a contract of which everything has been received."""
    change = ChangeFactory()
    ShipmentFactory(contract=change.contract, state="received")
    change.lines.update(number=number, quantity=quantity)
    return change


GUARDS: list[tuple[Any, Case, Case, str]] = [
    (
        requests.has_lines,
        RequestFactory,
        lambda: RequestFactory(furnished=False),
        "Add at least one line: what, and how many.",
    ),
    (
        requests.has_letter,
        RequestFactory,
        lambda: RequestFactory(furnished=False),
        "Attach the signed letter of request first.",
    ),
    (
        requests.is_addressed,
        RequestFactory,
        lambda: RequestFactory(signatory="", reference_date=None),
        "Missing: date of the letter, authorised signatory. Fill it in first.",
    ),
    (
        requests.can_be_begun,
        RequestFactory,
        lambda: RequestFactory(end_use="", needed_by=None),
        "Missing: end use, needed by. Return the request with this reason.",
    ),
    (
        requests.is_complete,
        lambda: RequestFactory(**COMPLETE),
        lambda: RequestFactory(**COMPLETE | {"support": [], "end_use": "", "offset": ""}),
        "Missing: end use, support package, offsets. The nation adds it, or you add it for them.",
    ),
    (
        requests.is_not_complete,
        RequestFactory,
        lambda: RequestFactory(state="actionable", complete_at=timezone.now()),
        "The request is complete already.",
    ),
    (
        requests.came_on_paper,
        lambda: RequestFactory(state="submitted", received_on=TODAY),
        lambda: RequestFactory(state="submitted"),
        "The nation wrote this request itself. Return it, so that the nation corrects it.",
    ),
    (
        requests.is_not_acknowledged,
        lambda: RequestFactory(state="submitted"),
        lambda: RequestFactory(state="submitted", acknowledged_at=timezone.now()),
        "The receipt has been acknowledged already.",
    ),
    (
        requests.lines_are_in_the_catalogue,
        RequestFactory,
        lambda: in_words(RequestFactory()),
        "Line 3 names no article of the catalogue. Identify it first.",
    ),
    (
        requests.lines_are_in_words,
        lambda: in_words(RequestFactory()),
        RequestFactory,
        "Every line names an article already.",
    ),
    (
        requests.has_no_live_review,
        lambda: under_review("refused"),
        lambda: under_review("on_hold"),
        "A transfer review has been opened already.",
    ),
    (
        requests.has_no_live_contract,
        lambda: contracted("declined"),
        lambda: contracted("draft"),
        "A contract has been opened for this request already.",
    ),
    (
        requests.has_no_live_indication,
        lambda: indicated("sent"),
        lambda: indicated("draft"),
        "A price and availability is being prepared: send or cancel it first.",
    ),
    (
        requests.no_offer_is_wanted,
        lambda: RequestFactory(answer_wanted="price_and_availability"),
        lambda: RequestFactory(answer_wanted="offer"),
        "The nation asks for another answer: letter of offer.",
    ),
    (
        requests.agency_has_asked,
        asked,
        lambda: asked(is_answered=True),
        "No question of the agency is open.",
    ),
    (
        requests.nation_has_asked,
        lambda: asked(asked_by="nation"),
        asked,
        "No question of the nation is open.",
    ),
    (
        requests.an_answer_is_late,
        lambda: asked(due_on=YESTERDAY),
        lambda: asked(due_on=TODAY),
        "No answer is late.",
    ),
    (
        requests.an_answer_is_late,
        lambda: asked(due_on=YESTERDAY),
        lambda: asked(due_on=YESTERDAY, reminded_at=timezone.now()),
        "No answer is late.",
    ),
    (
        delays.waits_for_a_reason,
        late,
        lambda: RequestFactory(state="submitted"),
        "Nothing is late.",
    ),
    (
        delays.waits_for_a_reason,
        late,
        lambda: late(is_explained=True),
        "It has been said why it is late.",
    ),
    (
        indications.is_estimated,
        lambda: IndicationFactory(is_estimated=True),
        IndicationFactory,
        "Nothing is estimated yet. Enter price and availability of every line.",
    ),
    (
        indications.is_estimated,
        lambda: IndicationFactory(is_estimated=True),
        half_estimated,
        "Nothing is estimated yet. Enter price and availability of every line.",
    ),
    (
        contracts.transfer_is_cleared,
        IndicationFactory,
        lambda: IndicationFactory(furnished__without=["clearance"]),
        "No valid transfer clearance: ask export control to review the transfer.",
    ),
    (
        contracts.is_priced,
        lambda: ContractFactory(is_priced=True),
        half_priced,
        "The offer has no price yet. Take a quote for every line, then price it.",
    ),
    (
        contracts.no_waiver_is_open,
        ContractFactory,
        lambda: ContractFactory(proposed_waiver={"lines": [1], "charges": ["audit"], "reason": ""}),
        "A waiver is being decided on: –. Have its file finished or withdrawn first.",
    ),
    (
        contracts.something_left_to_buy,
        ContractFactory,
        lambda: ContractFactory(is_priced=True),
        "Every line is being bought already: see the subcontracts.",
    ),
    (
        contracts.price_follows_its_sources,
        lambda: ContractFactory(is_priced=True),
        requoted,
        "A quote or a price of stock has changed since the price was made. Price the offer again.",
    ),
    (
        contracts.price_follows_its_sources,
        lambda: of_kind("blanket_order"),
        requoted,
        "A quote or a price of stock has changed since the price was made. Price the offer again.",
    ),
    (
        contracts.quotes_are_taken,
        quoted,
        half_quoted,
        "No quote has been taken for line 3. Solicit and take one first.",
    ),
    (
        contracts.quotes_are_taken,
        quoted,
        lambda: quoted("cancelled"),
        "No quote has been taken for line 1, 2. Solicit and take one first.",
    ),
    (
        contracts.fits_its_kind,
        ContractFactory,
        lambda: of_kind("lease"),
        "Line 1, 2 does not belong in a case of this kind. Choose another kind.",
    ),
    (
        contracts.fits_its_kind,
        lambda: in_its_place("support_draws", period_from=TODAY, period_to=TODAY),
        lambda: in_its_place("support_draws"),
        "Line 1, 2 has no period. Write the terms of the lines.",
    ),
    (
        contracts.stands_on_its_stock,
        lambda: in_its_place("support_draws"),
        lambda: in_its_place("support_draws", state="accepted"),
        "The stock of part I is not in execution yet. Name its case with the kind.",
    ),
    (
        contracts.is_not_suspended,
        ContractFactory,
        lambda: ContractFactory(state="in_execution", suspended_at=timezone.now()),
        "The contract is suspended since Nov. 22, 2026. Resume it first.",
    ),
    (
        contracts.is_suspended,
        lambda: ContractFactory(state="in_execution", suspended_at=timezone.now()),
        ContractFactory,
        "The contract is not suspended.",
    ),
    (
        requisitions.order_is_open,
        ordered,
        lambda: ordered(
            contract=of_kind(
                "blanket_order",
                state="in_execution",
                number="JP-PH-26-9999",
                suspended_at=timezone.now(),
            )
        ),
        "The order JP-PH-26-9999 is suspended.",
    ),
    (
        shipments.is_not_held,
        ShipmentFactory,
        lambda: ShipmentFactory(held_at=timezone.now()),
        "The contract is suspended: nothing leaves.",
    ),
    (
        requests.has_room_for_files,
        lambda: with_files(29),
        lambda: with_files(30),
        "30 files are attached already. Put several into one.",
    ),
    (
        subcontracts.is_bought_in_yen,
        SubcontractFactory,
        lambda: SubcontractFactory(currency="USD"),
        "The cost method counts in yen; this purchase is in USD.",
    ),
    (
        subcontracts.quote_is_within_the_estimate,
        lambda: bought_within(NET),
        lambda: bought_within(NET - 1),
        ABOVE,
    ),
    (
        subcontracts.contract_goes_on,
        SubcontractFactory,
        lambda: SubcontractFactory(
            contract=ContractFactory(state="in_execution", suspended_at=timezone.now())
        ),
        "The contract with the nation is suspended. Wait until it is resumed.",
    ),
    (
        contracts.is_priced_by_quotes,
        ContractFactory,
        lambda: of_kind("blanket_order"),
        "The lines are ceilings: set them instead.",
    ),
    (
        contracts.is_by_worth,
        lambda: of_kind("blanket_order"),
        ContractFactory,
        "Only a blanket order has ceilings. Choose the kind of case first.",
    ),
    (
        contracts.has_no_subcontract,
        ContractFactory,
        quoted,
        "Industry has been asked already. Cancel the subcontracts first.",
    ),
    (
        contracts.no_requisition_is_open,
        lambda: RequisitionFactory(state="refused").contract,
        lambda: RequisitionFactory(number="JP-PH-26-D9999").contract,
        "Requisition JP-PH-26-D9999 waits for an answer.",
    ),
    (
        contracts.articles_are_back,
        lambda: of_kind("lease", state="delivered", returned_on=TODAY),
        lambda: of_kind("lease", state="delivered"),
        "The articles on lease have not come back. Record their return first.",
    ),
    (
        contracts.articles_are_lent,
        lambda: of_kind("lease", state="delivered"),
        delivered,
        "Nothing is on lease.",
    ),
    (
        contracts.articles_are_lent,
        lambda: of_kind("lease", state="delivered"),
        lambda: of_kind("lease", state="delivered", returned_on=TODAY),
        "They have come back already.",
    ),
    (
        contracts.all_lines_delivered,
        lambda: of_kind("support_stock", state="delivered"),
        lambda: of_kind("support_stock", state="in_execution"),
        "Not yet in stock: line 1, 2.",
    ),
    (
        contracts.something_to_ship,
        lambda: SubcontractFactory(state="accepted").contract,
        lambda: of_kind("support_stock", state="in_execution"),
        "What is bought stays in Japan, for later requisitions.",
    ),
    (
        contracts.something_to_bill,
        lambda: ContractFactory(state="in_execution"),
        lambda: of_kind("grant", state="in_execution"),
        "A grant is not billed.",
    ),
    (
        requisitions.fits_under_its_ceiling,
        ordered,
        lambda: ordered(worth=NET),
        (
            "JPY 5,000,000 are asked for, and JPY 3,000,000 are left of line 1. Order less, or have "
            "the ceiling raised by an amendment."
        ),
    ),
    (
        requisitions.order_is_open,
        ordered,
        lambda: ordered(contract=of_kind("blanket_order", number="JP-PH-26-9999")),
        "The order JP-PH-26-9999 is not in execution.",
    ),
    (
        requisitions.transfer_covers_it,
        ordered,
        lambda: ordered(
            contract=of_kind(
                "blanket_order", state="in_execution", furnished__without=["clearance"]
            )
        ),
        NOT_COVERED,
    ),
    (
        requisitions.transfer_covers_it,
        lambda: not_covered(reviewed="cleared"),
        lambda: not_covered(reviewed="under_review"),
        NOT_COVERED,
    ),
    (
        requisitions.transfer_is_not_covered,
        not_covered,
        lambda: not_covered(reviewed="draft"),
        "A transfer review has been opened already.",
    ),
    (
        requisitions.transfer_is_not_covered,
        lambda: not_covered(reviewed="refused"),
        ordered,
        "The transfer clearance covers every line already.",
    ),
    (
        requisitions.holds_no_weapon,
        ordered,
        armed,
        "Line 1 is a weapon. It needs a request of its own.",
    ),
    (
        contracts.stock_has_prices,
        lambda: from_stock(basis="stock"),
        lambda: from_stock(basis="market"),
        "The catalogue has no price of stock in JPY for line 1. Have it entered, or buy the line.",
    ),
    (contracts.transfer_is_cleared, cleared, lambda: cleared("under_review"), UNCLEARED),
    (
        contracts.transfer_is_cleared,
        lambda: cleared(valid_until=TODAY),
        lambda: cleared(valid_until=YESTERDAY),
        UNCLEARED,
    ),
    (
        contracts.offer_is_valid,
        lambda: ContractFactory(state="offered", expires_on=TODAY),
        lambda: ContractFactory(state="offered", expires_on=YESTERDAY),
        "The offer expired on Nov. 21, 2026. Ask the agency for a new one.",
    ),
    (
        emergency.its_time_is_over,
        lambda: EmergencyAccessFactory(expires_at=timezone.now()),
        EmergencyAccessFactory,
        "It is still running.",
    ),
    (
        contracts.offer_is_over,
        lambda: ContractFactory(state="offered", expires_on=YESTERDAY),
        lambda: ContractFactory(state="offered", expires_on=TODAY),
        "The offer is still open.",
    ),
    (
        contracts.all_lines_delivered,
        received,
        half_received,
        "Not yet received: line 1 (1/3).",
    ),
    (
        contracts.all_bills_settled,
        delivered,
        lambda: delivered("payment"),
        "A bill is still open. Record its payment or void it.",
    ),
    (
        contracts.all_bills_settled,
        delivered,
        lambda: delivered("bill"),
        "Billed JPY 0 of JPY 5,160,000. Bill the rest first.",
    ),
    (
        contracts.all_bills_settled,
        delivered,
        with_surplus,
        "A deposit of JPY 1 is left over. Record its refund first.",
    ),
    (
        contracts.all_bills_settled,
        delivered,
        lambda: with_surplus(Code.RECEIVABLE, Code.SALES),
        UNSETTLED,
    ),
    (
        contracts.everything_is_billed,
        delivered,
        lambda: delivered("payment"),
        "A bill is still open. Record its payment or void it.",
    ),
    (
        contracts.everything_is_billed,
        undrawn,
        lambda: delivered("bill"),
        "Billed JPY 0 of JPY 5,160,000. Bill the rest first.",
    ),
    (contracts.deposit_is_left, with_surplus, delivered, "No deposit is left over."),
    (
        contracts.no_more_orders_come,
        delivered,
        lambda: drawn_upon(TODAY - timedelta(days=179)),
        f"{ORDERS}, or wait until Nov. 23, 2026.",
    ),
    (
        contracts.no_more_orders_come,
        lambda: drawn_upon(TODAY - timedelta(days=180)),
        lambda: drawn_upon(TODAY - timedelta(days=400), ordered_on=TODAY - timedelta(days=1)),
        f"{ORDERS}, or wait until May 20, 2027.",
    ),
    (contracts.no_more_orders_come, undrawn, without_standard, f"{ORDERS}."),
    (
        contracts.is_drawn_upon,
        lambda: of_kind("blanket_order"),
        ContractFactory,
        "No orders are placed against this contract.",
    ),
    (
        contracts.more_orders_may_come,
        lambda: drawn_upon(TODAY),
        undrawn,
        "It is confirmed already that no more orders come.",
    ),
    (
        contracts.no_more_orders_are_confirmed,
        undrawn,
        lambda: drawn_upon(TODAY),
        "Nobody has confirmed that no more orders come: order as before.",
    ),
    (
        contracts.something_to_ship,
        lambda: SubcontractFactory(state="accepted").contract,
        lambda: SubcontractFactory(state="delivered").contract,
        "Nothing that is left to ship has been inspected. Accept its delivery first.",
    ),
    (
        contracts.something_to_ship,
        service_only,
        all_packed,
        "Everything has been packed already: see the shipments.",
    ),
    (
        contracts.quotes_still_hold,
        lambda: taken_quote(TODAY).contract,
        lambda: taken_quote(YESTERDAY).contract,
        "No longer valid: quote JP-QUO-26-21. Ask the contractor to extend it.",
    ),
    (
        contracts.something_to_bill,
        lambda: ContractFactory(state="in_execution"),
        lambda: BillFactory(state="paid").contract,
        "The whole price has been billed.",
    ),
    (
        contracts.something_to_bill,
        lambda: BillFactory(state="void").contract,
        lambda: BillFactory(state="draft", amount=DEPOSIT).contract,
        "A bill is being drafted already. Issue or void it first.",
    ),
    (
        contracts.subcontracts_are_closed,
        lambda: SubcontractFactory(state="closed").contract,
        lambda: SubcontractFactory(state="paid", number="JP-SUB-26-0001").contract,
        "Still open with industry: JP-SUB-26-0001.",
    ),
    (
        contracts.subcontracts_are_closed,
        lambda: SubcontractFactory(state="closed").contract,
        lambda: SubcontractFactory(state="terminated").contract,
        "No closed subcontract covers line 1, 2: nothing was bought for it.",
    ),
    (
        contracts.end_use_certificate_is_on_file,
        delivered,
        lambda: delivered("certificate"),
        "No end-use certificate on file. Ask the nation to file it.",
    ),
    (
        subcontracts.quote_is_taken,
        lambda: SubcontractFactory(state="solicited", contractor=firm(), amount=NET),
        lambda: SubcontractFactory(state="solicited"),
        "No quote has been taken yet. Choose one first.",
    ),
    (
        subcontracts.quote_still_holds,
        lambda: taken_quote(TODAY),
        lambda: taken_quote(YESTERDAY),
        RUN_OUT,
    ),
    (
        subcontracts.contract_goes_on,
        SubcontractFactory,
        lambda: SubcontractFactory(contract=ContractFactory(state="lapsed", furnished=False)),
        "The contract with the nation has ended. Cancel this purchase.",
    ),
    (
        subcontracts.price_is_not_offered,
        lambda: SubcontractFactory(state="solicited"),
        lambda: SubcontractFactory(state="solicited", contractor=firm(), amount=NET),
        OFFERED,
    ),
    (
        quotes.still_holds,
        lambda: QuoteFactory(state="submitted", valid_until=TODAY),
        lambda: QuoteFactory(state="submitted", valid_until=YESTERDAY),
        RUN_OUT,
    ),
    (
        quotes.order_is_not_placed,
        QuoteFactory,
        lambda: QuoteFactory(subcontract__state="awarded"),
        "The order has been placed already.",
    ),
    (
        bills.something_is_due,
        BillFactory,
        lambda: BillFactory(amount=DEPOSIT),
        "The deposit covers this bill: nothing is left to pay.",
    ),
    (
        bills.deposit_covers_it,
        lambda: BillFactory(amount=DEPOSIT),
        BillFactory,
        "The bill is not covered by the deposit.",
    ),
    (
        subcontracts.contract_is_in_execution,
        lambda: SubcontractFactory(contract=delivered()),
        lambda: SubcontractFactory(contract=ContractFactory(state="accepted")),
        "The contract with the nation is not in execution yet: wait for its deposit.",
    ),
    (
        subcontracts.invoice_is_on_file,
        lambda: SubcontractFactory(state="paid"),
        lambda: SubcontractFactory(state="accepted"),
        "The contractor has not sent its invoice yet.",
    ),
    (
        subcontracts.no_invoice_yet,
        lambda: SubcontractFactory(state="accepted"),
        lambda: SubcontractFactory(state="accepted", invoice_number="INV-7"),
        "Invoice INV-7 has been sent already.",
    ),
    (
        quotes.still_time_to_quote,
        lambda: QuoteFactory(subcontract__quote_by=TODAY),
        lambda: QuoteFactory(subcontract__quote_by=YESTERDAY),
        "The last day for quotes was Nov. 21, 2026. Ask the agency for more time.",
    ),
    (
        reviews.is_screened,
        TransferReviewFactory,
        lambda: TransferReviewFactory(screened_on=None),
        "Not screened yet. Enter the screening facts first.",
    ),
    (
        reviews.nothing_stops_it,
        TransferReviewFactory,
        lambda: TransferReviewFactory(stop_rules=["D01", "D04"]),
        "Stopped by rule D01, D04 of the decision table; refuse it or correct the facts.",
    ),
    (
        reviews.clearance_has_run_out,
        lambda: TransferReviewFactory(state="cleared", valid_until=YESTERDAY),
        lambda: TransferReviewFactory(state="cleared", valid_until=TODAY),
        "The clearance is valid until Nov. 22, 2026.",
    ),
    (
        shipments.transfer_is_cleared,
        shipment,
        lambda: shipment(furnished__without=["clearance"]),
        UNCLEARED,
    ),
    (
        files.has_route(OFFER),
        lambda: ContractFactory(is_priced=True),
        without_route,
        "No route for foreign_offer is in force on 2026-11-22. Add a route to the reference data.",
    ),
    (
        files.has_route(OFFER),
        lambda: ContractFactory(is_priced=True),
        lambda: ContractFactory(is_priced=True, currency="USD"),
        "Approval routes are in yen. Price this case in yen.",
    ),
    (
        files.approved(OFFER),
        lambda: approval("awaiting_issue"),
        lambda: ContractFactory(state="under_approval", furnished__without=["approval"]),
        "Not approved yet: the drafter has to put the approval file forward.",
    ),
    (
        files.approved(OFFER),
        lambda: approval("issued"),
        lambda: approval("drafting"),
        "Not approved yet: the drafter has to put the approval file forward.",
    ),
    (
        files.approved(OFFER),
        lambda: approval("awaiting_issue"),
        lambda: approval("withdrawn"),
        "Not approved yet: the drafter has to put the approval file forward.",
    ),
    (
        files.approved(OFFER),
        lambda: approval("awaiting_issue"),
        lambda: dearer(approval("awaiting_issue")),
        CHANGED,
    ),
    (
        contracts.is_not_being_restated,
        lambda: ContractFactory(state="offered"),
        lambda: under_change(state="offered"),
        "The agency is restating this offer. Wait for the new one.",
    ),
    (
        contracts.no_change_is_open,
        lambda: ChangeFactory(state="in_effect").contract,
        under_change,
        "The change JP-PH-26-V0001 is open already. Finish or withdraw it first.",
    ),
    (
        contracts.is_the_only_one_of_its_request,
        lambda: ContractFactory(state="lapsed"),
        overtaken_by_another,
        "Another contract answers the request already: JP-PH-26-0009.",
    ),
    (
        changes.says_what_changes,
        ChangeFactory,
        lambda: ChangeFactory(
            furnished=False, **dict.fromkeys(("net", "administrative_charge", "total", "deposit"))
        ),
        "Nothing changes yet. Write down what the lines are to be.",
    ),
    (
        changes.fits_what_has_happened,
        ChangeFactory,
        lambda: ChangeFactory(contract=ContractFactory(state="delivered"), **CHEAP),
        "JPY 5,160,000 have been billed already. The price cannot be less.",
    ),
    (
        changes.fits_what_has_happened,
        lambda: with_a_line(2, 1),
        lambda: with_a_line(1, 2),
        "Line 1: 3 have been packed already. Give at least as many.",
    ),
    (
        changes.transfer_covers_it,
        ChangeFactory,
        lambda: ChangeFactory(furnished__without=["clearance"]),
        "No valid transfer clearance covers line 3. Open a transfer review.",
    ),
    (
        changes.transfer_is_not_covered,
        lambda: ChangeFactory(furnished__without=["clearance"]),
        ChangeFactory,
        "A transfer review has been opened already.",
    ),
    (
        changes.transfer_is_not_covered,
        lambda: ChangeFactory(furnished__without=["clearance"]),
        lambda: ChangeFactory(furnished=False),
        "The transfer clearance covers every line already.",
    ),
    (
        bills.approval_is_needed,
        lambda: bill_approved_from(TOTAL),
        lambda: bill_approved_from(TOTAL + 1),
        "A bill of this amount needs no approval: issue it.",
    ),
    (
        bills.is_approved_if_needed,
        lambda: bill_approved_from(TOTAL + 1),
        lambda: bill_approved_from(TOTAL),
        "A bill of this amount needs an approval. Put it to approval first.",
    ),
    (
        bills.is_approved_if_needed,
        lambda: BillFactory(state="under_approval", furnished__approval="awaiting_issue"),
        lambda: BillFactory(state="under_approval", furnished__approval="drafting"),
        "Not approved yet: the drafter has to put the approval file forward.",
    ),
    (
        files.approved(OFFER),
        lambda: approval("awaiting_issue"),
        on_its_way,
        "Not approved yet. The file JP-APV-26-0001 is with: Director, Case Management.",
    ),
]


OTHERS = ("price_and_availability", "negative_answer", "amendment")
# Made by one function for each matter: what is said of offers above is said of all.
SAME_OF_OTHER_MATTERS = {
    ("approvals.files", f"{kind}_{matter}")
    for kind, matter in [
        *[
            ("has_route", name)
            for name in ("subcontract_award", "transfer_review", "bill_or_refund", *OTHERS)
        ],
        *[("approved", name) for name in ("subcontract_award", "transfer_review", *OTHERS)],
    ]
}
# Each stands in `tests/approvals/test_guards.py`.
GUARDS_OF_FILES = {
    ("approvals.models.file", guard.__name__)
    for step in steps_of(ApprovalFile).values()
    for guard in step.when
}


@pytest.mark.parametrize(
    ("guard", "content", "objecting", "sentence"), GUARDS, ids=[row[0].__name__ for row in GUARDS]
)
@time_machine.travel(NOON, tick=False)
def test_guard_is_content_or_objects_with_a_sentence(
    guard: Any, content: Case, objecting: Case, sentence: str
) -> None:
    assert guard(content()) == ""
    assert guard(objecting()) == sentence


def test_every_guard_of_the_rooms_is_tested_here() -> None:
    declared = {
        (guard.__module__, guard.__name__)
        for model in case_types()
        for step in steps_of(model).values()
        for guard in step.when
    }
    tested = {(guard.__module__, guard.__name__) for guard, *_ in GUARDS}

    assert declared <= tested | SAME_OF_OTHER_MATTERS | GUARDS_OF_FILES


def test_request_says_what_is_missing_in_the_order_of_the_checklist() -> None:
    request = RequestFactory(end_user="", end_use="", delivery_place="", needed_by=None, funding="")

    assert request.missing_to_begin() == [
        *("end_user", "end_use", "needed_by", "delivery_place", "funding")
    ]
