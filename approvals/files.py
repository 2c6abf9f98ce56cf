"""What other rooms ask of approvals: guards, books and effects for the steps of their cases.

when=[files.has_route(OFFER)], then=[files.drafts(OFFER)]        # puts the case to approval
when=[files.approved(OFFER)], books=[files.issues(OFFER)]        # carries the decision out
then=[files.rechecks(OFFER)]                                     # may change what was approved
then=[files.ends(OFFER)]                                         # ends the case
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import override

from approvals import going
from approvals.models.file import APPROVED, OPEN, WITH_DRAFTER, ApprovalFile, changed_fields
from approvals.models.route import route_of
from documents import numbers
from partners.models import Person
from workflow.approvals import Matter, Standing
from workflow.models import Case, FollowUp
from workflow.rights import SYSTEM
from workflow.steps import Act, Book, Leads, NotOpen, begin_within, take_within

Guard = Callable[[Any], str]


@dataclass(frozen=True)
class Drafted:
    """Who drafts, as the trail knows them."""

    actor_id: str
    actor_name: str
    role: str


def of(case: Any, matter: Matter) -> ApprovalFile | None:
    """The file that counts: the open one, else the one decided last."""
    rows = ApprovalFile.objects.of(case, matter.name)
    found: ApprovalFile | None = rows.filter(state__in=[*OPEN, *APPROVED]).first()
    return found


def open_file_of(case: Any, matter: Matter) -> ApprovalFile | None:
    """The one that is not finished: to be decided, carried out or read."""
    return ApprovalFile.objects.of(case, matter.name).filter(state__in=OPEN).first()


# Guards --------------------------------------------------------------------------------------


def has_route(matter: Matter) -> Guard:
    """Somebody has authority over the matter and its amount today."""

    def guard(case: Any) -> str:
        try:
            route = route_of(matter, case)
        except NotOpen as refusal:
            return str(refusal)
        if route.decider is not None:
            return ""
        why = " ".join(_t(one.text) % one.values for one in route.why)
        return _t("%(why)s Add a route to the reference data.") % {"why": why}

    return _named(guard, f"has_route_{matter.name}", has_route.__doc__)


def approved(matter: Matter) -> Guard:
    """The file has been decided, and what was decided on has not changed since."""

    def guard(case: Any) -> str:
        file = of(case, matter)
        if file is None or file.state in WITH_DRAFTER:
            return _t("Not approved yet: the drafter has to put the approval file forward.")
        if file.state not in APPROVED:
            return _still_with(file)
        if not file.changes_since:
            return ""
        return _t("What was approved has changed since: %(fields)s. It needs a new approval.") % {
            "fields": changed_fields(file.changes_since)
        }

    return _named(guard, f"approved_{matter.name}", approved.__doc__)


def _still_with(file: ApprovalFile) -> str:
    here = [step.post for step in file.way if step.standing == Standing.ARRIVED]
    return _t("Not approved yet. The file %(number)s is with: %(posts)s.") % {
        "number": file.number,
        "posts": "; ".join(here) or file.state_label,
    }


def _named(guard: Guard, name: str, doc: str | None) -> Guard:
    guard.__name__, guard.__doc__ = name, doc
    return guard


# Books and effects ---------------------------------------------------------------------------


def issues(matter: Matter, *, to: Callable[[Any], str]) -> Book:
    """A book: what was decided goes out, under the next document number. `to` names the addressee.

    What needs no approval has no file; whoever sends it is the decider then.
    """

    def book(act: Act) -> None:
        file = of(act.case, matter)
        decider = going.decided_by(file) if file else act.by.actor_name
        number = numbers.give(
            act.case,
            paper=matter.issues,
            title=act.case.title,
            addressee=to(act.case),
            decider=decider,
        )
        if file is not None:
            take_within(file, "issue", by=act.by, document_number=number.written)

    return book


@dataclass(frozen=True)
class Drafts:
    """An effect: an approval file on the desk of whoever took the step, in their language."""

    matter: Matter

    @property
    def key(self) -> str:
        return f"approval:{self.matter.name}"

    def run(self, case: Any, follow_up: FollowUp) -> None:
        case = type(case)._default_manager.locked().get(pk=case.pk)
        if self.matter.waits_in not in {"", case.state}:
            return  # run late: the file that had come back has been decided, and the case moved on
        if open_file_of(case, self.matter) is not None:
            return  # a file that has come back is put forward again by its drafter
        entry = follow_up.entry
        drafter = Person.objects.get(pk=entry.actor_id)
        with override(drafter.language):
            open_file(case, self.matter, Drafted(entry.actor_id, entry.actor_name, entry.role))


def open_file(subject: Any, matter: Matter, drafter: Drafted) -> ApprovalFile:
    """A new file about a subject; inside a transaction that is open."""
    act = begin_within(
        ApprovalFile.draft,
        by=SYSTEM,
        under=subject if isinstance(subject, Case) else None,
        subject=subject,
        matter=matter,
        drafter=drafter,
    )
    file: ApprovalFile = act.case
    return file


def drafts(matter: Matter) -> Drafts:
    return Drafts(matter)


def rechecks(matter: Matter) -> Leads:
    """An effect: signatures on what the step has changed count no longer."""

    def changed(case: Any) -> Any:
        file = open_file_of(case, matter)
        return file if file is not None and file.changes_since else None

    return Leads("void", to=changed)


def ends(matter: Matter) -> Leads:
    """An effect: with the case its open file ends."""
    return Leads("end", to=lambda case: open_file_of(case, matter), about=matter.name)
