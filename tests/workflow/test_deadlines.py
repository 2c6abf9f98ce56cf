"""A case moves by itself on its day, unless it has moved on before."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from cases.models import Contract
from exports.models import TransferReview
from tests.factories import ContractFactory, TransferReviewFactory, person
from workflow import tasks, walls
from workflow.deadlines import end_of, keep
from workflow.follow_ups import run_entry
from workflow.models import Deadline, Entry
from workflow.steps import take

pytestmark = pytest.mark.django_db
NOON = datetime.fromisoformat("2026-11-22T12:00:00+09:00")
LAST_DAY = date(2026, 12, 24)
MIDNIGHT = datetime.fromisoformat("2026-12-25T00:00:00+09:00")


@pytest.fixture
def offer() -> Contract:
    """An offer sent on 22 November, open until 24 December, with its clock set."""
    with time_machine.travel(NOON, tick=False):
        contract = ContractFactory(state="under_approval", furnished__approval="awaiting_issue")
        act = take(contract, "send_offer", by=person("case_manager"), expires_on=LAST_DAY)
        run_entry(act.entry.pk)
    return act.case


def test_day_ends_at_midnight_in_tokyo() -> None:
    assert end_of(LAST_DAY) == MIDNIGHT


def test_sending_an_offer_sets_its_clock(offer: Contract) -> None:
    assert list(Deadline.objects.values_list("case_id", "step", "due_at")) == [
        (offer.pk, "lapse", MIDNIGHT)
    ]


def test_offer_is_still_open_on_its_last_day(offer: Contract) -> None:
    with time_machine.travel(MIDNIGHT - timedelta(seconds=1), tick=False):
        kept = keep(timezone.now())

    assert (kept, Contract.objects.get().state, Deadline.objects.count()) == (0, "offered", 1)


def test_offer_lapses_when_its_last_day_is_over(offer: Contract) -> None:
    with time_machine.travel(MIDNIGHT, tick=False):
        kept = keep(timezone.now())

    assert (kept, Contract.objects.get().state, Deadline.objects.count()) == (1, "lapsed", 0)
    entry = Entry.objects.get(step="lapse")
    assert (entry.actor_id, entry.role, entry.from_state) == ("system", "system", "offered")


def test_accepted_offer_drops_its_deadline(offer: Contract) -> None:
    with time_machine.travel(NOON, tick=False):
        take(offer, "accept", by=person("signatory"), signed_by="CRUZ Maria")

    with time_machine.travel(MIDNIGHT, tick=False):
        kept = keep(timezone.now())

    assert (kept, Contract.objects.get().state, Deadline.objects.count()) == (0, "accepted", 0)


def test_clearance_expires_by_the_task() -> None:
    with time_machine.travel(NOON, tick=False):
        review = TransferReviewFactory(state="under_review", furnished__approval="awaiting_issue")
        officer = person("export_control_officer")
        act = take(review, "clear", by=officer, decision="May go.", valid_until=LAST_DAY)
        run_entry(act.entry.pk)

    with time_machine.travel(MIDNIGHT, tick=False):
        tasks.keep_deadlines()

    assert TransferReview.objects.get().state == "expired"


def due_offer(**other: Any) -> Contract:
    offer = ContractFactory(state="offered", expires_on=LAST_DAY)
    words = {"case_kind": offer.kind(), "case_id": offer.pk, "due_at": MIDNIGHT} | other
    Deadline.objects.create(case_number=offer.number, step="lapse", **words)
    return offer


def test_several_due_cases_move_each_in_its_own_step() -> None:
    with time_machine.travel(NOON, tick=False):
        for _ in range(3):
            due_offer()

    with time_machine.travel(MIDNIGHT, tick=False):
        kept = [keep(timezone.now(), limit=2), keep(timezone.now(), limit=2)]

    assert kept == [2, 1]
    assert set(Contract.objects.values_list("state", flat=True)) == {"lapsed"}


def test_case_in_trouble_is_logged_and_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
    """The oldest clock is that of a case that is not there; the other offer lapses all the same."""
    with time_machine.travel(NOON, tick=False):
        nobodys = due_offer(case_id=uuid4(), due_at=MIDNIGHT - timedelta(hours=1))
        lapsing = due_offer()

    with time_machine.travel(MIDNIGHT, tick=False):
        kept = keep(timezone.now())

    states = dict(Contract.objects.values_list("number", "state"))
    assert (kept, states) == (1, {nobodys.number: "offered", lapsing.number: "lapsed"})
    assert list(Deadline.objects.values_list("case_number", flat=True)) == [nobodys.number]
    assert [type(record.exc_info and record.exc_info[1]) for record in caplog.records] == [
        Contract.DoesNotExist
    ]


@pytest.mark.django_db(transaction=True)
def test_clock_that_another_worker_holds_is_left_to_it() -> None:
    with time_machine.travel(NOON, tick=False):
        offer = due_offer()

    def keep_meanwhile() -> int:
        try:
            with walls.house():
                return keep(MIDNIGHT)
        finally:
            connection.close()

    with transaction.atomic(), ThreadPoolExecutor(1) as another:
        Deadline.objects.select_for_update().get()
        kept = another.submit(keep_meanwhile).result()

    assert (kept, Deadline.objects.count()) == (0, 1)
    assert Contract.objects.get(pk=offer.pk).state == "offered"
