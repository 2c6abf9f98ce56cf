"""Each right of a step, each duty, each permission, each door: the tables of the law miss it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
import time_machine
from django.utils.translation import override

from api.permissions import PartnerOnly
from approvals.models import ApprovalFile
from partners.access import ROLES, Permission
from tests.approvals import test_files as files
from tests.golden.tables import HERE, OPEN, WITHIN, _answers, _rows
from tests.golden.test_golden_tables import MACHINES, NOON
from tests.mutants.mutants import Mutant, hunt, is_red, says, taken_back
from tests.partners import test_who_may as law
from tests.people import one_of_each
from tests.workflow.test_separation import OF_FILES, PAIRS
from tests.workflow.test_separation import test_who_did_the_one_is_refused_the_other as apart
from tests.workflow.test_separation import test_who_did_the_one_signs_no_file_about_it as no_file
from workflow.models import Separation
from workflow.rights import Capacity
from workflow.steps import Step, case_types, steps_of

pytestmark = [pytest.mark.django_db, pytest.mark.no_cover]  # repeats what other tests walk


@dataclass(frozen=True)
class Everybody:
    """The right of a step that somebody forgot to give it."""

    roles: tuple[str, ...] = ()

    def turn(self, case: Any) -> tuple[str, ...]:
        return ()

    def concerns(self, actor: Any, case: Any) -> bool:
        return True

    def why_not(self, actor: Any, case: Any) -> str:
        return ""

    def capacity(self, actor: Any, case: Any) -> Capacity:
        return Capacity("", "")


def with_(thing: Any, **words: Any) -> Callable[[], AbstractContextManager[Any]]:
    """A weakening in Python: other words on a declared thing, until the mutant has been hunted."""

    @contextmanager
    def weaken() -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in words.items():
                if isinstance(thing, type):
                    patch.setattr(thing, name, value)
                else:
                    patch.setitem(vars(thing), name, value)  # declarations are frozen
            yield

    return weaken


# The rights of steps -------------------------------------------------------------------------


@dataclass(frozen=True)
class Situation:
    """A case in which a step is open, with what the golden table says to everybody."""

    step: Step
    case: Any
    on_file: list[str]
    people: dict[str, Any]

    def is_otherwise(self) -> bool:
        with override("en"):
            return (
                _rows(self.step.name, _answers(self.case, self.step, self.people)) != self.on_file
            )


def written(model: Any, title: str, step: str) -> list[str]:
    """The rows of a step in one section of its golden table."""
    page = (HERE / f"{model.__name__.lower()}.md").read_text(encoding="utf-8")
    section = page.split(f"## {title}\n")[1].split("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith(f"| `{step}` |")]


def situations(model: Any, cases: dict[str, Any], people: dict[str, Any]) -> Iterator[Situation]:
    """For each step the first situation in which it is open to somebody."""
    for name, step in steps_of(model).items():
        for title, case in cases.items():
            rows = written(model, title, name)
            if any(OPEN in row or WITHIN in row for row in rows):
                yield Situation(step, case, rows, people)
                break


@pytest.mark.parametrize(("model", "made"), MACHINES, ids=lambda it: it.__name__)
@time_machine.travel(NOON, tick=False)
def test_every_right_of_a_step_is_missed(model: Any, made: Any) -> None:
    people = one_of_each()
    found = list(situations(model, made(people), people))

    assert {one.step.name for one in found} == set(steps_of(model))
    assert hunt(f"rights of {model.__name__}", map(without_right, found)) == []
    assert hunt(f"permissions on {model.__name__}", for_everybody(found)) == []


def without_right(one: Situation) -> Mutant:
    return Mutant(
        f"{one.step.name} is everybody's", with_(one.step, may=Everybody()), one.is_otherwise
    )


def for_everybody(found: list[Situation]) -> Iterator[Mutant]:
    """Every permission that a step of the machine asks for, in the hands of every role."""
    for permission in sorted({p for one in found for p in asked_by(one.step)}):
        there = [one for one in found if permission in asked_by(one.step)]
        yield Mutant(
            f"{permission} is everybody's", everybody_carries(permission), partial(any_other, there)
        )


def any_other(found: list[Situation]) -> bool:
    return any(one.is_otherwise() for one in found)


def asked_by(step: Step) -> set[Permission]:
    rules = getattr(step.may, "rules", (step.may,))
    return {rule.permission for rule in rules if hasattr(rule, "permission")}


@pytest.mark.parametrize("name", law.BEGINS)
def test_every_right_to_begin_is_missed(name: str) -> None:
    mutant = Mutant(
        f"{name} is everybody's",
        with_(law.BEGINNINGS[name], may=Everybody()),
        partial(is_red, law.test_case_is_begun_by_exactly_these, name),
    )

    assert hunt(f"right to begin: {name}", [mutant]) == []


# Duties --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pair:
    """One act before another, as a usual test tries it."""

    did: str
    does: str
    step: Step
    test: Any
    tried: Any

    @property
    def duties(self) -> set[str]:
        return {self.did, self.does}


# Whoever signs a file does the duty of its matter: `offer` leads to `offer:approve`.
OF_MATTERS = {
    matter.duty.partition(":")[0]: matter.duty
    for model in case_types()
    for matter in getattr(model, "matters", ())
}


@pytest.fixture
def pairs() -> list[Pair]:
    with taken_back():
        made = [(pair, steps_of(type(pair[1]()))[pair[2]]) for pair in PAIRS]
    found = [Pair(pair[0], step.duty, step, apart, pair) for pair, step in made]
    for did, *rest in OF_FILES:
        does, step = OF_MATTERS[did.partition(":")[0]], steps_of(ApprovalFile)[rest[2]]
        found.append(Pair(did, does, step, no_file, (did, *rest)))
    return found


def any_is_red(pairs: list[Pair]) -> bool:
    return any(is_red(pair.test, *pair.tried) for pair in pairs)


def duties(pairs: list[Pair]) -> Iterator[Mutant]:
    for model in case_types():
        for step in steps_of(model).values():
            if step.duty:
                tried = [pair for pair in pairs if pair.step is step]
                yield Mutant(
                    f"{model.__name__}.{step.name} is no duty",
                    with_(step, duty=""),
                    partial(any_is_red, tried),
                )

    for step in steps_of(ApprovalFile).values():
        if getattr(step.may, "signs", False):
            tried = [pair for pair in pairs if pair.step is step]
            yield Mutant(
                f"ApprovalFile.{step.name} is no duty",
                with_(step.may, signs=False),
                partial(any_is_red, tried),
            )


def test_every_duty_is_missed(pairs: list[Pair]) -> None:
    assert hunt("duties", duties(pairs)) == []


def separations(pairs: list[Pair]) -> Iterator[Mutant]:
    """One duty of a group moves to the side of another: nothing keeps these two apart."""
    for rule in Separation.objects.order_by("pk"):
        for other in Separation.objects.filter(group=rule.group).exclude(side=rule.side):
            tried = [pair for pair in pairs if pair.duties == {rule.duty, other.duty}]
            yield Mutant(
                f"{rule.group}: {rule.duty} beside {other.duty}",
                moved(rule, other.side),
                partial(any_is_red, tried),
            )


def moved(rule: Separation, side: str) -> Callable[[], AbstractContextManager[Any]]:
    return says(f"UPDATE workflow_separation SET side = '{side}' WHERE id = {rule.pk}")


def test_every_rule_of_separation_is_missed(pairs: list[Pair]) -> None:
    assert hunt("rules of separation", separations(pairs)) == []


# Permissions ---------------------------------------------------------------------------------


def everybody_carries(permission: Permission) -> Callable[[], AbstractContextManager[Any]]:
    @contextmanager
    def weaken() -> Iterator[None]:
        carried = {role: (*role.permissions, permission) for role in ROLES.values()}
        with pytest.MonkeyPatch.context() as patch:
            for role, permissions in carried.items():
                patch.setattr(role, "permissions", permissions)
            yield

    return weaken


# Permissions that open something else than a step, and the law that misses each.
ELSEWHERE: dict[Permission, Callable[[], None]] = {
    Permission.CASE_READ: partial(law.test_case_is_read_by_exactly_these, "request"),
    Permission.CASE_READ_ALL: partial(law.test_case_is_read_by_exactly_these, "contract"),
    Permission.REVIEW_READ: law.test_review_is_read_by_exactly_these,
    Permission.EMERGENCY_REVIEW: law.test_emergency_is_read_by_exactly_these,
    Permission.TRAIL_READ: partial(law.test_policy_lets_in_exactly_these, "auditors"),
    Permission.HANDLING_WRITE: law.test_label_is_put_by_exactly_these,
    Permission.HANDLING_OVERSEE: partial(law.test_policy_lets_in_exactly_these, "security"),
    Permission.REFERENCE_PROPOSE: partial(law.test_policy_lets_in_exactly_these, "proposers"),
    Permission.PEOPLE_MANAGE: partial(law.test_policy_lets_in_exactly_these, "people"),
    Permission.APPROVAL_DECIDE: files.test_deputy_who_has_no_rank_is_refused,
    Permission.NUMBER_VOID: partial(law.test_policy_lets_in_exactly_these, "registrars"),
    Permission.FOLLOW_UP_MANAGE: partial(law.test_policy_lets_in_exactly_these, "follow_ups"),
}


def permissions() -> Iterator[Mutant]:
    for permission, test in ELSEWHERE.items():
        yield Mutant(
            f"{permission} is everybody's", everybody_carries(permission), partial(is_red, test)
        )


def test_every_permission_is_missed() -> None:
    at_the_gate = {p for m in case_types() for step in steps_of(m).values() for p in asked_by(step)}

    assert at_the_gate | set(ELSEWHERE) == set(Permission)
    assert hunt("permissions", permissions()) == []


# Doors ---------------------------------------------------------------------------------------


def doors() -> Iterator[Mutant]:
    for name, policy in law.POLICIES.items():
        if policy.test is None or policy.by_token:
            continue
        exactly = partial(is_red, law.test_policy_lets_in_exactly_these, name)
        yield Mutant(f"{name}: nobody is asked", with_(policy, test=None), exactly)
        if name not in {"signed_in", "proving"}:
            yield Mutant(f"{name}: everybody", with_(policy, test=lambda person: True), exactly)
        if name not in law.BEFORE_SECOND_FACTOR:
            yield Mutant(
                f"{name}: no second factor",
                with_(policy, before_second_factor=True),
                partial(
                    is_red,
                    law.test_staff_without_a_second_factor_come_in_nowhere_but_to_give_it,
                    name,
                ),
            )
    yield Mutant(
        "the API serves everybody",
        with_(PartnerOnly, has_permission=lambda self, request, view: True),
        partial(is_red, law.test_api_serves_nations_only),
    )


def test_every_door_is_missed() -> None:
    assert hunt("doors", doors()) == []
