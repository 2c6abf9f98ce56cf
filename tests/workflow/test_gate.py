"""The gate: state, trail and follow-ups are written together, or nothing is."""

from __future__ import annotations

from typing import Any

import pytest
import rfc8785
import time_machine
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.models import Bill, Contract, Request
from ledger.journals import journals_of
from tests.factories import (
    BillFactory,
    ContractFactory,
    QuoteFactory,
    RequestFactory,
    ShipmentFactory,
    SubcontractFactory,
    TransferReviewFactory,
    person,
)
from tests.workflow.toys import change_step
from workflow import walls
from workflow.models import Entry, FollowUp
from workflow.rights import SYSTEM
from workflow.steps import (
    NoSuchStep,
    NotOpen,
    NotYours,
    Refused,
    Stale,
    begin,
    choices,
    open_step,
    steps_of,
    take,
    take_within,
    turn_by_state,
    whose_turn,
)
from workflow.values import digest, of_row

pytestmark = pytest.mark.django_db
NOON = "2026-11-22T12:00:00+09:00"


def everything_written(case: Any) -> dict[str, Any]:
    row = type(case).objects.values().get(pk=case.pk)
    steps = Entry.objects.filter(event=Entry.Event.STEP)
    return row | {"entries": steps.count(), "follow_ups": FollowUp.objects.count()}


# What a step writes --------------------------------------------------------------------------


@time_machine.travel(NOON, tick=False)
def test_step_writes_state_trail_and_follow_ups_together() -> None:
    request = RequestFactory(state="submitted")
    manager = person("case_manager", family_name="Suzuki", given_name="Ichiro")
    _row, before = Request.put_before(request.pk)

    act = take(request, "return_for_correction", by=manager, code="other", reason="No end user.")

    stored = Request.objects.get(pk=request.pk)
    assert (stored.state, stored.return_reason, stored.version) == ("returned", "No end user.", 1)
    assert stored.changed_at == timezone.now()
    assert Entry.objects.values().get() == {
        "id": act.entry.pk,
        "uid": act.entry.uid,
        "at": timezone.now(),
        "event": "step",
        "subject": "",
        "case_kind": "cases.request",
        "case_id": request.pk,
        "case_number": request.number,
        "owner_code": "PH",
        "step": "return_for_correction",
        "from_state": "submitted",
        "to_state": "returned",
        "version": 1,
        "actor_id": str(manager.pk),
        "actor_name": "SUZUKI Ichiro",
        "role": "case_manager",
        "organisation": "Equipment Transfer Agency",
        "on_behalf_of": "",
        "note": "No end user.",
        "given": {"code": "other", "reason": "No end user."},
        "digest": digest(before),
        "opened": "",
        "request_id": "",
        "xid": act.entry.xid,
        "body": rfc8785.dumps(act.entry.statement()).decode(),
    }
    assert list(FollowUp.objects.values_list("entry", "position", "effect", "done_at")) == [
        (act.entry.pk, 0, "notice:request_returned", None)
    ]


@pytest.mark.parametrize(
    "factory",
    [
        RequestFactory,
        TransferReviewFactory,
        ContractFactory,
        SubcontractFactory,
        QuoteFactory,
        ShipmentFactory,
    ],
)
def test_what_is_decided_on_is_the_row_with_its_lines_in_their_order(factory: Any) -> None:
    case = factory()

    row, facts = type(case).put_before(case.pk)

    assert facts["case"] == of_row(row)
    assert facts["lines"] == [of_row(line) for line in case.lines.all()] != []


def test_case_type_without_lines_is_decided_on_by_its_row() -> None:
    row, facts = Bill.put_before(BillFactory().pk)

    assert facts == {"case": of_row(row), "lines": []}


def test_step_sends_three_messages_and_its_line_none_of_its_own() -> None:
    request = RequestFactory(state="submitted")
    manager = person("case_manager")
    reason = {"code": "other", "reason": "No end user."}
    take(request, "return_for_correction", by=manager, **reason)  # what is asked once has been
    other = RequestFactory(state="submitted")

    with CaptureQueriesContext(connection) as sent:
        take(other, "return_for_correction", by=manager, **reason)

    about = [query["sql"] for query in sent if "SAVEPOINT" not in query["sql"]]
    row, line, follow_ups = about
    assert 'FROM "cases_requestline"' in row
    assert "INSERT INTO workflow_entry" in line
    assert 'UPDATE "cases_request"' in line
    assert 'INSERT INTO "workflow_followup"' in follow_ups


