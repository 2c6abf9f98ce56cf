"""Figures of the agency's work, from stories whose lengths are known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from cases import forecast, indicators
from cases.indicators import Period, Share
from cases.models import Request
from tests.factories import NationFactory, RequestFactory, person
from workflow.models import Entry
from workflow.rights import SYSTEM
from workflow.steps import take, take_within

pytestmark = pytest.mark.django_db

NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel("2026-11-02T12:00:00+09:00", tick=False) as traveller:
        yield traveller


def entered(clock: Any, day: str) -> Any:
    """A request that was submitted at noon of a day."""
    clock.move_to(f"{day}T12:00:00+09:00")
    request = RequestFactory(state="draft")
    take(request, "submit", by=person("requester"))
    return Request.objects.get(pk=request.pk)


def on(
    clock: Any, day: str, request: Any, step: str, role: str = "case_manager", **more: Any
) -> Any:
    clock.move_to(f"{day}T12:00:00+09:00")
    take(Request.objects.get(pk=request.pk), step, by=person(role), **more)
    return Request.objects.get(pk=request.pk)


def of(state: str, period: Period = NOVEMBER) -> Any:
    return next(s for s in indicators.stays(Request.objects.all(), period) if s.state == state)


# Time in each state ----------------------------------------------------------------------------


def test_stay_is_from_the_step_that_came_to_the_step_that_left(clock: Any) -> None:
    for first, last in (("2026-11-02", "2026-11-03"), ("2026-11-02", "2026-11-06")):
        on(clock, last, entered(clock, first), "accept_as_actionable")

    stay = of("submitted")

    assert (stay.left, stay.median, stay.ninth) == (2, 2.5, 4.0)
    assert (stay.there, stay.oldest) == (0, None)


def test_step_that_stays_where_it_is_ends_no_stay(clock: Any) -> None:
    request = entered(clock, "2026-11-02")
    on(clock, "2026-11-03", request, "acknowledge")
    on(clock, "2026-11-06", request, "accept_as_actionable")

    assert of("submitted").median == 4.0


def test_only_what_ended_within_the_period_counts(clock: Any) -> None:
    on(clock, "2026-11-06", entered(clock, "2026-10-02"), "accept_as_actionable")
    on(clock, "2026-12-01", entered(clock, "2026-11-02"), "accept_as_actionable")

    assert (of("submitted").left, of("submitted").median) == (1, 35.0)


def test_who_is_there_now_and_since_when(clock: Any) -> None:
    first = entered(clock, "2026-11-02")
    entered(clock, "2026-11-05")

    stay = of("submitted")

    assert (stay.left, stay.median, stay.ninth) == (0, None, None)
    assert (stay.there, stay.oldest) == (2, first.submitted_at)


@pytest.mark.parametrize(
    ("state", "whose"),
    [
        ("draft", ("nation",)),
        ("submitted", ("agency",)),
        ("actionable", ("agency",)),
        ("declined", ()),
    ],
)
def test_state_says_whose_turn_it_is(state: str, whose: tuple[str, ...]) -> None:
    assert indicators.turns(Request, state) == whose


@given(st.lists(st.integers(0, 1000), min_size=1))
def test_nine_of_ten_do_not_pass_it_and_fewer_would_pass_less(values: list[int]) -> None:
    found = indicators.ninth_of_ten(values)

    assert found in values
    assert sum(value <= found for value in values) >= 0.9 * len(values)
    assert sum(value < found for value in values) < 0.9 * len(values)


# Promised days ---------------------------------------------------------------------------------


def test_answer_by_its_day_keeps_the_promise_and_a_later_one_does_not(clock: Any) -> None:
    kept = on(clock, "2026-11-03", entered(clock, "2026-11-02"), "accept_as_actionable")
    late = on(clock, "2026-11-03", entered(clock, "2026-11-02"), "accept_as_actionable")
    for request, day in ((kept, "2026-11-20"), (late, "2026-11-10")):
        Request.objects.filter(pk=request.pk).update(offer_group="D", promised_on=day)
    for request in (kept, late):
        clock.move_to("2026-11-20T23:59:00+09:00")
        take_within(Request.objects.get(pk=request.pk), "answer", by=SYSTEM)

    found = indicators.promises(Request.objects.all(), NOVEMBER)

    assert {one.request.pk: one.was_kept for one in found} == {kept.pk: True, late.pk: False}
    assert indicators.shares(found, lambda one: one.group) == [Share("D", 2, 1)]
    assert indicators.shares(found, lambda one: "")[0].percent == 50
    by_desk = indicators.shares(found, lambda one: one.desk)
    taken = Entry.objects.filter(step="accept_as_actionable")
    assert [one.name for one in by_desk] == sorted(taken.values_list("actor_name", flat=True))
    assert sorted((one.of_all, one.good) for one in by_desk) == [(1, 0), (1, 1)]


def test_request_that_was_withdrawn_was_not_answered(clock: Any) -> None:
    request = on(clock, "2026-11-03", entered(clock, "2026-11-02"), "accept_as_actionable")
    on(clock, "2026-11-04", request, "withdraw", "requester", reason="No funds.")

    assert indicators.promises(Request.objects.all(), NOVEMBER) == []


def test_what_is_late_today_counts_as_not_kept(clock: Any) -> None:
    request = on(clock, "2026-11-03", entered(clock, "2026-11-02"), "accept_as_actionable")
    Request.objects.filter(pk=request.pk).update(offer_group="D", promised_on="2026-11-10")
    clock.move_to("2026-11-10T23:00:00+09:00")
    assert indicators.promises(Request.objects.all(), NOVEMBER) == []
    clock.move_to("2026-11-11T00:01:00+09:00")

    (promise,) = indicators.promises(Request.objects.all(), NOVEMBER)

    assert (promise.due_on, promise.answered_on, promise.was_kept) == (
        date(2026, 11, 10),
        None,
        False,
    )
    assert forecast.held_up_by(promise.request) == promise.request


def test_late_answer_names_the_review_that_holds_it_up(clock: Any) -> None:
    request = on(clock, "2026-11-03", entered(clock, "2026-11-02"), "accept_as_actionable")
    take(request, "open_transfer_review", by=person("export_control_officer"))

    held_by = forecast.held_up_by(Request.objects.get(pk=request.pk))

    assert held_by.slug() == "reviews"
    assert indicators.turns(type(held_by), held_by.state) == ("agency",)


# What comes back, and why ----------------------------------------------------------------------


def test_first_pass_counts_those_that_were_never_returned(clock: Any) -> None:
    on(clock, "2026-11-03", entered(clock, "2026-11-02"), "accept_as_actionable")
    returned = entered(clock, "2026-11-02")
    on(clock, "2026-11-04", returned, "return_for_correction", code="funding_missing", reason="x")
    on(clock, "2026-11-05", returned, "submit", "requester")
    on(clock, "2026-11-06", returned, "accept_as_actionable")

    share = indicators.first_pass(Request.objects.all(), "requests", NOVEMBER)
    (cause,) = indicators.causes("return_for_correction", NOVEMBER, Request.objects.all())

    assert (share.of_all, share.good, share.percent) == (2, 1, 50)
    assert (cause.reason, cause.whose, cause.times) == (
        "the statement of funding is missing",
        "the nation",
        1,
    )


def test_nothing_counted_is_no_percentage() -> None:
    assert indicators.first_pass(Request.objects.all(), "approvals", NOVEMBER).percent is None


def test_rows_asked_for_are_the_only_ones_that_count(clock: Any) -> None:
    on(clock, "2026-11-03", entered(clock, "2026-11-02"), "accept_as_actionable")
    others = Request.objects.filter(nation=NationFactory(code="AU"))

    assert not any(stay.left or stay.there for stay in indicators.stays(others, NOVEMBER))
    assert indicators.first_pass(others, "requests", NOVEMBER).of_all == 0
