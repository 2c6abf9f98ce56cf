"""Approvals: a file is put to a line of ranks; each signs once, in order, never the drafter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from workflow.models import ApprovalFile, ApprovalRoute, Case, Signature
from workflow.steps import Act, Book, NotOpen


def route(matter: str, amount: Decimal, day: date) -> list[str]:
    """The ranks a matter goes through on a day, lowest first. Raises `NotOpen` without a route."""
    rows = ApprovalRoute.objects.on(day).filter(matter=matter, from_amount__lte=amount)
    row = rows.order_by("-from_amount").first()
    if row is None:
        raise NotOpen(_("No approval route covers this amount. Add one to the reference data."))
    return list(row.ranks)


def open_file(matter: str, amount: Callable[[Any], Decimal]) -> Book:
    """A book: put the case to its line. `amount` gives yen."""

    def book(act: Act) -> None:
        value = amount(act.case)
        ApprovalFile.objects.create(
            case_kind=act.case.kind(),
            case_id=act.case.pk,
            case_number=act.case.number,
            matter=matter,
            amount=value,
            ranks=route(matter, value, timezone.localdate()),
            prepared_by=act.by.actor_id,
            prepared_by_name=act.by.actor_name,
        )

    return book


def sign(matter: str) -> Book:
    """A book: the next rank's signature."""

    def book(act: Act) -> None:
        file = file_of(act.case, matter)
        assert file is not None, "a step that signs needs an open approval file"
        level = file.signatures.count()
        Signature.objects.create(
            file=file,
            level=level,
            rank=file.ranks[level],
            prepared_by=file.prepared_by,
            decided_by=act.by.actor_id,
            decided_by_name=act.by.actor_name,
        )

    return book


def return_file(matter: str) -> Book:
    """A book: the file goes back to the drafter; its signatures count no longer."""

    def book(act: Act) -> None:
        ApprovalFile.objects.filter(case_id=act.case.pk, matter=matter, returned_at=None).update(
            returned_at=timezone.now()
        )

    return book


def approved(matter: str) -> Callable[[Case], str]:
    """A guard: every rank of the line has signed."""

    def guard(case: Case) -> str:
        rank = next_rank(case, matter)
        if rank is None:
            return ""
        return _("Not approved yet: the next signature is missing.")

    guard.__name__ = f"approved_{matter}"
    guard.__doc__ = "Every rank of the approval line has signed."
    return guard


def awaits_signature(matter: str) -> Callable[[Case], str]:
    """A guard: somebody in the line has not signed yet."""

    def guard(case: Case) -> str:
        return "" if next_rank(case, matter) else _("Every rank of the line has signed already.")

    guard.__name__ = f"awaits_signature_{matter}"
    guard.__doc__ = "A signature of the approval line is still missing."
    return guard


def file_of(case: Case, matter: str) -> ApprovalFile | None:
    return ApprovalFile.objects.filter(case_id=case.pk, matter=matter, returned_at=None).first()


def next_rank(case: Case, matter: str) -> str | None:
    """The rank whose signature is missing; None when all have signed; "" without a file."""
    file = file_of(case, matter)
    if file is None:
        return ""
    signed = file.signatures.count()
    return file.ranks[signed] if signed < len(file.ranks) else None


def ranks_of(case: Case, matter: str) -> list[str]:
    """The line of the open file; empty without one."""
    file = file_of(case, matter)
    return list(file.ranks) if file else []


def has_signed(case: Case, matter: str, actor_id: str) -> bool:
    file = file_of(case, matter)
    return file is not None and file.signatures.filter(decided_by=actor_id).exists()
