"""Each guard of a file: once it is content, once it objects, with the sentence a person reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from approvals.models import ApprovalFile, ApprovalRoute
from approvals.models import file as files
from cases.models import Contract
from partners.models import Proposal
from tests.approvals.hands import file_of, with_file
from tests.factories import CHARGE, DRAFTER, ContractFactory, ProposalFactory, person
from workflow.steps import steps_of

pytestmark = pytest.mark.django_db
NOON = "2026-11-22T12:00:00+09:00"
YESTERDAY = date(2026, 11, 21)
VACANT = (
    "Nobody else could decide on this: the post “Department head, Case Management” is vacant,"
    " or you hold it. Have somebody appointed to act for it first."
)


def file(state: str = "drafting", **columns: Any) -> ApprovalFile:
    """A file about an offer; `yen` is its price."""
    yen = columns.pop("yen", None)
    price = {"net": yen - CHARGE, "total": Decimal(yen)} if yen else {}
    contract = ContractFactory(state="under_approval", furnished__approval=state, **price)
    ApprovalFile.objects.filter(subject_id=contract.pk).update(title="Radars", **columns)
    found: ApprovalFile = ApprovalFile.objects.get(subject_id=contract.pk)
    return found


def with_decider() -> ApprovalFile:
    person("department_head")
    return file()


def decided_by_its_drafter() -> ApprovalFile:
    person("department_head", id=DRAFTER)
    return file()


def without_route() -> ApprovalFile:
    ApprovalRoute._base_manager.filter(matter="foreign_offer").update(valid_to=YESTERDAY)
    return file()


def too_late() -> ApprovalFile:
    """A change of reference data whose first day has come meanwhile."""
    person("director", unit="planning")
    held = with_file(ProposalFactory())
    Proposal.objects.update(columns=held.columns | {"valid_from": "2026-11-22"})
    return file_of(held)


def of_a_contract_in(state: str) -> ApprovalFile:
    found = file()
    Contract.objects.filter(pk=found.subject_id).update(state=state, number="JP-PH-26-9901")
    return found


def changed(state: str) -> ApprovalFile:
    found = file(state)
    Contract.objects.filter(pk=found.subject_id).update(title="Coastal radars")
    return found


def in_the_line(*ranks: str) -> ApprovalFile:
    for rank in ranks:
        person(rank)
    return file("in_circulation")


def left_alone() -> ApprovalFile:
    """The director has left since the file came to them."""
    director = person("director")
    found = file("in_circulation")
    director.memberships.update(valid_to=YESTERDAY)
    return found


def circulated() -> ApprovalFile:
    return file("issued", yen=10_000_000_000)


def read(found: ApprovalFile) -> ApprovalFile:
    found.steps.filter(kind="circulation").update(
        standing="read", holder_id="somebody", acted_at=found.sealed_at
    )
    return again(found)


def passed_over(found: ApprovalFile) -> ApprovalFile:
    found.steps.filter(kind="line").update(awaits_reading=True)
    return again(found)


def again(found: ApprovalFile) -> ApprovalFile:
    fresh: ApprovalFile = ApprovalFile.objects.get(pk=found.pk)
    return fresh


CHANGED = (
    "What was put to approval has changed since: the paper to be issued, title."
    " The drafter puts it forward anew."
)
Guarded = tuple[Any, Callable[[], ApprovalFile], Callable[[], ApprovalFile], str]
TOO_LATE = "The first day is tomorrow at the earliest: what has counted stays as it was."
UNWRITTEN = "The cover sheet says not yet what this is for and why. Write it first."
GUARDS: list[Guarded] = [
    (files.nothing_stands_against_it, file, too_late, TOO_LATE),
    (files.cover_sheet_is_written, file, lambda: file(purpose=""), UNWRITTEN),
    (files.cover_sheet_is_written, file, lambda: file(background=""), UNWRITTEN),
    (files.somebody_can_decide, with_decider, file, VACANT),
    (files.somebody_can_decide, with_decider, decided_by_its_drafter, VACANT),
    (
        files.somebody_can_decide,
        with_decider,
        without_route,
        "No route for foreign_offer is in force on 2026-11-22.",
    ),
    (
        files.case_is_put_to_approval,
        file,
        lambda: of_a_contract_in("draft"),
        "The case JP-PH-26-9901 is being worked on. Put it to approval first.",
    ),
    (
        files.content_is_as_sealed,
        lambda: file("in_circulation"),
        lambda: changed("in_circulation"),
        CHANGED,
    ),
    (
        files.ministry_was_consulted,
        lambda: file("awaiting_decision"),
        lambda: file("awaiting_decision", yen=10_000_000_000),
        "The competent ministry has not been consulted yet. The drafter records its answer.",
    ),
    (
        files.ministry_was_consulted,
        lambda: file("awaiting_decision", yen=10_000_000_000, consulted="MOFA: no objection."),
        lambda: file("awaiting_decision", yen=10_000_000_000, consulted=""),
        "The competent ministry has not been consulted yet. The drafter records its answer.",
    ),
    (
        files.somebody_is_passed_over,
        left_alone,
        lambda: in_the_line("director"),
        "Somebody may act where the file is.",
    ),
    (
        files.nothing_is_left_to_read,
        lambda: read(circulated()),
        circulated,
        "Still to be read by: Executive director, Auditors.",
    ),
    (
        files.nothing_is_left_to_read,
        lambda: file("issued"),
        lambda: passed_over(file("issued")),
        "Still to be read by: Director, Case Management.",
    ),
]


NAMES = [row[0].__name__ for row in GUARDS]


@pytest.mark.parametrize(("guard", "content"), [row[:2] for row in GUARDS], ids=NAMES)
@time_machine.travel(NOON, tick=False)
def test_guard_is_content(guard: Any, content: Callable[[], ApprovalFile]) -> None:
    assert guard(content()) == ""


@pytest.mark.parametrize(
    ("guard", "objecting", "sentence"), [(row[0], *row[2:]) for row in GUARDS], ids=NAMES
)
@time_machine.travel(NOON, tick=False)
def test_guard_objects_with_a_sentence(
    guard: Any, objecting: Callable[[], ApprovalFile], sentence: str
) -> None:
    assert guard(objecting()) == sentence


def test_every_guard_of_a_file_is_tested_here() -> None:
    declared = {guard.__name__ for step in steps_of(ApprovalFile).values() for guard in step.when}

    assert declared == {guard.__name__ for guard, *_ in GUARDS}
