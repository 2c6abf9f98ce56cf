"""Document numbers: given when something goes out, in order, without gaps; void ones stay in the ledger."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _t

from documents.models import DocumentNumber
from workflow import walls
from workflow.models import Case, Entry
from workflow.numbers import count_in
from workflow.rights import Actor, Capacity
from workflow.steps import NotOpen
from workflow.trail import record


def give(case: Case, *, paper: str, title: str, addressee: str, decider: str) -> DocumentNumber:
    """The next number of the year for a paper of a case; in the transaction in which it goes out."""
    today = timezone.localdate()
    return DocumentNumber.objects.create(
        year=today.year,
        serial=count_in(f"document-{today.year}"),
        given_on=today,
        title=title,
        addressee=addressee,
        decider=decider,
        case_kind=case.kind(),
        case_id=case.pk,
        case_number=case.number,
        paper=paper,
        handling=case.handling,
    )


def of(case: Case, paper: str) -> DocumentNumber | None:
    found: DocumentNumber | None = DocumentNumber.objects.of(case, paper).first()
    return found


def void(number: DocumentNumber, *, by: Actor, capacity: Capacity, reason: str) -> None:
    """The number is not used; it stays in the ledger as void. Raises `NotOpen` if it is already."""
    with walls.house(), transaction.atomic():
        held: Any = DocumentNumber.objects.select_for_update().get(pk=number.pk)
        if held.voided_at:
            raise NotOpen(_t("This number is void already."))
        held.voided_at, held.voided_by, held.void_reason = timezone.now(), by.actor_name, reason
        held.save(update_fields=["voided_at", "voided_by", "void_reason"])
        record(
            Entry.Event.NUMBER_VOIDED,
            by=by,
            capacity=capacity,
            subject=f"documents.documentnumber:{held.pk}",
            note=reason,
            given={"number": held.written, "case": held.case_number, "paper": held.paper},
        )
