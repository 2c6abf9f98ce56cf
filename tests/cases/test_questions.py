"""Questions and answers about a request: whose turn it is, whose time it is, and who is reminded."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from cases.models import Question, Request
from notifications.models import Message
from tests.approvals.hands import run_follow_ups
from tests.factories import QuestionFactory, RequestFactory, person
from workflow import deadlines
from workflow.clocks import Reading
from workflow.forms import form_for
from workflow.models import Deadline
from workflow.steps import NotOpen, choices, steps_of, take, turn_by_state, whose_turn

pytestmark = pytest.mark.django_db
FRIDAY, TUESDAY = "2026-11-20T10:00:00+09:00", "2026-11-24T10:00:00+09:00"
WEDNESDAY, THURSDAY = "2026-11-25T10:00:00+09:00", "2026-11-26T10:00:00+09:00"
MONDAY_AFTER = date(2026, 11, 30)


@pytest.fixture
def submitted() -> Request:
    with time_machine.travel(FRIDAY, tick=False):
        request = RequestFactory(state="draft")
        take(request, "submit", by=person("requester"))
        run_follow_ups()
    return request


def ask(request: Request, question: str = "At which sites?", due_on: Any = MONDAY_AFTER) -> None:
    take(request, "ask_the_nation", by=person("case_manager"), question=question, due_on=due_on)


def answer(request: Request, number: int, words: str = "On Luzon.") -> None:
    take(request, "answer_the_agency", by=person("requester"), number=number, answer=words)


def form(request: Request, step: str, given: Any, role: str = "requester") -> Any:
    asked = form_for(request, steps_of(Request)[step], person(role), given, {})
    asked.is_valid()
    return asked


# Asked and answered --------------------------------------------------------------------------


@time_machine.travel(FRIDAY, tick=False)
def test_either_side_asks_and_the_other_answers() -> None:
    request = RequestFactory(state="submitted")
    official = person("requester", family_name="Cruz", given_name="Maria")
    manager = person("case_manager", family_name="Sato", given_name="Hanako")

    take(request, "ask_the_nation", by=manager, question="At which sites?", due_on=MONDAY_AFTER)
    take(request, "ask_the_agency", by=official, question="May the masts be ours?", due_on=None)
    take(request, "answer_the_agency", by=official, number=1, answer="On Luzon.")
    take(request, "answer_the_nation", by=manager, number=2, answer="They may.")

    now = timezone.now()
    assert list(request.questions.values_list("number", "asked_by", "asker", "text", "due_on")) == [
        (1, "agency", "SATO Hanako", "At which sites?", MONDAY_AFTER),
        (2, "nation", "CRUZ Maria", "May the masts be ours?", None),
    ]
    assert list(request.questions.values_list("answer", "answerer", "answered_at")) == [
        ("On Luzon.", "CRUZ Maria", now),
        ("They may.", "SATO Hanako", now),
    ]


def test_question_is_answered_once_and_by_the_other_side(submitted: Request) -> None:
    ask(submitted)
    ask(submitted, "Which mast?")
    answer(submitted, 1)

    with pytest.raises(NotOpen, match="This question has been answered already"):
        answer(submitted, 1, "On Mindanao.")
    with pytest.raises(NotOpen, match="No question of the nation is open"):
        take(submitted, "answer_the_nation", by=person("case_manager"), number=2, answer="?")

    assert [one.answer for one in submitted.questions.all()] == ["On Luzon.", ""]


def test_form_lists_the_questions_that_are_open() -> None:
    request = RequestFactory(state="submitted")
    QuestionFactory(request=request, text="x" * 100)
    QuestionFactory(request=request, is_answered=True)
    QuestionFactory(request=request, asked_by="nation")

    asked = form(request, "answer_the_agency", {"number": "1", "answer": "Yes."})
    wrong = form(request, "answer_the_agency", {"number": "3", "answer": "Yes."})

    assert asked.fields["number"].choices == [(1, f"1: {'x' * 79}…")]
    assert asked.cleaned_data == {"number": 1, "answer": "Yes."}
    assert set(wrong.errors) == {"number"}


@time_machine.travel(FRIDAY, tick=False)
def test_answer_is_wanted_by_a_day_to_come() -> None:
    request = RequestFactory(state="submitted")
    past, none = {"question": "?", "due_on": "2026-11-19"}, {"question": "?"}

    answers = [
        dict(form(request, step, given).errors)
        for step in ("ask_the_nation", "ask_the_agency")
        for given in (past, none)
    ]

    assert answers == [
        {"due_on": ["This day has passed. Give today or a later day."]},
        {"due_on": ["This is needed: give a day, as 2026-04-01."]},
        {"due_on": ["This day has passed. Give today or a later day."]},
        {},
    ]


# Whose turn ----------------------------------------------------------------------------------


def turns(request: Request) -> list[list[str]]:
    """On the case's page, and in a list."""
    fresh = Request.objects.prefetch_related("questions").get(pk=request.pk)
    return [whose_turn(fresh), turn_by_state(fresh)]


