"""The pages of a request: its lines as a table, and what was asked and answered about it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cases.models import Request
from tests.factories import IndicationFactory, QuestionFactory, RequestFactory
from tests.portal.test_exports import rows_of
from tests.portal.test_pages import signed_in

pytestmark = pytest.mark.django_db
TEMPLATE = reverse("lines_template", args=["csv"])
DRAFT = reverse("partner:begin", args=["requests", "draft"])


def test_empty_table_has_headings_in_the_language_of_the_reader() -> None:
    japanese = signed_in("requester", language="ja").get(TEMPLATE)
    english = signed_in("case_manager", language="en").get(TEMPLATE)

    assert rows_of(english) == [
        ["Article or service", "Or in your own words", "Quantity", "Remark"]
    ]
    assert rows_of(japanese)[0][2] == "数量"


def test_empty_table_comes_as_spreadsheet_or_text_only() -> None:
    client = signed_in("requester")

    answers = [
        client.get(reverse("lines_template", args=[ending])) for ending in ("xlsx", "csv", "pdf")
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 404]


def test_form_leads_to_the_empty_table_and_takes_it_filled_in() -> None:
    client = signed_in("requester")
    table = SimpleUploadedFile("lines.csv", "数量,article\n3,JP-RAD-001\n".encode())

    page = client.get(DRAFT)
    posted: Any = client.post(DRAFT, {"title": "Radars", "reference": "PAF-1", "lines_file": table})

    assert f'href="{TEMPLATE}"' in page.content.decode()
    assert posted.status_code == 302
    assert [line.quantity for line in Request.objects.get().lines.all()] == [3]


def test_bad_rows_are_told_on_the_page_and_nothing_is_kept() -> None:
    client = signed_in("requester")
    request = RequestFactory()
    before = list(request.lines.values())
    address = reverse("partner:step", args=["requests", request.number, "revise"])
    table = SimpleUploadedFile("lines.csv", b"article,quantity\nJP-RAD-001,3\nJP-RAD-001,x\n")

    page = client.post(address, {"title": "T", "reference": "PAF-1", "lines_file": table})

    assert page.status_code == 422
    assert "Row 3: the quantity must be a whole number" in page.content.decode()
    assert list(request.lines.values()) == before


# Questions -----------------------------------------------------------------------------------


def steps_on(page: Any) -> list[str]:
    return [choice.name for choice in page.context["choices"] if not choice.why_not]


def test_thread_stands_on_both_pages_and_whoever_has_been_asked_answers_first() -> None:
    request = RequestFactory(state="submitted")
    QuestionFactory(request=request, is_answered=True)
    QuestionFactory(request=request, text="Which mast?", due_on=date(2020, 1, 1))
    places = {"partner": "requester", "staff": "case_manager"}

    pages = {
        desk: signed_in(role).get(reverse(f"{desk}:case", args=["requests", request.number]))
        for desk, role in places.items()
    }

    for page in pages.values():
        _before, _id, words = page.content.decode().partition('id="questions"')
        assert words.index("On Luzon.") < words.index("Which mast?") < words.index("Overdue")
        assert page.context["turn"] == ["Requester"]
    assert steps_on(pages["partner"])[0] == "answer_the_agency"
    assert "answer_the_nation" not in [one.name for one in pages["staff"].context["choices"]]


OPENS = ["open_contract", "open_indication"]


def test_desk_of_the_agency_shows_a_question_in_whatever_state() -> None:
    client = signed_in("case_manager")
    asked = QuestionFactory(asked_by="nation", request=RequestFactory(state="actionable")).request
    other = QuestionFactory(request=RequestFactory(state="actionable")).request
    over = RequestFactory(state="answered")
    QuestionFactory(request=over, asked_by="nation")

    waiting = client.get(reverse("staff:desk")).context["waiting"]

    assert [(item["case"], [one.name for one in item["steps"]]) for item in waiting] == [
        (asked, ["answer_the_nation", *OPENS]),
        (other, OPENS),
    ]


def test_desk_of_the_nation_puts_the_answer_first() -> None:
    asked = QuestionFactory().request

    (item,) = signed_in("requester").get(reverse("partner:desk")).context["waiting"]

    assert (item["case"], item["steps"][0].name) == (asked, "answer_the_agency")


# Answers -------------------------------------------------------------------------------------


def test_page_of_an_indication_says_that_it_is_no_offer() -> None:
    indication = IndicationFactory(state="sent")

    for desk, role in (("partner", "requester"), ("staff", "case_manager")):
        client = signed_in(role)
        page = client.get(reverse(f"{desk}:case", args=["indications", indication.number]))
        request = client.get(reverse(f"{desk}:case", args=["requests", indication.request.number]))

        assert "This is not an offer" in page.content.decode()
        assert "24 months" in page.content.decode()
        assert indication.number in request.content.decode()


def test_requests_name_each_other_on_both_pages() -> None:
    request = RequestFactory(state="transferred")
    into = request.continued_in
    client = signed_in("requester")

    pages = {
        row.number: client.get(
            reverse("partner:case", args=["requests", row.number])
        ).content.decode()
        for row in (request, into)
    }

    assert into.number in pages[request.number]
    assert request.number in pages[into.number]
