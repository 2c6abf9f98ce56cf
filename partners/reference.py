"""How reference data changes: one person proposes, another confirms; days that have passed stay as they were.

A change is a new row, a new version of a row from a day on, or a row's last day. A new version ends
the one before it on the day before. Each act is a line of the trail, and so is each row that changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Q, QuerySet, UniqueConstraint
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from partners import access
from partners.access import Permission
from partners.models import Person, Proposal
from workflow import values, walls
from workflow.models import Dated, Entry
from workflow.rights import Capacity
from workflow.steps import NotOpen, NotYours
from workflow.trail import record

# Codes that stand in the data and say little by themselves.
NAMES: dict[str, str | Promise] = {
    "foreign_offer": _("letter of offer"),
    "subcontract_award": _("award of an order"),
}


def name_of(code: str) -> str:
    return str(NAMES.get(code, code))


def works_with(person: Any) -> bool:
    """Whether somebody proposes changes or decides on them."""
    acts = (Permission.REFERENCE_PROPOSE, Permission.REFERENCE_CONFIRM)
    return any(access.holds(person, act) for act in acts)


def kinds() -> dict[str, type[Dated]]:
    """Every kind of dated rows, by the name that stands in addresses."""
    return {
        str(model._meta.model_name): model
        for model in apps.get_models()
        if issubclass(model, Dated)
    }


def kind_of(proposal: Proposal) -> type[Dated]:
    return kinds()[proposal.kind]


def key_of(kind: type[Dated]) -> list[str]:
    """The columns that say which row it is; with `valid_from` they say which version of it."""
    unique = next(
        one
        for one in kind._meta.constraints
        if isinstance(one, UniqueConstraint) and "valid_from" in one.fields
    )
    return [name for name in unique.fields if name != "valid_from"]


def versions(row: Dated) -> QuerySet[Any]:
    """A row with all that came before and after it, newest first."""
    same = {name: getattr(row, name) for name in key_of(type(row))}
    return type(row).objects.filter(**same).order_by("-valid_from")


def replaced(proposal: Proposal) -> Any:
    """The row whose next version is proposed, or which is to end."""
    if proposal.instead_of is None:
        return None
    return kind_of(proposal).objects.filter(pk=proposal.instead_of).first()


def row_of(proposal: Proposal) -> Any:
    """The row to be, not saved; None if the change is only a last day."""
    if not proposal.columns:
        return None
    row = kind_of(proposal)(**proposal.columns)
    row.clean_fields()
    return row


# Acts ----------------------------------------------------------------------------------------


def propose(row: Dated, *, by: Person, reason: str, instead_of: Dated | None = None) -> Proposal:
    """Put a new row forward, or a new version of one. Raises `NotYours` or `NotOpen`."""
    with _acting(by, Permission.REFERENCE_PROPOSE) as capacity:
        if why := why_not_row(row, instead_of):
            raise NotOpen(why)
        columns = values.of_row(row)
        del columns["id"]
        return _put_forward(
            by,
            capacity,
            kind=row._meta.model_name,
            instead_of=instead_of.pk if instead_of else None,
            columns=columns,
            source=row.source,
            reason=reason,
        )


def propose_end(row: Dated, last_day: date, *, by: Person, source: str, reason: str) -> Proposal:
    with _acting(by, Permission.REFERENCE_PROPOSE) as capacity:
        if why := why_not_end(row, last_day):
            raise NotOpen(why)
        return _put_forward(
            by,
            capacity,
            kind=row._meta.model_name,
            instead_of=row.pk,
            last_day=last_day,
            source=source,
            reason=reason,
        )


def confirm(proposal: Proposal, *, by: Person) -> None:
    """The second person agrees: from its day on the change counts."""
    with _deciding(proposal, by) as (held, capacity):
        before, after = _locked(held), row_of(held)
        if why := why_not_row(after, before) if after else why_not_end(before, held.last_day):
            raise NotOpen(why)
        told = {
            "by": by,
            "capacity": capacity,
            "why": held.reason,
            "seen": {
                "proposal": str(held.pk),
                "proposer": held.proposed_by.actor_id,
                "proposed by": held.proposed_by.official_name,
            },
        }
        if before and (ends_on := _ends_on(before, after, held)):
            before.valid_to = ends_on
            before.save(**told)
        if after:
            after.save(**told)
        _decide(held, by, capacity, held.reason, is_confirmed=True)


def decline(proposal: Proposal, *, by: Person, reason: str) -> None:
    with _deciding(proposal, by) as (held, capacity):
        _decide(held, by, capacity, reason, is_confirmed=False)


# Why not -------------------------------------------------------------------------------------


def why_not_row(row: Dated, instead_of: Dated | None) -> str:
    """Why a row cannot begin on its first day, as one sentence with the remedy."""
    if row.valid_from <= timezone.localdate():
        return _t("The first day is tomorrow at the earliest: what has counted stays as it was.")
    if row.valid_to and row.valid_to < row.valid_from:
        return _t("The last day cannot be before the first.")
    if instead_of and row.valid_from <= instead_of.valid_from:
        return _t("The version before it begins on %(day)s. Choose a later first day.") % {
            "day": instead_of.valid_from
        }
    others = versions(row).exclude(pk=instead_of.pk if instead_of else None)
    others = others.filter(Q(valid_to=None) | Q(valid_to__gte=row.valid_from))
    if row.valid_to:
        others = others.filter(valid_from__lte=row.valid_to)
    if other := others.first():
        return _t(
            "Another version counts from %(day)s. Propose the next version of that one, "
            "or choose days on which none counts."
        ) % {"day": other.valid_from}
    return ""


def why_not_end(row: Dated, last_day: date) -> str:
    if last_day < timezone.localdate():
        return _t("The last day is today at the earliest: what has counted stays as it was.")
    if last_day < row.valid_from:
        return _t("The last day cannot be before the first.")
    if row.valid_to and row.valid_to <= last_day:
        return _t("This row ends earlier already.")
    return ""


# Parts ---------------------------------------------------------------------------------------


@contextmanager
def _acting(by: Person, permission: Permission) -> Iterator[Capacity]:
    """For the house, in one transaction."""
    held = access.holds(by, permission)
    if not held:
        raise NotYours(_t("Your role does not include this step."))
    with walls.house(), transaction.atomic():
        yield Capacity(held[0].role, held[0].organisation.name_en)


@contextmanager
def _deciding(proposal: Proposal, by: Person) -> Iterator[tuple[Any, Capacity]]:
    with _acting(by, Permission.REFERENCE_CONFIRM) as capacity:
        rows = Proposal.objects.select_related("proposed_by").select_for_update(of=("self",))
        held = rows.get(pk=proposal.pk)
        if held.decided_at:
            raise NotOpen(_t("Somebody has decided on this already."))
        if held.proposed_by_id == by.pk:
            raise NotYours(_t("You have proposed this; somebody else decides on it."))
        yield held, capacity


def _put_forward(by: Person, capacity: Capacity, **fields: Any) -> Proposal:
    same = Proposal.objects.waiting().filter(kind=fields["kind"], instead_of=fields["instead_of"])
    if fields["instead_of"] and same.exists():
        raise NotOpen(_t("A change of this row waits for a decision. Let it be decided first."))
    proposal: Proposal = Proposal.objects.create(proposed_by=by, **fields)
    _tell(proposal, by, capacity, proposal.reason, "proposed")
    return proposal


def _locked(held: Proposal) -> Any:
    if held.instead_of is None:
        return None
    return kind_of(held).objects.select_for_update().get(pk=held.instead_of)


def _ends_on(before: Any, after: Any, held: Any) -> date | None:
    """The last day of the version before; None if it ends earlier already."""
    last: date = after.valid_from - timedelta(days=1) if after else held.last_day
    return last if before.valid_to is None or before.valid_to > last else None


def _decide(
    held: Proposal, by: Person, capacity: Capacity, reason: str, *, is_confirmed: bool
) -> None:
    held.decide(by=by, is_confirmed=is_confirmed)
    _tell(held, by, capacity, reason, "confirmed" if is_confirmed else "declined")


def _tell(held: Proposal, by: Person, capacity: Capacity, reason: str, what: str) -> None:
    record(
        Entry.Event.REFERENCE_CHANGED,
        by=by,
        capacity=capacity,
        subject=f"partners.proposal:{held.pk}",
        note=reason,
        given={
            "proposal": what,
            "kind": held.kind,
            "row": held.instead_of,
            "columns": held.columns,
            "last day": held.last_day,
            "source": held.source,
            "proposed by": held.proposed_by.official_name,
        },
    )
