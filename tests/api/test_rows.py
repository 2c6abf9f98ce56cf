"""Which rows a nation sees, through lists, single rows, filters and steps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.api.conftest import Caller, Problem
from tests.factories import (
    ArticleFactory,
    BillFactory,
    ChangeFactory,
    ContractFactory,
    IndicationFactory,
    NationFactory,
    RequestFactory,
    RequisitionFactory,
    ShipmentFactory,
)

pytestmark = pytest.mark.django_db

LISTS = [
    *("requests", "indications", "contracts", "changes", "requisitions"),
    *("shipments", "bills"),
    *("documents", "catalogue"),
]
MAKE: dict[str, Callable[[], Any]] = {
    "requests": RequestFactory,
    "indications": lambda: IndicationFactory(state="sent"),
    "contracts": lambda: ContractFactory(state="offered"),
    "shipments": lambda: ShipmentFactory(state="shipped"),
    "changes": lambda: ChangeFactory(state="offered"),
    "requisitions": RequisitionFactory,
    "bills": lambda: BillFactory(state="issued"),
}


@pytest.mark.parametrize("kind", MAKE)
@pytest.mark.parametrize("below", ["", "steps/"])
def test_a_foreign_row_is_a_missing_row(
    kind: str, below: str, requester: Caller, australian: Caller, problem: Problem
) -> None:
    case = MAKE[kind]()

    own = requester.get(f"{kind}/{case.number}/{below}")
    foreign = australian.get(f"{kind}/{case.number}/{below}")
    missing = australian.get(f"{kind}/JP-PH-26-X9999/{below}")

    assert own.status_code == 200
    assert foreign.status_code == missing.status_code == 404
    assert problem(foreign) == problem(missing)
    assert set(foreign.headers) == set(missing.headers)


@pytest.mark.parametrize("kind", MAKE)
def test_a_list_shows_the_own_nation_only(kind: str, requester: Caller, australian: Caller) -> None:
    case = MAKE[kind]()

    ours = requester.get(f"{kind}/").json()["results"]
    theirs = australian.get(f"{kind}/").json()["results"]

    assert (case.number in [row["number"] for row in ours], theirs) == (True, [])


@pytest.mark.parametrize("kind", MAKE)
def test_a_step_on_a_foreign_row_is_a_step_on_nothing(
    kind: str, australian: Caller, problem: Problem
) -> None:
    case = MAKE[kind]()

    foreign = australian.post(f"{kind}/{case.number}/steps/withdraw/", {"reason": "x"})
    missing = australian.post(f"{kind}/JP-PH-26-X9999/steps/withdraw/", {"reason": "x"})

    assert (foreign.status_code, problem(foreign)) == (404, problem(missing))


@pytest.mark.parametrize(
    "number", ["JP'--", "%00", "..", "%2e%2e%2f", "a" * 33, "日本", "1;drop", "%ff"]
)
def test_what_cannot_be_a_number_is_missing(
    number: str, requester: Caller, problem: Problem
) -> None:
    assert problem(requester.get(f"/api/v1/requests/{number}/"))["status"] == 404


def test_a_contract_is_hidden_until_it_is_offered(requester: Caller) -> None:
    hidden = [ContractFactory(state=state) for state in ("draft", "under_approval", "cancelled")]
    offered = ContractFactory(state="offered")

    listed = requester.get("contracts/").json()["results"]

    assert [row["number"] for row in listed] == [offered.number]
    answers = [requester.get(f"contracts/{case.number}/").status_code for case in hidden]
    assert answers == [404, 404, 404]


def test_a_bill_is_hidden_until_it_is_issued(requester: Caller) -> None:
    drafted, issued = BillFactory(state="draft"), BillFactory(state="issued")

    listed = requester.get("bills/").json()["results"]

    assert [row["number"] for row in listed] == [issued.number]
    assert requester.get(f"bills/{drafted.number}/").status_code == 404


def test_money_is_text_with_its_currency(requester: Caller) -> None:
    contract = ContractFactory(state="offered")

    body = requester.get(f"contracts/{contract.number}/").json()

    assert body["total"] == {"amount": "5160000", "currency": "JPY"}
    assert body["deposit_paid"] is None
    assert body["lines"][0]["unit_price"] == {"amount": "1000000", "currency": "JPY"}
    assert body["request"] == contract.request.number


def test_the_signatory_accepts_and_the_requester_has_no_such_step(
    requester: Caller, signatory: Caller, problem: Problem
) -> None:
    contract = ContractFactory(state="offered")
    address = f"contracts/{contract.number}/steps/accept/"

    refused = requester.post(address, {"signed_by": "CRUZ Maria"})
    accepted = signatory.post(address, {"signed_by": "CRUZ Maria, Undersecretary", "version": 0})
    again = signatory.post(address, {"signed_by": "CRUZ Maria, Undersecretary", "version": 0})

    assert problem(refused)["status"] == 404
    assert accepted.status_code == 200, accepted.content
    body = accepted.json()
    assert (body["case"]["state"], body["case"]["signed_by"]) == (
        "accepted",
        "CRUZ Maria, Undersecretary",
    )
    assert body["entry"]["by"] == signatory.person.actor_name
    assert problem(again)["detail"] == "Not possible while the case is “accepted”."


def test_an_offer_that_has_expired_cannot_be_accepted(signatory: Caller, problem: Problem) -> None:
    day = timezone.localdate() - timedelta(days=1)
    contract = ContractFactory(state="offered", expires_on=day)

    answer = signatory.post(
        f"contracts/{contract.number}/steps/accept/", {"signed_by": "CRUZ", "version": 0}
    )

    assert answer.status_code == 409
    assert problem(answer)["detail"].startswith("The offer expired on ")


def test_logistics_confirms_receipt(logistics: Caller) -> None:
    shipment = ShipmentFactory(state="shipped")

    answer = logistics.post(
        f"shipments/{shipment.number}/steps/receive/",
        {"received_on": str(timezone.localdate()), "received_by": "REYES Jose", "version": 0},
    )

    assert (answer.status_code, answer.json()["case"]["state"]) == (200, "received")


def test_a_shipment_that_has_not_left_cannot_be_received(
    logistics: Caller, problem: Problem
) -> None:
    shipment = ShipmentFactory(state="packed")

    answer = logistics.post(
        f"shipments/{shipment.number}/steps/receive/",
        {"received_on": str(timezone.localdate()), "received_by": "REYES Jose", "version": 0},
    )

    assert problem(answer)["detail"] == "Not possible while the case is “packed”."


# Parameters ----------------------------------------------------------------------------------

ADDRESSES = [*(f"{name}/" for name in LISTS), "openapi.json", "docs/"]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    "name", ["unknown", "format", "ordering", "nation", "request__nation", "state__in", "Q"]
)
def test_an_unknown_parameter_is_refused(
    address: str, name: str, requester: Caller, problem: Problem
) -> None:
    answer = requester.get(f"{address}?{name}=x")

    assert answer.status_code == 400
    assert [error["field"] for error in problem(answer)["errors"]] == [name]


@pytest.mark.parametrize("below", ["", "steps/", "steps/submit/"])
def test_single_rows_and_steps_know_no_parameter(
    below: str, requester: Caller, problem: Problem
) -> None:
    request = RequestFactory()
    send = requester.post if below.endswith("submit/") else requester.get

    answer = send(f"requests/{request.number}/{below}?state=draft")

    assert (answer.status_code, problem(answer)["type"]) == (
        400,
        "urn:problem-type:fms:unknown-name",
    )


@pytest.mark.parametrize(
    "query",
    [
        "state=nowhere",
        "state=",
        "q=a&q=b",
        "q=%00",
        f"q={'x' * 101}",
        "changed_since=yesterday",
        "changed_since=2026-04-01",
        "changed_since=2026-04-01T00:00:00",
        "changed_since=2026-02-30T00:00:00Z",
        "changed_since=0001-01-01T00:00:00%2B14:00",
        "changed_since=9999-12-31T23:59:59Z%00",
        "page_size=0",
        "page_size=101",
        "page_size=ten",
        "page_size=٣",
        "cursor=nonsense",
        "cursor=cD1ub3RoaW5n",
        "cursor=cD0lMDA%3D",
        "cursor=%00",
    ],
)
def test_a_parameter_that_cannot_be_used_is_refused(
    query: str, requester: Caller, problem: Problem
) -> None:
    RequestFactory()

    answer = requester.get(f"requests/?{query}")

    assert answer.status_code == 400, answer.content
    assert [error["field"] for error in problem(answer)["errors"]] == [query.partition("=")[0]]


@pytest.mark.parametrize(
    "words",
    ["'", "''", "\\", "&", "!", "(", ":*", "¨¨", "ﷺ", "%", "_", "髙", "\u3000", "&|!():*<->"],
)
def test_any_words_can_be_searched(words: str, requester: Caller) -> None:
    assert requester.get("requests/", q=words).status_code == 200
    assert requester.get("catalogue/", q=words).status_code == 200


def test_lists_are_narrowed_by_state_words_and_time(requester: Caller) -> None:
    draft: Any = RequestFactory(title="艦艇用レーダー")
    submitted: Any = RequestFactory(state="submitted", title="Spare parts")

    def numbers(**query: Any) -> list[str]:
        rows = requester.get("requests/", **query).json()["results"]
        return [row["number"] for row in rows]

    assert numbers() == [submitted.number, draft.number]
    assert numbers(state="draft") == [draft.number]
    assert numbers(state=["draft", "submitted"]) == [submitted.number, draft.number]
    assert numbers(q="艦艇用") == [draft.number]
    assert numbers(q="レーダー") == [submitted.number, draft.number]  # both ask for radars
    assert numbers(q="spare") == [submitted.number]
    assert numbers(changed_since=submitted.changed_at.isoformat()) == [submitted.number]
    assert numbers(changed_since="2100-01-01T00:00:00Z") == []


def test_what_belongs_to_a_request_or_contract_is_found_by_its_number(requester: Caller) -> None:
    contract, other = ContractFactory(state="in_execution"), ContractFactory(state="in_execution")
    bill = BillFactory(contract=contract, state="issued")
    BillFactory(contract=other, state="issued")

    by_request = requester.get("contracts/", request=contract.request.number).json()["results"]
    by_contract = requester.get("bills/", contract=contract.number).json()["results"]
    by_none = requester.get("shipments/", contract="' OR 1=1 --").json()["results"]

    assert [row["number"] for row in by_request] == [contract.number]
    assert [row["number"] for row in by_contract] == [bill.number]
    assert by_none == []


def test_a_filter_by_a_foreign_number_finds_nothing(australian: Caller) -> None:
    contract = ContractFactory(state="offered")

    answer = australian.get("contracts/", request=contract.request.number)

    assert answer.json() == {"next": None, "previous": None, "results": []}


def test_pages_follow_each_other_without_loss(requester: Caller) -> None:
    numbers = [RequestFactory(furnished=False).number for _ in range(5)]

    address, seen = "/api/v1/requests/?page_size=2", []
    while address:
        page = requester.get(address).json()
        seen += [row["number"] for row in page["results"]]
        address = page["next"]

    assert seen == numbers[::-1]


@pytest.mark.parametrize("kind", [*MAKE, "documents"])
def test_a_longer_list_asks_the_database_no_more_often(
    kind: str, requester: Caller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make = MAKE.get(kind, RequestFactory)
    queries = {
        "requests": 8,
        "indications": 6,
        "contracts": 6,
        "changes": 6,
        "requisitions": 6,
        "shipments": 5,
    }.get(kind, 4)

    for _ in range(2):
        make()
        with django_assert_num_queries(queries):
            answer = requester.get(f"{kind}/")
        make()

    assert len(answer.json()["results"]) >= 3


# Addresses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/api/v1/", "/api/v1/nothing/", "/api/v1/requests", "/api/v1/a/b"]
)
@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "options"])
def test_an_address_that_is_none_is_missing(path: str, method: str, problem: Problem) -> None:
    assert problem(getattr(Client(), method)(path))["type"] == "urn:problem-type:fms:not-found"


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
@pytest.mark.parametrize("name", LISTS)
def test_another_method_is_refused(
    name: str, method: str, requester: Caller, problem: Problem
) -> None:
    answer = getattr(Client(), method)(
        f"/api/v1/{name}/", headers={"Authorization": f"Bearer {requester.token}"}
    )

    assert problem(answer)["type"] == "urn:problem-type:fms:no-such-method"
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("name", LISTS)
def test_every_list_wants_a_token(name: str) -> None:
    assert Client().get(f"/api/v1/{name}/").status_code == 401


def test_the_catalogue_names_what_can_be_asked_for(requester: Caller) -> None:
    NationFactory()

    rows = requester.get("catalogue/", q="fps-3").json()["results"]

    assert rows == [
        {
            "catalogue_number": "JP-RAD-001",
            "name_ja": "固定式警戒管制レーダー FPS-3ME",
            "name_en": "Fixed air-surveillance radar FPS-3ME",
            "stock_number": "",
            "generic_class": "",
            "kind": "article",
            "item_class": "non_weapon",
            "unit": "EA",
            "lead_months": None,
            "lead_on": None,
        },
        {
            "catalogue_number": "JP-RAD-102",
            "name_ja": "警戒管制レーダー FPS-3ME 支援役務",
            "name_en": "Support for the FPS-3ME radar system",
            "stock_number": "",
            "generic_class": "S",
            "kind": "service",
            "item_class": "service",
            "unit": "LO",
            "lead_months": None,
            "lead_on": None,
        },
    ]
    assert requester.get("catalogue/", q="ｺﾃｲｼｷ").json()["results"] == []
    assert requester.get("catalogue/", q="固定式 れーだー").json()["results"] == rows[:1]
    assert requester.get("catalogue/", kind="training").json()["results"]
    assert requester.get("catalogue/", kind="magic").status_code == 400


def test_the_catalogue_shows_a_nation_no_article_that_a_label_keeps_from_it(
    requester: Caller,
) -> None:
    for number, label in (("JP-TST-901", "confidentiality_2"), ("JP-TST-902", "protected")):
        ArticleFactory(catalogue_number=number, handling=label, stock_number="5840301234567")

    (row,) = requester.get("catalogue/", q="5840-30").json()["results"]

    assert (row["catalogue_number"], row["stock_number"]) == ("JP-TST-901", "5840-30-123-4567")
