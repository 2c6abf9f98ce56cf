"""The staff desk: its case types and what its first page shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from approvals import queues
from approvals.models import ApprovalFile
from cases.models import (
    Bill,
    Change,
    Contract,
    Indication,
    Question,
    Quote,
    Request,
    Requisition,
    Subcontract,
)
from cases.terms import lines_in_words
from documents.models import Document
from exports.models import Shipment, TransferReview
from ledger.journals import journals_of
from notifications.models import Message
from partners import access, policies
from partners.models import EmergencyAccess
from partners.need_to_know import papers_of
from partners.reading import capacity_in
from portal.desk import CaseType, Desk
from portal.requests import facts_of_request, facts_of_requisition
from portal.staff import calculators, catalogue, clocks, estimate, prices, schedule, trail
from portal.staff.approvals import facts_of_file, files_of
from portal.versions import facts_of_change, page_of
from workflow import steps
from workflow.models import Case
from workflow.rights import Capacity

LATE_AFTER = timedelta(days=5)
MOST_WAITING = 25
COUNTED = (Request, Contract, TransferReview, Subcontract)
ENDED = [
    *("answered", "sent", "transferred"),
    *("declined", "withdrawn", "closed", "lapsed", "cancelled", "terminated"),
    *(
        "cleared",
        "refused",
        "expired",
        "not_taken",
        "not_chosen",
        "ended",
        "taken",
        "received",
        "paid",
        "void",
        "in_effect",
    ),
]


def _request_facts(request: Any, person: Any) -> dict[str, Any]:
    return {
        **facts_of_request(request),
        "clocks": clocks.running(request),
        "lines": request.lines.select_related("article"),
        "approvals": files_of(request),
        "indications": request.indications.all(),
        "contracts": request.contracts.all(),
        "reviews": TransferReview.objects.visible_to(person).filter(request_number=request.number),
    }


def _indication_facts(indication: Any, person: Any) -> dict[str, Any]:
    reviews = TransferReview.objects.visible_to(person)
    return {
        "lines": indication.lines.select_related("article"),
        "approvals": files_of(indication),
        "reviews": reviews.filter(request_number=indication.request.number),
    }


def _contract_facts(contract: Any, person: Any) -> dict[str, Any]:
    reviews = TransferReview.objects.visible_to(person)
    return {
        "clocks": clocks.running(contract),
        "lines": lines_in_words(contract),
        "approvals": files_of(contract),
        "subcontracts": contract.subcontracts.select_related("contractor"),
        "shipments": Shipment.objects.filter(contract_number=contract.number),
        "bills": contract.bills.all(),
        "requisitions": contract.requisitions.all() if contract.asks.by_worth else (),
        "changes": contract.changes.all(),
        "reviews": reviews.filter(request_number=contract.request.number),
        "journals": journals_of(contract.number),
    }


def _change_facts(change: Any, person: Any) -> dict[str, Any]:
    reviews = TransferReview.objects.visible_to(person)
    return {
        **facts_of_change(change),
        "approvals": files_of(change),
        "reviews": reviews.filter(request_number=change.number),
    }


def _requisition_facts(requisition: Any, person: Any) -> dict[str, Any]:
    reviews = TransferReview.objects.visible_to(person)
    return {
        **facts_of_requisition(requisition, person),
        "reviews": reviews.filter(request_number=requisition.number),
    }


def _subcontract_facts(subcontract: Any, person: Any) -> dict[str, Any]:
    return {
        "lines": subcontract.lines.select_related("contract_line__article"),
        "quotes": subcontract.quotes.select_related("contractor").prefetch_related("lines"),
        "estimated": subcontract.estimated,
        "approvals": files_of(subcontract),
    }


def _quote_facts(quote: Any, person: Any) -> dict[str, Any]:
    return {"lines": quote.lines.select_related("article")}


def _review_facts(review: Any, person: Any) -> dict[str, Any]:
    return {"lines": review.lines.all(), "approvals": files_of(review)}


def _shipment_facts(shipment: Any, person: Any) -> dict[str, Any]:
    return {"clocks": clocks.running(shipment), "lines": shipment.lines.all()}


def _bill_facts(bill: Any, person: Any) -> dict[str, Any]:
    return {"approvals": files_of(bill)}


TYPES = (
    CaseType(
        Request,
        _("Requests"),
        columns=("number", "nation", "title", "state", "changed_at"),
        related=("nation",),
        facts=_request_facts,
    ),
    CaseType(
        Indication,
        _("Price and availability"),
        columns=("number", "nation", "title", "total", "state", "changed_at"),
        related=("nation", "request"),
        facts=_indication_facts,
    ),
    CaseType(
        Contract,
        _("Contracts"),
        columns=("number", "nation", "title", "total", "state", "changed_at"),
        related=("nation", "request"),
        facts=_contract_facts,
    ),
    CaseType(
        Change,
        _("Changes of contracts"),
        columns=("number", "nation", "title", "code", "total", "state", "changed_at"),
        related=("nation", "contract", "contract__request"),
        facts=_change_facts,
    ),
    CaseType(
        Requisition,
        _("Requisitions"),
        columns=("number", "nation", "title", "worth", "state", "changed_at"),
        related=("nation", "contract"),
        facts=_requisition_facts,
    ),
    CaseType(
        TransferReview,
        _("Transfer reviews"),
        columns=("number", "nation", "title", "state", "changed_at"),
        related=("nation",),
        facts=_review_facts,
    ),
    CaseType(
        Subcontract,
        _("Subcontracts"),
        columns=("number", "title", "contractor", "amount", "state", "changed_at"),
        related=("contract", "contract__nation", "contractor"),
        nation="contract__nation",
        facts=_subcontract_facts,
    ),
    CaseType(
        Quote,
        _("Quotes"),
        columns=("number", "title", "contractor", "amount", "state", "changed_at"),
        related=("subcontract", "contractor"),
        nation="subcontract__contract__nation",
        facts=_quote_facts,
    ),
    CaseType(
        Shipment,
        _("Shipments"),
        columns=("number", "nation", "title", "state", "changed_at"),
        related=("nation",),
        facts=_shipment_facts,
    ),
    CaseType(
        Bill,
        _("Bills"),
        columns=("number", "nation", "title", "amount", "state", "due_on"),
        related=("nation", "contract"),
        facts=_bill_facts,
    ),
    CaseType(
        ApprovalFile,
        _("Approval files"),
        columns=("number", "nation", "title", "amount", "state", "changed_at"),
        related=("nation",),
        facts=facts_of_file,
        hidden_states=("kept",),
    ),
    CaseType(
        EmergencyAccess,
        _("Emergency access"),
        columns=("number", "title", "person", "state", "expires_at"),
        related=("person",),
        nation="",
    ),
)


def waiting_for(person: Any) -> list[dict[str, Any]]:
    """Cases whose next step is open to this person now, longest waiting first."""
    found = []
    for kind in TYPES:
        for row in _may_wait(kind, person).order_by("changed_at")[:MOST_WAITING]:
            open_steps = [
                choice
                for choice in steps.choices(row, person)
                if choice.is_open and (choice.step.awaited or choice.step.answers)
            ]
            if open_steps:
                found.append(
                    {"kind": kind, "case": row, "steps": open_steps, "late": _is_late(row)}
                )
    return sorted(found, key=lambda item: item["case"].changed_at)[:MOST_WAITING]


def _may_wait(kind: CaseType, person: Any) -> QuerySet[Any]:
    """Rows among which are those that wait for this person."""
    moving = _states_i_move(kind, person)
    if kind.model is ApprovalFile:
        return _my_files(person).filter(state__in=moving)
    rows: Any = kind.rows(person)
    if kind.model is Request:
        asked = Request.objects.asked_by(Question.Side.NATION)
        return rows.filter(Q(state__in=moving) | Q(pk__in=asked.values("pk")))  # type: ignore[no-any-return]
    return rows.filter(state__in=moving)  # type: ignore[no-any-return]


def _my_files(person: Any) -> QuerySet[Any]:
    """Of many files few are one's own turn: those of the queues, to act on or to read."""
    mine = queues.mine(person).order_by().values("pk")
    to_read = queues.to_read(person).order_by().values("pk")
    return ApprovalFile.objects.filter(Q(pk__in=mine) | Q(pk__in=to_read)).select_related("nation")


