"""The calculators: the worked examples through the page, what does not fit, and that nothing is kept."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal.staff.prices import FIGURES
from tests.factories import person
from tests.people import enter
from workflow.models import Entry

pytestmark = pytest.mark.django_db

VEHICLES = {
    "quantity": "20",
    "unit_base": "1500000",
    "source": "P",
    "delivery_term": "4",
    "nonrecurring_unit": "12000",
}
US = {"rate_set": "us", "currency": "USD", "on": "2026-01-15", "is_packed": "on"}
PERIODS = [
    ("deposit", "", 500, 300, 0),
    ("Q1", "2027-03-15", 1500, 800, 100),
    ("Q2", "2027-06-15", 2500, 1000, 200),
    ("Q3", "2027-09-15", 2500, 700, 250),
    ("Q4", "2027-12-15", 2000, 200, 150),
    ("Q5", "2028-03-15", 1000, 0, 0),
]


def posted(rows: list[dict[str, Any]], **words: str) -> dict[str, Any]:
    counts = {"form-TOTAL_FORMS": str(len(rows)), "form-INITIAL_FORMS": "0"}
    cells = {f"form-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}
    return {**counts, **cells, **words}


def priced(*rows: dict[str, Any], role: str = "finance_officer", **words: str) -> Any:
    client = enter(Client(), person(role))
    return client.post(reverse("staff:calculator"), posted(list(rows), **US | words))


def scheduled(*rows: dict[str, Any], role: str = "finance_officer", **words: str) -> Any:
    client = enter(Client(), person(role))
    asked = posted(list(rows), **{"currency": "USD"} | words)
    return client.post(reverse("staff:schedule_calculator"), asked)


def periods() -> list[dict[str, Any]]:
    names = ("label", "due", "disbursement", "termination_liability", "holdback")
    return [{k: str(v) for k, v in zip(names, one, strict=True)} for one in PERIODS]


# Prices --------------------------------------------------------------------------------------


def test_worked_example_comes_out_to_the_last_digit() -> None:
    answer = priced(VEHICLES)

    found = answer.context["found"]
    assert (found.net, found.administration, found.total) == (
        Decimal("30540000.00"),
        Decimal("977280.00"),
        Decimal("31517280.00"),
    )
    assert "31,517,280.00" in answer.content.decode()
    names = {str(one["name"]) for one in answer.context["lines"][0]["why"]}
    assert str(FIGURES["cas.quality"]) in names


def test_waived_inspection_is_taken_off() -> None:
    found = priced(VEHICLES, waived="quality").context["found"]

    assert (found.net, found.administration) == (Decimal("30420000.00"), Decimal("973440.00"))


def test_small_case_is_topped_up_to_the_minimum_of_its_day() -> None:
    piece = {"quantity": "1", "unit_base": "200000", "source": "S"}

    found = priced(piece, on="2008-05-01").context["found"]

    assert (found.administration, found.minimum_top_up, found.total) == (
        Decimal("7600.00"),
        Decimal("7400.00"),
        Decimal("215000.00"),
    )


def test_agencys_own_set_prices_in_yen() -> None:
    piece = {"quantity": "7", "unit_base": "1234567", "source": "P"}

    found = priced(piece, rate_set="jp", currency="jpy", on="2026-11-22").context["found"]

    assert found.total == found.net + found.administration + found.minimum_top_up
    assert found.total == found.total.to_integral_value()


def test_blank_rows_are_left_out() -> None:
    blank = {"source": "P"}

    assert len(priced(blank, VEHICLES, blank).context["lines"]) == 1


@pytest.mark.parametrize(
    ("row", "words", "why"),
    [
        ({"source": "P"}, {}, "Fill in at least one line."),
        (VEHICLES | {"quantity": "0"}, {}, "greater than or equal to 1"),
        (VEHICLES | {"unit_base": ""}, {}, "This field is required."),
        (VEHICLES, {"currency": "XXZ"}, "Give the three capital letters of ISO 4217"),
        (
            VEHICLES,
            {"rate_set": "jp", "on": "1950-01-01"},
            "is in force on Jan. 1, 1950. Choose another day.",
        ),
        (VEHICLES | {"overseas_base": "99000000"}, {}, "more than the base price of the line"),
        (VEHICLES | {"delivery_term": "7", "source": "S"}, {}, "give the rate area, 1 or 2."),
        (
            VEHICLES | {"source": "S", "delivery_term": "5"},
            {"currency": "EUR"},
            "The limits of this set are in another currency",
        ),
        (VEHICLES | {"source": "Z"}, {}, "Select a valid choice."),
    ],
)
def test_what_does_not_fit_is_told_beside_its_field(
    row: dict[str, Any], words: dict[str, str], why: str
) -> None:
    answer = priced(row, **words)

    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert "found" not in answer.context


# Schedules -----------------------------------------------------------------------------------


def test_worked_example_of_a_schedule_comes_out_to_the_last_digit() -> None:
    answer = scheduled(*periods())

    found = answer.context["schedule"]
    assert [one.payment for one in found.payments] == [800, 2100, 2800, 2250, 1400, 650]
    assert [one.cumulative_paid for one in found.payments] == [800, 2900, 5700, 7950, 9350, 10000]
    assert "10,000.00" in answer.content.decode()


def test_letter_of_credit_stands_in_for_the_liability() -> None:
    found = scheduled(*periods(), letter_of_credit="on").context["schedule"]

    assert [one.payment for one in found.payments] == [500, 1600, 2600, 2550, 1900, 850]


def test_standard_curve_gives_the_liability() -> None:
    rows = [row | {"termination_liability": ""} for row in periods()]

    found = scheduled(*rows, curve="production").context["schedule"]

    assert found.payments[1].termination_liability > 0
    assert found.payments[-1].termination_liability == 0
    assert found.total == 10000


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"due": "2026-01-01"}, "This day is before the one above."),
        ({"disbursement": "1.005"}, "USD has at most 2 decimals."),
        ({"disbursement": "-1"}, "greater than or equal to 0"),
        ({"label": "Q\N{RIGHT-TO-LEFT OVERRIDE}1"}, "invisible signs"),
    ],
)
def test_period_that_does_not_fit_is_told_beside_its_field(
    change: dict[str, str], why: str
) -> None:
    rows = periods()
    rows[2] |= change

    answer = scheduled(*rows)

    assert answer.status_code == 422
    assert why in answer.content.decode()


# Both ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["calculator", "schedule_calculator"])
def test_page_is_empty_at_first_and_linked_from_the_desk(name: str) -> None:
    client = enter(Client(), person("case_manager"))

    answer = client.get(reverse(f"staff:{name}"))

    assert answer.status_code == 200
    assert 'id="found"' not in answer.content.decode()
    assert reverse("staff:calculator") in client.get(reverse("staff:desk")).content.decode()


@pytest.mark.parametrize("role", ["requester", "contractor_sales"])
def test_no_outsider_calculates(role: str) -> None:
    assert priced(VEHICLES, role=role).status_code == 403
    assert scheduled(*periods(), role=role).status_code == 403


def test_nothing_is_kept() -> None:
    before = Entry.objects.count()

    priced(VEHICLES)

    assert Entry.objects.count() == before


def test_too_many_rows_are_refused() -> None:
    answer = priced(*[VEHICLES] * 61)

    assert answer.status_code == 422
