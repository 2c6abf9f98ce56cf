"""What answers a request besides an offer: price and availability, a negative answer, another request."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from approvals.models import ApprovalFile
from cases.models import Indication, Request
from documents.models import Document, DocumentNumber
from industry.models import Article
from notifications.models import Message
from tests.approvals.hands import concur, fresh, post, put_forward, run_follow_ups
from tests.cases.test_guards import in_words
from tests.factories import (
    NET,
    IndicationFactory,
    NationFactory,
    PriceFactory,
    RequestFactory,
    clear_transfer,
    name_readers,
    person,
)
from workflow import deadlines
from workflow.forms import form_for
from workflow.steps import NotOpen, NotYours, steps_of, take

pytestmark = pytest.mark.django_db
NOON = "2026-11-22T12:00:00+09:00"
ESTIMATE = {
    1: {"unit_price": Decimal(1_000_000), "months": 24, "basis": "procurement"},
    2: {"unit_price": Decimal(2_000_000), "months": 30, "basis": "market"},
}
CANNOT = {"code": "cannot_be_made", "reason": "The line was closed."}


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


def form(case: Any, step: str, given: Any, by: Any = None) -> Any:
    who = by or person("case_manager")
    asked = form_for(case, steps_of(type(case))[step], who, given, {})
    asked.is_valid()
    return asked


def decide(file: ApprovalFile, drafter: Any) -> None:
    """Everybody on the way acts, the ministry is consulted where the route says so."""
    if file.consult_ministry:
        take(file, "record_consultation", by=drafter, answer="MOFA: no objection.")
    while (now := fresh(file)).state == "in_circulation":
        here = next(step for step in now.way if step.standing == "arrived")
        if here.kind == "concurrence":
            concur(now)
        else:
            take(now, "approve", by=post(here.unit_id, here.rank), opinion="")
    decision = next(step for step in fresh(file).way if step.kind == "decision")
    take(file, "decide", by=post(decision.unit_id, decision.rank), opinion="", resolution="")


# Price and availability ----------------------------------------------------------------------


def wanting() -> Any:
    return RequestFactory(state="actionable", answer_wanted="price_and_availability")


def test_indication_goes_from_the_request_to_the_nation() -> None:
    request, manager, releaser = wanting(), person("case_manager"), person("case_manager")
    official = person("requester")
    (indication,) = take(request, "open_indication", by=manager).opened
    clear_transfer(indication)

    take(indication, "estimate", by=manager, lines=ESTIMATE, remarks="Masts are yours.")
    unseen = Indication.objects.visible_to(official).exists()
    decide(put_forward(indication, manager), manager)
    with pytest.raises(NotYours):
        take(indication, "send", by=manager)
    take(indication, "send", by=releaser)
    run_follow_ups()

    sent = Indication.objects.visible_to(official).get()
    assert (unseen, sent.state, sent.sent_at) == (False, "sent", timezone.now())
    assert Request.objects.get().state == "answered"
    assert Document.objects.of(sent).get().kind == "price_and_availability"
    assert Document.objects.of(sent).get().for_nation
    assert DocumentNumber.objects.get().title == sent.title
    assert Message.objects.filter(notice="indication_sent", recipient=official).exists()


def test_estimate_is_priced_by_the_agencys_own_rates() -> None:
    indication = IndicationFactory()

    take(indication, "estimate", by=person("case_manager"), lines=ESTIMATE, remarks="")

    row = Indication.objects.get()
    assert (row.net, row.administrative_percent) == (NET, Decimal("3.2000"))
    assert row.total == row.net + row.administrative_charge
    assert row.priced_on == date(2026, 11, 22)
    assert list(row.lines.values_list("number", "unit_price", "amount", "months", "basis")) == [
        (1, Decimal(1_000_000), Decimal(3_000_000), 24, "procurement"),
        (2, Decimal(2_000_000), Decimal(2_000_000), 30, "market"),
    ]


def test_new_estimate_voids_what_was_signed() -> None:
    indication = IndicationFactory(state="under_approval", furnished__approval="awaiting_issue")
    dearer = {**ESTIMATE, 1: ESTIMATE[1] | {"unit_price": Decimal(9_000_000)}}

    take(indication, "estimate", by=person("case_manager"), lines=dearer, remarks="")
    run_follow_ups()

    assert ApprovalFile.objects.get().state == "void"
    assert Indication.objects.get().state == "draft"


def test_indication_ends_with_its_request() -> None:
    request = wanting()
    indication = IndicationFactory(request=request, state="under_approval")
    take(request, "withdraw", by=person("requester"), reason="No money.")
    run_follow_ups()

    assert Indication.objects.get(pk=indication.pk).state == "cancelled"
    assert ApprovalFile.objects.get().state == "abandoned"


def test_cancelled_indication_makes_room_for_another() -> None:
    request, manager = wanting(), person("case_manager")
    (first,) = take(request, "open_indication", by=manager).opened
    with pytest.raises(NotOpen, match="is being prepared"):
        take(request, "open_indication", by=manager)
    with pytest.raises(NotOpen, match="is being prepared"):
        take(request, "open_contract", by=manager)

    take(first, "cancel", by=manager, reason="They ask for an offer.")
    (second,) = take(request, "open_indication", by=manager).opened

    assert (second.number[-6:], second.deal_id) == ("-P0002", request.deal_id)


def test_form_of_an_estimate_begins_with_what_is_known() -> None:
    indication = IndicationFactory()
    first = indication.lines.get(number=1)
    PriceFactory(article=first.article, basis="market", amount=Decimal(700), currency="JPY")
    Article._base_manager.filter(pk=first.article_id).update(
        lead_months=18, lead_on=date(2026, 4, 1)
    )
    again = IndicationFactory(is_estimated=True, remarks="As before.")

    new, old = form(indication, "estimate", {}), form(again, "estimate", {})

    assert new.fields["lines"].initial == {
        1: {"unit_price": Decimal(700), "months": 18, "basis": "market"},
        2: {"unit_price": "", "months": "", "basis": ""},
    }
    assert old.fields["lines"].initial[1] == ESTIMATE[1]
    assert old.fields["remarks"].initial == "As before."


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"unit_price": "0", "months": "9", "basis": "market"}, "give a price above zero, in digits."),
        ({"unit_price": "1.5", "months": "9", "basis": "market"}, "JPY has at most 0 decimals."),
        ({"unit_price": "1", "months": "x", "basis": "market"}, "give whole months from 1 to 240."),
        ({"unit_price": "1", "months": "241", "basis": "market"}, "give whole months from 1 to 240."),
        ({"unit_price": "1", "months": "0", "basis": "market"}, "give whole months from 1 to 240."),
        ({"unit_price": "1", "months": "9", "basis": ""}, "choose what the price rests on."),
        ({"unit_price": "1"}, "give a rough price, the months and the basis."),
        ("1", "give a rough price, the months and the basis."),
    ],
)  # fmt: skip
def test_estimate_names_the_line_and_the_remedy(given: Any, why: str) -> None:
    good = {"unit_price": "1,000", "months": " 9 ", "basis": "stock"}

    asked = form(IndicationFactory(), "estimate", {"lines": {"1": given, "2": good}})

    assert asked.errors == {"lines": [f"Line 1: {why}"]}


def test_page_sends_an_estimate_column_by_column() -> None:
    posted = {
        f"lines-{number}-{column}": str(value)
        for number, line in ESTIMATE.items()
        for column, value in line.items()
    }

    asked = form(IndicationFactory(), "estimate", posted | {"lines-1-colour": "red"})
    shown = asked["lines"].as_widget()

    assert asked.cleaned_data == {"lines": ESTIMATE, "remarks": ""}
    assert 'name="lines-1-months"' in shown
    assert '<option value="market" selected>' in shown


# The negative answer -------------------------------------------------------------------------


def proposed(request: Request, manager: Any) -> ApprovalFile:
    take(request, "propose_negative_answer", by=manager, **CANNOT)
    run_follow_ups()
    file = ApprovalFile.objects.get(subject_id=request.pk)
    for step in file.route_today().steps:
        post(step.unit, step.rank)
    take(file, "put_forward", by=manager)
    return fresh(file)


def test_negative_answer_goes_out_as_a_letter_once_the_ministries_are_heard() -> None:
    request, manager = RequestFactory(state="submitted"), person("case_manager")
    file = proposed(request, manager)
    seen = Request.objects.get(pk=request.pk)

    assert (file.consult_ministry, seen.return_code, seen.return_reason) == (True, "", "")
    decide(file, manager)
    with pytest.raises(NotYours):
        take(request, "decline", by=manager)
    take(request, "decline", by=person("case_manager"))
    run_follow_ups()

    declined = Request.objects.get(pk=request.pk)
    assert (declined.state, declined.return_code, declined.return_reason) == (
        "declined",
        "cannot_be_made",
        "The line was closed.",
    )
    letter = Document.objects.of(declined).get(kind="negative_answer")
    assert (letter.for_nation, letter.made_by) == (True, declined.trail.first().actor_name)
    assert ApprovalFile.objects.get().state == "kept"


@pytest.mark.parametrize("state", ["submitted", "actionable"])
def test_proposal_that_comes_back_leaves_the_request_where_it_was(state: str) -> None:
    request, manager = RequestFactory(state=state), person("case_manager")
    file = proposed(request, manager)

    take(file, "withdraw", by=manager, reason="It can be made after all.")
    run_follow_ups()

    back = Request.objects.get(pk=request.pk)
    assert (back.state, back.proposed_code, back.proposed_reason) == (state, "", "")


def test_clocks_rest_while_a_negative_answer_is_under_approval() -> None:
    manager = person("case_manager")
    with time_machine.travel("2026-11-20T10:00:00+09:00", tick=False):
        request = RequestFactory(state="draft")
        take(request, "submit", by=person("requester"))
    file = proposed(request, manager)
    resting = deadlines.readings_of(request)

    take(file, "withdraw", by=manager, reason="It can be made after all.")
    run_follow_ups()

    assert [one.pauses[-1].owner for one in resting if one.is_paused] == ["ours", "ours"]
    assert [one.is_running for one in deadlines.readings_of(request)] == [True, True]


def test_withdrawn_request_ends_its_negative_answer() -> None:
    request = RequestFactory(state="under_approval")

    take(request, "withdraw", by=person("requester"), reason="No money.")
    run_follow_ups()

    assert ApprovalFile.objects.get().state == "abandoned"


def test_reason_of_a_negative_answer_is_one_for_it() -> None:
    request = RequestFactory(state="submitted")

    wrong = form(request, "propose_negative_answer", CANNOT | {"code": "funding_missing"})
    right = form(request, "propose_negative_answer", CANNOT)

    assert (set(wrong.errors), right.cleaned_data) == ({"code"}, CANNOT)


# Another request -----------------------------------------------------------------------------


def test_request_goes_on_in_another_with_its_lines() -> None:
    manager, official = person("case_manager"), person("requester", family_name="CRUZ")
    with time_machine.travel("2026-11-20T10:00:00+09:00", tick=False):
        request = in_words(RequestFactory(state="draft"))
        take(request, "submit", by=official)
    into = RequestFactory(state="actionable")

    take(request, "transfer", by=manager, into=into, reason="One programme.")
    run_follow_ups()

    row = Request.objects.get(pk=request.pk)
    assert (row.state, row.continued_in, list(into.continues.all())) == ("transferred", into, [row])
    assert [(line.number, line.what, line.quantity) for line in into.lines.all()][2:] == [
        (number, line.what, line.quantity)
        for number, line in enumerate(request.lines.all(), start=3)
    ]
    assert request.lines.count() == 3
    assert [one.is_running for one in deadlines.readings_of(row)] == [False, False]
    letter = Message.objects.get(notice="request_transferred")
    assert (letter.recipient, f"- {into.number}" in letter.body_text) == (official, True)
    assert [one.step for one in into.trail.all()] == ["take_over"]


def test_form_offers_live_requests_of_the_same_nation_and_label() -> None:
    request, manager = RequestFactory(state="submitted"), person("case_manager")
    fitting = [RequestFactory(state=state) for state in ("submitted", "actionable")]
    RequestFactory(state="draft")
    RequestFactory(state="returned")
    RequestFactory(state="submitted", nation=NationFactory(code="AU"))
    name_readers(RequestFactory(state="submitted"), manager)

    asked = form(request, "transfer", {"into": fitting[0].number, "reason": "One."}, manager)
    itself = form(request, "transfer", {"into": request.number, "reason": "One."}, manager)

    assert {choice for choice, _label in asked.fields["into"].choices if choice} == {
        row.number for row in fitting
    }
    assert asked.cleaned_data["into"] == fitting[0]
    assert set(itself.errors) == {"into"}


def test_request_that_has_moved_on_takes_nothing_over() -> None:
    request, into = RequestFactory(state="submitted"), wanting()
    IndicationFactory(request=into, furnished=False)

    with pytest.raises(NotOpen, match=f"{into.number}: A price and availability is being prepared"):
        take(request, "transfer", by=person("case_manager"), into=into, reason="One.")

    assert Request.objects.get(pk=request.pk).state == "submitted"


def test_request_takes_over_no_more_lines_than_one_may_have() -> None:
    request, into = RequestFactory(state="submitted"), RequestFactory(state="submitted")
    into.lines.create(number=199, description="Mast", quantity=1)

    with pytest.raises(NotOpen, match="A request has at most 200 lines"):
        take(request, "transfer", by=person("case_manager"), into=into, reason="One.")


def test_empty_request_takes_over_from_the_first_line_on() -> None:
    request = RequestFactory(state="submitted")
    into = RequestFactory(state="submitted", furnished=False)

    take(request, "transfer", by=person("case_manager"), into=into, reason="One.")

    assert list(into.lines.values_list("number", flat=True)) == [1, 2]
