"""When a nation can expect an answer: groups of offers, their clock, and the reason of a missed date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import delays, groups
from cases.groups import OfferGroup
from cases.models import Request, ReturnReason
from notifications.models import Message
from tests.approvals.hands import run_follow_ups
from tests.factories import ArticleFactory, RequestFactory, person, request_begun
from tests.people import enter
from workflow.deadlines import ring
from workflow.forms import form_for
from workflow.models import ClockRing
from workflow.steps import NotOpen, steps_of, take

pytestmark = pytest.mark.django_db
BEGUN = "2026-11-24T12:00:00+09:00"


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(BEGUN, tick=False) as traveller:
        yield traveller


def again(request: Any) -> Any:
    return Request.objects.get(pk=request.pk)


def filled_in(request: Any, step: str, **data: Any) -> Any:
    return form_for(request, steps_of(Request)[step], person("case_manager"), data)


# Groups --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("article", "group"),
    [
        ({"item_class": "weapon"}, OfferGroup.C),
        ({"item_class": "technology", "kind": "technology"}, OfferGroup.C),
        ({"item_class": "service", "kind": "training"}, OfferGroup.A),
        ({"item_class": "non_weapon"}, OfferGroup.B),
    ],
)
def test_group_follows_what_is_asked_for(article: dict[str, str], group: str) -> None:
    request = RequestFactory()
    request.lines.update(article=ArticleFactory(**article))

    assert groups.proposed(request) == group


@pytest.mark.parametrize(
    ("group", "day"),
    [
        ("A", date(2027, 1, 8)),
        ("B", date(2027, 3, 4)),
        ("C", date(2027, 4, 23)),
    ],
)
def test_each_group_has_its_days(clock: Any, group: str, day: date) -> None:
    request = request_begun()
    Request.objects.filter(pk=request.pk).update(offer_group=group)

    assert again(request).answering().due_on == day


def test_price_and_availability_has_a_time_of_its_own(clock: Any) -> None:
    request = request_begun(answer_wanted="price_and_availability")

    assert request.answer_group == groups.INDICATION
    assert request.answering().due_on == date(2027, 1, 8)


def test_group_d_has_a_day_of_its_own(clock: Any) -> None:
    request = request_begun()
    form = filled_in(
        request, "set_group", offer_group="D", promised_on="2027-02-01", reason="By treaty."
    )
    assert form.is_valid(), form.errors
    take(request, "set_group", by=person("case_manager"), **form.cleaned_data)

    assert again(request).answer_expected_on == date(2027, 2, 1)


@pytest.mark.parametrize(
    ("group", "day", "why"),
    [
        ("D", "", "Give the day that was agreed."),
        ("B", "2027-02-01", "Only group D has a day of its own. Leave it empty."),
        ("D", "2026-11-01", "This day has passed. Give today or a later day."),
    ],
)
def test_day_and_group_fit_together(clock: Any, group: str, day: str, why: str) -> None:
    form = filled_in(request_begun(), "set_group", offer_group=group, promised_on=day, reason="x")

    assert form.errors == {"promised_on": [why]}


# The clock -----------------------------------------------------------------------------------


def test_time_of_the_nation_is_not_the_agencys(clock: Any) -> None:
    request = request_begun()
    manager = person("case_manager")
    take(request, "ask_the_nation", by=manager, question="Where?", due_on=date(2026, 12, 24))
    clock.move_to("2026-12-04T12:00:00+09:00")
    take(again(request), "answer_the_agency", by=person("requester"), number=1, answer="There.")

    assert again(request).answer_expected_on == date(2027, 3, 15)  # ten days later is a Sunday


def test_answer_stops_the_clock(clock: Any) -> None:
    request = request_begun()
    take(request, "withdraw", by=person("requester"), reason="No funds.")

    assert again(request).answering().stopped_at is not None


def test_clock_reminds_and_escalates_once_each(clock: Any) -> None:
    request_begun()
    clock.move_to("2027-02-26T12:00:00+09:00")
    first = ring(timezone.now())
    clock.move_to("2027-03-08T12:00:00+09:00")
    ring(timezone.now())
    ring(timezone.now())

    rung = ClockRing.objects.filter(clock="request.answer")
    assert first == 1
    assert sorted(rung.values_list("what", flat=True)) == ["escalate", "remind"]


def test_whoever_answers_is_reminded_and_the_nation_hears_of_another_day(clock: Any) -> None:
    person("requester")
    request = request_begun()
    given = {"offer_group": "A", "promised_on": None, "reason": "Simple."}
    take(request, "set_group", by=person("case_manager"), **given)
    clock.move_to("2026-12-29T12:00:00+09:00")
    ring(timezone.now())
    run_follow_ups()

    to_staff, to_nation = (
        Message.objects.filter(notice=name) for name in ("request_to_answer", "request_promised")
    )
    assert {row.recipient.organisations[0].kind for row in to_staff} == {"agency"}
    assert "Last day: 8 January 2027" in to_nation.get().body_text


# A missed date -------------------------------------------------------------------------------


def test_missed_date_asks_for_its_reason_once(clock: Any) -> None:
    request, manager = request_begun(), person("case_manager")
    with pytest.raises(NotOpen, match="Nothing is late"):
        take(request, "explain_delay", by=manager, code="other", reason="x")
    clock.move_to("2027-03-08T12:00:00+09:00")
    form = filled_in(again(request), "explain_delay", code="industry_quote", reason="No quote.")
    assert form.is_valid(), form.errors

    take(again(request), "explain_delay", by=manager, **form.cleaned_data)

    (told,) = delays.reasons([request]).values()
    assert (told.kind, told.words) == ("waiting for quotes of industry", "No quote.")
    with pytest.raises(NotOpen, match="It has been said why it is late"):
        take(again(request), "explain_delay", by=manager, code="other", reason="x")


def test_reasons_of_a_delay_are_those_of_the_reference_data(clock: Any) -> None:
    offered = filled_in(request_begun(), "explain_delay").fields["code"].queryset

    assert set(offered) == set(ReturnReason.objects.filter(use="delay"))


# Where it is read ----------------------------------------------------------------------------


@pytest.mark.parametrize(("desk", "role"), [("staff", "case_manager"), ("partner", "requester")])
def test_both_sides_see_the_day(clock: Any, desk: str, role: str) -> None:
    request = request_begun()
    page = enter(Client(), person(role)).get(
        reverse(f"{desk}:case", args=["requests", request.number])
    )

    assert page.context["case"].answer_waits_for == "agency"
    assert "4 Mar 2027" in page.content.decode() or "2027年3月4日" in page.content.decode()


@pytest.mark.parametrize(
    ("state", "code", "said"),
    [
        ("returned", "funding_missing", "the statement of funding is missing"),
        ("declined", "cannot_be_made", "it cannot be made or supplied"),
        ("returned", "", ""),
        ("declined", "funding_missing", ""),
    ],
)
def test_coded_reason_is_read_among_those_of_its_use(state: str, code: str, said: str) -> None:
    assert RequestFactory(state=state, return_code=code).return_kind == said


def test_page_says_for_whom_the_answer_waits(clock: Any) -> None:
    request = request_begun()
    asked = {"question": "Where?", "due_on": date(2027, 4, 1)}

    assert request.answer_waits_for == "agency"
    clock.move_to("2027-03-08T12:00:00+09:00")
    assert again(request).answer_waits_for == "late"
    take(again(request), "ask_the_nation", by=person("case_manager"), **asked)
    assert again(request).answer_waits_for == "nation"
    assert RequestFactory(state="submitted").answer_waits_for == ""
