"""The days of a contract and of a shipment: who has to act until when, who is told, and why one was missed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import delays, forecast, indicators
from cases.indicators import Period
from cases.models import Contract, Request
from notifications.models import Message
from partners.models import Membership
from portal.staff import clocks
from tests.factories import (
    ChangeFactory,
    ContractFactory,
    RequestFactory,
    ShipmentFactory,
    SubcontractFactory,
    TransferReviewFactory,
    firm,
    person,
)
from tests.people import enter
from workflow.clocks import Reading
from workflow.deadlines import readings_of, ring
from workflow.follow_ups import run_entry
from workflow.forms import form_for
from workflow.models import ClockRing, FollowUp
from workflow.rights import SYSTEM
from workflow.steps import NotOpen, steps_of, take, take_within

pytestmark = pytest.mark.django_db
BEGUN = "2026-11-24T12:00:00+09:00"
NO_DEPOSIT = {"deposit": Decimal(0)}


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(BEGUN, tick=False) as traveller:
        yield traveller


def at_noon(clock: Any, day: str) -> None:
    clock.move_to(f"{day}T12:00:00+09:00")


def again(case: Any) -> Any:
    return type(case).objects.get(pk=case.pk)


def on(case: Any, step: str, role: str = "case_manager", **given: Any) -> Any:
    take(again(case), step, by=person(role), **given)
    return again(case)


def of(case: Any, name: str) -> Reading | None:
    return next((one for one in readings_of(again(case)) if one.clock.name == name), None)


def offered(**fields: Any) -> Any:
    """An offer that is sent today, open until 23 January."""
    contract = ContractFactory(
        state="under_approval", furnished__approval="awaiting_issue", **fields
    )
    return on(contract, "send_offer", expires_on=date(2027, 1, 23))


def promise(contract: Any, **terms: Any) -> None:
    contract.lines.update(**terms)


def accepted(months: int | None = 4, **fields: Any) -> Any:
    """A contract signed today; its lines are promised so many months later."""
    contract = ContractFactory(state="offered", **fields)
    promise(contract, months_from=months, months_to=months)
    return on(contract, "accept", "signatory", signed_by="CRUZ Maria")


def in_execution(months: int | None = 4) -> Any:
    """The same, without a deposit: it goes into execution at once."""
    return accepted(months, **NO_DEPOSIT)


def delivered(clock: Any) -> Any:
    contract = in_execution()
    ShipmentFactory(contract=contract, state="received")
    at_noon(clock, "2027-01-15")
    return on(contract, "record_delivery")


def rings(name: str) -> list[str]:
    ring(timezone.now())
    ring(timezone.now())
    return list(ClockRing.objects.filter(clock=name).order_by("pk").values_list("what", flat=True))


def told(notice: str) -> set[str]:
    for entry_id in FollowUp.objects.values_list("entry_id", flat=True).distinct():
        run_entry(entry_id)
    role_of = dict(Membership.objects.values_list("person", "role"))
    return {role_of[row.recipient_id] for row in Message.objects.filter(notice=notice)}


# The offer -----------------------------------------------------------------------------------


def test_offer_waits_until_its_last_day(clock: Any) -> None:
    reading = of(offered(), "contract.accept")

    assert reading is not None
    assert (reading.due_on, reading.days_left) == (date(2027, 1, 23), 60)


@pytest.mark.parametrize(
    ("day", "rung"), [("2027-01-12", []), ("2027-01-13", ["remind"]), ("2027-01-24", ["remind"])]
)
def test_signatories_are_reminded_of_an_offer_and_nobody_else_is(
    clock: Any, day: str, rung: list[str]
) -> None:
    person("signatory")
    offered()
    at_noon(clock, day)

    assert rings("contract.accept") == rung
    assert told("offer_to_answer") == ({"signatory"} if rung else set())


def test_each_signatory_is_reminded_in_their_language(clock: Any) -> None:
    for language in ("ja", "en"):
        person("signatory", language=language)
    offered()
    at_noon(clock, "2027-01-13")
    rings("contract.accept")
    told("offer_to_answer")

    letters = {
        row.language: (row.subject, row.body_text)
        for row in Message.objects.filter(notice="offer_to_answer")
    }
    assert set(letters) == {"ja", "en"}
    assert "有効期限が近づいています" in letters["ja"][0]
    assert "The offer lapses soon" in letters["en"][0]
    assert "23 January 2027" in letters["en"][1]


def test_extended_offer_is_reminded_of_again(clock: Any) -> None:
    contract = offered()
    at_noon(clock, "2027-01-13")
    first = rings("contract.accept")
    on(contract, "extend", expires_on=date(2027, 3, 31))
    still = rings("contract.accept")
    at_noon(clock, "2027-03-21")

    assert (first, still) == (["remind"], ["remind"])
    assert rings("contract.accept") == ["remind", "remind"]


def test_answer_to_an_offer_stops_its_clock(clock: Any) -> None:
    ends = {
        "accept": ("signatory", {"signed_by": "CRUZ Maria"}),
        "decline": ("signatory", {"reason": "No funds."}),
        "cancel": ("case_manager", {"reason": "No funds."}),
    }

    for step, (role, given) in ends.items():
        reading = of(on(offered(), step, role, **given), "contract.accept")
        assert reading is not None
        assert reading.stopped_at == timezone.now()


def test_lapsed_offer_has_no_running_clock_and_one_offered_anew_has(clock: Any) -> None:
    contract = offered()
    at_noon(clock, "2027-01-24")
    take_within(again(contract), "lapse", by=SYSTEM)
    lapsed = of(contract, "contract.accept")
    change = ChangeFactory(contract=contract, state="offered", expires_on=date(2027, 5, 1))
    take_within(again(contract), "offer_anew", by=person("case_manager"), change=change)
    anew = of(contract, "contract.accept")

    assert lapsed is not None
    assert lapsed.stopped_at == timezone.now()
    assert anew is not None
    assert (anew.stopped_at, anew.due_on) == (None, date(2027, 5, 1))


# The deposit ---------------------------------------------------------------------------------


def test_deposit_is_due_by_the_last_day_of_the_offer(clock: Any) -> None:
    contract = accepted(expires_on=date(2027, 1, 23))
    reading = of(contract, "contract.deposit")

    assert reading is not None
    assert reading.due_on == date(2027, 1, 23)
    assert of(contract, "contract.deliver") is None


def test_contract_without_a_deposit_waits_for_none(clock: Any) -> None:
    assert of(in_execution(), "contract.deposit") is None


def test_payers_are_reminded_of_the_deposit_and_the_agency_hears_when_it_is_late(
    clock: Any,
) -> None:
    accepted(expires_on=date(2027, 1, 23))
    for role in ("nation_finance", "signatory", "finance_officer", "case_manager"):
        person(role)
    at_noon(clock, "2027-01-13")
    first = rings("contract.deposit")
    at_noon(clock, "2027-01-24")

    assert first == ["remind"]
    assert rings("contract.deposit") == ["remind", "escalate"]
    assert told("deposit_due") == {"nation_finance", "signatory"}
    assert told("deposit_late") == {"finance_officer", "case_manager"}


def test_deposit_that_has_arrived_is_waited_for_no_more_and_delivery_is(clock: Any) -> None:
    contract = on(
        accepted(),
        "record_deposit",
        "finance_officer",
        amount=Decimal(1032000),
        received_on=date(2026, 11, 24),
        bank_reference="MUFG-1",
    )
    paid, delivering = of(contract, "contract.deposit"), of(contract, "contract.deliver")

    assert paid is not None
    assert paid.stopped_at == timezone.now()
    assert delivering is not None
    assert delivering.is_running


def test_cancelled_contract_waits_for_no_deposit(clock: Any) -> None:
    reading = of(on(accepted(), "cancel", reason="No funds."), "contract.deposit")

    assert reading is not None
    assert reading.stopped_at == timezone.now()


# Delivery ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terms", "day"),
    [
        ({"months_from": 2, "months_to": 4}, date(2027, 3, 24)),
        ({"months_from": 0, "months_to": 0}, date(2026, 11, 24)),
        (
            {"period_from": date(2027, 1, 1), "period_to": date(2027, 6, 30)},
            date(2027, 6, 30),
        ),
        ({}, None),
    ],
)
def test_everything_is_promised_by_the_last_day_of_the_lines(
    clock: Any, terms: dict[str, Any], day: date | None
) -> None:
    contract = ContractFactory(state="offered", **NO_DEPOSIT)
    promise(contract, **terms)
    on(contract, "accept", "signatory", signed_by="CRUZ Maria")
    reading = of(contract, "contract.deliver")

    assert again(contract).deliver_by == day
    assert reading is not None
    assert reading.due_on == day


def test_latest_line_counts_and_one_that_was_taken_out_does_not(clock: Any) -> None:
    contract = ContractFactory(state="offered", **NO_DEPOSIT)
    first, *others = contract.lines.all()
    promise(contract, months_from=3, months_to=3)
    contract.lines.filter(pk=first.pk).update(months_to=9)

    assert len(others) > 0
    assert on(contract, "accept", "signatory", signed_by="CRUZ Maria").deliver_by == date(
        2027, 8, 24
    )
    contract.lines.filter(pk=first.pk).update(quantity=0)
    assert Contract.objects.get(pk=contract.pk).supplied().count() == len(others)


def test_delivery_of_a_contract_suspended_before_its_deposit_waits_until_it_is_resumed(
    clock: Any,
) -> None:
    contract = accepted()
    on(contract, "suspend", reason="Arrears.")
    on(
        contract,
        "record_deposit",
        "finance_officer",
        amount=contract.deposit,
        received_on=date(2026, 11, 24),
        bank_reference="B-1",
    )
    waiting = of(contract, "contract.deliver")
    at_noon(clock, "2026-12-22")
    on(contract, "resume", reason="They have paid.")
    running = of(contract, "contract.deliver")

    assert waiting is not None
    assert running is not None
    assert (waiting.is_paused, running.is_paused) == (True, False)
    assert running.due_on > contract.deliver_by


def test_time_of_a_suspension_is_added_and_nobody_is_reminded_meanwhile(clock: Any) -> None:
    contract = in_execution()
    at_noon(clock, "2027-01-01")
    on(contract, "suspend", reason="Arrears.")
    at_noon(clock, "2027-03-24")
    paused, rung = of(contract, "contract.deliver"), rings("contract.deliver")
    on(contract, "resume", reason="They have paid.")
    running = of(contract, "contract.deliver")

    assert paused is not None
    assert (paused.is_paused, rung) == (True, [])
    assert [(one.owner, one.reason) for one in paused.pauses] == [
        ("ours", "the contract is suspended")
    ]
    assert running is not None
    assert running.due_on == date(2027, 6, 14)  # 82 days later


def test_whoever_delivers_is_reminded_and_the_head_hears_when_it_is_late(clock: Any) -> None:
    in_execution()
    for role in ("contract_officer", "case_manager"):
        person(role)
    person("office_chief", unit="cases")
    at_noon(clock, "2027-01-22")
    before = rings("contract.deliver")
    at_noon(clock, "2027-01-23")
    near = rings("contract.deliver")
    at_noon(clock, "2027-03-24")
    on_the_day = rings("contract.deliver")
    at_noon(clock, "2027-03-25")

    assert (before, near, on_the_day) == ([], ["remind"], ["remind"])
    assert rings("contract.deliver") == ["remind", "escalate"]
    assert told("delivery_due") == {"contract_officer", "case_manager"}
    assert told("delivery_late") == {"office_chief"}


# Closing -------------------------------------------------------------------------------------


def test_case_is_closed_within_two_years_after_delivery(clock: Any) -> None:
    contract = delivered(clock)
    delivering, closing = of(contract, "contract.deliver"), of(contract, "contract.close")

    assert delivering is not None
    assert delivering.stopped_at == timezone.now()
    assert closing is not None
    assert closing.due_on == date(2029, 1, 15)  # 730 days later; 14 January is a Sunday


def test_desk_is_reminded_of_closing_and_its_head_hears_when_it_is_late(clock: Any) -> None:
    delivered(clock)
    person("case_manager")
    person("office_chief", unit="cases")
    at_noon(clock, "2028-07-18")
    before = rings("contract.close")
    at_noon(clock, "2028-07-19")
    near = rings("contract.close")
    at_noon(clock, "2029-01-16")

    assert (before, near) == ([], ["remind"])
    assert rings("contract.close") == ["remind", "escalate"]
    assert told("closing_due") == {"case_manager"}
    assert told("closing_late") == {"office_chief"}


def test_closed_case_has_no_running_clock(clock: Any) -> None:
    on(ContractFactory(state="delivered"), "close")

    assert of(Contract.objects.get(), "contract.close") is None


def test_contract_that_goes_back_into_execution_is_to_be_delivered_and_not_closed(
    clock: Any,
) -> None:
    contract = delivered(clock)
    change = ChangeFactory(contract=contract, state="offered")
    change.lines.update(months_from=12, months_to=12)
    at_noon(clock, "2027-02-01")
    take_within(
        again(contract), "take_change_in", by=person("signatory"), note=change.number, change=change
    )
    closing, delivering = of(contract, "contract.close"), of(contract, "contract.deliver")

    assert closing is not None
    assert closing.stopped_at == timezone.now()
    assert delivering is not None
    assert (delivering.started_at, delivering.stopped_at) == (timezone.now(), None)
    assert delivering.due_on == date(2027, 11, 24)


def test_change_of_a_contract_in_execution_begins_no_other_run(clock: Any) -> None:
    contract = in_execution()
    before = of(contract, "contract.deliver")
    at_noon(clock, "2027-02-01")
    change = ChangeFactory(contract=contract, state="offered")
    on(contract, "suspend", reason="Arrears.")
    take_within(
        again(contract), "take_change_in", by=person("signatory"), note=change.number, change=change
    )
    after = of(contract, "contract.deliver")

    assert before is not None
    assert after is not None
    assert (after.run, after.is_paused) == (before.run, True)


def test_requisition_takes_a_contract_back_into_execution_too() -> None:
    declared = steps_of(Contract)["take_requisition_in"]

    assert declared.clocks == steps_of(Contract)["take_change_in"].clocks
    assert "promise_delivery" in [book.__name__ for book in declared.books]


# The shipment --------------------------------------------------------------------------------


def shipped() -> Any:
    packed = ShipmentFactory()
    return on(
        packed,
        "ship",
        "contract_officer",
        shipped_on=date(2026, 11, 24),
        carrier="Maru",
        permit_number="P-1",
    )


def test_receipt_is_reported_within_thirty_days(clock: Any) -> None:
    shipment = shipped()
    reading = of(shipment, "shipment.report")

    assert reading is not None
    assert reading.due_on == date(2026, 12, 24)
    at_noon(clock, "2026-12-10")
    on(shipment, "receive", "nation_logistics", received_on=date(2026, 12, 8), received_by="REYES")
    stopped = of(shipment, "shipment.report")
    assert stopped is not None
    assert stopped.stopped_at == timezone.now()


def test_consignee_is_reminded_and_the_desk_hears_of_a_receipt_that_is_not_reported(
    clock: Any,
) -> None:
    shipped()
    for role in ("nation_logistics", "contract_officer", "case_manager"):
        person(role)
    at_noon(clock, "2026-12-16")
    before = rings("shipment.report")
    at_noon(clock, "2026-12-17")
    near = rings("shipment.report")
    at_noon(clock, "2026-12-25")

    assert (before, near) == ([], ["remind"])
    assert rings("shipment.report") == ["remind", "escalate"]
    assert told("receipt_due") == {"nation_logistics"}
    assert told("receipt_late") == {"contract_officer", "case_manager"}


# A missed day --------------------------------------------------------------------------------

WHY = {"code": "industry_quote", "reason": "The line stood still."}


def test_missed_day_asks_for_its_reason_once_for_each_run(clock: Any) -> None:
    contract = in_execution()
    with pytest.raises(NotOpen, match="Nothing is late"):
        on(contract, "explain_delay", **WHY)
    at_noon(clock, "2027-03-25")
    form = form_for(
        again(contract), steps_of(Contract)["explain_delay"], person("case_manager"), WHY
    )
    assert form.is_valid(), form.errors
    on(contract, "explain_delay", **form.cleaned_data)
    with pytest.raises(NotOpen, match="It has been said why it is late"):
        on(contract, "explain_delay", **WHY)

    ShipmentFactory(contract=contract, state="received")
    on(contract, "record_delivery")
    with pytest.raises(NotOpen, match="Nothing is late"):
        on(contract, "explain_delay", **WHY)
    at_noon(clock, "2029-03-27")
    on(contract, "explain_delay", **WHY)

    assert len(delays.reasons([contract])) == 2


def test_request_explains_each_of_its_clocks(clock: Any) -> None:
    request: Any = RequestFactory(state="draft")
    on(request, "submit", "requester")
    at_noon(clock, "2026-12-10")
    on(request, "explain_delay", **WHY)
    with pytest.raises(NotOpen, match="It has been said why it is late"):
        on(request, "explain_delay", **WHY)
    on(request, "accept_as_actionable")
    at_noon(clock, "2027-06-01")
    on(request, "explain_delay", **WHY)

    assert len(delays.reasons([request])) == 3


def test_delay_of_the_nation_is_not_the_agencys_to_explain(clock: Any) -> None:
    accepted(expires_on=date(2026, 12, 1))
    at_noon(clock, "2027-01-15")
    contract = Contract.objects.get()

    late = [one.clock.name for one in readings_of(contract) if one.is_late]
    assert late == ["contract.deposit"]
    assert delays.waits_for_a_reason(contract) == "Nothing is late."


# What holds it up ----------------------------------------------------------------------------


def foreseen(contract: Any, name: str = "contract.deliver") -> Any:
    reading = of(contract, name)
    assert reading is not None
    return forecast.of(again(contract), reading)


def buys(contract: Any, **fields: Any) -> Any:
    return SubcontractFactory(contract=contract, state="in_production", contractor=firm(), **fields)


def test_subcontract_that_delivers_too_late_is_told_before_the_day_is_missed(clock: Any) -> None:
    contract = in_execution()
    on_time = buys(contract, deliver_by=date(2027, 3, 24))
    nothing = foreseen(contract)
    late = buys(contract, deliver_by=date(2027, 3, 25))

    found = foreseen(contract)

    assert nothing is None
    assert (found.day, found.is_late, found.held_by) == (date(2027, 3, 25), True, late)
    assert found.blocker == str(firm())
    assert forecast.held_up_by(contract) != on_time


def test_late_delivery_names_the_shipment_that_is_under_way(clock: Any) -> None:
    contract = in_execution()
    shipment = ShipmentFactory(contract=contract, state="shipped")
    at_noon(clock, "2027-03-25")

    found = foreseen(contract)

    assert (found.day, found.is_late, found.held_by) == (None, False, shipment)


def test_late_delivery_names_what_stands_against_its_end(clock: Any) -> None:
    contract = in_execution()
    at_noon(clock, "2027-03-25")
    missing = foreseen(contract)
    on(contract, "suspend", reason="Arrears.")

    assert missing.held_by is None
    assert missing.blocker.startswith("Not yet received: line")
    assert "suspended since" in foreseen(contract).blocker


def test_late_closing_names_what_stands_against_it(clock: Any) -> None:
    contract = delivered(clock)
    in_time = foreseen(contract, "contract.close")
    at_noon(clock, "2029-01-16")

    assert in_time is None
    assert "Bill the rest first." in foreseen(contract, "contract.close").blocker


def test_clock_of_the_nation_is_not_foretold(clock: Any) -> None:
    contract = accepted(expires_on=date(2026, 12, 1))
    at_noon(clock, "2027-01-15")

    assert foreseen(contract, "contract.deposit") is None


def test_late_answer_names_the_review(clock: Any) -> None:
    request = RequestFactory(state="submitted")
    on(request, "accept_as_actionable")
    review = TransferReviewFactory(request_number=request.number, state="draft")
    at_noon(clock, "2027-06-01")

    found = foreseen(request, "request.answer")

    assert (found.day, found.held_by) == (None, review)


# Where it is read ----------------------------------------------------------------------------


def page(case: Any, desk: str = "staff", role: str = "case_manager") -> Any:
    return enter(Client(), person(role)).get(
        reverse(f"{desk}:case", args=[case.slug(), case.number])
    )


def test_staff_see_the_days_and_what_holds_them_up(clock: Any) -> None:
    contract = in_execution()
    late = buys(contract, deliver_by=date(2027, 4, 30))
    at_noon(clock, "2027-03-25")
    on(contract, "explain_delay", **WHY)

    shown = page(contract)
    words = shown.content.decode()

    (row,) = shown.context["clocks"]
    assert (row["clock"].days_left, row["forecast"].held_by) == (-1, late)
    assert "The line stood still." in words
    assert late.number in words


def test_nation_sees_the_promised_day_and_no_clock(clock: Any) -> None:
    shown = page(in_execution(), "partner", "requester")

    assert "clocks" not in shown.context
    assert "24 Mar 2027" in shown.content.decode()


@pytest.mark.parametrize("made", [shipped, offered], ids=["shipment", "offer"])
def test_days_of_a_nation_stand_on_the_page_too(clock: Any, made: Any) -> None:
    shown = page(made())

    (row,) = shown.context["clocks"]
    assert row["forecast"] is None
    assert "days left" in shown.content.decode()


def test_late_contract_is_among_what_is_late_and_its_reason_counts(clock: Any) -> None:
    contract = in_execution()
    at_noon(clock, "2027-03-25")
    on(contract, "explain_delay", **WHY)

    (late,) = indicators.late_now(Request.objects.all(), Contract.objects.all())
    march = Period(date(2027, 3, 1), date(2027, 3, 31))
    (cause,) = indicators.causes(
        "explain_delay", march, Request.objects.all(), Contract.objects.all()
    )

    assert (late.case, late.days, late.held_by) == (contract, 1, contract)
    assert late.why == "waiting for quotes of industry"
    assert (cause.whose, cause.times) == ("industry", 1)


# How much is asked ---------------------------------------------------------------------------


def test_late_contracts_are_read_with_as_many_queries_as_one(
    clock: Any, django_assert_num_queries: Any
) -> None:
    for _ in range(3):
        in_execution()
    at_noon(clock, "2027-03-25")

    # contracts, lines of the trail, standards, reasons; of each what holds it up: two
    with django_assert_num_queries(4 + 3 * 2):
        assert len(indicators.late_now(Contract.objects.all())) == 3


def test_clocks_of_a_page_ask_four_times_and_once_more_when_late(
    clock: Any, django_assert_num_queries: Any
) -> None:
    contract = in_execution()
    buys(contract, deliver_by=date(2027, 3, 20))

    # lines of the trail, standards, the subcontract and its contractor
    with django_assert_num_queries(4):
        clocks.running(contract)
    at_noon(clock, "2027-03-25")
    with django_assert_num_queries(5):
        clocks.running(contract)
