"""An offer that lapses, comes back, is changed twice and ends with the refund of its deposit: by its people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from cases.models import Change, Contract
from fms_agency.demo.accounts import Account
from fms_agency.demo.player import Play
from fms_agency.demo.script import (
    CONSULTED,
    Days,
    Deal,
    Turn,
    api,
    approval,
    attached,
    portal,
)
from fms_agency.management.commands.play_deal import doors_of
from ledger.journals import journals_of
from tests.factories import ContractFactory
from workflow import deadlines

pytestmark = [
    *(pytest.mark.journey, pytest.mark.long),
    pytest.mark.no_cover,  # each room's own tests walk it; under measure a deal takes twice as long
    pytest.mark.django_db(transaction=True),
]

OF_OFFERS = (("director", "approve"), *CONSULTED, ("department_head", "decide"))
OF_CHANGES = (("cases.chief", "approve"), *CONSULTED, ("director", "decide"))
SIGNATORY = "REYES Antonio, Assistant Secretary for Acquisition (sample)"


def changed(
    name: str, kind: str, line: int, price: str, way: Any, **answers: Any
) -> tuple[Turn, ...]:
    """A change of the price of a line, drafted and approved, ready to be sent."""
    purpose = f"見本 / sample: {kind}"
    return (
        portal("case_manager").takes(
            "contract", "open_change", kind_of_change=kind, purpose=purpose, **answers
        ),
        portal("case_manager").takes(
            name,
            "write",
            lines={f"{line - 1}-unit_price": price, f"{line - 1}-basis": "見本 / sample"},
        ),
        portal("case_manager").takes(name, "put_to_approval"),
        *approval(name, "case_manager", *way),
    )


OFFERED_FOR_A_DAY = portal("case_manager.2").takes("contract", "send_offer", expires_on=Days(0))
AFTERWARDS = (
    # Nobody answered in time: the offer comes back with a new price and a new last day.
    api("ph.signatory").cannot("contract", "accept", signed_by=SIGNATORY),
    *changed("change", "restatement", 1, "1100000", OF_OFFERS),
    portal("case_manager.2").takes("change", "send", expires_on=Days(60)),
    api("ph.signatory").reads("contract", "offer"),
    api("ph.signatory").takes("contract", "accept", signed_by=SIGNATORY),
    portal("finance").takes("contract", "record_deposit", bank_reference="SAMPLE-DEP-09"),
    # The nation wants more of one line, and signs.
    *changed("change 2", "amendment", 2, "2500000", OF_CHANGES, nation_must_agree=True),
    portal("case_manager.2").takes("change 2", "send", expires_on=Days(60)),
    api("ph.signatory").takes("change 2", "sign", signed_by=SIGNATORY),
    # Japan corrects a price, and the nation takes note.
    *changed("change 3", "modification", 1, "1000000", OF_CHANGES),
    portal("case_manager.2").takes("change 3", "send"),
    api("ph.signatory").takes("change 3", "acknowledge"),
    # Nothing is ordered in the end, and the deposit goes back.
    portal("case_manager").cannot("contract", "record_delivery"),
    api("ph.requester").takes("contract", "confirm_no_more_orders"),
    portal("case_manager").takes("contract", "record_delivery"),
    api("ph.requester").takes(
        "contract",
        "file_end_use_certificate",
        certificate=attached("end-use-certificate.pdf", "End-use certificate"),
    ),
    portal("case_manager").cannot("contract", "close"),
    portal("finance").cannot("contract", "record_refund", bank_reference="SAMPLE-REF-09"),
    portal("finance.2").takes("contract", "record_refund", bank_reference="SAMPLE-REF-09"),
    portal("case_manager").takes("contract", "close"),
    api("ph.signatory").reads("contract", "closure_statement"),
)
DEAL = Deal("changed", "Changed (sample)", "変更（見本）", "en", (OFFERED_FOR_A_DAY, *AFTERWARDS))


def test_offer_lapses_comes_back_is_changed_twice_and_its_deposit_goes_back(
    live_server: LiveServer, known: dict[str, Account], work_off: Callable[[], None]
) -> None:
    contract: Any = ContractFactory(
        state="under_approval",
        kind_of_case="blanket_order",
        furnished__approval="awaiting_issue",
        furnished__without=["quote"],
    )
    with (
        time_machine.travel(timezone.now(), tick=True) as clock,
        doors_of(live_server.url, known) as doors,
    ):
        play = Play(DEAL, doors, after=work_off)
        play.cases["contract"] = contract

        play.turn(OFFERED_FOR_A_DAY)
        clock.shift(24 * 60 * 60)
        deadlines.keep(timezone.now())
        lapsed = Contract.objects.get().state
        told = [play.turn(turn) for turn in AFTERWARDS]

    ended = Contract.objects.get()
    assert (lapsed, ended.state) == ("lapsed", "closed")
    refused = [one.turn for one in told if one.refusal]
    assert refused == [turn for turn in AFTERWARDS if turn.act == "cannot"]
    kept = Change.objects.order_by("opened_at").values_list("code", "state")
    assert list(kept) == [("R1", "in_effect"), ("A1", "in_effect"), ("M1", "in_effect")]
    assert list(ended.versions.order_by("pk").values_list("code", flat=True)) == [
        *("basic", "R1", "A1", "M1"),
    ]
    assert ended.deposit_refunded == ended.deposit_paid == 1_093_920
    booked = [(journal.kind, journal.subject) for journal in journals_of(ended.number)]
    assert booked == [("deposit", ended.number), ("deposit refund", ended.number)]
