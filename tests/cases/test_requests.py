"""A request on its way: written by its nation or entered from paper, checked, completed, copied."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from cases import notices
from cases.checklist import MISSING, check
from cases.models import ChecklistItem, Request
from documents.models import Document
from industry.models import Article
from notifications.models import Message
from tests.cases.test_guards import in_words
from tests.documents import files
from tests.factories import COMPLETE, NationFactory, RequestFactory, person
from workflow import deadlines
from workflow.follow_ups import run_entry
from workflow.forms import form_of
from workflow.models import FollowUp
from workflow.steps import NotOpen, NotYours, begin, beginnings_of, choices, steps_of, take

pytestmark = pytest.mark.django_db
FRIDAY = "2026-11-20T10:00:00+09:00"
PAPER = {
    "nation": "PH",
    "received_on": "2026-11-19",
    "title": "Radars",
    "reference": "PAF-7",
    "reference_date": "2026-11-10",
    "purpose": "replenishment",
    "lines": [{"article": "JP-RAD-001", "quantity": 3}],
}


def letter() -> Any:
    return SimpleUploadedFile("letter.pdf", files.pdf(), content_type="application/pdf")


def form(name: str, given: dict[str, Any], case: Any = None, **uploads: Any) -> Any:
    declared = {**steps_of(Request), **beginnings_of(Request)}[name]
    asked = form_of(declared)(given, uploads, case=case or Request(), person=person("case_manager"))
    asked.is_valid()
    return asked


def told(notice: str) -> list[str]:
    for entry_id in FollowUp.objects.values_list("entry_id", flat=True).distinct():
        run_entry(entry_id)
    rows = Message.objects.filter(notice=notice).select_related("recipient")
    return sorted(row.recipient.family_name for row in rows)


# On paper ------------------------------------------------------------------------------------


@time_machine.travel(FRIDAY, tick=False)
def test_letter_on_paper_is_entered_with_its_file_and_shown_to_its_nation() -> None:
    NationFactory(code="PH")
    theirs = person("requester", family_name="CRUZ")
    asked = form("enter", PAPER, letter=letter())

    act = begin(Request.enter, by=person("case_manager"), **asked.cleaned_data)

    request = Request.objects.visible_to(theirs).get()
    assert request == act.case
    assert (request.state, request.submitted_at, request.received_on) == (
        "submitted",
        timezone.now(),
        date(2026, 11, 19),
    )
    assert [line.what for line in request.lines.all()] == [
        Article.objects.get(catalogue_number="JP-RAD-001").name
    ]
    assert Document.objects.of(request).get().kind == "request_letter"
    assert told("request_entered") == ["CRUZ"]
    assert [one.clock.name for one in deadlines.readings_of(request)] == [
        "request.acknowledge",
        "request.validate",
    ]


def test_reference_is_entered_once_for_each_nation() -> None:
    RequestFactory(reference="PAF-7")

    again = form("enter", PAPER, letter=letter())
    other = form("enter", PAPER | {"nation": "AU"}, letter=letter())

    assert again.errors["reference"] == [
        "A request with this reference exists already. Give another reference."
    ]
    assert other.errors == {}


def test_official_of_a_nation_enters_nothing_on_paper() -> None:
    with pytest.raises(NotYours):
        begin(
            Request.enter,
            by=person("requester"),
            nation=NationFactory(),
            letter=letter(),
            lines=[],
            handling="",
        )


def test_entry_is_corrected_while_nobody_works_on_it() -> None:
    request = RequestFactory(state="submitted", received_on=date(2026, 11, 19))
    asked = form("correct_entry", PAPER | {"title": "Mobile radars"}, request)

    take(request, "correct_entry", by=person("case_manager"), **asked.cleaned_data)

    fresh = Request.objects.get()
    assert (fresh.title, fresh.lines.count()) == ("Mobile radars", 1)


# Checking ------------------------------------------------------------------------------------


@time_machine.travel(FRIDAY, tick=False)
def test_actionable_and_complete_are_two_facts() -> None:
    request, manager = RequestFactory(state="submitted"), person("case_manager")
    take(request, "accept_as_actionable", by=manager)

    with pytest.raises(NotOpen, match="Missing: answer wanted, support package"):
        take(request, "record_as_complete", by=manager)
    asked = form("add_details", COMPLETE, request)
    take(request, "add_details", by=person("requester"), **asked.cleaned_data)
    with time_machine.travel("2026-11-24T10:00:00+09:00", tick=False):
        take(request, "record_as_complete", by=manager)

    fresh = Request.objects.get()
    assert fresh.end_use == "Watching over the air space"  # what was left out stayed
    assert fresh.complete_at - fresh.actionable_at == timedelta(days=4)
    assert fresh.acknowledged_at == fresh.actionable_at


def test_request_that_says_all_is_complete_when_it_is_accepted() -> None:
    request = RequestFactory(state="submitted", **COMPLETE)

    take(request, "accept_as_actionable", by=person("case_manager"))

    fresh = Request.objects.get()
    assert fresh.complete_at == fresh.actionable_at
    assert fresh.checklist.percent == 100


def test_request_that_comes_again_waits_to_be_acknowledged_again() -> None:
    request, manager = RequestFactory(state="submitted"), person("case_manager")
    take(request, "acknowledge", by=manager)
    take(request, "return_for_correction", by=manager, code="item_not_identified", reason="Which?")
    take(request, "submit", by=person("requester"))

    fresh = Request.objects.get()
    assert (fresh.acknowledged_at, fresh.return_code) == (None, "item_not_identified")


def test_percent_is_by_weight_and_says_100_only_when_nothing_is_missing() -> None:
    request = RequestFactory()

    assert [request.checklist.percent, Request(**COMPLETE).checklist.percent] == [58, 41]


def test_checklist_without_points_asks_for_nothing() -> None:
    assert check(RequestFactory(), []).percent == 100


def test_each_point_of_the_checklist_ships_and_is_understood() -> None:
    shipped = set(ChecklistItem.objects.values_list("code", flat=True))

    assert shipped == set(ChecklistItem.Code) == set(MISSING)


def test_request_without_lines_is_told_so() -> None:
    request = RequestFactory(state="submitted", furnished=False)

    with pytest.raises(NotOpen, match="Missing: lines"):
        take(request, "accept_as_actionable", by=person("case_manager"))


def test_either_of_two_days_says_when() -> None:
    services = RequestFactory(needed_by=None, performance_until=date(2028, 3, 31))

    assert services.missing_to_begin() == []


# Clocks --------------------------------------------------------------------------------------


def test_desk_is_reminded_and_then_its_head_is_told() -> None:
    person("case_manager", family_name="SATO")
    person("office_chief", family_name="MORI", unit="cases")
    with time_machine.travel(FRIDAY, tick=False):
        request = RequestFactory(state="draft")
        take(request, "submit", by=person("requester"))

    # Monday 23 November is a holiday: the fifth working day is Monday 30 November.
    with time_machine.travel("2026-11-30T09:00:00+09:00", tick=False):
        assert [one.due_on for one in deadlines.readings_of(request)] == [date(2026, 11, 30)] * 2
        deadlines.ring(timezone.now())
        assert told("request_to_acknowledge") == told("request_to_check") == ["SATO"]
        assert told("request_late") == []
    with time_machine.travel("2026-12-02T09:00:00+09:00", tick=False):
        deadlines.ring(timezone.now())
        assert told("request_late") == ["MORI", "MORI"]


def test_nobody_heads_a_unit_without_posts() -> None:
    request = RequestFactory(state="submitted")

    assert notices.request_late.to(request) == []


# Lines ---------------------------------------------------------------------------------------


def test_line_in_words_is_identified_before_anything_is_begun() -> None:
    request = in_words(RequestFactory(state="actionable"))
    officer, manager = person("export_control_officer"), person("case_manager")
    with pytest.raises(NotOpen, match="Line 3 names no article"):
        take(request, "open_transfer_review", by=officer)
    unknown = form("identify_lines", {"articles": {"3": "JP-XXX"}}, request)
    asked = form("identify_lines", {"articles": {"3": "JP-RAD-101"}}, request)

    take(request, "identify_lines", by=manager, **asked.cleaned_data)
    act = take(request, "open_transfer_review", by=officer)

    assert unknown.errors["articles"] == [
        "Line 3: no article “JP-XXX” in the catalogue. Give a catalogue number."
    ]
    assert act.opened[0].lines.count() == 3


# A copy --------------------------------------------------------------------------------------


def test_copy_says_the_same_under_a_reference_of_its_own() -> None:
    earlier = in_words(
        RequestFactory(state="declined", budget_limit=Decimal(5), budget_currency="USD")
    )

    act = take(
        earlier,
        "copy",
        by=person("requester"),
        reference="PAF-NEW",
        reference_date=None,
        answer_wanted=earlier.answer_wanted,
    )

    (copied,) = act.opened
    assert (copied.state, copied.reference, copied.reference_date) == ("draft", "PAF-NEW", None)
    assert {name: getattr(copied, name) for name in Request.copied} == {
        name: getattr(earlier, name) for name in Request.copied
    }
    assert [line.what for line in copied.lines.all()] == [line.what for line in earlier.lines.all()]
    assert copied.deal_id != earlier.deal_id


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        (
            {"reference": "PAF-9", "reference_date": "2199-01-01"},
            {"reference_date": ["This day has not come yet. Give today or an earlier day."]},
        ),
        (
            {"reference": "PAF-1"},
            {
                "reference": [
                    "A request with this reference exists already. Give another reference."
                ]
            },
        ),
        ({"reference": "PAF-9"}, {}),
    ],
)
def test_copy_asks_for_a_reference_that_is_new(given: Any, errors: Any) -> None:
    asked = form("copy", given, RequestFactory(reference="PAF-1"))

    assert asked.errors == errors


@pytest.mark.parametrize(
    ("state", "wanted", "shown"),
    [
        ("answered", "price_and_availability", "offer"),
        ("actionable", "price_and_availability", "price_and_availability"),
        ("answered", "amendment", "amendment"),
    ],
)
def test_after_an_indication_a_copy_asks_for_the_offer(state: str, wanted: str, shown: str) -> None:
    request = RequestFactory(state=state, answer_wanted=wanted)

    left_out = form("copy", {"reference": "PAF-NEW"}, request)
    changed = form("copy", {"reference": "PAF-NEW", "answer_wanted": ""}, request)

    assert left_out.fields["answer_wanted"].initial == shown
    assert left_out.cleaned_data["answer_wanted"] == shown
    assert changed.cleaned_data["answer_wanted"] == ""


# What is typed -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({"budget_limit": "5", "budget_currency": "usd"}, {}),
        ({"budget_limit": "5"}, {"budget_currency": ["Say in which currency the budget is."]}),
        (
            {"budget_currency": "JPY"},
            {"budget_limit": ["Give the amount of the budget, or no currency."]},
        ),
        (
            {"budget_limit": "5", "budget_currency": "XYZ"},
            {"budget_currency": ["No currency “XYZ” is known. Give a code, as JPY or USD."]},
        ),
        ({"budget_limit": "x", "budget_currency": "JPY"}, {"budget_limit": ["Enter a number."]}),
        (
            {"support": ["magic"]},
            {"support": ["Select a valid choice. magic is not one of the available choices."]},
        ),
        (
            {"received_on": "2199-01-01"},
            {"received_on": ["This day has not come yet. Give today or an earlier day."]},
        ),
    ],
)
def test_details_name_the_remedy(given: Any, errors: Any) -> None:
    request = RequestFactory(state="submitted", received_on=date(2026, 11, 19))

    assert form("correct_entry", PAPER | given, request).errors == errors


def test_nation_copies_whatever_has_become_of_its_request() -> None:
    requester = person("requester")

    for state in (
        "draft",
        "submitted",
        "returned",
        "actionable",
        "answered",
        "declined",
        "withdrawn",
    ):
        offered = [
            choice.name
            for choice in choices(RequestFactory(state=state), requester)
            if choice.is_open
        ]
        assert "copy" in offered
