"""Random organisations, absences and acts: nobody approves their own, nobody decides without authority.

`FILES=200` plays as many stories; each ends in exactly one terminal state.
"""

from __future__ import annotations

import os
import random
from datetime import timedelta
from typing import Any

import pytest

from approvals import looking_after
from approvals.models import ApprovalFile, Signature, WayStep
from approvals.models.file import State
from partners import absences, posts
from partners.models import Person
from tests.approvals.hands import fresh, run_follow_ups
from tests.factories import ContractFactory, person, today
from workflow.approvals import RANKS, Kind
from workflow.steps import Refused, choices, take

pytestmark = pytest.mark.django_db
FILES = int(os.environ.get("FILES", "4"))
MOST_ACTS = 60
ENDED = {State.KEPT, State.WITHDRAWN, State.ABANDONED, State.VOID, State.AWAITING_ISSUE}
UNITS = ("cases", "finance", "legal", "export_control", "security", "executive")
GIVEN: dict[str, dict[str, Any]] = {
    "approve": {"opinion": ""},
    "agree": {"opinion": ""},
    "agree_with_conditions": {"conditions": "If."},
    "disagree": {"opinion": "No."},
    "decide": {"opinion": "", "resolution": "Weighed."},
    "pull_up": {"reason": "Urgent."},
    "return_to_drafter": {"reason": "Again."},
    "hold": {"reason": "Wait."},
    "declare_conflict": {"reason": "A relative."},
    "withdraw": {"reason": "Enough."},
    "abandon": {"reason": "Enough."},
    "put_forward": {},
    "resume": {},
    "read": {},
    "read_afterwards": {},
}
RARELY = {"withdraw", "abandon", "return_to_drafter", "hold", "declare_conflict", "pull_up"}


def an_organisation(chance: random.Random) -> list[Person]:
    """People at some posts, some at two, some away with a deputy or without."""
    people = [
        person(rank, unit=unit)
        for unit in UNITS
        for rank in RANKS
        if chance.random() < (0.9 if rank in {"director", "department_head"} else 0.5)
    ]
    for who in chance.sample(people, len(people) // 5):
        who.memberships.create(
            organisation=who.memberships.get().organisation,
            role=chance.choice(RANKS),
            unit_id=chance.choice(UNITS),
            valid_from=today(),
            is_acting=True,
        )
    for who in chance.sample(people, len(people) // 4):
        deputy = chance.choice([*people, None])
        if deputy != who:
            absences.enter(
                who,
                first_day=today(),
                last_day=today() + timedelta(days=1),
                deputy=deputy,
                reason="Leave.",
                by=who,
            )
    return people


def a_story(chance: random.Random) -> ApprovalFile | None:
    """The file as it is once nobody of the organisation can do anything more, or it has ended."""
    everybody = an_organisation(chance)
    drafter = person("case_manager")
    contract = ContractFactory(state="draft", is_priced=True)
    take(contract, "put_to_approval", by=drafter)
    run_follow_ups()
    file = ApprovalFile.objects.get(subject_id=contract.pk)
    for _ in range(MOST_ACTS):
        looking_after.look()
        file = fresh(file)
        if file.state in ENDED:
            return file
        if contract.__class__.objects.get().state == "draft":
            take(contract, "put_to_approval", by=drafter)
        if not _act(file, [drafter, *everybody], chance):
            return None
        run_follow_ups()
    return None


def _act(file: ApprovalFile, people: list[Person], chance: random.Random) -> bool:
    able = [
        (who, choice.name)
        for who in people
        for choice in choices(file, Person.objects.get(pk=who.pk))
        if choice.is_open and choice.name in GIVEN
    ]
    usual = [one for one in able if one[1] not in RARELY]
    if not able:
        return False
    who, step = chance.choice(usual if usual and chance.random() < 0.8 else able)
    before = _authority(file)
    act = take(file, step, by=Person.objects.get(pk=who.pk), **GIVEN[step])
    if step == "decide":
        assert who.actor_id in before, "whoever decided had a seat at the decision on that day"
    _check(act.case)
    return True


def _authority(file: ApprovalFile) -> set[str]:
    decision = [step for step in file.way if step.kind == Kind.DECISION]
    today_held = {row.person.actor_id for row in _holders(decision)}
    deputies = {
        row.deputy.actor_id
        for row in posts.absences_on(today())
        if row.deputy and row.person.actor_id in today_held
    }
    return today_held | deputies


def _holders(steps: list[Any]) -> list[Any]:
    return posts.holders([(step.unit_id, step.rank) for step in steps], today())


def _check(file: ApprovalFile) -> None:
    """What holds after every act, by the rows themselves."""
    steps = list(WayStep.objects.filter(file=file).exclude(kind=Kind.CIRCULATION))
    holders = [step.holder_id for step in steps if step.holder_id]
    assert file.prepared_by not in holders
    assert len(holders) == len(set(holders))
    signed = Signature.objects.filter(file=file)
    assert not signed.filter(decided_by=file.prepared_by).exists()
    if file.state in {State.AWAITING_ISSUE, State.DECIDED}:
        assert all(step.standing not in {"not_arrived", "arrived"} for step in steps)


@pytest.mark.parametrize("seed", range(FILES))
def test_any_story_keeps_the_rules_and_ends_in_one_state(seed: int) -> None:
    file = a_story(random.Random(seed))

    if file is not None:
        assert file.state in ENDED
        assert acts_left(fresh(file)) == set()


def acts_left(file: ApprovalFile) -> set[str]:
    """What anybody could still do with a file that has ended, besides reading it."""
    return {
        choice.name
        for who in Person.objects.all()
        for choice in choices(file, who)
        if choice.is_open and choice.name not in {"read", "read_afterwards"}
    }


def test_refused_act_changes_nothing() -> None:
    drafter = person("case_manager")
    take(ContractFactory(state="draft", is_priced=True), "put_to_approval", by=drafter)
    run_follow_ups()
    file = ApprovalFile.objects.get()

    with pytest.raises(Refused):
        take(file, "put_forward", by=drafter)

    assert (fresh(file).version, WayStep.objects.count()) == (1, 0)
