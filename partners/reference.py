"""How reference data changes: somebody proposes, others decide; days that have passed stay as they were.

A dated row changes by a next version from a day on, which ends the one before it on the day before,
or by a last day; one that has not begun can be withdrawn. An undated row changes column by column
as soon as it is decided. The decision is an approval file's (`approvals/matters.py`), which calls
`hold`, then `carry_out` or `give_up`. Each act is a line of the trail, and so is each row that changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _t

from partners import access, kinds
from partners.access import Permission
from partners.models import Person, Proposal
from workflow import values, walls
from workflow.models import Dated, Entry, Reference
from workflow.rights import Actor, Capacity
from workflow.steps import NotOpen, NotYours
from workflow.trail import record

ONE_DAY = timedelta(days=1)


def works_with(person: Any) -> bool:
    """Whether somebody proposes changes or decides on them."""
    acts = (Permission.REFERENCE_PROPOSE, Permission.APPROVAL_DECIDE)
    return any(access.holds(person, act) for act in acts)


def versions(row: Dated) -> QuerySet[Any]:
    """A row with all that came before and after it, newest first."""
    same = {name: getattr(row, name) for name in kinds.key_of(type(row))}
    return type(row).objects.filter(**same).order_by("-valid_from", "-pk")


def changed(before: Reference, after: Reference) -> dict[str, dict[str, Any]]:
    """From what to what, by column: what a proposal says of an undated row."""
    old, new = values.of_row(before), values.of_row(after)
    return {
        name: {"from": old[name], "to": value} for name, value in new.items() if old[name] != value
    }


# Acts ----------------------------------------------------------------------------------------


def propose(
    row: Reference, *, by: Person, reason: str, instead_of: Reference | None = None
) -> Proposal:
    """Put forward a new row, the next version of a dated one, or an undated one as it should be.

    Raises `NotYours` or `NotOpen`.
    """
    with _acting(by, Permission.REFERENCE_PROPOSE) as capacity:
        if why := why_not(row, instead_of):
            raise NotOpen(why)
        if instead_of and not isinstance(row, Dated):
            columns: dict[str, Any] = changed(instead_of, row)
        else:
            columns = values.of_row(row)
            columns.pop("id", None)  # given when the row comes about
        return _put_forward(
            by, capacity, instead_of or row, row.source, reason, instead_of, columns=columns
        )


def propose_end(row: Dated, last_day: date, *, by: Person, source: str, reason: str) -> Proposal:
    with _acting(by, Permission.REFERENCE_PROPOSE) as capacity:
        if why := why_not_end(row, last_day):
            raise NotOpen(why)
        return _put_forward(by, capacity, row, source, reason, row, last_day=last_day)


def propose_withdrawal(row: Dated, *, by: Person, reason: str) -> Proposal:
    """That a row which has not begun never does. Raises `NotYours` or `NotOpen`."""
    with _acting(by, Permission.REFERENCE_PROPOSE) as capacity:
        if why := why_not_withdrawn(row):
            raise NotOpen(why)
        never = row.valid_from - ONE_DAY
        return _put_forward(by, capacity, row, row.source, reason, row, last_day=never)


def hold(proposal: Proposal) -> Proposal:
    """The proposal and the row it is about, locked and read anew, inside a transaction that is open.

    All that waits of its kind is held with it: of two rows that exclude each other the second to be
    decided sees the first.
    """
    waiting = Proposal.objects.waiting().filter(of_kind=proposal.of_kind).order_by("pk")
    rows = waiting.select_related("proposed_by").select_for_update(of=("self",))
    held: Proposal = {row.pk: row for row in rows}[proposal.pk]
    held.present = _locked(held.model, held.instead_of)
    return held


def carry_out(held: Proposal, *, by: Person, capacity: Capacity, file: str) -> None:
    """It has been decided, by the approval file of this number: from its day on the change counts."""
    for row in _outcome(held):
        row.save(
            by=by,
            capacity=capacity,
            why=held.reason,
            seen={
                "proposal": str(held.pk),
                "proposer": held.proposed_by.actor_id,
                "proposed by": held.proposed_by.official_name,
                "file": file,
            },
            force_insert=row._state.adding,
        )
    _end(held, by, capacity, held.reason, file, is_confirmed=True)


def give_up(held: Proposal, *, by: Person, capacity: Capacity, reason: str, file: str) -> None:
    """Nothing comes of it: its file has been withdrawn or abandoned."""
    _end(held, by, capacity, reason, file, is_confirmed=False)


# Why not -------------------------------------------------------------------------------------


def why_not(row: Reference, instead_of: Reference | None) -> str:
    """Why a row cannot be as proposed, as one sentence with the remedy."""
    if isinstance(row, Dated):
        return why_not_row(row, instead_of)
    if instead_of and not changed(instead_of, row):
        return _t("Nothing changes. Change at least one column, or the source.")
    try:
        row.full_clean(validate_unique=row._state.adding)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def why_not_row(row: Dated, instead_of: Any) -> str:
    """Why a row cannot begin on its first day."""
    if row.valid_from <= timezone.localdate():
        return _t("The first day is tomorrow at the earliest: what has counted stays as it was.")
    if row.valid_to and row.valid_to < row.valid_from:
        return _t("The last day cannot be before the first.")
    if instead_of and instead_of.counts_never:
        return _withdrawn_already()
    if instead_of and row.valid_from <= instead_of.valid_from:
        return _t("The version before it begins on %(day)s. Choose a later first day.") % {
            "day": instead_of.valid_from
        }
    others = versions(row).counting().exclude(pk=instead_of.pk if instead_of else None)  # type: ignore[attr-defined]
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
    if row.counts_never:
        return _withdrawn_already()
    if last_day < timezone.localdate():
        return _t("The last day is today at the earliest: what has counted stays as it was.")
    if last_day < row.valid_from:
        return _t("The last day cannot be before the first.")
    if row.valid_to and row.valid_to <= last_day:
        return _t("This row ends earlier already.")
    return ""


def why_not_withdrawn(row: Dated) -> str:
    if row.counts_never:
        return _withdrawn_already()
    if row.valid_from <= timezone.localdate():
        return _t("This row counts since %(day)s. Propose a last day for it instead.") % {
            "day": row.valid_from
        }
    later = versions(row).counting().filter(valid_from__gt=row.valid_from)  # type: ignore[attr-defined]
    if other := later.last():
        return _t("A later version begins on %(day)s. Withdraw that one first.") % {
            "day": other.valid_from
        }
    return ""


def _withdrawn_already() -> str:
    return _t("This row has been withdrawn. Propose a new row, or another version.")


def why_not_now(held: Proposal) -> str:
    """What has become of it since it was proposed."""
    match held.what():
        case Proposal.What.END:
            return why_not_end(held.present, held.last_day)  # type: ignore[arg-type]  # promised
        case Proposal.What.WITHDRAWAL:
            return why_not_withdrawn(held.present)
        case Proposal.What.CHANGE:
            return _why_not_as_seen(held) or why_not(held.after(), held.present)
        case _:
            return why_not(held.after(), held.present)


def _why_not_as_seen(held: Proposal) -> str:
    now = values.of_row(held.present)
    for name, change in held.columns.items():
        if now[name] != change["from"]:
            return _t("“%(column)s” has changed since. Withdraw this, and propose it anew.") % {
                "column": kinds.head_of(held.present._meta.get_field(name))
            }
    return ""


# Parts ---------------------------------------------------------------------------------------


def _outcome(held: Proposal) -> Iterable[Any]:
    """The rows that a decided proposal saves, as they are to be."""
    present = held.present
    match held.what():
        case Proposal.What.ROW | Proposal.What.CHANGE:
            return [held.after()]
        case Proposal.What.WITHDRAWAL:
            goes_on = resumed(present)
            present.valid_to = held.last_day
            return [present, goes_on] if goes_on else [present]
        case Proposal.What.END:
            present.valid_to = held.last_day
            return [present]
        case _:
            after = held.after()
            last = after.valid_from - ONE_DAY
            if present.valid_to is not None and present.valid_to <= last:
                return [after]
            present.valid_to = last
            return [present, after]


def resumed(row: Dated) -> Any:
    """The version that ended for this one and goes on when it is withdrawn, with its former last day.

    None if none did. What its last day was stands in the trail: in the line of the same proposal.
    """
    lines = Entry.objects.filter(event=Entry.Event.REFERENCE_CHANGED).order_by("pk")
    begun = lines.filter(subject=_subject(row)).first()
    if begun is None or not begun.given.get("proposal"):
        return None
    of_proposal = lines.filter(given__proposal=begun.given["proposal"])
    for before in versions(row).filter(valid_to=row.valid_from - ONE_DAY).exclude(pk=row.pk):
        if ended := of_proposal.filter(subject=_subject(before)).first():
            former = ended.given["changed"]["valid_to"]["from"]
            return kinds.with_values(before, {"valid_to": former})
    return None


def _subject(row: Reference) -> str:
    return f"{row._meta.label_lower}:{row.pk}"


@contextmanager
def _acting(by: Person, permission: Permission) -> Iterator[Capacity]:
    """For the house, in one transaction."""
    held = access.holds(by, permission)
    if not held:
        raise NotYours(_t("Your role does not include this step."))
    with walls.house(), transaction.atomic():
        yield Capacity(held[0].role, held[0].organisation.name_en)


def _put_forward(
    by: Person,
    capacity: Capacity,
    row: Reference,
    source: str,
    reason: str,
    instead_of: Reference | None,
    **fields: Any,
) -> Proposal:
    key = str(instead_of.pk) if instead_of else None
    about = {"of_kind": str(row._meta.model_name), "instead_of": key}
    _locked(type(row), key)  # of two who propose at once the second finds the first
    if instead_of and Proposal.objects.waiting().filter(**about).exists():
        raise NotOpen(_t("A change of this row waits for a decision. Let it be decided first."))
    proposal: Proposal = Proposal.objects.create(
        **about, proposed_by=by, source=source, reason=reason, **fields
    )
    _tell(proposal, by, capacity, reason, proposal="proposed")
    return proposal


def _locked(kind: type[Reference], pk: str | None) -> Any:
    rows: Any = kind._default_manager.select_for_update(of=("self",))
    return rows.get(pk=pk) if pk is not None else None


def _end(
    held: Proposal, by: Person, capacity: Capacity, why: str, file: str, *, is_confirmed: bool
) -> None:
    held.decide(by=by, is_confirmed=is_confirmed)
    word = "decided" if is_confirmed else "given up"
    _tell(held, by, capacity, why, proposal=word, file=file)


def _tell(held: Proposal, by: Actor, capacity: Capacity, why: str, **more: str) -> None:
    record(
        Entry.Event.REFERENCE_CHANGED,
        by=by,
        capacity=capacity,
        case=held,
        subject=f"partners.proposal:{held.pk}",
        note=why,
        given={
            **more,
            "kind": held.of_kind,
            "row": held.instead_of,
            "columns": held.columns,
            "last day": held.last_day,
            "source": held.source,
            "proposed by": held.proposed_by.official_name,
        },
    )
