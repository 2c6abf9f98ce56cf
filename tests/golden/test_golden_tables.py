"""Each machine against its golden table: every state × step × role."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from approvals.models import ApprovalFile, ApprovalRoute, Conflict
from cases.models import (
    Bill,
    Change,
    Contract,
    Indication,
    Quote,
    QuoteLine,
    Request,
    Requisition,
    Subcontract,
    Threshold,
)
from exports.models import Shipment, ShipmentLine, TransferReview
from industry.models import Article
from partners.models import EmergencyAccess, Membership
from tests.approvals.hands import file_of, propose
from tests.factories import (
    CHARGE,
    COMPLETE,
    DEPOSIT,
    DRAFTER,
    NET,
    SCREENER,
    TOTAL,
    AbsenceFactory,
    ArticleFactory,
    BillFactory,
    CaseFactory,
    ChangeFactory,
    ContractFactory,
    CostEstimateFactory,
    EmergencyAccessFactory,
    IndicationFactory,
    MembershipFactory,
    NationFactory,
    QuestionFactory,
    QuoteFactory,
    RequestFactory,
    RequisitionFactory,
    ShipmentFactory,
    SubcontractFactory,
    TransferReviewFactory,
    add_request_lines,
    firm,
    paper,
    person,
    request_begun,
    review_requisition,
    stand,
    undrawn,
)
from tests.golden.tables import Answers, golden, offered, table
from tests.people import one_of_each
from workflow import steps
from workflow.models import Case

pytestmark = pytest.mark.django_db
NOON = "2026-11-22T12:00:00+09:00"
YESTERDAY = date(2026, 11, 21)
WAIVER = {"lines": [1], "charges": ["audit"], "reason": "Japan gains from it."}
NO_PRICE = dict.fromkeys(
    ("net", "administrative_percent", "administrative_charge", "total", "deposit", "priced_on")
)

People = dict[str, Any]
Situations = dict[str, Case]


def in_each_state(made: type[CaseFactory], **fields: Any) -> Situations:
    """The case in every state of its machine, ready for its next step."""
    states = made._meta.model._meta.get_field("state").flatchoices
    return {state: made(state=state, **fields) for state, _label in states}


def requests(people: People) -> Situations:
    people["case manager who drafted it"] = person("case_manager", id=DRAFTER)
    people["case manager who has signed"] = signer = person("case_manager")
    decided = RequestFactory(state="under_approval", furnished__approval="awaiting_issue")
    stand(decided, "decline:approve", signer)
    routes = ApprovalRoute._base_manager.filter(matter="negative_answer")
    routes.update(nation=NationFactory(code="PH"))
    asked, asking, late = (RequestFactory(state="submitted") for _ in range(3))
    QuestionFactory(request=asked)
    QuestionFactory(request=asking, asked_by="nation")
    QuestionFactory(request=late, due_on=YESTERDAY)
    indicated = RequestFactory(state="actionable")
    IndicationFactory(request=indicated, furnished=False)
    contracted = RequestFactory(state="actionable")
    ContractFactory(request=contracted, furnished=False)
    reviewed = RequestFactory(state="actionable")
    TransferReviewFactory(state="under_review", request_number=reviewed.number)
    unsigned, unaddressed = RequestFactory(furnished=False), RequestFactory(signatory="")
    add_request_lines(unsigned)
    in_words = RequestFactory(state="actionable")
    in_words.lines.create(number=3, description="Mast", quantity=1)
    explained = request_begun(120)
    why = {"code": "industry_quote", "reason": "The maker has not quoted."}
    steps.take(explained, "explain_delay", by=person("case_manager"), **why)
    full = RequestFactory(state="submitted")
    for number in range(30):
        paper(full, f"attachment-{number}")
    now = timezone.now()
    return in_each_state(RequestFactory) | {
        "draft, without lines": RequestFactory(furnished=False),
        "draft, without letter": unsigned,
        "draft, without signatory": unaddressed,
        "submitted, with gaps": RequestFactory(state="submitted", end_user="", funding=""),
        "submitted on paper": RequestFactory(state="submitted", received_on=YESTERDAY),
        "submitted, acknowledged": RequestFactory(state="submitted", acknowledged_at=now),
        "submitted, no route for the nation": RequestFactory(
            state="submitted", nation=NationFactory(code="AU")
        ),
        "submitted, 30 files attached": full,
        "submitted, a question to the nation": asked,
        "submitted, a question of the nation": asking,
        "submitted, an answer is late": late,
        "actionable, a line in words": in_words,
        "actionable, an offer is wanted": RequestFactory(state="actionable", answer_wanted="offer"),
        "actionable, price and availability being prepared": indicated,
        "answer under approval, the file decided": decided,
        "actionable, complete": RequestFactory(state="actionable", complete_at=now, **COMPLETE),
        "actionable, nothing missing": RequestFactory(state="actionable", **COMPLETE),
        "actionable, under review": reviewed,
        "actionable, contract opened": contracted,
        "actionable, the answer is late": request_begun(120),
        "actionable, said why it is late": explained,
    }


def indications(people: People) -> Situations:
    people["case manager who drafted it"] = person("case_manager", id=DRAFTER)
    people["case manager who has signed"] = signer = person("case_manager")

    def approval(state: str = "awaiting_issue", **fields: Any) -> Any:
        return IndicationFactory(state="under_approval", furnished__approval=state, **fields)

    decided, emptied, renamed = approval(), approval(), approval()
    stand(decided, "indication:approve", signer)
    emptied.lines.filter(number=1).update(unit_price=None, amount=None, months=None, basis="")
    Indication.objects.filter(pk=renamed.pk).update(title="Coastal radars")
    estimated = {"is_estimated": True}
    return in_each_state(IndicationFactory) | {
        "draft, estimated": IndicationFactory(**estimated),
        "draft, estimated, not cleared": IndicationFactory(
            furnished__without=["clearance"], **estimated
        ),
        "draft, estimated in another money": IndicationFactory(currency="USD", **estimated),
        "under approval, the file decided": decided,
        "under approval, the file decided, its title another since": renamed,
        "under approval, the file decided, clearance gone": approval(
            furnished__without=["clearance"]
        ),
        "under approval, an estimate gone": emptied,
    }


def contracts(people: People) -> Situations:
    people["case manager who drafted it"] = person("case_manager", id=DRAFTER)
    people["case manager who has signed"] = signer = person("case_manager")

    def approval(state: str = "awaiting_issue", **fields: Any) -> Any:
        return ContractFactory(state="under_approval", furnished__approval=state, **fields)

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
    unpriced = approval()
    unpriced.lines.filter(number=1).update(unit_price=None, amount=None)
    overtaken = approval()
    QuoteLine.objects.filter(quote__subcontract__contract=overtaken).update(unit_price=1)
    decided, renamed = approval(), approval()
    stand(decided, "offer:approve", signer)
    Contract.objects.filter(pk=renamed.pk).update(title="Coastal radars")
    stale, outlived = ContractFactory(), approval()
    SubcontractFactory(contract=stale, state="solicited", contractor=firm(), amount=NET)
    for contract, number in ((stale, "JP-QUO-26-9901"), (outlived, "JP-QUO-26-9902")):
        run_out = Quote.objects.filter(subcontract__contract=contract)
        run_out.update(valid_until=YESTERDAY, number=number)
    inspected = ContractFactory(state="in_execution")
    SubcontractFactory(contract=inspected, state="accepted")
    lost = delivered()
    ShipmentLine.objects.filter(shipment__contract_number=lost.number, number=1).update(quantity=2)
    quote_gone = ContractFactory(state="offered")
    SubcontractFactory(
        contract=quote_gone, state="solicited", contractor=firm(), amount=NET
    ).quotes.update(valid_until=YESTERDAY, number="JP-QUO-26-9903")
    restated, changed = ContractFactory(state="offered"), ContractFactory(state="in_execution")
    ChangeFactory(contract=restated, number="JP-PH-26-V9901", kind_of_change="restatement")
    ChangeFactory(contract=changed, number="JP-PH-26-V9902")
    cleaned_up = delivered()
    ChangeFactory(contract=cleaned_up, number="JP-PH-26-V9903", kind_of_change="modification")
    from_stock = ContractFactory()
    from_stock.lines.filter(number=1).update(source="S", article=ArticleFactory())
    SubcontractFactory(contract=from_stock, state="solicited", contractor=firm(), amount=NET)
    ordering = ContractFactory(state="in_execution", kind_of_case="blanket_order")
    ordered = delivered(kind_of_case="blanket_order")
    RequisitionFactory(contract=ordering, number="JP-PH-26-D9901")
    RequisitionFactory(contract=ordered, number="JP-PH-26-D9902")
    halted = ContractFactory(state="in_execution", suspended_at=timezone.now())
    ShipmentFactory(contract=halted, state="received")
    replaced = ContractFactory(state="lapsed")
    ContractFactory(request=replaced.request, number="JP-PH-26-9901", furnished=False)
    late = ContractFactory(state="accepted", deliver_by=YESTERDAY)
    paid = {"amount": DEPOSIT, "received_on": YESTERDAY, "bank_reference": "MUFG-1"}
    late = steps.take(late, "record_deposit", by=person("finance_officer"), **paid).case
    waived = ContractFactory(is_priced=True)
    stand(waived, "waiver:approve", signer)
    return in_each_state(ContractFactory) | {
        "draft, quotes taken": quoted,
        "draft, a quote taken that has run out": stale,
        "draft, a line from stock without a price": from_stock,
        "draft, a blanket order": ContractFactory(kind_of_case="blanket_order"),
        "draft, priced, of a kind that its lines do not have": ContractFactory(
            is_priced=True, kind_of_case="lease"
        ),
        "draft, priced": ContractFactory(is_priced=True),
        "draft, priced, another quote taken since": requoted,
        "draft, priced, not cleared": ContractFactory(
            is_priced=True, furnished__without=["clearance"]
        ),
        "draft, priced in another money": ContractFactory(is_priced=True, currency="USD"),
        "under approval, the file not put forward": approval("drafting"),
        "under approval, the file awaiting decision": approval("awaiting_decision"),
        "under approval, the file decided": decided,
        "under approval, the file decided, its title another since": renamed,
        "under approval, the file decided, clearance gone": approval(
            furnished__without=["clearance"]
        ),
        "under approval, a price gone": unpriced,
        "under approval, the file decided, another quote taken since": overtaken,
        "under approval, the file decided, a quote run out since": outlived,
        "offered, expired": ContractFactory(state="offered", expires_on=YESTERDAY),
        "offered, its part I not in execution": ContractFactory(
            state="offered", kind_of_case="support_draws"
        ),
        "in execution, the promised day has passed": late,
        "draft, a waiver decided on": waived,
        "draft, a waiver being decided on": ContractFactory(is_priced=True, proposed_waiver=WAIVER),
        "offered, being restated": restated,
        "offered, a quote run out since": quote_gone,
        "offered, clearance gone": ContractFactory(
            state="offered", furnished__without=["clearance"]
        ),
        "lapsed, another contract since": replaced,
        "in execution, a change drafted": changed,
        "in execution, suspended": ContractFactory(
            state="in_execution", kind_of_case="blanket_order", suspended_at=timezone.now()
        ),
        "in execution, all received, suspended": halted,
        "in execution, a lease": ContractFactory(state="in_execution", kind_of_case="lease"),
        "in execution, a requisition open": ordering,
        "in execution, a blanket order": ContractFactory(
            state="in_execution", kind_of_case="blanket_order"
        ),
        "in execution, a bill drafted": BillFactory().contract,
        "in execution, delivery accepted": inspected,
        "in execution, all received": arrived,
        "delivered, a line not received": lost,
        "delivered, nothing billed": delivered("bill"),
        "delivered, a bill unpaid": delivered("payment"),
        "delivered, a subcontract open": still_buying,
        "delivered, no end-use certificate": delivered("certificate"),
        "delivered, a change drafted": cleaned_up,
        "delivered, a lease": delivered(kind_of_case="lease"),
        "delivered, a requisition open": ordered,
        "delivered, a blanket order never drawn upon": undrawn(),
        "delivered, more orders may come": undrawn(no_more_orders_at=None),
    }


def changes(people: People) -> Situations:
    people["case manager who drafted it"] = person("case_manager", id=DRAFTER)
    people["case manager who has signed"] = signer = person("case_manager")

    def approval(state: str, **fields: Any) -> Any:
        return ChangeFactory(state="under_approval", furnished__approval=state, **fields)

    not_covered = {"furnished__without": ["clearance"]}
    reviewed = ChangeFactory(**not_covered)
    TransferReviewFactory(state="under_review", request_number=reviewed.number)
    gone, gone_since = ChangeFactory(), approval("awaiting_issue")
    for change in (gone, gone_since, signed_late := ChangeFactory(state="offered")):
        ShipmentFactory(contract=change.contract, state="received")
        change.lines.update(number=1, quantity=2)
    decided = approval("awaiting_issue")
    stand(decided, "offer:approve", signer)
    return in_each_state(ChangeFactory) | {
        "draft, without lines": ChangeFactory(furnished=False, **NO_PRICE),
        "draft, a line below what has been packed": gone,
        "draft, what is added not cleared": ChangeFactory(**not_covered),
        "draft, what is added under review": reviewed,
        "draft, priced in another money": ChangeFactory(currency="USD"),
        "under approval, the file not put forward": approval("drafting"),
        "under approval, the file decided": decided,
        "under approval, the file decided, more packed since": gone_since,
        "under approval, the file decided, clearance gone": approval(
            "awaiting_issue", **not_covered
        ),
        "offered, expired": ChangeFactory(state="offered", expires_on=YESTERDAY),
        "offered, more packed since": signed_late,
        "offered, clearance gone": ChangeFactory(state="offered", **not_covered),
    }


def requisitions(people: People) -> Situations:
    dearer = RequisitionFactory(state="priced", worth=NET)
    uncleared = ContractFactory(
        state="in_execution", kind_of_case="blanket_order", furnished__without=["clearance"]
    )
    closed, armed = RequisitionFactory(state="priced"), RequisitionFactory(state="priced")
    Contract.objects.filter(pk=closed.contract_id).update(state="closed", number="JP-PH-26-9902")
    armed.lines.update(article=ArticleFactory(item_class="weapon"))
    reviewed = RequisitionFactory(state="priced", furnished__without=["clearance"])
    review_requisition(reviewed, state="under_review")
    return in_each_state(RequisitionFactory) | {
        "priced, more than is left of the ceiling": dearer,
        "priced, clearance gone": RequisitionFactory(state="priced", contract=uncleared),
        "priced, an article not cleared": RequisitionFactory(
            state="priced", furnished__without=["clearance"]
        ),
        "priced, an article under review": reviewed,
        "priced, the order closed": closed,
        "priced, a weapon": armed,
        "priced, the order suspended": RequisitionFactory(
            state="priced",
            contract=ContractFactory(
                state="in_execution",
                kind_of_case="blanket_order",
                number="JP-PH-26-9903",
                suspended_at=timezone.now(),
            ),
        ),
    }


def subcontracts(people: People) -> Situations:
    people["contract officer who drafted it"] = person("contract_officer", id=DRAFTER)
    people["contract officer who has signed"] = signer = person("contract_officer")
    chosen = {"contractor": firm(), "amount": NET}

    def approval(state: str = "awaiting_issue", **fields: Any) -> Any:
        return SubcontractFactory(state="under_approval", furnished__approval=state, **fields)

    stale = SubcontractFactory(state="solicited", **chosen)
    above = SubcontractFactory(state="solicited", **chosen)
    CostEstimateFactory(line=above.lines.get(number=1), price=NET - 1)
    outlived, decided = approval(), approval()
    stand(decided, "award:approve", signer)
    Quote.objects.filter(subcontract__in=[stale, outlived]).update(valid_until=YESTERDAY)
    ended = ContractFactory(state="cancelled")
    return in_each_state(SubcontractFactory) | {
        "draft, contract cancelled": SubcontractFactory(contract=ended),
        "solicited, contract cancelled": SubcontractFactory(state="solicited", contract=ended),
        "solicited, contract suspended": SubcontractFactory(
            state="solicited",
            contract=ContractFactory(state="in_execution", suspended_at=timezone.now()),
        ),
        "under approval, the file decided, no deposit yet": approval(
            contract=ContractFactory(state="accepted")
        ),
        "under approval, the file decided, contract suspended": approval(
            contract=ContractFactory(state="in_execution", suspended_at=timezone.now())
        ),
        "solicited, offer not sent yet": SubcontractFactory(
            state="solicited", contract=ContractFactory(), **chosen
        ),
        "solicited, the quote taken has run out": stale,
        "under approval, the file decided, the quote has run out": outlived,
        "solicited, a quote taken": SubcontractFactory(state="solicited", **chosen),
        "solicited, a quote taken, above the estimate": above,
        "solicited, a quote taken, no deposit yet": SubcontractFactory(
            state="solicited", contract=ContractFactory(state="accepted"), **chosen
        ),
        "solicited, a quote taken, in another money": SubcontractFactory(
            state="solicited", currency="USD", **chosen
        ),
        "under approval, the file not put forward": approval("drafting"),
        "under approval, the file awaiting decision": approval("awaiting_decision"),
        "under approval, the file decided": decided,
        "under approval, the file decided, contract cancelled": approval(
            contract=ContractFactory(state="cancelled")
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
    people["export_control_officer who has signed"] = signer = person("export_control_officer")
    routes = ApprovalRoute._base_manager.filter(matter="transfer_review")
    routes.update(nation=NationFactory(code="PH"))

    def under_review(state: str = "awaiting_issue", **fields: Any) -> Any:
        return TransferReviewFactory(state="under_review", furnished__approval=state, **fields)

    decided = under_review()
    stand(decided, "review:decide", signer)
    return in_each_state(TransferReviewFactory) | {
        "draft, not screened": TransferReviewFactory(screened_on=None),
        "draft, no route for the nation": TransferReviewFactory(nation=NationFactory(code="AU")),
        "under review, the file not put forward": under_review("drafting"),
        "under review, the file awaiting decision": under_review("awaiting_decision"),
        "under review, the file decided": decided,
        "under review, the file decided, not screened": under_review(screened_on=None),
        "under review, the file decided, stopped": under_review(stop_rules=["D01", "D04"]),
        "cleared, run out": TransferReviewFactory(state="cleared", valid_until=YESTERDAY),
    }


def shipments(people: People) -> Situations:
    uncleared = ContractFactory(state="in_execution", furnished__without=["clearance"])
    return in_each_state(ShipmentFactory) | {
        "packed, not cleared": ShipmentFactory(contract=uncleared),
        "packed, held back": ShipmentFactory(held_at=timezone.now()),
    }


def bills(people: People) -> Situations:
    people["finance officer who drafted it"] = person("finance_officer", id=DRAFTER)
    people["finance officer who has signed"] = signer = person("finance_officer")
    Threshold._base_manager.update(from_amount=TOTAL)

    def approval(state: str) -> Any:
        return BillFactory(state="under_approval", furnished__approval=state)

    decided = approval("awaiting_issue")
    stand(decided, "bill:approve", signer)
    return in_each_state(BillFactory) | {
        "draft, below the threshold": BillFactory(amount=TOTAL - 1),
        "draft, in another money": BillFactory(currency="USD"),
        "under approval, the file awaiting decision": approval("awaiting_decision"),
        "under approval, the file decided": decided,
        "issued, covered by the deposit": BillFactory(state="issued", amount=DEPOSIT),
    }


def approval_files(people: People) -> Situations:
    """Offers of ¥5 m, of ¥100 m (two sign in the line), of ¥10 bn (ministry, examination, readers)."""
    people["case manager who drafted it"] = person("case_manager", id=DRAFTER)
    away, deputy, acting = person("director"), person("director", unit="planning"), person()
    people["director who is away"] = away
    people["deputy of the director who is away"] = deputy
    people["acting director"] = acting
    MembershipFactory(person=acting, role="director", unit_id="cases", is_acting=True)
    for unit in ("finance", "legal", "export_control", "security"):
        people[f"director of {unit}"] = person("director", unit=unit)
    people["executive director of the board"] = person("executive_director", unit="board")
    people["executive director of audit"] = person("executive_director", unit="audit")
    people["director of planning"] = person("director", unit="planning")
    people["department head of quality"] = person("department_head", unit="quality")
    AbsenceFactory(person=away, deputy=deputy)
    one = [people["director"]]
    dearest = dear(10_000_000_000)

    def of(state: str, *signed: Any, **contract: Any) -> Any:
        case = ContractFactory(
            state="under_approval", furnished__approval=state, furnished__signed=signed, **contract
        )
        return ApprovalFile.objects.get(subject_id=case.pk)

    def changed(file: Any) -> Any:
        Contract.objects.filter(pk=file.subject_id).update(title="Coastal radars")
        return again(file)

    def examined() -> Any:
        """Heard by everybody but the examiner."""
        file = of("awaiting_decision", **dearest)
        file.steps.filter(kind="examination").update(
            standing="arrived", holder_id=None, holder_name="", acted_at=None
        )
        file.steps.filter(kind="decision").update(standing="not_arrived")
        return now(file, state="in_circulation")

    def passed_over(state: str, cause: str) -> Any:
        file = of(state)
        file.steps.filter(kind="line").update(
            standing="passed_over", cause=cause, awaits_reading=True, holder_id=None, acted_at=None
        )
        return again(file)

    def of_change(number: str, state: str, *, too_late: bool = False) -> Any:
        """A change of reference data: a new article, which somebody else may have added since."""
        words = {"name_ja": "新", "name_en": "New", "unit": "EA", "source": "memo"}
        row = Article(catalogue_number=number, kind="article", item_class="part", **words)
        held = propose(row, by=people["finance_officer"], reason="A memo says so.")
        if too_late:
            ArticleFactory(catalogue_number=number)
        return now(file_of(held), state=state)

    vacated = of_nation(of, "AU", "office_chief")
    Membership.objects.filter(role="office_chief", unit="quality").update(valid_to=YESTERDAY)
    disagreed = of("awaiting_decision")
    disagreed.steps.filter(unit="legal").update(standing="disagreed")
    conflicted = of("in_circulation")
    Conflict.objects.create(
        file=conflicted, actor_id=one[0].actor_id, actor_name="DIRECTOR", reason="A cousin sells."
    )
    worked_on = of("drafting")
    Contract.objects.filter(pk=worked_on.subject_id).update(state="draft", number="JP-PH-26-9901")
    deputised = of("awaiting_issue")
    deputised.steps.filter(kind="decision").update(
        standing="deputised",
        in_place_of_id=people["department_head"].actor_id,
        in_place_of="HEAD",
        awaits_reading=True,
    )
    ended = {
        state: now(of("decided"), state=state, voided=[{"field": "case"}])
        for state in ("void", "withdrawn", "abandoned")
    }
    return {
        "drafting": of("drafting"),
        "drafting, no cover sheet": now(of("drafting"), background=""),
        "drafting, the case being worked on": worked_on,
        "drafting, nobody else could decide": of_nation(of, "VN", "", state="drafting"),
        "in circulation": of("in_circulation"),
        "in circulation, the content changed since": changed(of("in_circulation")),
        "in circulation, of ¥100 m": of("in_circulation", **dear(100_000_000)),
        "in circulation, one with a conflict": conflicted,
        "in circulation, the line has signed": of("in_circulation", *one),
        "in circulation, the line has signed, the content changed since": changed(
            of("in_circulation", *one)
        ),
        "in circulation, nobody in the line may act": vacated,
        "in circulation, in examination": examined(),
        "in circulation, in examination, the content changed since": changed(examined()),
        "on hold": now(of("in_circulation"), state="on_hold"),
        "returned": now(of("in_circulation"), state="returned"),
        "returned, no cover sheet": now(of("in_circulation"), state="returned", purpose=""),
        "returned, a change of reference data that can no longer be made": of_change(
            "JP-NEW-001", "returned", too_late=True
        ),
        "awaiting decision": of("awaiting_decision"),
        "awaiting decision on a change of reference data": of_change(
            "JP-NEW-002", "awaiting_decision"
        ),
        "awaiting decision on a change of reference data that can no longer be made": of_change(
            "JP-NEW-003", "awaiting_decision", too_late=True
        ),
        "awaiting decision, a unit disagrees": again(disagreed),
        "awaiting decision, the content changed since": changed(of("awaiting_decision")),
        "awaiting decision, the ministry not consulted": of("awaiting_decision", **dearest),
        "awaiting decision, the ministry consulted": now(
            of("awaiting_decision", **dearest), consulted="MOFA, 1 April: no objection."
        ),
        "decided": of("decided"),
        "decided, somebody absent reads afterwards": passed_over("decided", "absent"),
        "awaiting issue": of("awaiting_issue"),
        "awaiting issue, decided by the deputy": again(deputised),
        "issued": of("issued"),
        "issued, circulated": of("issued", **dearest),
        "kept": of("kept"),
        **ended,
    }


def dear(yen: int) -> dict[str, Decimal]:
    return {"net": yen - CHARGE, "total": Decimal(yen)}


def again(file: Any) -> Any:
    """As it is now: what was asked of a row is remembered by the row."""
    return ApprovalFile.objects.get(pk=file.pk)


def now(file: Any, **columns: Any) -> Any:
    ApprovalFile.objects.filter(pk=file.pk).update(**columns)
    return again(file)


def of_nation(of: Callable[..., Any], code: str, rank: str, state: str = "in_circulation") -> Any:
    """A file by a route of its nation: a rank of quality that somebody holds, then a vacant post."""
    line = [{"kind": "line", "unit": "quality", "rank": rank, "group": 1}] if rank else []
    decision = {"kind": "decision", "unit": "quality", "rank": "president", "group": 2}
    if rank:
        person(rank, unit="quality")
    ApprovalRoute.objects.create(
        matter="foreign_offer",
        nation=NationFactory(code=code),
        from_amount=0,
        steps=[*line, decision],
        valid_from=YESTERDAY,
        source="test",
    )
    return of(state, request=RequestFactory(state="actionable", nation=NationFactory(code=code)))


def emergencies(people: People) -> Situations:
    asker = people["case manager who asked"] = person("case_manager")
    over = EmergencyAccessFactory(person=asker, expires_at=timezone.now())
    found = in_each_state(EmergencyAccessFactory, person=asker)
    return found | {"open, its time over": over}


MACHINES: list[tuple[type[Case], Callable[[People], Situations]]] = [
    (Request, requests),
    (Indication, indications),
    (Contract, contracts),
    (Change, changes),
    (Requisition, requisitions),
    (Subcontract, subcontracts),
    (Quote, quotes),
    (TransferReview, reviews),
    (Shipment, shipments),
    (Bill, bills),
    (ApprovalFile, approval_files),
    (EmergencyAccess, emergencies),
]


@pytest.mark.parametrize(("model", "situations"), MACHINES, ids=lambda it: it.__name__)
@time_machine.travel(NOON, tick=False)
def test_machine_answers_as_its_golden_table_says(
    model: type[Case], situations: Callable[[People], Situations]
) -> None:
    people = one_of_each()
    cases = situations(people)
    number_files(cases)

    said = {title: Answers.about(case, people) for title, case in cases.items()}

    assert silent_guards(model, cases.values()) == set()
    found = table(model, said)
    assert found == golden(model.__name__.lower(), found)
    assert {title: answers.open for title, answers in said.items()} == {
        title: offered(case, people) for title, case in cases.items()
    }


def number_files(cases: Situations) -> None:
    """A sentence that names a file names it the same in each run."""
    for place, case in enumerate(cases.values()):
        number = f"JP-APV-26-9{place:03d}"
        ApprovalFile.objects.filter(subject_id=case.pk).update(number=number)


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
