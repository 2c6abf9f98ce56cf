"""Two nations, two contractors, the same deal twice: what one side must never learn of the other.

Each text a person could have typed holds a canary, a word that names its owner. Whoever belongs to
one side and finds the other's canary anywhere has found a leak.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any
from uuid import uuid4

from django.db import models

from approvals.models import ApprovalFile
from documents import storage
from exports.models import TransferReview
from tests.documents import files
from tests.factories import (
    BillFactory,
    ChangeFactory,
    ContractFactory,
    IndicationFactory,
    NationFactory,
    QuestionFactory,
    QuoteFactory,
    RequestFactory,
    RequisitionFactory,
    ShipmentFactory,
    Somebody,
    SubcontractFactory,
    firm,
    office_of,
    paper,
    person,
)
from workflow import walls
from workflow.models import Entry

FIRMS = {"PH": "Mitsuba Electric", "AU": "Other Works"}
FREE_TEXT_FROM = 60  # shorter columns hold codes


def canary(owner: str) -> str:
    return f"zeisig{owner.lower()}zeisig"


@dataclass
class Deal:
    """Everything of one nation and of the contractor it is bought from."""

    owner: str
    cases: dict[str, Any] = field(default_factory=dict)
    papers: dict[str, Any] = field(default_factory=dict)
    people: dict[str, Any] = field(default_factory=dict)

    def missing(self) -> Deal:
        """The same addresses, leading nowhere."""
        nowhere = Deal(f"{self.owner} nowhere")
        for slug, case in self.cases.items():
            nowhere.cases[slug] = Nothing(f"{case.number[:-4]}9999")
        nowhere.papers = {kind: Nothing("") for kind in self.papers}
        return nowhere


@dataclass
class Nothing:
    number: str
    pk: Any = field(default_factory=uuid4)


def deal_of(owner: str) -> Deal:
    deal = Deal(owner)
    office_of(owner)
    maker = firm(FIRMS[owner])
    request = RequestFactory(
        nation=NationFactory(code=owner), state="actionable", reference=f"{owner}-1"
    )
    QuestionFactory(request=request, is_answered=True)
    contract = ContractFactory(request=request, nation=request.nation, state="in_execution")
    subcontract = SubcontractFactory(contract=contract, contractor=maker, state="in_production")
    deal.cases = {
        "requests": request,
        "indications": IndicationFactory(request=request, state="sent", furnished=False),
        "contracts": contract,
        "reviews": TransferReview.objects.get(request_number=request.number),
        "subcontracts": subcontract,
        "quotes": subcontract.quotes.get(),
        "invitations": QuoteFactory(
            subcontract=SubcontractFactory(contract=contract, state="solicited", furnished=False),
            contractor=maker,
        ),
        "shipments": ShipmentFactory(contract=contract, state="shipped"),
        "changes": ChangeFactory(contract=contract, state="offered"),
        "requisitions": RequisitionFactory(contract=contract),
        "bills": BillFactory(contract=contract, state="issued"),
        "approvals": ApprovalFile.objects.get(subject_id=contract.pk),
    }
    begin_trail(deal.cases["approvals"])
    deal.cases = {key: mark(case, owner) for key, case in deal.cases.items()}
    for kind, case, whose in (
        ("offer", contract, {"for_nation": True}),
        ("purchase_order", subcontract, {"for_contractor_id": maker.pk}),
        ("assessment", deal.cases["reviews"], {}),
    ):
        sha256 = storage.store(files.pdf() + f"% {canary(owner)} {kind}\n".encode())
        words = {"title": canary(owner), "file_name": f"{canary(owner)}.pdf", "sha256": sha256}
        deal.papers[kind] = paper(case, kind, **words, **whose)
    deal.people = {
        "requester": person("requester", nation=owner, family_name=canary(owner)),
        "contractor_sales": person("contractor_sales", firm=maker, family_name=canary(owner)),
    }
    return deal


def begin_trail(case: Any) -> None:
    """The line that says how the case came to be, which the factory leaves out."""
    Entry(
        case_kind=case.kind(),
        case_id=case.pk,
        case_number=case.number,
        owner_code=case.owner_code,
        step="draft",
        to_state=case.state,
        version=1,
        actor_id=Somebody.actor_id,
        actor_name=Somebody.actor_name,
        role=Somebody.role,
    ).write()


def mark(case: Any, owner: str) -> Any:
    """Write the canary into every free text of a case, its lines and what was asked about it."""
    with walls.within(walls.OWNER):
        beside = (
            getattr(case, name).all() for name in ("lines", "questions") if hasattr(case, name)
        )
        for row in [case, *chain.from_iterable(beside)]:
            texts = {name: canary(owner) for name in _free_texts(type(row))}
            if texts:
                type(row).objects.filter(pk=row.pk).update(**texts)
    return type(case).objects.get(pk=case.pk)


def _free_texts(model: type[models.Model]) -> Iterator[str]:
    for column in model._meta.concrete_fields:
        is_text = isinstance(column, models.CharField | models.TextField)
        if is_text and not column.choices and (column.max_length or 10**6) >= FREE_TEXT_FROM:
            yield column.attname
