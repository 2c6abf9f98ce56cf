"""Many at once, with real commits: one wins, and nothing is written twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils.translation import override

from cases.models import Bill, Contract, Request
from ledger.journals import journals_of
from tests.factories import BillFactory, ContractFactory, RequestFactory, person
from workflow import walls
from workflow.follow_ups import run_entry
from workflow.models import Entry, FollowUp, NumberSeries
from workflow.steps import NotOpen, NotYours, Refused, take

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 8


def connected() -> None:
    """A thread has its connection before the race begins; a busy machine gives it late."""
    for patience in (True, True, False):
        try:
            connection.ensure_connection()
        except OperationalError:
            if not patience:
                raise
        else:
            return


def at_once(jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do the jobs in threads that start at the same moment; what each returned or raised."""
    barrier = Barrier(len(jobs))

    def wait_and_do(job: Callable[[], Any]) -> Any:
        try:
            with walls.house():
                connected()
            barrier.wait(timeout=60)
            with override("en"), walls.house():
                return job()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    connection.close()  # the pool's connections are for the threads
    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result() for future in [pool.submit(wait_and_do, job) for job in jobs]]


def refusals(answers: Sequence[Any]) -> list[str]:
    return [str(answer) for answer in answers if isinstance(answer, Refused)]


def test_same_step_taken_by_many_at_once_is_taken_once() -> None:
    bill = BillFactory()
    officers = [person("finance_officer") for _ in range(MANY)]

    answers = at_once([lambda by=by: take(bill, "issue", by=by) for by in officers])

    assert refusals(answers) == ["Not possible while the case is “issued”."] * (MANY - 1)
    assert {type(answer) for answer in answers if isinstance(answer, Refused)} == {NotOpen}
    assert list(Entry.objects.values_list("step", "version")) == [("issue", 1)]
    assert list(FollowUp.objects.values_list("position", "effect")) == [
        (0, "paper:bill"),
        (1, "notice:bill_issued"),
    ]
    assert [journal.kind for journal in journals_of(bill.contract.number)] == ["deposit", "bill"]
    assert Bill.objects.get().version == 1


def test_different_steps_at_once_leave_one_way() -> None:
    contract = ContractFactory(state="offered")
    signatories = [person("signatory") for _ in range(MANY)]
    jobs = [
        (lambda by=by: take(contract, "accept", by=by, signed_by="CRUZ Maria"))
        if index % 2
        else (lambda by=by: take(contract, "decline", by=by, reason="No."))
        for index, by in enumerate(signatories)
    ]

    answers = at_once(jobs)

    (winner,) = (answer for answer in answers if not isinstance(answer, Refused))
    assert Contract.objects.get().state == winner.case.state
    assert Entry.objects.get().to_state == winner.case.state


def test_cases_of_one_nation_opened_at_once_are_numbered_without_gap() -> None:
    requests = [RequestFactory(state="actionable") for _ in range(MANY)]
    manager = person("case_manager")

    answers = at_once([lambda r=r: take(r, "open_contract", by=manager) for r in requests])

    assert refusals(answers) == []
    numbers = sorted(
        int(number[-4:]) for number in Contract.objects.values_list("number", flat=True)
    )
    assert numbers == [1, 2, 3, 4, 5, 6, 7, 8]
    assert NumberSeries.objects.get().last == MANY


def test_contract_of_one_request_is_opened_once() -> None:
    request = RequestFactory(state="actionable")
    manager = person("case_manager")

    answers = at_once([lambda: take(request, "open_contract", by=manager) for _ in range(MANY)])

    assert refusals(answers) == ["A contract has been opened for this request already."] * (
        MANY - 1
    )
    assert Contract.objects.values_list("number").count() == 1
    assert Request.objects.get().version == 1


def test_one_person_clicking_often_signs_once() -> None:
    contract = ContractFactory(state="under_approval")
    director = person("director", "department_head")

    answers = at_once([lambda: take(contract, "approve", by=director) for _ in range(MANY)])

    said = "You have signed already; the next signature is another person's."
    assert refusals(answers) == [said] * (MANY - 1)
    assert {type(answer) for answer in answers if isinstance(answer, Refused)} == {NotYours}
    events = Entry.objects.order_by("event").values_list("event", flat=True)
    assert list(events) == ["refused"] * (MANY - 1) + ["step"]


def test_follow_ups_run_by_many_workers_are_done_once() -> None:
    contract = ContractFactory(state="offered")
    act = take(contract, "accept", by=person("signatory"), signed_by="CRUZ Maria")

    done = at_once([lambda: run_entry(act.entry.pk) for _ in range(MANY)])

    assert sum(done) == 1
    assert list(FollowUp.objects.values_list("attempts", "error")) == [(1, "")]
