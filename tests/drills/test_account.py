"""Two accounts side by side: what one has too little of is lost, too much of is doubled."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from cases.models import Request
from fms_agency.demo.doors import GateDoor
from fms_agency.demo.player import Play
from fms_agency.demo.samples import SUBMITTED
from fms_agency.demo.script import Door
from fms_agency.drills.account import Account, Difference, difference, in_passing, of_play
from ledger.journals import Code, Row, post
from tests.factories import RequestFactory, today

CALM = Account(
    states=Counter({("contract", "closed"): 1}),
    steps=Counter({("approvalfile", "approve"): 2}),
    papers=Counter({("contract", "offer"): 1}),
    messages=Counter({("contract", "offer_sent"): 2}),
    journals=Counter({("deposit", "bank/deposits 100 JPY"): 1}),
    deadlines=Counter(),
)


def test_equal_accounts_differ_in_nothing() -> None:
    assert difference(CALM, CALM) == Difference()


def test_what_is_missing_is_lost() -> None:
    poorer = replace(CALM, papers=Counter(), messages=Counter({("contract", "offer_sent"): 1}))

    assert difference(CALM, poorer) == Difference(
        lost=("papers: 1 × contract offer", "messages: 1 × contract offer_sent")
    )


def test_what_is_there_too_often_is_doubled() -> None:
    richer = replace(CALM, journals=Counter({("deposit", "bank/deposits 100 JPY"): 2}))

    assert difference(CALM, richer) == Difference(
        doubled=("journals: 1 × deposit bank/deposits 100 JPY",)
    )


def test_other_end_is_both_lost_and_too_much() -> None:
    stuck = replace(CALM, states=Counter({("contract", "offered"): 1}))

    assert difference(CALM, stuck) == Difference(
        lost=("states: 1 × contract closed",), doubled=("states: 1 × contract offered",)
    )


def test_notices_that_ask_somebody_to_act_are_known() -> None:
    assert {"file_drafted", "file_waits", "file_to_read"} <= in_passing()
    assert in_passing().isdisjoint({"offer_sent", "file_decided"})


@pytest.mark.django_db
def test_deal_is_counted_by_the_names_of_its_script(known: object) -> None:
    play = Play(SUBMITTED, dict.fromkeys(Door, GateDoor()))
    list(play.turns())

    account = of_play(play)

    assert account.states == Counter({("request", "submitted"): 1})
    assert account.steps == Counter(
        {("request", "draft"): 1, ("request", "attach_letter"): 1, ("request", "submit"): 1}
    )
    assert account.papers == Counter({("request", "request_letter"): 1})
    assert account.journals == Counter()


def test_account_that_counts_nothing_somewhere_says_so() -> None:
    assert CALM.blanks() == ["deadlines"]


@pytest.mark.django_db
def test_journal_is_counted_by_what_it_moves() -> None:
    """Postings in the order of their accounts, whatever order they were booked in."""
    request = RequestFactory(state="submitted")
    rows = [
        Row(Code.RECEIVABLE, Code.PAYABLE, Decimal(7)),
        Row(Code.BANK, Code.DEPOSITS, Decimal(100)),
    ]
    for occasion in ("one", "two"):
        post(
            occasion=occasion,
            kind="deposit",
            nation=request.nation_id,
            currency="JPY",
            subject=request.number,
            rows=rows,
            posted_on=today(),
            by="test",
        )
    play = Play(SUBMITTED, {})
    play.cases["request"] = Request.objects.get()

    journals = of_play(play).journals

    moved = (
        f"{Code.BANK}/{Code.DEPOSITS} 100 JPY",
        f"{Code.RECEIVABLE}/{Code.PAYABLE} 7 JPY",
    )
    assert journals == {("deposit", *sorted(moved)): 2}
