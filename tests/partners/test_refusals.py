"""Whoever tries what is not theirs leaves a line, and hears nothing of it."""

from __future__ import annotations

import time
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from partners.models import Grant
from tests.api.conftest import caller
from tests.factories import BillFactory, GrantFactory, RequestFactory, SubcontractFactory, person
from tests.people import enter, proven
from tests.portal.test_pages import signed_in
from workflow.models import Entry, Side
from workflow.models.separation import about

pytestmark = pytest.mark.django_db

NO = "Your role does not include this step."


def refusals() -> list[dict[str, Any]]:
    rows = Entry.objects.filter(event=Entry.Event.REFUSED).order_by("pk")
    return [
        {
            "who": row.actor_id,
            "role": row.role,
            "case": row.case_number,
            "step": row.step,
            "about": row.subject,
            "note": row.note,
            "rule": row.given["rule"],
            "needs": row.given["needs"],
            "times": row.given["times"],
        }
        for row in rows
    ]


def step(desk: str, case: Any, name: str) -> str:
    return reverse(f"{desk}:step", args=[case.slug(), case.number, name])


# In the portal -------------------------------------------------------------------------------


def test_step_without_the_right_is_a_line_and_looks_like_no_step() -> None:
    inspector = person("inspector")
    client = enter(Client(), inspector)
    request = RequestFactory(state="submitted")
    address = step("staff", request, "accept_as_actionable")

    answer = client.post(address, {"version": request.version})

    assert (answer.status_code, request.trail.count()) == (404, 0)
    assert refusals() == [
        {
            "who": inspector.actor_id,
            "role": "inspector",
            "case": request.number,
            "step": "accept_as_actionable",
            "about": f"POST {address}",
            "note": "There is no step “accept_as_actionable” here.",
            "rule": "right",
            "needs": ["case_manager"],
            "times": 1,
        }
    ]
    assert Entry.objects.get().request_id == answer["X-Request-Id"]


def test_duty_of_another_side_is_a_line_that_names_the_duty() -> None:
    officer = person("contract_officer", "inspector")
    subcontract = SubcontractFactory(state="delivered")
    Side.objects.create(
        about_id=about(subcontract, "case"),
        group="delivery",
        side="contract",
        duty="award_contract",
        case_number=subcontract.number,
        actor_id=officer.actor_id,
        actor_name=officer.actor_name,
    )

    answer = enter(Client(), officer).post(step("staff", subcontract, "accept_delivery"))

    (line,) = refusals()
    assert answer.status_code == 403
    assert (line["case"], line["rule"]) == (subcontract.number, "duty")
    assert line["note"] in answer.content.decode()


