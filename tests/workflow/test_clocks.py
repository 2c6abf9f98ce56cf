"""Clocks are read from the trail: started, paused, stopped; working days of a country; each rings once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from approvals.models import ApprovalFile
from tests.approvals.hands import put_forward, run_follow_ups
from tests.factories import ContractFactory, person
from workflow import deadlines
from workflow.calendars import (
    NoSuchCalendar,
    add_working_days,
    is_working_day,
    next_working_day,
    working_days,
)
from workflow.clocks import Clock, Hand, Line, Reading, Standard, read
from workflow.models import ClockRing, ClockStandard, Entry
from workflow.steps import take
from workflow.tasks import ring_clocks

TESTING = Clock("test", label="test")
HANDS: dict[str, Sequence[Hand]] = {
    "begin": [TESTING.starts],
    "ask": [TESTING.pauses("partner", "a question")],
    "answer": [TESTING.starts],
    "reply": [TESTING.resumes],
    "finish": [TESTING.stops],
}
FIVE_DAYS = Standard(
    days=5, working=True, country="JP", moves=True, remind_before=1, escalate_after=0
)


def at(day: int, month: int = 11) -> datetime:
    """Noon in Tokyo."""
    return datetime(2026, month, day, 3, tzinfo=UTC)


def reading_of(*lines: tuple[str, datetime], now: datetime) -> Reading:
    told = [Line(pk, step, when) for pk, (step, when) in enumerate(lines, start=1)]
    (reading,) = read(HANDS, told, now=now)
    reading.standard = FIVE_DAYS
    return reading


# Calendars -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "day", "works"),
    [
        ("JP", date(2026, 11, 22), False),  # a Sunday
        ("JP", date(2026, 11, 23), False),  # 勤労感謝の日
        ("JP", date(2026, 11, 24), True),
        ("JP", date(2026, 12, 28), True),
        ("JP", date(2026, 12, 29), False),  # the turn of the year
        ("JP", date(2027, 1, 3), False),
        ("JP", date(2027, 1, 4), True),
        ("EG", date(2026, 11, 27), False),  # a Friday
        ("EG", date(2026, 11, 28), False),  # a Saturday
        ("EG", date(2026, 11, 29), True),  # a Sunday
    ],
)
def test_offices_work_on_their_own_days(country: str, day: date, works: bool) -> None:
    assert is_working_day(day, country) is works


def test_country_without_a_calendar_is_refused() -> None:
    with pytest.raises(NoSuchCalendar):
        is_working_day(date(2026, 11, 24), "XX")


def test_last_day_on_a_holiday_becomes_the_next_working_day() -> None:
    assert next_working_day(date(2026, 12, 29), "JP") == date(2027, 1, 4)


@given(
    start=st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    count=st.integers(min_value=0, max_value=60),
)
def test_days_added_are_the_days_counted(start: date, count: int) -> None:
    day = add_working_days(start, count, "JP")

    assert working_days(start, day, "JP") == count
    assert count == 0 or is_working_day(day, "JP")


# Reading -------------------------------------------------------------------------------------


def test_clock_that_has_not_started_is_none() -> None:
    assert read(HANDS, [Line(1, "other", at(2))], now=at(3)) == []


def test_running_clock_knows_its_last_day() -> None:
    reading = reading_of(("begin", at(16)), now=at(18))

    assert reading.is_running
    assert reading.due_on == date(2026, 11, 24)  # the 21st to 23rd are no working days
    assert (reading.days_left, reading.is_late) == (3, False)


def test_pause_pushes_the_last_day_out_and_names_its_owner() -> None:
    reading = reading_of(
        ("begin", at(9)), ("ask", at(10)), ("answer", at(12)), ("finish", at(18)), now=at(30)
    )

    (pause,) = reading.pauses
    assert (pause.owner, pause.reason) == ("partner", "a question")
    assert reading.days_paused() == 2
    assert reading.due_on == date(2026, 11, 18)
    assert (reading.is_running, reading.is_late, reading.days_left) == (False, False, 0)


def test_clock_that_is_paused_neither_runs_nor_rings() -> None:
    reading = reading_of(("begin", at(2)), ("ask", at(4)), now=at(30))

    assert (reading.is_paused, reading.wants_reminder, reading.wants_escalation) == (
        True,
        False,
        False,
    )


def test_late_clock_counts_the_days_since() -> None:
    reading = reading_of(("begin", at(2)), now=at(16))

    assert (reading.due_on, reading.days_left, reading.is_late) == (date(2026, 11, 10), -4, True)
    assert reading.wants_escalation


def test_clock_that_was_stopped_begins_a_new_run() -> None:
    reading = reading_of(("begin", at(2)), ("finish", at(4)), ("begin", at(16)), now=at(17))

    assert (reading.run, reading.started_at) == (3, at(16))


def test_hands_that_find_no_run_do_nothing() -> None:
    assert read(HANDS, [Line(1, "ask", at(2)), Line(2, "finish", at(3))], now=at(4)) == []


def test_clock_that_starts_while_something_holds_it_waits_until_nothing_does() -> None:
    asked = [("ask", at(2)), ("ask", at(3)), ("reply", at(4)), ("begin", at(9))]

    held = reading_of(*asked, now=at(30))
    going = reading_of(*asked, ("reply", at(12)), now=at(30))
    replied_before = reading_of(("ask", at(2)), ("reply", at(3)), ("begin", at(9)), now=at(30))

    assert (held.is_paused, held.pauses[0].owner, held.pauses[0].reason) == (
        True,
        "partner",
        "a question",
    )
    assert [(one.since, one.until) for one in going.pauses] == [(at(9), at(12))]
    assert replied_before.pauses == []


def test_pause_that_ends_with_a_start_does_not_wait_for_one() -> None:
    """Where no step resumes a clock its start is what ends a pause."""
    hands = {name: HANDS[name] for name in ("begin", "ask")}

    (reading,) = read(hands, [Line(1, "ask", at(2)), Line(2, "begin", at(3))], now=at(4))

    assert reading.is_running


def test_clock_goes_on_once_nothing_holds_it_any_more() -> None:
    lines = [("begin", at(9)), ("ask", at(10)), ("ask", at(11)), ("reply", at(12))]

    held = reading_of(*lines, now=at(30))
    going = reading_of(*lines, ("reply", at(13)), now=at(30))
    begun_anew = reading_of(*lines, ("answer", at(13)), ("reply", at(14)), now=at(30))

    assert [one.is_paused for one in (held, going, begun_anew)] == [True, False, False]
    assert [(one.since, one.until) for one in going.pauses] == [(at(10), at(13))]


@pytest.mark.parametrize("before", [(), ("begin",), ("begin", "finish")])
def test_clock_that_nothing_holds_stays_as_it_is(before: tuple[str, ...]) -> None:
    told = [Line(pk, step, at(9)) for pk, step in enumerate((*before, "reply"), start=1)]

    assert [one.is_paused for one in read(HANDS, told, now=at(30))] == [False] * bool(before)


def test_calendar_days_end_on_a_working_day_where_the_row_says_so() -> None:
    calendar = Standard(
        days=5, working=False, country="JP", moves=True, remind_before=1, escalate_after=0
    )

    assert calendar.last_day(date(2026, 11, 17), 0) == date(2026, 11, 24)
    assert calendar.days_between(date(2026, 11, 17), date(2026, 11, 24)) == 7


@given(st.lists(st.sampled_from(sorted(HANDS)), max_size=30))
def test_any_trail_can_be_read(steps: list[str]) -> None:
    lines = [Line(pk, step, at(1) + timedelta(hours=pk)) for pk, step in enumerate(steps, start=1)]

    for reading in read(HANDS, lines, now=at(28)):
        reading.standard = FIVE_DAYS
        assert reading.due_on is not None
        assert reading.due_on >= date(2026, 11, 1)
        assert not (reading.is_running and reading.is_paused)


# Of a case -----------------------------------------------------------------------------------

MONDAY = "2026-11-16T12:00:00+09:00"


@pytest.mark.django_db
def test_standard_is_the_row_in_force_when_the_clock_started() -> None:
    with time_machine.travel(MONDAY, tick=False):
        put_forward(ContractFactory(state="draft", is_priced=True), person("case_manager"))
    ClockStandard.objects.create(
        clock="approval.decide",
        days=1,
        counts="working",
        valid_from=date(2026, 11, 17),
        source="test",
    )

    (reading,) = deadlines.readings_of(ApprovalFile.objects.get(), at(18))

    assert reading.standard is not None
    assert (reading.standard.days, reading.due_on) == (10, date(2026, 12, 1))


def test_standard_asks_for_a_country_with_a_calendar() -> None:
    row = ClockStandard(
        clock="approval.decide", days=1, valid_from=date(2026, 11, 17), country="XX"
    )

    with pytest.raises(ValidationError, match="No calendar of this country is known") as refused:
        row.clean()

    assert list(refused.value.message_dict) == ["country"]


@pytest.mark.django_db
def test_task_rings_what_is_due() -> None:
    with time_machine.travel(MONDAY, tick=False):
        put_forward(ContractFactory(state="draft", is_priced=True), person("case_manager"))

    with time_machine.travel(at(30), tick=False):
        ring_clocks()

    assert [ring.what for ring in ClockRing.objects.all()] == ["remind"]


@pytest.mark.django_db
def test_clock_reminds_and_escalates_once_each() -> None:
    with time_machine.travel(MONDAY, tick=False):
        put_forward(ContractFactory(state="draft", is_priced=True), person("case_manager"))

    rung = [deadlines.ring(now) for now in (at(18), at(30), at(30), at(2, 12), at(3, 12))]

    assert rung == [0, 1, 0, 1, 0]
    assert list(ClockRing.objects.order_by("pk").values_list("what", flat=True)) == [
        "remind",
        "escalate",
    ]
    lines = Entry.objects.filter(event=Entry.Event.CLOCK_RANG).order_by("pk")
    assert [line.given["what"] for line in lines] == ["remind", "escalate"]
    run_follow_ups()


@pytest.mark.django_db
def test_decided_file_rings_no_more() -> None:
    with time_machine.travel(MONDAY, tick=False):
        manager = person("case_manager")
        file = put_forward(ContractFactory(state="draft", is_priced=True), manager)
        take(file, "withdraw", by=manager, reason="No.")

    assert deadlines.ring(at(3, 12)) == 0


@pytest.mark.django_db
def test_many_cases_are_read_with_two_queries(django_assert_num_queries: Any) -> None:
    files = [
        put_forward(ContractFactory(state="draft", is_priced=True), person("case_manager"))
        for _ in range(3)
    ]

    with django_assert_num_queries(2):
        found = deadlines.readings_of_many(files)

    assert set(found) == {file.pk for file in files}


def test_clock_without_a_standard_has_no_last_day() -> None:
    (reading,) = read(HANDS, [Line(1, "begin", at(2))], now=at(30))

    assert (reading.due_on, reading.days_left, reading.days_paused()) == (None, None, 0)
    assert (reading.is_late, reading.wants_reminder, reading.wants_escalation) == (
        False,
        False,
        False,
    )


def test_calendar_days_stay_where_the_row_does_not_move_them() -> None:
    stays = Standard(
        days=5, working=False, country="JP", moves=False, remind_before=1, escalate_after=0
    )

    assert stays.last_day(date(2026, 11, 17), 0) == date(2026, 11, 22)


def test_last_day_of_its_own_is_pushed_out_by_what_was_paused() -> None:
    lines = ("begin", at(2)), ("ask", at(4)), ("answer", at(10))
    working, calendar = (reading_of(*lines, now=at(11)) for _ in range(2))
    for reading in (working, calendar):
        reading.own_day = date(2026, 11, 12)
    calendar.standard = Standard(
        days=0, working=False, country="JP", moves=True, remind_before=1, escalate_after=0
    )

    assert working.due_on == date(2026, 11, 18)  # four working days later
    assert calendar.due_on == date(2026, 11, 18)  # six days later
    assert reading_of(lines[0], now=at(11)).days_paused() == 0


@pytest.mark.parametrize(
    ("came_from", "came_to", "starts"),
    [
        ("offered", "in_execution", True),
        ("offered", "accepted", False),
        ("in_execution", "in_execution", False),
    ],
)
def test_hand_of_a_state_turns_only_where_the_case_comes_into_it(
    came_from: str, came_to: str, starts: bool
) -> None:
    hands = {"accept": [TESTING.starts.into("in_execution")]}
    line = Line(1, "accept", at(2), came_from, came_to)

    assert bool(read(hands, [line], now=at(3))) == starts