def test_line_of_the_trail_is_written_once() -> None:
    act = take(RequestFactory(state="submitted"), "accept_as_actionable", by=person("case_manager"))

    with pytest.raises(TypeError, match="written once"):
        act.entry.save()


def test_beginning_writes_the_row_with_its_first_number_and_entry() -> None:
    request = RequestFactory(state="actionable")
    manager = person("case_manager")

    act = take(request, "open_contract", by=manager)

    contract = Contract.objects.get()
    assert act.opened == [contract]
    assert (contract.state, contract.version) == ("draft", 1)
    assert contract.number == f"JP-PH-{timezone.localdate():%y}-0001"
    assert list(contract.lines.values_list("number", "quantity")) == [(1, 3), (2, 1)]
    assert list(Entry.objects.values_list("step", "from_state", "to_state", "opened")) == [
        ("open_contract", "actionable", "actionable", f"cases.contract:{contract.number}"),
        ("open", "", "draft", ""),
    ]


def test_steps_of_a_case_count_its_versions() -> None:
    request = RequestFactory(state="submitted")
    manager, requester = person("case_manager"), person("requester")

    take(request, "return_for_correction", by=manager, code="other", reason="No funding.")
    take(request, "submit", by=requester)
    take(request, "accept_as_actionable", by=manager)

    trail = request.trail.order_by("version").values_list("version", "from_state", "to_state")
    assert list(trail) == [
        (1, "submitted", "returned"),
        (2, "returned", "submitted"),
        (3, "submitted", "actionable"),
    ]


def test_note_is_kept_and_may_stand_beside_a_reason() -> None:
    request = RequestFactory(state="submitted")

    act = take(request, "accept_as_actionable", by=person("case_manager"), note="By phone.")

    assert act.entry.note == "By phone."


# What a refusal leaves -----------------------------------------------------------------------


def test_step_of_another_role_is_refused_and_changes_nothing() -> None:
    request = RequestFactory(state="submitted")
    before = everything_written(request)

    with pytest.raises(NotYours) as refusal:
        take(request, "accept_as_actionable", by=person("finance_officer"))

    assert str(refusal.value) == "Your role does not include this step."
    assert everything_written(request) == before


def test_step_from_another_state_is_refused_and_changes_nothing() -> None:
    request = RequestFactory(state="answered")
    before = everything_written(request)

    with pytest.raises(NotOpen) as refusal:
        take(request, "accept_as_actionable", by=person("case_manager"))

    assert str(refusal.value) == "Not possible while the case is “answered”."
    assert everything_written(request) == before


def test_step_against_a_guard_is_refused_and_changes_nothing() -> None:
    request = RequestFactory(state="submitted", funding="")
    before = everything_written(request)

    with pytest.raises(NotOpen) as refusal:
        take(request, "accept_as_actionable", by=person("case_manager"))

    assert str(refusal.value) == "Missing: funding. Return the request with this reason."
    assert everything_written(request) == before


def test_first_guard_that_objects_is_heard() -> None:
    contract = ContractFactory(state="draft", furnished__without=["clearance"])

    with pytest.raises(NotOpen) as refusal:
        take(contract, "put_to_approval", by=person("case_manager"))

    assert str(refusal.value) == (
        "The offer has no price yet. Take a quote for every line, then price it."
    )


def test_guards_are_asked_about_the_stored_row() -> None:
    request = RequestFactory(state="submitted")
    Request.objects.filter(pk=request.pk).update(end_user="")

    with pytest.raises(NotOpen) as refusal:
        take(request, "accept_as_actionable", by=person("case_manager"))

    assert str(refusal.value) == "Missing: end user. Return the request with this reason."


def test_page_looked_at_before_a_change_is_stale() -> None:
    request = RequestFactory(state="submitted")
    manager = person("case_manager")
    seen = request.version
    take(request, "return_for_correction", by=manager, code="other", reason="No funding.")
    take(request, "submit", by=person("requester"))
    before = everything_written(request)

    with pytest.raises(Stale) as refusal:
        take(request, "accept_as_actionable", by=manager, version=seen)

    assert str(refusal.value) == (
        "The case has changed since you opened this page. Look at it again, then decide."
    )
    assert everything_written(request) == before


def test_page_that_is_fresh_may_take_the_step() -> None:
    request = RequestFactory(state="submitted", version=7)

    act = take(request, "accept_as_actionable", by=person("case_manager"), version=7)

    assert (act.case.state, act.case.version) == ("actionable", 8)


def test_unknown_step_is_refused() -> None:
    request = RequestFactory(state="submitted")

    with pytest.raises(NoSuchStep) as refusal:
        take(request, "save", by=person("case_manager"))

    assert str(refusal.value) == "There is no step “save” here."