def test_it_is_the_turn_of_whoever_has_been_asked(submitted: Request) -> None:
    before = turns(submitted)
    ask(submitted)
    asked = turns(submitted)
    take(submitted, "ask_the_agency", by=person("requester"), question="Which?", due_on=None)
    both = turns(submitted)
    answer(submitted, 1)
    theirs = turns(submitted)
    take(submitted, "answer_the_nation", by=person("case_manager"), number=2, answer="This one.")

    assert before == turns(submitted) == [["case_manager"]] * 2
    assert asked == [["requester"]] * 2
    assert both == [["requester", "case_manager"]] * 2
    assert theirs == [["case_manager"]] * 2


def test_list_reads_questions_together(django_assert_num_queries: Any) -> None:
    for _ in range(3):
        QuestionFactory()
    rows = list(Request.objects.prefetch_related("questions"))

    with django_assert_num_queries(0):
        assert [turn_by_state(row) for row in rows] == [["requester"]] * 3


def test_question_about_what_is_over_is_nobodys_turn() -> None:
    request = RequestFactory(state="withdrawn")
    QuestionFactory(request=request)

    assert whose_turn(request) == []
    assert [one.name for one in choices(request, person("requester"))] == ["copy"]


# Whose time ----------------------------------------------------------------------------------


def clocks_of(request: Request) -> dict[str, Reading]:
    return {one.clock.name: one for one in deadlines.readings_of(request)}


def test_time_until_the_answer_is_the_nations(submitted: Request) -> None:
    with time_machine.travel(TUESDAY, tick=False):
        ask(submitted)
        paused = clocks_of(submitted)
    with time_machine.travel(THURSDAY, tick=False):
        answer(submitted, 1)
        running = clocks_of(submitted)

    assert set(paused) == {"request.acknowledge", "request.validate"}
    assert all(one.is_paused for one in paused.values())
    assert [(one.owner, one.reason) for one in paused["request.validate"].pauses] == [
        ("partner", "a question to the nation")
    ]
    assert not any(one.is_paused for one in running.values())
    # five working days from Friday 20 November, a holiday between, and two of the nation's own
    assert {one.due_on for one in running.values()} == {date(2026, 12, 2)}


def test_clock_goes_on_when_the_last_question_is_answered(submitted: Request) -> None:
    with time_machine.travel(TUESDAY, tick=False):
        ask(submitted)
        ask(submitted, "Which mast?")
    with time_machine.travel(WEDNESDAY, tick=False):
        answer(submitted, 2)
        still = clocks_of(submitted)["request.validate"].is_paused
    with time_machine.travel(THURSDAY, tick=False):
        answer(submitted, 1)

    assert (still, clocks_of(submitted)["request.validate"].is_paused) == (True, False)


def test_question_after_the_check_starts_no_clock() -> None:
    request = RequestFactory(state="actionable")

    ask(request)
    answer(request, 1)

    assert clocks_of(request) == {}


# Who is reminded -----------------------------------------------------------------------------


def reminded() -> list[str]:
    run_follow_ups()
    rows = Message.objects.filter(notice="answer_late").order_by("pk")
    return [row.recipient.family_name for row in rows]


def day(when: date) -> Any:
    moment = timezone.make_aware(timezone.datetime(when.year, when.month, when.day, 0, 5))
    return time_machine.travel(moment, tick=False)


def test_whoever_owes_an_answer_is_reminded_once_when_its_last_day_is_over(
    submitted: Request,
) -> None:
    person("requester", family_name="CRUZ")
    with time_machine.travel(TUESDAY, tick=False):
        ask(submitted, due_on=date(2026, 11, 27))
        ask(submitted, "Which mast?", due_on=MONDAY_AFTER)
        run_follow_ups()
    owing = [
        row.recipient.family_name for row in Message.objects.filter(notice="question_to_nation")
    ]

    with day(date(2026, 11, 27)):
        kept = [deadlines.keep(timezone.now())]
    with day(date(2026, 11, 28)):
        kept += [deadlines.keep(timezone.now()), deadlines.keep(timezone.now())]
        first = reminded()
    with day(date(2026, 12, 1)):
        kept.append(deadlines.keep(timezone.now()))
        second = reminded()

    people = {name: owing.count(name) // 2 for name in owing}
    assert kept == [0, 1, 0, 1]
    assert {name: first.count(name) for name in first} == people
    assert {name: second.count(name) for name in second} == {n: 2 * c for n, c in people.items()}
    assert not Deadline.objects.filter(step="remind").exists()


def test_nobody_is_reminded_of_what_was_answered_in_time(submitted: Request) -> None:
    with time_machine.travel(TUESDAY, tick=False):
        ask(submitted, due_on=date(2026, 11, 27))
        run_follow_ups()
        answer(submitted, 1)
        run_follow_ups()

    assert not Deadline.objects.filter(step="remind").exists()


def test_what_was_answered_a_moment_ago_is_not_reminded_of() -> None:
    with day(date(2026, 11, 28)):
        question = QuestionFactory(due_on=date(2026, 11, 27), is_answered=True)
        Deadline.objects.create(
            case_kind="cases.request",
            case_id=question.request.pk,
            case_number=question.request.number,
            step="remind",
            due_at=timezone.now(),
        )

        assert deadlines.keep(timezone.now()) == 0

    assert Question.objects.get().reminded_at is None
