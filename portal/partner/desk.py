"""The partner desk: a nation's own requests, contracts, shipments and bills."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cases.models import Bill, Change, Contract, Indication, Request, Requisition
from cases.terms import lines_in_words
from documents.models import Document
from exports.models import Shipment
from notifications.models import Message
from partners import access, policies
from partners.reading import capacity_in
from portal.desk import CaseType, Desk
from portal.partner import catalogue
from portal.requests import facts_of_request, facts_of_requisition
from portal.versions import facts_of_change, page_of
from workflow import steps
from workflow.models import Case
from workflow.rights import Capacity


def _request_facts(request: Any, person: Any) -> dict[str, Any]:
    return {
        **facts_of_request(request),
        "lines": request.lines.select_related("article"),
        "indications": Indication.objects.visible_to(person).filter(request=request),
        "contracts": Contract.objects.visible_to(person).filter(request=request),
    }


def _indication_facts(indication: Any, person: Any) -> dict[str, Any]:
    return {"lines": indication.lines.select_related("article")}


def _contract_facts(contract: Any, person: Any) -> dict[str, Any]:
    shipments = Shipment.objects.visible_to(person)
    return {
        "lines": lines_in_words(contract),
        "shipments": shipments.filter(contract_number=contract.number),
        "bills": Bill.objects.visible_to(person).filter(contract=contract),
        "requisitions": contract.requisitions.all() if contract.asks.by_worth else (),
        "changes": Change.objects.visible_to(person).filter(contract=contract),
    }


def _with_lines(case: Any, person: Any) -> dict[str, Any]:
    return {"lines": case.lines.all()}


TYPES = (
    CaseType(
        Request,
        _("Requests"),
        columns=("number", "title", "state", "changed_at"),
        related=("nation",),
        facts=_request_facts,
        shows_trail=False,
    ),
    CaseType(
        Indication,
        _("Price and availability"),
        columns=("number", "title", "total", "state", "changed_at"),
        related=("nation", "request"),
        facts=_indication_facts,
        hidden_states={"draft", "under_approval"},
        shows_trail=False,
    ),
    CaseType(
        Contract,
        _("Offers and contracts"),
        columns=("number", "title", "total", "state", "changed_at"),
        related=("nation", "request"),
        facts=_contract_facts,
        hidden_states={"draft", "under_approval"},
        shows_trail=False,
    ),
    CaseType(
        Change,
        _("Changes of contracts"),
        columns=("number", "title", "code", "total", "state", "changed_at"),
        related=("nation", "contract", "contract__request"),
        facts=lambda change, person: facts_of_change(change),
        hidden_states={"draft", "under_approval"},
        shows_trail=False,
    ),
    CaseType(
        Requisition,
        _("Requisitions"),
        columns=("number", "title", "worth", "state", "changed_at"),
        related=("nation", "contract"),
        facts=facts_of_requisition,
        shows_trail=False,
    ),
    CaseType(
        Shipment,
        _("Shipments"),
        columns=("number", "title", "state", "changed_at"),
        related=("nation",),
        facts=_with_lines,
        shows_trail=False,
    ),
    CaseType(
        Bill,
        _("Bills"),
        columns=("number", "title", "amount", "state", "due_on"),
        related=("nation", "contract"),
        hidden_states={"draft"},
        shows_trail=False,
    ),
)


def front(request: HttpRequest) -> Mapping[str, Any]:
    person: Any = request.user
    waiting = [
        {"kind": kind, "case": row, "steps": open_steps}
        for kind in TYPES
        for row in kind.rows(person).order_by("-changed_at")[:20]
        if (open_steps := _waited_for(row, person))
    ]
    return {
        "waiting": waiting,
        "may_request": bool(access.holds(person, access.Permission.REQUEST_WRITE)),
        "news": Message.objects.filter(recipient=person.pk).order_by("-created_at")[:10],
    }


def _waited_for(row: Case, person: Any) -> list[steps.Choice]:
    """What a case waits for from a person: first what has been asked, then what moves it on."""
    found = [
        choice
        for choice in steps.choices(row, person)
        if choice.is_open and (choice.step.awaited or choice.step.answers)
    ]
    return sorted(found, key=lambda choice: not choice.step.answers)


def papers(person: Any, case: Case) -> QuerySet[Document]:
    found: QuerySet[Document] = documents(person).of(case)
    return found


def documents(person: Any) -> Any:
    """Papers made for the person's own nation."""
    nations = access.nations_of(person)
    return Document.objects.filter(for_nation=True, owner_code__in=nations)


def reader(person: Any, paper: Document | None) -> Capacity:
    """As whom the trail knows somebody who reads here: for the nation whose paper it is."""
    return capacity_in(person, "nation", nation=paper.owner_code if paper else "")


desk = Desk(
    "partner",
    policies.nations,
    TYPES,
    front,
    papers,
    documents,
    reader,
    pages=[*catalogue.PAGES, page_of("partner", policies.nations, reader)],
)