def test_stranger_may_not_begin_a_case() -> None:
    with pytest.raises(NotYours):
        begin(Contract.open, by=person("requester"), request=RequestFactory(state="actionable"))

    assert (Contract.objects.count(), Entry.objects.get().event) == (0, "refused")


def test_nobody_takes_the_steps_of_the_system() -> None:
    request = RequestFactory(state="actionable")

    with pytest.raises(NotYours) as refusal:
        take(request, "answer", by=person("case_manager"))

    assert str(refusal.value) == "This happens by itself; nobody takes it."
    assert take(request, "answer", by=SYSTEM).case.state == "answered"


# What fails half-way -------------------------------------------------------------------------


def test_book_that_fails_rolls_everything_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(act: Any) -> None:
        Contract.objects.filter(pk=act.case.contract_id).update(title="half-way")
        raise OSError("The pen broke.")

    bill = BillFactory(state="under_approval", furnished__approval="awaiting_issue")
    change_step(monkeypatch, Bill, "issue", books=(fails,))
    before = everything_written(bill)

    with pytest.raises(OSError, match="The pen broke"):
        take(bill, "issue", by=person("finance_officer"))

    assert everything_written(bill) == before
    assert Contract.objects.get().title == "Air-surveillance radars"


def test_journal_is_written_with_the_step_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(act: Any) -> None:
        raise NotOpen("No.")

    bill = BillFactory(state="under_approval", furnished__approval="awaiting_issue")
    declared = steps_of(Bill)["issue"]
    change_step(monkeypatch, Bill, "issue", books=(*declared.books, fails))

    with pytest.raises(Refused):
        take(bill, "issue", by=person("finance_officer"))

    assert Bill.objects.get().issued_on is None
    assert [journal.kind for journal in journals_of(bill.contract.number)] == ["deposit"]


# No other way --------------------------------------------------------------------------------


def test_calling_a_step_directly_is_an_error() -> None:
    request = RequestFactory(state="submitted")

    with pytest.raises(RuntimeError, match=r"Take the step with workflow\.steps\.take"):
        request.accept_as_actionable()

    assert request.state == "submitted"


def test_calling_a_beginning_directly_is_an_error() -> None:
    with pytest.raises(RuntimeError, match=r"Take the step with workflow\.steps\.take"):
        Contract.open(request=RequestFactory(state="actionable"))


def test_assigning_a_state_is_an_error() -> None:
    request = RequestFactory(state="submitted")

    with pytest.raises(AttributeError):
        request.state = "actionable"

    assert request.state == "submitted"


def test_gate_opens_no_second_transaction_inside_another() -> None:
    request = RequestFactory(state="submitted")
    manager = person("case_manager")

    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        take(request, "accept_as_actionable", by=manager)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE workflow_entry SET note = 'other'",
        "DELETE FROM workflow_entry",
        "TRUNCATE workflow_entry CASCADE",
    ],
)
def test_trail_refuses_to_be_changed(change: str) -> None:
    take(RequestFactory(state="submitted"), "accept_as_actionable", by=person("case_manager"))

    with walls.within(walls.OWNER), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute(change)

    assert Entry.objects.count() == 1


# What people are shown -----------------------------------------------------------------------


def test_choices_show_what_concerns_a_person_with_what_stands_against_it() -> None:
    contract = ContractFactory(state="under_approval", furnished__approval="drafting")

    shown = choices(contract, person("case_manager"))

    why_not = "Not approved yet: the drafter has to put the approval file forward."
    assert [(choice.name, choice.label, choice.why_not) for choice in shown] == [
        ("price", "Price the offer", ""),
        ("send_offer", "Send the offer", why_not),
        ("cancel", "Cancel", ""),
    ]
    assert shown[1].help == "Put the approved offer to the nation; it lapses after the given day."


def test_turn_is_of_those_who_can_move_the_case_on() -> None:
    request = RequestFactory(state="submitted")

    assert whose_turn(request) == turn_by_state(request) == ["case_manager"]


def test_step_that_belongs_to_another_is_neither_offered_nor_taken_alone() -> None:
    quote = QuoteFactory(state="submitted")
    buyer = person("case_manager")

    with pytest.raises(NoSuchStep):
        open_step(quote, "take_into_price", buyer)
    with pytest.raises(NoSuchStep):
        take(quote, "take_into_price", by=buyer)

    assert choices(quote, buyer) == []
    with transaction.atomic():
        assert take_within(quote, "take_into_price", by=buyer).case.state == "taken"
