"""Each notice of a file: which step sends it, to whom, and with which words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from approvals import notices
from approvals.models import ApprovalFile
from cases.models import Contract
from notifications.models import Message
from notifications.notices import Notice
from tests.approvals.hands import run_follow_ups
from tests.factories import (
    CHARGE,
    DRAFTER,
    AbsenceFactory,
    ContractFactory,
    person,
)
from workflow import deadlines
from workflow.rights import SYSTEM
from workflow.steps import take

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
NOON = "2026-11-24T12:00:00+09:00"
WHY = {"reason": "The budget was cut."}
BECAUSE = "Reason: The budget was cut."
WAITS = "A file has been put to approval and waits for you."
SAID = {"opinion": ""}
DECIDED = {"opinion": "", "resolution": ""}
ACTED = {"drafter", "director"}


@pytest.fixture
def noon() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def everybody() -> dict[str, Any]:
    """Whoever drafts, and who holds the posts of the way of an offer."""
    people = {
        "drafter": person("case_manager", id=DRAFTER),
        "director": person("director"),
        "head": person("department_head"),
        "executive": person("executive_director"),
        "president": person("president"),
        "auditors": person("executive_director", unit="audit"),
        "board": person("executive_director", unit="board"),
    }
    units = ("finance", "legal", "export_control", "security")
    return people | {unit: person("director", unit=unit) for unit in units}


def file(state: str = "in_circulation", *signed: Any, yen: int = 0) -> ApprovalFile:
    price = {"net": yen - CHARGE, "total": Decimal(yen)} if yen else {}
    contract = ContractFactory(
        state="under_approval", furnished__approval=state, furnished__signed=signed, **price
    )
    found: ApprovalFile = ApprovalFile.objects.get(subject_id=contract.pk)
    return found


def changed(found: ApprovalFile) -> ApprovalFile:
    Contract.objects.filter(pk=found.subject_id).update(title="Coastal radars")
    return ApprovalFile.objects.get(pk=found.pk)


def letters(notice: str, people: dict[str, Any]) -> dict[str, str]:
    """The letters of a notice, by how the test calls their readers."""
    names = {str(who.pk): name for name, who in people.items()}
    rows = Message.objects.filter(notice=notice)
    return {names[str(row.recipient_id)]: row.body_text for row in rows}


Tells = tuple[str, Callable[[Any], Any], str, str, dict[str, Any], set[str], str]
TELLS: list[Tells] = [
    ("file_waits", lambda p: file("drafting"), "put_forward", "drafter", {}, {"director"}, WAITS),
    (
        "file_waits",
        lambda p: file(),
        *("approve", "director", SAID, {"finance", "legal", "export_control", "security"}, WAITS),
    ),
    (
        "file_waits",
        lambda p: file(
            "in_circulation", p["director"], p["finance"], p["legal"], p["export_control"]
        ),
        *("agree", "security", SAID, {"head"}, WAITS),
    ),
    (
        "unit_disagrees",
        lambda p: file("in_circulation", p["director"]),
        *("disagree", "legal", {"opinion": "The clause is missing."}, {"drafter"}),
        "Director, Legal: The clause is missing.",
    ),
    ("file_returned", lambda p: file(), "return_to_drafter", "director", WHY, {"drafter"}, BECAUSE),
    ("file_held", lambda p: file(), "hold", "director", WHY, {"drafter"}, BECAUSE),
    (
        "file_voided",
        lambda p: changed(file("in_circulation", p["director"])),
        *("void", "system", {}, ACTED, "title: Air-surveillance radars → Coastal radars"),
    ),
    (
        "file_withdrawn",
        lambda p: file("in_circulation", p["director"]),
        *("withdraw", "drafter", WHY, {"director"}, BECAUSE),
    ),
    (
        "file_abandoned",
        lambda p: file("in_circulation", p["director"]),
        *("abandon", "drafter", WHY, ACTED, BECAUSE),
    ),
    (
        "file_decided",
        lambda p: file("awaiting_decision"),
        *("decide", "head", DECIDED, {"drafter"}, "The file has been decided as put forward."),
    ),
    (
        "file_to_read",
        lambda p: consulted(file("awaiting_decision", yen=10_000_000_000)),
        *("decide", "president", DECIDED, {"auditors"}, "read it and confirm that you have"),
    ),
]


def consulted(found: ApprovalFile) -> ApprovalFile:
    ApprovalFile.objects.filter(pk=found.pk).update(consulted="MOFA: no objection.")
    return ApprovalFile.objects.get(pk=found.pk)


@pytest.mark.parametrize(
    ("notice", "made", "step", "by", "given", "readers", "words"),
    TELLS,
    ids=[f"{tells[0]}-by-{tells[2]}" for tells in TELLS],
)
def test_step_tells_whom_it_concerns(
    notice: str,
    made: Callable[[Any], ApprovalFile],
    step: str,
    by: str,
    given: dict[str, Any],
    readers: set[str],
    words: str,
) -> None:
    people = everybody()

    take(made(people), step, by=people.get(by, SYSTEM), **given)
    run_follow_ups()

    found = letters(notice, people)
    assert set(found) == readers
    assert [who for who, letter in found.items() if words not in letter] == []


def test_drafter_is_told_that_a_file_lies_on_their_desk() -> None:
    people = everybody()
    contract = ContractFactory(state="draft", is_priced=True)

    take(contract, "put_to_approval", by=people["drafter"])
    run_follow_ups()

    assert set(letters("file_drafted", people)) == {"drafter"}


def test_deputy_is_told_in_the_place_of_whoever_is_away() -> None:
    people = everybody()
    AbsenceFactory(person=people["director"], deputy=people["finance"])

    take(file("drafting"), "put_forward", by=people["drafter"])
    run_follow_ups()

    assert set(letters("file_waits", people)) == {"finance"}


def test_clock_reminds_whom_the_file_waits_for_and_then_tells_those_above(noon: Any) -> None:
    people = everybody()
    take(file("drafting"), "put_forward", by=people["drafter"])
    run_follow_ups()

    for days in (0, 13, 15):
        noon.move_to(NOON)
        noon.shift(timedelta(days=days))
        deadlines.ring(timezone.now())
        run_follow_ups()
        found = [set(letters(notice, people)) for notice in ("file_due", "file_late")]
        assert (
            found
            == {
                0: [set(), set()],
                13: [{"director"}, set()],
                15: [{"director"}, {"head"}],
            }[days]
        )


def test_every_notice_of_a_file_is_told_here() -> None:
    declared = {told.name for told in vars(notices).values() if isinstance(told, Notice)}

    by_the_clock = {"file_due", "file_late"}
    assert declared == {tells[0] for tells in TELLS} | {"file_drafted"} | by_the_clock
