"""The supplier desk: open solicitations, my quotes, my subcontracts with the next thing due."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cases.models import Quote, QuoteLine, Subcontract
from documents.models import Document
from notifications.models import Message
from partners import access, policies
from partners.reading import capacity_in
from portal.desk import CaseType, Desk
from workflow import steps
from workflow.models import Case
from workflow.rights import Capacity


def _quote_facts(quote: Any, person: Any) -> dict[str, Any]:
    return {"lines": quote.lines.select_related("article")}


def _subcontract_facts(subcontract: Any, person: Any) -> dict[str, Any]:
    """What was ordered stands in the firm's own quote."""
    quotes = Quote.objects.visible_to(person).filter(subcontract=subcontract, state="taken")
    return {"lines": QuoteLine.objects.filter(quote__in=quotes).select_related("article")}


QUOTES = CaseType(
    Quote,
    _("Solicitations and quotes"),
    columns=("number", "title", "amount", "state", "changed_at"),
    related=("contractor",),
    facts=_quote_facts,
    shows_trail=False,
)
SUBCONTRACTS = CaseType(
    Subcontract,
    _("My subcontracts"),
    columns=("number", "title", "amount", "deliver_by", "state"),
    related=("contractor",),
    facts=_subcontract_facts,
    shows_trail=False,
)


def front(request: HttpRequest) -> Mapping[str, Any]:
    person: Any = request.user
    orders = SUBCONTRACTS.rows(person).exclude(state__in=["closed", "terminated"])
    return {
        "invitations": QUOTES.rows(person).filter(state="invited").order_by("quote_by"),
        "quotes": QUOTES.rows(person).filter(state__in=["submitted", "taken"]),
        "orders": [
            {"case": order, "steps": [c for c in steps.choices(order, person) if c.is_open]}
            for order in orders.order_by("deliver_by")[:50]
        ],
        "news": Message.objects.filter(recipient=person.pk).order_by("-created_at")[:10],
    }


def papers(person: Any, case: Case) -> QuerySet[Document]:
    found: QuerySet[Document] = documents(person).of(case)
    return found


def documents(person: Any) -> Any:
    """Papers made for the person's own firm."""
    firms = access.contractors_of(person)
    return Document.objects.filter(for_contractor_id__in=firms)


def reader(person: Any, paper: Document | None) -> Capacity:
    """As whom the trail knows somebody who reads here: for the firm whose paper it is."""
    return capacity_in(person, "contractor", contractor=paper.for_contractor_id if paper else None)


desk = Desk(
    "supplier",
    policies.suppliers,
    (QUOTES, SUBCONTRACTS),
    front,
    papers,
    documents,
    reader,
    shows_nation=False,
)
