"""Pages over HTTP: who comes in, what a list costs, what a step answers."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.test import RequestFactory as RequestFactoryOfDjango
from django.urls import reverse

from cases.models import Contract, Request
from portal.errors import server_error
from tests.factories import (
    BillFactory,
    ChangeFactory,
    ContractFactory,
    IndicationFactory,
    QuoteFactory,
    RequestFactory,
    RequisitionFactory,
    ShipmentFactory,
    SubcontractFactory,
    TransferReviewFactory,
    firm,
    person,
)
from tests.people import enter
from workflow.steps import take

pytestmark = pytest.mark.django_db

LISTS = [
    ("staff", "requests", lambda: RequestFactory(state="submitted")),
    ("staff", "indications", lambda: IndicationFactory(state="under_approval")),
    ("staff", "contracts", lambda: ContractFactory(state="offered")),
    ("staff", "reviews", lambda: TransferReviewFactory(state="under_review")),
    ("staff", "subcontracts", lambda: SubcontractFactory(state="awarded")),
    ("staff", "quotes", lambda: QuoteFactory(state="submitted")),
    ("staff", "shipments", lambda: ShipmentFactory(state="shipped")),
    ("staff", "changes", lambda: ChangeFactory(state="offered")),
    ("staff", "requisitions", RequisitionFactory),
    ("staff", "bills", lambda: BillFactory(state="issued")),
    ("staff", "approvals", lambda: ContractFactory(state="under_approval")),
    ("partner", "requests", lambda: RequestFactory(state="submitted")),
    ("partner", "indications", lambda: IndicationFactory(state="sent")),
    ("partner", "contracts", lambda: ContractFactory(state="offered")),
    ("partner", "shipments", lambda: ShipmentFactory(state="shipped")),
    ("partner", "changes", lambda: ChangeFactory(state="offered")),
    ("partner", "requisitions", RequisitionFactory),
    ("partner", "bills", lambda: BillFactory(state="issued")),
    ("supplier", "quotes", lambda: QuoteFactory(state="submitted")),
    ("supplier", "subcontracts", lambda: SubcontractFactory(state="awarded")),
]


def signed_in(role: str, **where: Any) -> Client:
    return enter(Client(), person(role, **where))


def reader_of(desk: str, slug: str) -> Client:
    if desk == "supplier":
        return signed_in("contractor_sales", firm=firm())
    if desk == "partner":
        return signed_in("requester")
    return signed_in("export_control_officer" if slug == "reviews" else "case_manager")


@pytest.mark.parametrize(
    ("role", "labels"),
    [
        ("opinion_giver", ["My desk", "Transfer reviews", "Approval files", "Catalogue"]),
        ("system_administrator", ["My desk", "Failed follow-ups", "People"]),
        (
            "inspector",
            [
                *("My desk", "Decisions", "Requests", "Price and availability", "Contracts"),
                *(
                    "Changes of contracts",
                    "Requisitions",
                    "Subcontracts",
                    "Quotes",
                    "Shipments",
                    "Bills",
                    "Approval files",
                    "Emergency access",
                    "Catalogue",
                ),
            ],
        ),
    ],
)
def test_menu_and_desk_show_only_what_the_role_can_use(role: str, labels: list[str]) -> None:
    desk = signed_in(role).get(reverse("staff:desk"))

    assert [str(item["label"]) for item in desk.context["navigation"]] == labels
    cards = [str(card["label"]) for card in desk.context["summary"]]
    lists = ["Requests", "Contracts", "Transfer reviews", "Subcontracts"]
    assert cards == ["waiting for me", "late", *(name for name in lists if name in labels)]


@pytest.mark.parametrize(("desk", "slug", "make"), LISTS)
def test_list_of_three_asks_as_often_as_a_list_of_one(
    desk: str, slug: str, make: Any, django_assert_num_queries: Any
) -> None:
    client, address = reader_of(desk, slug), reverse(f"{desk}:list", args=[slug])
    make()
    client.get(address)  # the first page of a session also writes it
    # Pages of the agency also look whether anything is late, and how many files wait for one.
    queries = 8 if desk == "staff" else 6
    with django_assert_num_queries(queries):
        one = client.get(address)
    make()
    make()

    with django_assert_num_queries(queries):
        three = client.get(address)

    assert [len(page.context["rows"]) for page in (one, three)] == [1, 3]


def test_stranger_is_led_to_the_sign_in_page() -> None:
    answer = Client().get("/staff/contracts/")

    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/staff/contracts/")


@pytest.mark.parametrize("role", ["requester", "contractor_sales"])
def test_staff_portal_is_closed_to_others(role: str) -> None:
    assert signed_in(role).get("/staff/").status_code == 403


def test_case_of_another_nation_is_not_found() -> None:
    theirs = RequestFactory(state="submitted")
    client = signed_in("requester", nation="AU")

    foreign = client.get(reverse("partner:case", args=["requests", theirs.number]))
    missing = client.get(reverse("partner:case", args=["requests", "JP-PH-26-R9999"]))

    assert [foreign.status_code, missing.status_code] == [404, 404]


def test_step_moves_the_case_and_leads_back_to_it() -> None:
    request = RequestFactory(state="submitted")
    address = reverse("staff:step", args=["requests", request.number, "accept_as_actionable"])

    answer = signed_in("case_manager").post(address, {"version": request.version})

    assert (answer.status_code, answer["Location"]) == (
        303,
        f"/staff/requests/{request.number}/",
    )
    assert Request.objects.get(pk=request.pk).state == "actionable"


def test_step_of_a_stale_page_is_refused_with_the_reason() -> None:
    request = RequestFactory(state="submitted")
    address = reverse("staff:step", args=["requests", request.number, "accept_as_actionable"])

    answer = signed_in("case_manager").post(address, {"version": request.version + 1})

    assert answer.status_code == 409
    assert "has changed since you opened this page" in answer.content.decode()
    assert Request.objects.get(pk=request.pk).state == "submitted"


def test_step_whose_guard_objects_shows_the_guards_sentence() -> None:
    request = RequestFactory(state="submitted", end_use="")
    address = reverse("staff:step", args=["requests", request.number, "accept_as_actionable"])

    answer = signed_in("case_manager").post(address)

    assert answer.status_code == 409
    assert "Missing: end use." in answer.content.decode()


def test_wrong_input_is_kept_and_named_and_nothing_is_saved() -> None:
    contract = ContractFactory(state="accepted")
    address = reverse("staff:step", args=["contracts", contract.number, "record_deposit"])

    answer = signed_in("finance_officer").post(
        address, {"amount": "1", "received_on": "2026-11-20", "bank_reference": "B-77"}
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Record exactly this amount." in page
    assert 'value="B-77"' in page
    assert Contract.objects.get(pk=contract.pk).state == "accepted"


def test_step_that_is_another_role_s_is_not_found() -> None:
    contract = ContractFactory(state="accepted")
    address = reverse("staff:step", args=["contracts", contract.number, "record_deposit"])

    assert signed_in("case_manager").post(address).status_code == 404


def test_nothing_of_a_number_that_cannot_be_one_reaches_the_database() -> None:
    client = signed_in("case_manager")

    answers = [client.get(f"/staff/requests/{number}/") for number in ("%00", "a'b", "x" * 40)]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_shared_address_leads_each_reader_to_their_own_desk() -> None:
    contract = ContractFactory(state="offered")
    address = reverse("case", args=["contracts", contract.number])

    led = [signed_in(role).get(address)["Location"] for role in ("case_manager", "signatory")]

    assert led == [
        f"/staff/contracts/{contract.number}/",
        f"/partner/contracts/{contract.number}/",
    ]


def test_person_without_a_role_today_is_told_so() -> None:
    nobody = person("case_manager")
    nobody.memberships.all().delete()
    client = Client()
    enter(client, nobody)

    answer = client.get("/")

    assert answer.status_code == 403
    assert "no role in force today" in answer.content.decode()


def test_nation_does_not_see_the_inner_states_of_an_offer() -> None:
    contract = ContractFactory(state="offered")

    page = signed_in("signatory").get(reverse("partner:case", args=["contracts", contract.number]))

    assert [item["state"] for item in page.context["progress"]] == [
        "offered",
        "accepted",
        "in_execution",
        "delivered",
        "closed",
    ]


def test_returned_request_shows_the_road_ahead() -> None:
    request = RequestFactory(state="returned")

    page = signed_in("requester").get(reverse("partner:case", args=["requests", request.number]))

    assert [item["state"] for item in page.context["progress"]][-2:] == ["actionable", "answered"]


def test_answer_under_approval_stands_beside_the_road() -> None:
    request = RequestFactory(state="submitted")
    client = signed_in("case_manager")
    take(
        request,
        "propose_negative_answer",
        by=person("case_manager"),
        code="other",
        reason="No such radar.",
    )

    page = client.get(reverse("staff:case", args=["requests", request.number]))

    shown = [(item["state"], item["is_done"]) for item in page.context["progress"]]
    assert shown == [
        ("draft", True),
        ("submitted", True),
        ("under_approval", False),
        ("actionable", False),
        ("answered", False),
    ]
    assert "No such radar." in page.content.decode()
    nation = signed_in("requester").get(reverse("partner:case", args=["requests", request.number]))
    assert "No such radar." not in nation.content.decode()


def test_page_for_a_broken_house_asks_the_database_nothing(
    rf: RequestFactoryOfDjango, django_assert_num_queries: Any
) -> None:
    request = rf.get("/")
    request.user = person("case_manager")

    with django_assert_num_queries(0):
        answer = server_error(request)

    assert answer.status_code == 500
    assert "was either done completely or not at all" in answer.content.decode()
