"""The account of a deal: what there is of it, counted, so that two runs can be held side by side.

Numbers, names and times differ from run to run; what is counted here may not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from documents.models import Document
from fms_agency.demo.player import Play
from ledger.models import Journal
from notifications.models import Message
from notifications.notices import Notice
from workflow.models import Deadline, Entry
from workflow.steps import beginnings_of, case_types, steps_of

Count = Counter[tuple[str, ...]]


@dataclass(frozen=True)
class Account:
    """Everything by the name of its case in the script: `("contract", "offer")`."""

    states: Count
    steps: Count
    papers: Count
    messages: Count
    journals: Count
    deadlines: Count

    def blanks(self) -> list[str]:
        """What there is none of: an account that counts nothing measures nothing."""
        return [column.name for column in fields(self) if not getattr(self, column.name)]


@dataclass(frozen=True)
class Difference:
    """What a run has too little and too much of, in words."""

    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()


def difference(expected: Account, found: Account) -> Difference:
    lost: list[str] = []
    doubled: list[str] = []
    for column in fields(Account):
        wanted: Count = getattr(expected, column.name)
        there: Count = getattr(found, column.name)
        lost += _told(column.name, wanted - there)
        doubled += _told(column.name, there - wanted)
    return Difference(tuple(lost), tuple(doubled))


def _told(what: str, rest: Count) -> Iterator[str]:
    for name, count in sorted(rest.items()):
        yield f"{what}: {count} × {' '.join(name)}"


def of_play(play: Play) -> Account:
    """The account of a deal as it stands in the database."""
    cases = {name: play.case(name) for name in play.cases}
    names = {case.pk: name for name, case in cases.items()}
    numbers = [case.number for case in cases.values()]
    entries = Entry.objects.filter(event=Entry.Event.STEP)
    return Account(
        states=Counter((name, str(case.state)) for name, case in cases.items()),
        steps=_counted(entries, names, "step"),
        papers=_counted(Document.objects.all(), names, "kind"),
        messages=_counted(Message.objects.exclude(notice__in=in_passing()), names, "notice"),
        journals=Counter(
            map(_booked, Journal.objects.filter(subject__in=numbers)),
        ),
        deadlines=_counted(Deadline.objects.all(), names, "step"),
    )


def _counted(rows: Any, names: Mapping[Any, str], column: str) -> Count:
    found = rows.filter(case_id__in=names).order_by().values_list("case_id", column)
    return Counter((names[case_id], str(value)) for case_id, value in found)


def _booked(journal: Journal) -> tuple[str, ...]:
    rows = journal.postings.select_related("debit", "credit")
    return (
        journal.kind,
        *sorted(f"{r.debit.code}/{r.credit.code} {r.units} {r.currency}" for r in rows),
    )


def in_passing() -> set[str]:
    """Notices that ask somebody to act: whom they still concern depends on how far the case has come."""
    return {notice.name for notice in _notices() if notice.while_current or notice.if_any}


def _notices() -> Iterable[Notice]:
    for model in case_types():
        for declared in (*beginnings_of(model).values(), *steps_of(model).values()):
            yield from (effect for effect in declared.then if isinstance(effect, Notice))
