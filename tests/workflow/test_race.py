"""T5: many at once, with real commits: one wins, and nothing is written twice.

`RACES=100` runs each of them as often. Keys of repeated requests race in `tests/api/test_once.py`,
codes of a second factor in `tests/identity/test_coming_in.py`, duties in `test_separation.py`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import override

from approvals.models import ApprovalFile, Signature
from cases.models import Bill, Contract, Quote, Request, Subcontract
from documents.models import DocumentNumber
from ledger.journals import balance, journals_of
from ledger.models import Account
from partners.models import Person
from partners.people import end
from tests.factories import (
    BillFactory,
    ContractFactory,
    OrganisationFactory,
    QuoteFactory,
    RequestFactory,
    SubcontractFactory,
    open_approval,
    person,
    undrawn,
)
from workflow import walls
from workflow.follow_ups import run_entry
from workflow.models import Entry, FollowUp, NumberSeries
from workflow.steps import NotOpen, NotYours, Refused, steps_of, take

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 8
RACES = int(os.environ.get("RACES", "1"))


@pytest.fixture(autouse=True, params=range(RACES))
def race(request: pytest.FixtureRequest) -> int:
    """Each race is run so often, with an empty house each time."""
    return int(request.param)


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


def file_under_way(*signed: Any, state: str = "in_circulation") -> Any:
    ContractFactory(state="under_approval", furnished__approval=state, furnished__signed=signed)
    return ApprovalFile.objects.get()


def test_same_step_taken_by_many_at_once_is_taken_once() -> None:
    bill = BillFactory(state="under_approval", furnished__approval="awaiting_issue")
    officers = [person("finance_officer") for _ in range(MANY)]

    answers = at_once([lambda by=by: take(bill, "issue", by=by) for by in officers])

    assert refusals(answers) == ["Not possible while the case is “issued”."] * (MANY - 1)
    assert {type(answer) for answer in answers if isinstance(answer, Refused)} == {NotOpen}
    lines = Entry.objects.order_by("case_kind").values_list("case_kind", "step", "version")
    assert list(lines) == [("approvals.approvalfile", "issue", 1), ("cases.bill", "issue", 1)]
    (line,) = Entry.objects.filter(case_id=bill.pk)
    assert list(line.follow_ups.values_list("position", "effect")) == [
        (0, "paper:bill"),
        (1, "notice:bill_issued"),
        (2, "step:settle"),
    ]
    assert [journal.kind for journal in journals_of(bill.contract.number)] == ["deposit", "bill"]
    assert Bill.objects.get().version == 1
    assert [number.serial for number in DocumentNumber.objects.all()] == [1]


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
    director, _head = person("director", "department_head"), person("department_head")
    file = file_under_way()

    answers = at_once([lambda: take(file, "approve", by=director, opinion="") for _ in range(MANY)])

    assert refusals(answers) == ["The file is not with you now."] * (MANY - 1)
    assert {type(answer) for answer in answers if isinstance(answer, Refused)} == {NotYours}
    events = Entry.objects.order_by("event").values_list("event", flat=True)
    assert list(events) == ["refused"] * (MANY - 1) + ["step"]


def test_follow_ups_run_by_many_workers_are_done_once() -> None:
    contract = ContractFactory(state="offered")
    act = take(contract, "accept", by=person("signatory"), signed_by="CRUZ Maria")

    done = at_once([lambda: run_entry(act.entry.pk) for _ in range(MANY)])

    assert sum(done) == 1
    assert list(FollowUp.objects.values_list("attempts", "error")) == [(1, "")]


# Signatures and orders -----------------------------------------------------------------------


def test_post_is_signed_for_by_one_of_many_who_hold_it() -> None:
    directors = [person("director") for _ in range(MANY)]
    file = file_under_way()

    answers = at_once([lambda by=by: take(file, "approve", by=by, opinion="") for by in directors])

    assert refusals(answers) == ["The file is not with you now."] * (MANY - 1)
    assert list(Signature.objects.values_list("position", "rank")) == [(1, "director")]


def test_units_that_agree_at_once_are_all_heard() -> None:
    """They stand side by side, and each changes the same file."""
    signer = person("director")
    units = ("finance", "legal", "export_control", "security")
    directors = [person("director", unit=unit) for unit in units]
    file = file_under_way(signer)

    answers = at_once([lambda by=by: take(file, "agree", by=by, opinion="") for by in directors])

    assert refusals(answers) == []
    assert ApprovalFile.objects.get().state == "awaiting_decision"
    heard = Signature.objects.filter(kind="concurrence").values_list("position", "unit")
    assert list(heard.order_by("position")) == list(enumerate(units, start=2))


def test_file_is_decided_once() -> None:
    heads = [person("department_head") for _ in range(MANY)]
    file = file_under_way(state="awaiting_decision")

    answers = at_once(
        [lambda by=by: take(file, "decide", by=by, opinion="", resolution="") for by in heads]
    )

    assert refusals(answers) == ["The file is not with you now."] * (MANY - 1)
    assert ApprovalFile.objects.get().state == "awaiting_issue"
    assert Signature.objects.filter(kind="decision").count() == 1


def test_order_is_placed_once() -> None:
    subcontract = SubcontractFactory(state="under_approval", furnished__approval="awaiting_issue")
    officers = [person("contract_officer") for _ in range(MANY)]

    answers = at_once([lambda by=by: take(subcontract, "award", by=by) for by in officers])

    assert len(refusals(answers)) == MANY - 1
    (entry,) = Entry.objects.filter(case_id=subcontract.pk, event="step")
    assert (entry.step, entry.version) == ("award", 1)
    assert FollowUp.objects.filter(entry=entry).count() == len(steps_of(Subcontract)["award"].then)


def test_of_many_quotes_taken_at_once_one_is_the_purchases() -> None:
    subcontract = SubcontractFactory(
        state="solicited", contract=ContractFactory(state="draft", furnished=False), furnished=False
    )
    quotes = [
        QuoteFactory(
            subcontract=subcontract,
            state="submitted",
            contractor=OrganisationFactory(kind="contractor"),
        )
        for _ in range(MANY)
    ]
    manager = person("case_manager")

    answers = at_once(
        [
            lambda quote=quote: take(subcontract, "take_quote", by=manager, quote=quote, reason="x")
            for quote in quotes
        ]
    )

    assert refusals(answers) == []
    bought = Subcontract.objects.get()
    (taken,) = Quote.objects.filter(state="taken")
    assert (bought.contractor_id, bought.version) == (taken.contractor_id, MANY)


# Money ---------------------------------------------------------------------------------------

PAID = {"paid_on": date(2026, 11, 22), "bank_reference": "B-1"}


def test_payment_of_a_bill_is_booked_once() -> None:
    bill = BillFactory(state="issued")
    officers = [person("finance_officer") for _ in range(MANY)]

    answers = at_once(
        [
            lambda by=by: take(bill, "record_payment", by=by, amount=bill.due, **PAID)
            for by in officers
        ]
    )

    assert refusals(answers) == ["Not possible while the case is “paid”."] * (MANY - 1)
    booked = [journal.kind for journal in journals_of(bill.contract.number)]
    assert booked.count("bill payment") == 1
    assert balance(bill.contract.number, Account.Code.RECEIVABLE, "JPY") == 0


def test_payment_of_a_contractor_is_booked_once() -> None:
    subcontract = SubcontractFactory(state="accepted", invoice_number="I-1")
    officers = [person("finance_officer") for _ in range(MANY)]

    answers = at_once(
        [lambda by=by: take(subcontract, "record_payment", by=by, **PAID) for by in officers]
    )

    assert len(refusals(answers)) == MANY - 1
    booked = [journal.kind for journal in journals_of(subcontract.contract.number)]
    assert booked.count("supplier payment") == 1


def test_rest_of_a_deposit_is_paid_back_once() -> None:
    contract = undrawn()
    officers = [person("finance_officer") for _ in range(MANY)]

    answers = at_once(
        [
            lambda by=by: take(contract, "record_refund", by=by, amount=contract.deposit, **PAID)
            for by in officers
        ]
    )

    assert refusals(answers) == ["No deposit is left over."] * (MANY - 1)
    booked = [journal.kind for journal in journals_of(contract.number)]
    assert booked.count("deposit refund") == 1
    assert Contract.objects.get().deposit_left() == 0


def test_last_of_a_deposit_is_drawn_once() -> None:
    contract = ContractFactory(state="in_execution")
    officers = [person("finance_officer") for _ in range(MANY)]
    asked = {"amount": contract.total, "due_on": PAID["paid_on"]}

    answers = at_once(
        [lambda by=by: take(contract, "draft_bill", by=by, **asked) for by in officers]
    )

    assert len(refusals(answers)) == MANY - 1
    drawn = Bill.objects.aggregate(billed=Sum("amount"), drawn=Sum("from_deposit"))
    assert drawn == {"billed": contract.total, "drawn": contract.deposit}

    bill, others = Bill.objects.get(), [person("finance_officer") for _ in range(MANY)]
    open_approval(bill, "bill_or_refund", state="awaiting_issue")
    Bill.objects.update(state="under_approval")
    issued = at_once([lambda by=by: take(bill, "issue", by=by) for by in others])

    assert len(refusals(issued)) == MANY - 1
    assert Contract.objects.get().deposit_left() == 0


# Rights --------------------------------------------------------------------------------------


def test_role_that_ends_meanwhile_ends_for_whoever_comes_later() -> None:
    clerk, administrator = person("case_manager"), person("system_administrator")
    held = clerk.memberships.get()
    requests = [RequestFactory(state="submitted") for _ in range(3 * (MANY - 1))]
    is_over = Event()

    def work(mine: Sequence[Any]) -> list[tuple[bool, bool]]:
        """For each case whether the role was over when the clerk came, and whether it was let through."""
        told = []
        for request in mine:
            came_late = is_over.is_set()
            try:
                take(request, "accept_as_actionable", by=Person.objects.get(pk=clerk.pk))
            except NotYours:
                told.append((came_late, False))
            else:
                told.append((came_late, True))
        return told

    def end_it() -> list[tuple[bool, bool]]:
        yesterday = timezone.localdate() - timedelta(days=1)
        end(clerk, held, by=administrator, last_day=yesterday, reason="Moves on")
        is_over.set()
        return []

    shares = [requests[n :: MANY - 1] for n in range(MANY - 1)]
    answers = at_once([end_it, *(lambda mine=mine: work(mine) for mine in shares)])

    told = [one for answer in answers for one in answer]
    assert len(told) == len(requests)
    assert (True, True) not in told
    let_through = [done for _late, done in told if done]
    assert Entry.objects.filter(event="step").count() == len(let_through)
    with pytest.raises(NotYours):
        take(
            RequestFactory(state="submitted"),
            "accept_as_actionable",
            by=Person.objects.get(pk=clerk.pk),
        )
