"""What a file needs to go along its way: people at posts, and the acts that bring it there."""

from __future__ import annotations

from typing import Any

from approvals.models import ApprovalFile
from partners.models import Person
from partners.posts import holders
from tests.factories import person, today
from workflow.approvals import Kind, Standing
from workflow.follow_ups import run_entry
from workflow.models import FollowUp
from workflow.steps import take


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


def concur(file: ApprovalFile) -> None:
    """Every unit that is asked agrees."""
    for step in fresh(file).way:
        if step.kind == Kind.CONCURRENCE and step.standing == Standing.ARRIVED:
            take(file, "agree", by=post(step.unit_id, step.rank), opinion="")


def fresh(file: ApprovalFile) -> ApprovalFile:
    return ApprovalFile.objects.get(pk=file.pk)