def _states_i_move(kind: CaseType, person: Any) -> list[str]:
    """States from which one of the person's roles can move a case on, by the declarations alone."""
    roles = set(person.roles)
    return sorted(
        {
            str(source)
            for step in steps.steps_of(kind.model).values()
            if step.awaited and roles & set(step.may.roles)
            for source in step.sources
        }
    )


def _is_late(row: Any) -> bool:
    today = timezone.localdate()
    due = getattr(row, "due_on", None) or getattr(row, "expires_on", None)
    return bool(due and due < today) or timezone.now() - row.changed_at > LATE_AFTER


def front(request: HttpRequest) -> Mapping[str, Any]:
    person = request.user
    waiting = waiting_for(person)
    return {
        "waiting": waiting,
        "summary": _summary(waiting, person),
        "reads_cases": access.reads_cases(person),
        "news": Message.objects.filter(recipient=person.pk).order_by("-created_at")[:10],
    }


def _summary(waiting: list[dict[str, Any]], person: Any) -> list[dict[str, Any]]:
    """The desk in numbers: waiting, late, and the open cases of the longest lists."""
    late = sum(item["late"] for item in waiting)
    cards = [
        {"number": len(waiting), "label": _("waiting for me"), "url": "#waiting"},
        {
            "number": late,
            "label": _("late"),
            "url": "#waiting",
            "tone": "attention" if late else "quiet",
        },
    ]
    for kind in (kind for kind in TYPES if kind.model in COUNTED and kind.is_for(person)):
        open_cases = kind.rows(person).order_by().exclude(state__in=ENDED).count()
        url = reverse("staff:list", args=[kind.slug])
        cards.append({"number": open_cases, "label": kind.label, "url": url, "note": _("open")})
    return cards


def papers(person: Any, case: Case) -> QuerySet[Document]:
    """The agency sees every paper of a case it sees, unless the paper names its readers."""
    rows = type(case)._default_manager.filter(pk=case.pk)
    return Document.objects.of(case).filter(papers_of(rows, person))


def documents(person: Any) -> QuerySet[Document]:
    """Papers of the cases a person may see, kind by kind."""
    allowed = Q(pk__in=[])
    for kind in TYPES:
        allowed |= Q(case_kind=kind.model.kind()) & papers_of(kind.rows(person), person)
    return Document.objects.filter(allowed)


def reader(person: Any, paper: Document | None) -> Capacity:
    """As whom the trail knows somebody who reads here."""
    return capacity_in(person, "agency", "ministry")


desk = Desk(
    "staff",
    policies.staff,
    TYPES,
    front,
    papers,
    documents,
    reader,
    pages=[
        *catalogue.PAGES,
        *trail.PAGES,
        *prices.PAGES,
        *schedule.PAGES,
        *estimate.PAGES,
        *calculators.PAGES,
        page_of("staff", policies.staff, reader),
    ],
)
