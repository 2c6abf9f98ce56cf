"""What a file needs to go along its way: people at posts, and the acts that bring it there."""

from __future__ import annotations

from typing import Any

from approvals import actions
from approvals.files import Drafted, open_file
from approvals.matters import REFERENCE_CHANGE
from approvals.models import ApprovalFile
from partners import reference
from partners.models import Person, Proposal
from partners.posts import holders
from tests.factories import person, today
from workflow import walls
from workflow.approvals import Kind, Standing
from workflow.follow_ups import run_entry
from workflow.models import FollowUp
from workflow.steps import one_act, take

NOTHING = {"opinion": "", "resolution": ""}


def post(unit: str, rank: str) -> Person:
    """Whoever holds a post, or somebody new who does."""
    found = holders([(unit, rank)], today())
    return found[0].person if found else person(rank, unit=unit)


def run_follow_ups() -> None:
    """What steps have set off, until nothing is left."""
    for _round in range(10):
        waiting = FollowUp.objects.waiting().values_list("entry_id", flat=True)
        entries = list(dict.fromkeys(waiting.order_by("entry_id")))
        if not entries:
            return
        for entry_id in entries:
            run_entry(entry_id)


def put_forward(case: Any, drafter: Person) -> ApprovalFile:
    """The file of a case that is put to approval, put forward by whoever did that."""
    take(case, "put_to_approval", by=drafter)
    run_follow_ups()
    file = ApprovalFile.objects.latest("opened_at")
    for step in file.route_today().steps:
        post(step.unit, step.rank)
    take(file, "put_forward", by=drafter)
    return fresh(file)


def propose(row: Any, *, by: Person, **given: Any) -> Proposal:
    """A change of reference data, put forward to whoever decides."""
    held: Proposal = actions.put_forward(reference.propose, by=by, row=row, **given).subject
    return held


def with_file(held: Proposal) -> Proposal:
    """A proposal of a factory, put forward by its proposer."""
    who = held.proposed_by
    with one_act(), walls.house():
        drafter = Drafted(who.actor_id, who.actor_name, "finance_officer")
        take(open_file(held, REFERENCE_CHANGE, drafter), "put_forward", by=who)
    return held


def file_of(held: Proposal) -> ApprovalFile:
    return ApprovalFile.objects.get(subject_id=held.pk)


def concur(file: ApprovalFile) -> None:
    """Every unit that is asked agrees."""
    for step in fresh(file).way:
        if step.kind == Kind.CONCURRENCE and step.standing == Standing.ARRIVED:
            take(file, "agree", by=post(step.unit_id, step.rank), opinion="")


def fresh(file: ApprovalFile) -> ApprovalFile:
    return ApprovalFile.objects.get(pk=file.pk)
