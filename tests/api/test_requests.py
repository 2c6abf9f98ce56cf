"""A request begun, completed and sent through the API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cases.forms import WriteRequest
from cases.models import Request
from documents.models import Document
from tests.api.conftest import A_PDF, Caller, Problem
from tests.factories import ArticleFactory, RequestFactory
from workflow.models import Entry

pytestmark = pytest.mark.django_db


def letter(name: str = "letter.pdf", data: bytes = A_PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="application/pdf")


def test_a_request_is_begun_for_the_nation_of_the_person(
    requester: Caller, asked: dict[str, Any]
) -> None:
    answer = requester.post("requests/", asked)

    body = answer.json()
    assert answer.status_code == 201, body
    assert answer.headers["Location"] == body["url"] == f"/api/v1/requests/{body['number']}/"
    assert (body["nation"], body["state"], body["version"]) == ("PH", "draft", 1)
    assert body["lines"] == [
        {
            "number": 1,
            "article": "JP-RAD-001",
            "description": "",
            "name": "Fixed air-surveillance radar FPS-3ME",
            "quantity": 3,
            "unit": "EA",
            "remark": "",
        },
        {
            "number": 2,
            "article": "JP-RAD-002",
            "description": "",
            "name": "Mobile air-surveillance radar TPS-P14ME",
            "quantity": 1,
            "unit": "EA",
            "remark": "with a lorry",
        },
    ]
    shown = requester.get(body["url"]).json()
    checklist = shown.pop("checklist")
    assert shown == body
    assert checklist["percent"] == 58
    assert checklist["points"][1] == {
        "code": "answer",
        "needed": "to_be_complete",
        "why": "An indication of price and a letter of offer take different ways and times.",
        "missing": ["answer_wanted"],
    }


def test_instants_are_utc_and_days_are_days(requester: Caller, asked: dict[str, Any]) -> None:
    body = requester.post("requests/", asked).json()

    assert body["opened_at"].endswith("Z")
    assert body["reference_date"] == "2026-04-01"


@pytest.mark.parametrize("field", ["nation", "nation_id", "state", "number", "version"])
def test_what_the_server_decides_is_an_unknown_field(
    field: str, requester: Caller, asked: dict[str, Any], problem: Problem
) -> None:
    answer = requester.post("requests/", asked | {field: "AU"})

    assert problem(answer) == {
        "type": "urn:problem-type:fms:unknown-name",
        "title": "A name in the request is not known",
        "status": 400,
        "detail": "The body has fields that are not asked for here.",
        "errors": [{"field": field, "message": "Unknown field. Leave it out.", "code": "unknown"}],
    }
    assert not Request.objects.exists()


def test_wrong_fields_are_named_with_what_to_do(
    requester: Caller, asked: dict[str, Any], problem: Problem
) -> None:
    wrong = asked | {
        "title": "",
        "purpose": "conquest",
        "lines": [{"article": "JP-XXX-999", "quantity": 1}, {"article": "JP-RAD-001"}],
    }

    answer = requester.post("requests/", wrong)

    assert answer.status_code == 422
    assert problem(answer)["errors"] == [
        {"field": "title", "message": "This is needed: write a few words.", "code": "required"},
        {
            "field": "purpose",
            "message": "Select a valid choice. conquest is not one of the available choices.",
            "code": "invalid_choice",
        },
        {
            "field": "lines",
            "message": "Line 1: no article “JP-XXX-999” in the catalogue. Give a catalogue number.",
            "code": "invalid",
        },
        {
            "field": "lines",
            "message": "Line 2: the quantity must be a whole number from 1 to 1,000,000.",
            "code": "invalid",
        },
    ]
    assert not Request.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", 5),
        ("title", True),
        ("title", {"en": "Radars"}),
        ("title", ["Radars"]),
        ("title", "a\0b"),
        ("reference_date", "1.4.2026"),
        ("reference_date", "04/01/2026"),
        ("reference_date", 20260401),
        ("needed_by", "２０２８-03-31"),
        ("lines", "JP-RAD-001"),
        ("lines", [["JP-RAD-001", 3]]),
        ("lines", [{"article": "JP-RAD-001", "quantity": True}]),
        ("lines", [{"article": "JP-RAD-001", "quantity": 1.0}]),
        ("lines", [{"article": {"$ne": ""}, "quantity": 1}]),
        ("lines", [{"article": "JP-RAD-001", "quantity": 1, "remark": None}]),
        ("lines", [{"article": "JP-RAD-001\0", "quantity": 1}]),
    ],
)
def test_a_value_of_another_shape_is_not_read_as_text(
    field: str, value: Any, requester: Caller, asked: dict[str, Any], problem: Problem
) -> None:
    answer = requester.post("requests/", asked | {field: value})

    assert [(e["field"], e["code"]) for e in problem(answer)["errors"]] == [(field, "shape")]
    assert answer.status_code == 422


def test_null_is_an_empty_field(requester: Caller, asked: dict[str, Any]) -> None:
    answer = requester.post("requests/", asked | {"needed_by": None, "funding": None})

    assert answer.status_code == 201
    assert (answer.json()["needed_by"], answer.json()["funding"]) == (None, "")


def test_the_same_reference_twice_is_told_in_the_language_of_the_answer(
    requester: Caller, asked: dict[str, Any], problem: Problem
) -> None:
    requester.post("requests/", asked)

    answer = requester.post("requests/", asked)

    assert [error["field"] for error in problem(answer)["errors"]] == ["reference"]
    assert Request.objects.count() == 1


def test_two_at_once_with_the_same_reference_do_not_both_get_through(
    requester: Caller, asked: dict[str, Any], problem: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    requester.post("requests/", asked)
    monkeypatch.setattr(  # as if the other one had been saved after this one was checked
        WriteRequest, "clean_reference", lambda form: form.cleaned_data["reference"]
    )

    answer = requester.post("requests/", asked)

    assert problem(answer)["type"] == "urn:problem-type:fms:changed-meanwhile"
    assert Request.objects.count() == 1


def test_what_breaks_on_our_side_is_told_without_its_inside(
    requester: Caller, problem: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_args: Any) -> None:
        raise ZeroDivisionError("secret words")

    monkeypatch.setattr("workflow.steps.choices", break_down)
    request = RequestFactory()
    browser = Client(raise_request_exception=False)

    answer = browser.get(
        f"/api/v1/requests/{request.number}/steps/",
        headers={"Authorization": f"Bearer {requester.token}"},
    )

    assert problem(answer) == {
        "type": "urn:problem-type:fms:broken",
        "title": "An error on our side",
        "status": 500,
        "detail": "Something broke on our side. Tell the agency the request_id.",
    }


def test_two_nations_may_use_the_same_reference(
    requester: Caller, australian: Caller, asked: dict[str, Any]
) -> None:
    assert requester.post("requests/", asked).json()["nation"] == "PH"
    assert australian.post("requests/", asked).json()["nation"] == "AU"


def test_whoever_does_not_write_requests_is_told_so(
    signatory: Caller, asked: dict[str, Any], problem: Problem
) -> None:
    answers = [signatory.post("requests/", asked), signatory.post("requests/", {"wrong": 1})]

    assert [answer.status_code for answer in answers] == [403, 403]  # before the body is looked at
    assert problem(answers[0])["detail"] == "Your role does not include this step."


def test_from_draft_to_submitted_with_a_letter(
    requester: Caller, asked: dict[str, Any], problem: Problem
) -> None:
    request = requester.post("requests/", asked).json()
    below = f"{request['url']}steps/"

    without_letter = requester.post(f"{below}submit/")
    attached = requester.send_form(f"{below}attach_letter/", {"letter": letter()})
    submitted = requester.post(f"{below}submit/", {"version": 2})

    assert without_letter.status_code == 409
    assert problem(without_letter) == {
        "type": "urn:problem-type:fms:not-open",
        "title": "Not possible now",
        "status": 409,
        "detail": "Attach the signed letter of request first.",
    }
    assert attached.status_code == 200, attached.content
    assert Document.objects.get().read() == A_PDF
    assert submitted.status_code == 200, submitted.content
    body = submitted.json()
    shown = requester.get(request["url"]).json()
    assert shown.pop("checklist")["percent"] == 58
    assert body["case"] == shown
    entry = Entry.objects.first()
    assert entry is not None
    assert body["entry"] == {
        "step": "submit",
        "from_state": "draft",
        "to_state": "submitted",
        "at": entry.at.isoformat().replace("+00:00", "Z"),
        "by": requester.person.actor_name,
    }
    assert body["opened"] == []


def table(*rows: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("lines.csv", "\n".join(rows).encode(), content_type="text/csv")


def test_lines_may_come_as_a_table(requester: Caller, asked: dict[str, Any]) -> None:
    words = {name: value for name, value in asked.items() if name != "lines"}
    lines = table("article,quantity,remark", "JP-RAD-001,3,fixed")

    answer = requester.send_form(
        "requests/", words | {"support": ["spares", "training"], "lines_file": lines}
    )

    body = answer.json()
    assert answer.status_code == 201, body
    assert (body["support"], body["title"]) == (["spares", "training"], asked["title"])
    assert [(line["article"], line["quantity"]) for line in body["lines"]] == [("JP-RAD-001", 3)]


def test_each_bad_row_of_a_table_is_an_error_of_its_own(
    requester: Caller, asked: dict[str, Any], problem: Problem
) -> None:
    words = {name: value for name, value in asked.items() if name != "lines"}
    lines = table("article,quantity", "JP-RAD-001,3", "JP-RAD-002,x", "JP-RAD-001,0")

    answer = requester.send_form("requests/", words | {"lines_file": lines})

    assert [(error["field"], error["message"][:6]) for error in problem(answer)["errors"]] == [
        ("lines_file", "Row 3:"),
        ("lines_file", "Row 4:"),
    ]
    assert not Request.objects.exists()


def test_line_names_its_article_by_stock_number(requester: Caller, asked: dict[str, Any]) -> None:
    ArticleFactory(catalogue_number="JP-TST-901", stock_number="5840301234567")

    answer = requester.post(
        "requests/", asked | {"lines": [{"article": "5840-30-123-4567", "quantity": 1}]}
    )

    assert [line["article"] for line in answer.json()["lines"]] == ["JP-TST-901"]


def test_a_letter_that_is_no_paper_is_refused(requester: Caller, problem: Problem) -> None:
    request = RequestFactory(furnished=False)
    address = f"requests/{request.number}/steps/attach_letter/"

    answers = [
        requester.send_form(address, {"letter": letter("page.html", b"<script>alert(1)</script>")}),
        requester.send_form(address, {"letter": letter(data=b"not a pdf")}),
        requester.send_form(address, {"letter": letter(data=b"")}),
        requester.send_form(address, {"letter": "only text"}),
        requester.send_form(address, {}),
        requester.post(address, {"letter": "base64"}),
    ]

    assert [answer.status_code for answer in answers] == [422] * 6
    assert {error["field"] for a in answers for error in problem(a)["errors"]} == {"letter"}
    assert not Document.objects.exists()


def test_a_file_where_text_belongs_is_refused(requester: Caller, problem: Problem) -> None:
    request = RequestFactory(state="submitted")

    answer = requester.send_form(f"requests/{request.number}/steps/withdraw/", {"reason": letter()})

    assert problem(answer)["errors"] == [
        {"field": "reason", "message": "Give text.", "code": "shape"}
    ]


def test_whoever_looked_at_an_older_version_is_told(requester: Caller, problem: Problem) -> None:
    request = RequestFactory(version=7)

    stale = requester.post(f"requests/{request.number}/steps/submit/", {"version": 6})
    fresh = requester.post(f"requests/{request.number}/steps/submit/", {"version": 7})

    assert problem(stale)["type"] == "urn:problem-type:fms:changed-meanwhile"
    assert (stale.status_code, fresh.status_code) == (409, 200)


@pytest.mark.parametrize("version", ["seven", "-1", 7.0, True, [7], "7" * 40])
def test_a_version_is_a_number(version: Any, requester: Caller, problem: Problem) -> None:
    request = RequestFactory(version=7)

    answer = requester.post(f"requests/{request.number}/steps/submit/", {"version": version})

    assert [error["field"] for error in problem(answer)["errors"]] == ["version"]


def test_a_closed_step_is_a_conflict_before_its_form_is_looked_at(
    requester: Caller, problem: Problem
) -> None:
    request = RequestFactory(state="answered")

    answer = requester.post(f"requests/{request.number}/steps/withdraw/", {})

    assert answer.status_code == 409
    assert problem(answer)["detail"] == "Not possible while the case is “answered”."


@pytest.mark.parametrize("step", ["accept_as_actionable", "answer", "draft", "save", "__init__"])
def test_a_step_that_is_not_theirs_does_not_exist(
    step: str, requester: Caller, problem: Problem
) -> None:
    request = RequestFactory(state="submitted")

    answer = requester.post(f"requests/{request.number}/steps/{step}/", {})

    assert (answer.status_code, problem(answer)["type"]) == (404, "urn:problem-type:fms:not-found")


def test_file_beside_the_letter_is_a_paper_that_the_nation_reads(requester: Caller) -> None:
    request = RequestFactory(state="submitted")
    below = f"requests/{request.number}/steps/"

    nameless = requester.send_form(f"{below}attach_file/", {"file": letter()})
    attached = requester.send_form(
        f"{below}attach_file/", {"subject": "Statement of work", "file": letter()}
    )

    assert nameless.status_code == 422
    assert attached.status_code == 200, attached.content
    papers = requester.get(f"documents/?case={request.number}").json()["results"]
    assert "Statement of work" in [one["title"] for one in papers]


def test_steps_tell_what_is_open_and_why_not(requester: Caller) -> None:
    request = RequestFactory(furnished=False, version=3)

    body = requester.get(f"requests/{request.number}/steps/").json()

    assert (body["version"], body["state"]) == (3, "draft")
    assert body["whose_turn"] == [{"role": "requester", "label": "Requester"}]
    by_name = {step["name"]: step for step in body["steps"]}
    assert list(by_name) == ["revise", "copy", "attach_letter", "attach_file", "submit", "withdraw"]
    assert by_name["submit"] == {
        "name": "submit",
        "label": "Submit",
        "help": "Send the request to the agency.",
        "open": False,
        "why_not": "Add at least one line: what, and how many.",
        "fields": [],
        "url": f"/api/v1/requests/{request.number}/steps/submit/",
    }
    letter, handling = by_name["attach_letter"]["fields"]
    assert letter == {
        "name": "letter",
        "label": "Letter of request",
        "type": "file",
        "required": True,
        "help": "The signed letter, as PDF or image.",
        "choices": [],
    }
    assert (handling["name"], handling["required"]) == ("handling", False)
    assert [choice["value"] for choice in handling["choices"]][:1] == ["confidentiality_1"]
    purpose = next(f for f in by_name["revise"]["fields"] if f["name"] == "purpose")
    assert purpose["choices"][0] == {"value": "new_capability", "label": "New capability"}


def test_steps_of_a_colleague_without_the_role_are_none(signatory: Caller) -> None:
    request = RequestFactory()

    assert signatory.get(f"requests/{request.number}/steps/").json()["steps"] == []


HOSTILE = [
    "'; DROP TABLE cases_request; --",
    "<script>alert(1)</script>",
    "{{ 7*7 }}{% debug %}",
    "髙﨑𠮷 ㍻㋿ ①～〜−",
    "=cmd|' /C calc'!A0",
    "İı ffi ﷺ",
    "👩‍👩‍👧‍👦" * 10,
    "../../etc/passwd",
    "%s %(a)s %n {0}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_back_as_it_went_in(
    text: str, requester: Caller, asked: dict[str, Any]
) -> None:
    answer = requester.post("requests/", asked | {"title": text, "remarks": text})

    assert answer.status_code == 201, answer.content
    assert (answer.json()["title"], answer.json()["remarks"]) == (text, text)
    assert requester.get("requests/", q=text[:100]).status_code == 200


def test_title_that_would_read_as_another_is_refused(
    requester: Caller, asked: dict[str, Any]
) -> None:
    answer = requester.post("requests/", asked | {"title": "\u202egnp.exe"})

    assert answer.status_code == 422
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [("title", "direction")]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"[]",
        b'"text"',
        b"null",
        b'{"title": NaN}',
        b'{"title": Infinity}',
        b'{"title": "a", "title": "b"}',
        b'{"title": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"title": "\xff"}',
        b'\xef\xbb\xbf{"title": "x"}',
        b'{"title": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"title": "x"} trailing',
    ],
    ids=lambda body: body[:24].decode("latin-1"),
)
def test_a_body_that_is_no_json_object_is_refused(
    body: bytes, requester: Caller, problem: Problem
) -> None:
    answer = requester.post("requests/", body)

    if body:
        assert (answer.status_code, problem(answer)["type"]) == (
            400,
            "urn:problem-type:fms:not-understood",
        )
    else:
        assert answer.status_code == 422  # nothing was given, so everything is missing


def test_a_body_too_large_is_refused_unread(requester: Caller, problem: Problem) -> None:
    answer = requester.post("requests/", json.dumps({"title": "x" * 3_000_000}))

    assert (answer.status_code, problem(answer)["type"]) == (413, "urn:problem-type:fms:too-large")


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "text/csv"])
def test_another_type_of_body_is_refused(
    content_type: str, requester: Caller, problem: Problem
) -> None:
    answer = requester.post("requests/", "title=x", content_type=content_type)

    assert (answer.status_code, problem(answer)["type"]) == (415, "urn:problem-type:fms:wrong-type")


def test_wrong_shapes_and_wrong_values_are_told_in_one_round(
    requester: Caller, asked: dict[str, Any], problem: Problem
) -> None:
    wrong = asked | {"title": "", "reference": 7, "needed_by": "soon", "purpose": "conquest"}

    answer = requester.post("requests/", wrong)

    assert answer.status_code == 422
    assert {error["field"]: error["code"] for error in problem(answer)["errors"]} == {
        "reference": "shape",
        "needed_by": "shape",
        "title": "required",
        "purpose": "invalid_choice",
    }


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_a_day_of_another_age_is_refused(
    day: str, requester: Caller, asked: dict[str, Any], problem: Problem
) -> None:
    answer = requester.post("requests/", asked | {"reference_date": day})

    assert {
        "field": "reference_date",
        "message": "Give a day from 1900-01-01 to 2199-12-31.",
        "code": "far",
    } in problem(answer)["errors"]


def test_a_missing_day_says_how_a_day_is_written(
    requester: Caller, asked: dict[str, Any], problem: Problem
) -> None:
    answer = requester.post("requests/", asked | {"needed_by": "soon"})

    assert problem(answer)["errors"] == [
        {
            "field": "needed_by",
            "message": "Give a day as YYYY-MM-DD.",
            "code": "shape",
        }
    ]