def test_somebody_elses_case_and_none_at_all_are_the_same_answer_and_the_same_line() -> None:
    theirs = RequestFactory(state="draft")
    client = signed_in("requester", nation="AU")

    answers = [
        client.post(address)
        for address in (
            step("partner", theirs, "submit"),
            "/partner/requests/JP-PH-26-R9999/steps/submit/",
        )
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    foreign, missing = refusals()
    assert foreign.pop("about") == f"POST {step('partner', theirs, 'submit')}"
    assert missing.pop("about") == "POST /partner/requests/JP-PH-26-R9999/steps/submit/"
    assert foreign == missing
    assert (foreign["case"], foreign["rule"], foreign["needs"]) == ("", "404", ["partner nations"])


def test_closed_door_is_a_line_that_names_its_policy() -> None:
    client = signed_in("requester")

    assert client.get("/staff/people/").status_code == 403
    (line,) = refusals()
    assert (line["about"], line["rule"], line["needs"]) == (
        "GET /staff/people/",
        "403",
        ["people:manage"],
    )


def test_rule_of_an_act_outside_the_gate_is_a_line() -> None:
    asking = person("system_administrator")
    grant = GrantFactory(asked_by=asking)

    answer = enter(Client(), asking).post(reverse("grant", args=[grant.pk]))

    (line,) = refusals()
    assert (answer.status_code, Grant.objects.get().decided_at) == (409, None)
    assert line["note"] == "You have asked for this role; another administrator decides on it."


def test_wrong_code_inside_a_form_is_a_line_of_the_case() -> None:
    clerk = person("finance_officer")
    bill = BillFactory(state="under_approval", furnished__approval="awaiting_issue")
    client = enter(Client(), clerk)
    session = client.session
    session.update(proven(clerk, at=time.time() - 3600))
    session.save()

    client.post(step("staff", bill, "issue"), {"version": bill.version, "confirm-code": "000000"})

    (line,) = refusals()
    assert (line["case"], line["step"], line["rule"]) == (bill.number, "issue", "second factor")


@pytest.mark.parametrize(
    ("state", "given", "status"),
    [
        ("accepted", {}, 409),  # not possible in this state
        ("submitted", {"version": 99}, 409),  # changed meanwhile
        ("submitted", {"reason": ""}, 422),  # not filled in
    ],
)
def test_what_is_only_not_possible_now_is_no_refusal(
    state: str, given: dict[str, Any], status: int
) -> None:
    name = "return_for_correction" if "reason" in given else "accept_as_actionable"
    request = RequestFactory(state="submitted" if state == "submitted" else "actionable")

    answer = signed_in("case_manager").post(step("staff", request, name), given)

    assert answer.status_code == status
    assert refusals() == []


def test_looking_for_what_is_not_there_is_no_refusal() -> None:
    client = signed_in("case_manager")

    assert client.get("/staff/requests/JP-PH-26-R9999/").status_code == 404
    assert client.post("/no/such/address/").status_code == 404
    assert refusals() == []


def test_form_of_another_site_is_nobodys_refusal() -> None:
    client = Client(enforce_csrf_checks=True)
    enter(client, person("case_manager"))

    assert client.post(step("staff", RequestFactory(), "submit")).status_code == 403
    assert refusals() == []


def test_stranger_leaves_no_refusal() -> None:
    assert Client().post("/staff/people/").status_code == 302
    assert refusals() == []


# How often -----------------------------------------------------------------------------------


def test_the_first_the_tenth_and_the_hundredth_in_a_minute_are_written() -> None:
    client = signed_in("requester")
    with time_machine.travel("2026-11-22T12:00:00+09:00", tick=False) as clock:
        for _time in range(101):
            client.post("/staff/people/new/")
        clock.shift(61)
        client.post("/staff/people/new/")

    assert [line["times"] for line in refusals()] == [1, 10, 100, 1]


def test_address_that_is_too_long_or_not_printable_is_still_a_line() -> None:
    client = signed_in("system_administrator")

    client.post(f"/staff/people/{person('auditor').pk}/\0{'長' * 100}/")

    (line,) = refusals()
    assert (len(line["about"]), "%00%E9%95%B7" in line["about"]) == (200, True)


# At the API ----------------------------------------------------------------------------------


def test_step_at_the_api_is_refused_with_a_line_after_all_is_undone() -> None:
    logistics = caller(person("nation_logistics"))
    request = RequestFactory(state="draft")

    answer = logistics.post(f"requests/{request.number}/steps/submit/")

    (line,) = refusals()
    assert (answer.status_code, request.trail.count()) == (404, 0)
    assert (line["who"], line["role"]) == (logistics.person.actor_id, "nation_logistics")
    assert (line["case"], line["step"], line["rule"]) == (request.number, "submit", "right")


def test_foreign_case_at_the_api_is_a_line_that_confirms_nothing() -> None:
    elsewhere = caller(person("requester", nation="AU"))
    request = RequestFactory(state="draft")

    elsewhere.post(f"requests/{request.number}/steps/submit/")

    (line,) = refusals()
    assert (line["case"], line["rule"]) == ("", "404")
    assert line["about"] == f"POST /api/v1/requests/{request.number}/steps/submit/"


def test_staff_with_a_token_are_turned_away_with_a_line() -> None:
    manager = caller(person("case_manager"))

    assert manager.get("requests/").status_code == 403
    (line,) = refusals()
    assert (line["rule"], line["needs"]) == ("403", ["partner nations, by token"])
