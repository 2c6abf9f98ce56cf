"""The Japanese cost method (原価計算方式): each step to the yen, through `manage.py price`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases.asking import answered, by_command, refused

D = Decimal
LINE: dict[str, Any] = {
    "number": "001",
    "material": "120000000",
    "processing": "80000000",
    "direct": "20000000",
    "general_rate": "8.5",
    "interest_rate": "1.2",
    "profit_rate": "8",
    "variation_rate": "2",
    "variation_base": "total_cost",
    "selling_direct": "3000000",
    "tax_rate": "10",
}


def asked(*lines: dict[str, Any], **words: Any) -> dict[str, Any]:
    return {"currency": "JPY", "method": "jp-cost", "lines": list(lines)} | words


def steps(**words: Any) -> dict[str, str]:
    (found,) = answered("price", asked(LINE | words))["lines"]
    return {name: value for name, value in found.items() if name != "why"}


def test_worked_example_step_by_step() -> None:
    assert steps() == {
        "number": "001",
        "material": "120000000",
        "processing": "80000000",
        "direct": "20000000",
        "manufacturing_cost": "220000000",
        "general": "18700000",
        "total_cost": "238700000",
        "interest": "2864400",
        "profit": "19096000",
        "variation": "4774000",
        "selling_direct": "3000000",
        "price": "268434400",
        "tax": "26843440",
    }


def test_sums_of_the_case() -> None:
    answer = answered("price", asked(LINE, LINE | {"number": "002"}))

    assert {name: answer[name] for name in ("price", "tax", "total")} == {
        "price": "536868800",
        "tax": "53686880",
        "total": "590555680",
    }


def test_each_step_is_truncated_before_the_next() -> None:
    found = steps(
        material="1000.9", processing="0", direct="0", selling_direct="0", general_rate="9.99"
    )

    assert found == {
        "number": "001",
        "material": "1000",
        "processing": "0",
        "direct": "0",
        "manufacturing_cost": "1000",
        "general": "99",  # 99.9
        "total_cost": "1099",
        "interest": "13",  # 13.188
        "profit": "87",  # 87.92
        "variation": "21",  # 21.98
        "selling_direct": "0",
        "price": "1220",
        "tax": "122",
    }


@pytest.mark.parametrize(
    ("base", "variation"),
    [("total_cost", "4774000"), ("manufacturing_cost", "4400000"), (None, "4774000")],
)
def test_variation_is_a_percentage_of_the_cost_named(base: str | None, variation: str) -> None:
    assert steps(variation_base=base)["variation"] == variation


def test_processing_is_hours_times_what_one_costs() -> None:
    found = steps(processing=None, hours="12345.5", hourly_rate="6480.1")

    assert found["processing"] == "80000074"  # 80 000 074.55


def test_what_is_left_out_is_nothing() -> None:
    whole = LINE | dict.fromkeys(("direct", "selling_direct", "variation_rate", "tax_rate"), "0")
    short = {key: value for key, value in whole.items() if value != "0"}
    del short["variation_base"]

    assert answered("price", asked(short)) == answered("price", asked(whole))


def test_each_step_says_why() -> None:
    (found,) = answered("price", asked(LINE))["lines"]

    why = {row["field"]: row for row in found["why"]}
    assert [*why] == [name for name in found if name not in {"number", "why"}]
    assert why["profit"] == {
        "field": "profit",
        "rule": "利益: 総原価 × P率",
        "rate": "8",
        "valid_from": None,
        "source": "昭和37年防衛庁訓令第35号; 防経装第8927号 (25.6.26)",
        "unrounded": "19096000",
    }


YEN = st.integers(0, 10**15).map(str)
PERCENT = st.integers(0, 10**6).map(lambda parts: f"{D(parts) / 10**4:f}")


@by_command
@given(
    st.fixed_dictionaries(
        dict.fromkeys(("material", "processing", "direct", "selling_direct"), YEN)
        | {f"{name}_rate": PERCENT for name in ("general", "interest", "profit", "variation")}
    )
)
def test_steps_make_up_the_price_in_whole_yen(words: dict[str, str]) -> None:
    found = {name: int(value) for name, value in steps(**words).items() if name != "number"}

    made = found["material"] + found["processing"] + found["direct"]
    assert found["manufacturing_cost"] == made
    assert found["total_cost"] == made + found["general"]
    parts = ("total_cost", "interest", "profit", "variation", "selling_direct")
    assert found["price"] == sum(found[part] for part in parts)
    for part, of in (("general", "manufacturing_cost"), ("profit", "total_cost")):
        exact = found[of] * D(words[f"{part}_rate"]) / 100
        assert 0 <= exact - found[part] < 1


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"colour": "red"}, "lines[0].colour: not known; known are number, material"),
        ({"quantity": 1}, "lines[0].quantity: not known"),
        ({"number": None}, "lines[0].number: missing"),
        ({"material": None}, "lines[0].material: missing"),
        ({"processing": None}, "lines[0].processing: missing"),
        ({"hours": "1"}, "lines[0].processing: is hours times hourly_rate; give one"),
        ({"processing": None, "hours": "1"}, "lines[0].hourly_rate: missing"),
        ({"processing": None, "hourly_rate": "1"}, "lines[0].hours: missing"),
        ({"general_rate": None}, "lines[0].general_rate: missing"),
        ({"profit_rate": "100.1"}, "lines[0].profit_rate: give at most 100"),
        ({"profit_rate": "-1"}, "lines[0].profit_rate: give an amount in digits"),
        ({"variation_base": "price"}, "lines[0].variation_base: none of total_cost"),
        ({"tax_rate": "ten"}, "lines[0].tax_rate: give an amount in digits"),
    ],
)
def test_wrong_value_of_a_line_is_named(words: dict[str, Any], why: str) -> None:
    assert refused("price", asked(LINE | words)).startswith(why)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"currency": "USD"}, "currency: the cost method is in yen; give JPY"),
        ({"currency": None}, "currency: missing"),
        ({"rates": "jp"}, "rates: not known; known are method, currency, lines"),
        ({"lines": []}, "lines: give a list with at least one object"),
        ({"lines": [LINE, LINE]}, "lines[1].number: 001 is given twice"),
    ],
)
def test_wrong_value_of_a_case_is_named(words: dict[str, Any], why: str) -> None:
    assert refused("price", asked(LINE) | words) == why
