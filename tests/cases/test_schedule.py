"""What is paid when, through `manage.py schedule`: the worked examples, then what must always hold."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases.asking import answered, by_command, refused

D = Decimal
# Ten million, in thousands: deposit and five quarters.
FORECAST = [
    ("deposit", None, "500", "300", "0"),
    ("Q1", "2027-03-15", "1500", "800", "100"),
    ("Q2", "2027-06-15", "2500", "1000", "200"),
    ("Q3", "2027-09-15", "2500", "700", "250"),
    ("Q4", "2027-12-15", "2000", "200", "150"),
    ("Q5", "2028-03-15", "1000", "0", "0"),
]
KEYS = ("label", "due", "disbursement", "termination_liability", "holdback")
PERIODS: list[dict[str, Any]] = [dict(zip(KEYS, row, strict=True)) for row in FORECAST]


def asked(*periods: dict[str, Any], **words: Any) -> dict[str, Any]:
    return {"currency": "USD", "letter_of_credit": False, "periods": list(periods)} | words


def column(answer: dict[str, Any], name: str) -> list[int]:
    return [int(D(one[name])) for one in answer["periods"]]


def test_worked_example() -> None:
    answer = answered("schedule", asked(*PERIODS))

    assert column(answer, "cumulative_disbursement") == [500, 2000, 4500, 7000, 9000, 10000]
    assert column(answer, "cumulative_requirement") == [800, 2900, 5700, 7950, 9350, 10000]
    assert column(answer, "payment") == [800, 2100, 2800, 2250, 1400, 650]
    assert column(answer, "cumulative_paid") == [800, 2900, 5700, 7950, 9350, 10000]
    assert answer["check"] == {
        "payments": "10000.00",
        "disbursements": "10000.00",
        "adds_up": True,
    }
    assert answer["periods"][1] == {
        "label": "Q1",
        "due": "2027-03-15",
        "disbursement": "1500.00",
        "cumulative_disbursement": "2000.00",
        "termination_liability": "800.00",
        "holdback": "100.00",
        "cumulative_requirement": "2900.00",
        "payment": "2100.00",
        "cumulative_paid": "2900.00",
    }
    assert answer["periods"][0]["due"] is None


def test_letter_of_credit_stands_in_for_the_liability() -> None:
    answer = answered("schedule", asked(*PERIODS, letter_of_credit=True))

    assert column(answer, "cumulative_requirement") == [500, 2100, 4700, 7250, 9150, 10000]
    assert column(answer, "payment") == [500, 1600, 2600, 2550, 1900, 850]
    assert column(answer, "termination_liability") == [0] * 6


def test_nothing_is_paid_back_while_the_requirement_falls() -> None:
    falling = [PERIODS[0] | {"termination_liability": "3000"}, PERIODS[1], PERIODS[2]]

    answer = answered("schedule", asked(*falling))

    assert column(answer, "payment") == [3500, 0, 2200]


def test_standard_curve_gives_the_liability_of_the_worked_example() -> None:
    without = [one | {"termination_liability": None} for one in PERIODS]

    by_curve = answered("schedule", asked(*without, liability_curve="production"))

    assert by_curve == answered("schedule", asked(*PERIODS))


def test_curve_is_straight_between_its_points() -> None:
    spent = [{"label": str(n), "disbursement": "1000"} for n in range(8)]

    answer = answered("schedule", asked(*spent, liability_curve="production"))

    # 12.5, 25, 37.5 … per cent spent of 8 000
    assert column(answer, "termination_liability") == [440, 672, 752, 752, 632, 460, 210, 0]


def test_where_nothing_is_spent_nothing_is_owed() -> None:
    answer = answered(
        "schedule", asked({"label": "-", "disbursement": "0"}, liability_curve="production")
    )

    assert answer["check"] == {"payments": "0.00", "disbursements": "0.00", "adds_up": True}


def test_what_is_left_out_is_nothing() -> None:
    short = {"currency": "JPY", "periods": [{"label": "deposit", "disbursement": 500}]}
    whole = PERIODS[0] | {"termination_liability": "0"}

    assert answered("schedule", short) == answered("schedule", asked(whole, currency="JPY"))


CENTS = st.integers(0, 10**14).map(lambda cents: str(D(cents) / 100))
FORECASTS = st.lists(
    st.fixed_dictionaries(
        {"label": st.just("-"), **dict.fromkeys(KEYS[2:], CENTS)},
    ),
    min_size=1,
    max_size=8,
)


@by_command
@given(FORECASTS, st.booleans())
def test_payments_add_up_and_run_ahead(periods: list[dict[str, Any]], letter: bool) -> None:
    answer = answered("schedule", asked(*periods, letter_of_credit=letter))

    paid = D(0)
    for one in answer["periods"]:
        paid += D(one["payment"])
        assert D(one["payment"]) >= 0
        assert D(one["cumulative_paid"]) == paid >= D(one["cumulative_requirement"])
    assert (D(answer["check"]["payments"]), answer["check"]["adds_up"]) == (paid, True)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"colour": "red"}, "periods[0].colour: not known; known are label, due"),
        ({"label": None}, "periods[0].label: missing"),
        ({"label": 1}, "periods[0].label: give text"),
        ({"due": "15 March"}, "periods[0].due: give a day as 2026-11-22"),
        ({"due": "2027-03-16"}, "periods[1].due: comes before 2027-03-16"),
        ({"disbursement": None}, "periods[0].disbursement: missing"),
        ({"disbursement": "-1"}, "periods[0].disbursement: give an amount in digits"),
        ({"disbursement": "0.001"}, "periods[0].disbursement: USD has 2 decimals"),
        ({"holdback": "NaN"}, "periods[0].holdback: give an amount in digits"),
    ],
)
def test_wrong_value_of_a_period_is_named(words: dict[str, Any], why: str) -> None:
    question = asked(PERIODS[0] | words, PERIODS[1])

    assert refused("schedule", question).startswith(why)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"colour": "red"}, "colour: not known; known are currency, letter_of_credit"),
        ({"currency": "XYZ"}, "currency: no currency; give three capital letters"),
        ({"letter_of_credit": "no"}, "letter_of_credit: give true or false"),
        ({"liability_curve": "steep"}, "liability_curve: none of production"),
        ({"liability_curve": "production", "on": "2026-03-31"}, "liability_curve: none of "),
        ({"liability_curve": "production"}, "periods[0].termination_liability: comes from"),
        ({"periods": []}, "periods: give a list with at least one object"),
    ],
)
def test_wrong_value_of_a_schedule_is_named(words: dict[str, Any], why: str) -> None:
    assert refused("schedule", asked(*PERIODS) | words).startswith(why)


@pytest.mark.parametrize("points", [[], [["0", "0"]], [["0", "0"], ["50", "1"]]])
def test_curve_goes_from_nothing_to_everything_spent(points: list[Any], tmp_path: Path) -> None:
    row = {"curve": "odd", "points": points, "valid_from": "2026-04-01", "source": "test"}
    (tmp_path / "liability_curves.json").write_text(json.dumps([row]), encoding="utf-8")

    why = refused("schedule", asked(*PERIODS), reference=tmp_path)

    assert why.endswith("curve odd: points go up from 0 to 100 per cent spent")


def test_curve_that_has_ended_counts_no_longer(tmp_path: Path) -> None:
    row = {"curve": "old", "points": [["0", "0"], ["100", "0"]], "source": "test"}
    days = {"valid_from": "2026-04-01", "valid_to": "2027-03-31"}
    (tmp_path / "liability_curves.json").write_text(json.dumps([row | days]), encoding="utf-8")
    question = asked({"label": "-", "disbursement": "1"}, liability_curve="old")

    answered("schedule", question | {"on": "2027-03-31"}, reference=tmp_path)

    assert refused("schedule", question | {"on": "2027-04-01"}, reference=tmp_path).startswith(
        "liability_curve: none of"
    )
