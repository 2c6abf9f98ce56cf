"""`manage.py price`: the worked examples to the last digit, every dated rate, and what is refused."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import given
from hypothesis import strategies as st

from fms_agency.alone import SHIPPED
from tests.cases.asking import answered, by_command, refused
from tests.house.code import ROOT

D = Decimal
# Twenty vehicles, bought by contract and collected by the purchaser.
VEHICLES: dict[str, Any] = {
    "number": "001",
    "quantity": 20,
    "unit_base": "1500000",
    "source": "P",
    "procured_share": None,
    "delivery_term": "4",
    "transport_percent": None,
    "packed_by_contractor": True,
    "nonrecurring_unit": "12000",
    "accepted_on": None,
    "waived": [],
    "overseas_base": "0",
}
# One piece for 100 000 out of stock, which bears nothing but the administrative charge.
PIECE = {"number": "001", "quantity": 1, "unit_base": "100000", "source": "S"}
PIECE |= {"packed_by_contractor": True}


def case(*lines: dict[str, Any], **words: Any) -> dict[str, Any]:
    given = {"currency": "USD", "rates": "us", "case_accepted_on": "2026-01-15"}
    return given | words | {"lines": list(lines)}


def priced(*lines: dict[str, Any], **words: Any) -> dict[str, Any]:
    return answered("price", case(*lines, **words))


def line(**words: Any) -> dict[str, Any]:
    """The figures of a line that differs from the twenty vehicles."""
    (found,) = priced(VEHICLES | words)["lines"]
    return {name: value for name, value in found.items() if name != "why"}


def cas(**words: Any) -> dict[str, str]:
    found: dict[str, str] = line(**words)["cas"]
    return found


def sums(answer: dict[str, Any]) -> dict[str, str]:
    return {name: value for name, value in answer.items() if name not in {"lines", "why"}}


# Worked examples -----------------------------------------------------------------------------


def test_procurement_line_at_current_rates() -> None:
    answer = priced(VEHICLES)

    assert line() == {
        "number": "001",
        "base": "30000000.00",
        "cas": {
            "administration": "120000.00",
            "quality": "120000.00",
            "audit": "60000.00",
            "overseas": "0.00",
            "total": "300000.00",
        },
        "nonrecurring": "240000.00",
        "line_value": "30540000.00",
        "unit_value": "1527000.00",
        "packing": "0.00",
        "transport": "0.00",
        "administration": "977280.00",
    }
    assert sums(answer) == {
        "net": "30540000.00",
        "packing": "0.00",
        "administration": "977280.00",
        "minimum_top_up": "0.00",
        "transport": "0.00",
        "other": "0.00",
        "total": "31517280.00",
    }


def test_waived_inspection_is_taken_off() -> None:
    found = line(waived=["quality"])

    assert (found["cas"]["quality"], found["cas"]["total"]) == ("0.00", "180000.00")
    assert (found["line_value"], found["unit_value"]) == ("30420000.00", "1521000.00")
    assert found["administration"] == "973440.00"


def test_small_case_is_topped_up_to_the_minimum() -> None:
    answer = priced(PIECE | {"unit_base": "200000"}, case_accepted_on="2008-05-01")

    assert (answer["administration"], answer["minimum_top_up"], answer["total"]) == (
        "7600.00",
        "7400.00",
        "215000.00",
    )


@pytest.mark.parametrize(
    ("net", "top_up"), [("394736.84", "0.00"), ("394736.71", "0.01"), ("500000", "0.00")]
)
def test_minimum_ends_where_the_percentage_reaches_it(net: str, top_up: str) -> None:
    answer = priced(PIECE | {"unit_base": net}, case_accepted_on="2008-05-01")

    assert answer["minimum_top_up"] == top_up


def test_yen_has_no_decimals() -> None:
    piece = PIECE | {"quantity": 7, "unit_base": "1234567"}
    answer = priced(piece, currency="JPY", case_accepted_on="2026-01-15")

    assert (answer["net"], answer["administration"], answer["total"]) == (
        "8641969",
        "276543",
        "8918512",
    )


# Dated rates ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "administration"),
    [
        ("1977-09-30", "2000.00"),
        ("1977-10-01", "3000.00"),
        ("1999-05-31", "3000.00"),
        ("1999-06-01", "2500.00"),
        ("2006-07-31", "2500.00"),
        ("2006-08-01", "3800.00"),
        ("2012-10-31", "3800.00"),
        ("2012-11-01", "3500.00"),
        ("2018-05-31", "3500.00"),
        ("2018-06-01", "3200.00"),
        ("2018-06-02", "3200.00"),
        ("2026-01-15", "3200.00"),
    ],
)
def test_administrative_charge_of_the_day(day: str, administration: str) -> None:
    by_case = priced(PIECE, case_accepted_on=day)
    by_line = priced(PIECE | {"accepted_on": day})

    assert by_case["administration"] == by_line["administration"] == administration


@pytest.mark.parametrize(
    ("programme", "day", "administration"),
    [
        ("standard", "2006-07-31", "2500.00"),
        ("nonstandard", "2006-07-31", "5000.00"),
        ("nonstandard", "2006-08-01", "3800.00"),
        ("bpc", "2020-09-30", "3200.00"),
        ("bpc", "2020-10-01", "0.00"),
    ],
)
def test_some_programmes_have_a_charge_of_their_own(
    programme: str, day: str, administration: str
) -> None:
    answer = priced(PIECE | {"programme": programme}, case_accepted_on=day)

    assert answer["administration"] == administration


@pytest.mark.parametrize(
    ("day", "parts"),
    [
        ("2002-09-30", ("500.00", "500.00", "500.00", "0.00")),
        ("2002-10-01", ("650.00", "650.00", "200.00", "200.00")),
        ("2014-11-30", ("650.00", "650.00", "200.00", "200.00")),
        ("2014-12-01", ("500.00", "500.00", "200.00", "200.00")),
        ("2020-01-31", ("500.00", "500.00", "200.00", "200.00")),
        ("2020-02-01", ("400.00", "400.00", "200.00", "200.00")),
    ],
)
def test_contract_administration_of_the_day(day: str, parts: tuple[str, ...]) -> None:
    found = cas(quantity=1, unit_base="100000", overseas_base="100000", accepted_on=day)

    assert tuple(found[name] for name in ("administration", "quality", "audit", "overseas")) == (
        parts
    )


@pytest.mark.parametrize(
    ("day", "top_up"),
    [
        ("2006-07-31", "0.00"),
        ("2006-08-01", "11200.00"),
        ("2012-10-31", "11200.00"),
        ("2012-11-01", "0.00"),
    ],
)
def test_minimum_counts_by_the_day_of_the_case(day: str, top_up: str) -> None:
    of_2008 = PIECE | {"accepted_on": "2008-05-01"}

    assert priced(of_2008, case_accepted_on=day)["minimum_top_up"] == top_up


def test_one_case_carries_three_rates() -> None:
    days = ("2012-10-31", "2018-05-31", "2018-06-01")
    lines = [PIECE | {"number": f"00{n}", "accepted_on": day} for n, day in enumerate(days, 1)]

    answer = priced(*lines)

    assert [one["administration"] for one in answer["lines"]] == ["3800.00", "3500.00", "3200.00"]
    assert (answer["administration"], answer["total"]) == ("10500.00", "310500.00")


# Contract administration services ------------------------------------------------------------


@pytest.mark.parametrize("source", ["S", "R", "E", "F"])
def test_only_what_is_bought_by_contract_bears_them(source: str) -> None:
    assert set(cas(source=source, overseas_base="1000").values()) == {"0.00"}


@pytest.mark.parametrize(
    ("share", "total"),
    [(None, "150000.00"), ("0.1", "30000.00"), ("0", "0.00"), ("1", "300000.00")],
)
def test_mixed_line_bears_them_on_the_share_bought_by_contract(
    share: str | None, total: str
) -> None:
    assert cas(source="X", procured_share=share)["total"] == total


def test_performance_abroad_bears_more() -> None:
    assert cas(overseas_base="10000000") == {
        "administration": "120000.00",
        "quality": "120000.00",
        "audit": "60000.00",
        "overseas": "20000.00",
        "total": "320000.00",
    }


@pytest.mark.parametrize(
    ("waived", "value"),
    [
        (["administration"], "30440000.00"),
        (["quality"], "30440000.00"),
        (["audit"], "30500000.00"),
        (["overseas"], "30540000.00"),
        (["nonrecurring"], "30320000.00"),
        (["administration", "quality", "audit", "overseas", "nonrecurring"], "30000000.00"),
        ([], "30560000.00"),
    ],
)
def test_each_part_can_be_waived(waived: list[str], value: str) -> None:
    assert line(waived=waived, overseas_base="10000000")["line_value"] == value


# Packing and transport -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit_base", "packing"),
    [("100", "3.50"), ("50000", "1750.00"), ("50001", "1750.01"), ("150000", "2750.00")],
)
def test_packing_falls_above_a_limit_of_the_unit_price(unit_base: str, packing: str) -> None:
    found = line(source="S", quantity=1, unit_base=unit_base, packed_by_contractor=False)

    assert found["packing"] == packing


def test_packing_is_rounded_once_for_all_units() -> None:
    found = line(source="S", quantity=100, unit_base="33.33", packed_by_contractor=False)

    assert found["packing"] == "116.66"  # 116.655, not a hundred times 1.17


@pytest.mark.parametrize(
    ("words", "packing"),
    [
        ({"source": "S"}, "35.00"),
        ({"source": "E"}, "35.00"),
        ({"source": "F"}, "35.00"),
        ({"source": "P"}, "0.00"),
        ({"source": "X"}, "0.00"),
        ({"source": "R"}, "0.00"),
        ({"source": "P", "packed_by_contractor": False}, "35.00"),
        ({"source": "S", "packed_by_contractor": True}, "0.00"),
        ({"source": "S", "kind": "service"}, "0.00"),
    ],
)
def test_stock_is_packed_by_whoever_keeps_it(words: dict[str, Any], packing: str) -> None:
    answer = priced({"number": "001", "quantity": 1, "unit_base": "1000"} | words)

    assert answer["packing"] == packing


@pytest.mark.parametrize(
    ("words", "transport"),
    [
        ({"delivery_term": None}, "0.00"),
        ({"delivery_term": "4"}, "0.00"),
        ({"delivery_term": "3"}, "375.00"),
        ({"delivery_term": "5"}, "375.00"),
        ({"delivery_term": "8"}, "625.00"),
        ({"delivery_term": "6", "rate_area": "1"}, "1025.00"),
        ({"delivery_term": "6", "rate_area": "2"}, "1625.00"),
        ({"delivery_term": "9", "rate_area": "1"}, "1125.00"),
        ({"delivery_term": "9", "rate_area": "2"}, "1725.00"),
        ({"delivery_term": "7", "rate_area": "1"}, "1425.00"),
        ({"delivery_term": "7", "rate_area": "2"}, "2025.00"),
        ({"delivery_term": "2", "transport_percent": "5"}, "500.00"),
        ({"delivery_term": None, "transport_percent": "5"}, "500.00"),
        ({"delivery_term": "8", "transport_percent": "0"}, "0.00"),
        ({"delivery_term": "8", "kind": "service"}, "0.00"),
    ],
)
def test_transport_by_delivery_term(words: dict[str, Any], transport: str) -> None:
    assert line(quantity=1, unit_base="10000", **words)["transport"] == transport


@pytest.mark.parametrize("day", ["2018-08-14", "2018-08-15"])
@pytest.mark.parametrize(
    ("words", "transport"),
    [
        ({"delivery_term": "8"}, "12500.00"),  # 2 × (10 000 × 6.25 % + 360 000 × 1.5625 %)
        ({"transport_percent": "10"}, "20000.00"),
    ],
)
def test_transport_of_expensive_articles_falls_above_a_limit(
    words: dict[str, Any], transport: str, day: str
) -> None:
    found = line(quantity=2, unit_base="370000", accepted_on=day, **words)

    assert found["transport"] == transport


# Services, repair ----------------------------------------------------------------------------


def test_service_is_labour_travel_and_overhead() -> None:
    service = {"number": "001", "quantity": 3, "source": "S", "kind": "service"}
    parts = {"labour": "1000", "travel": "200.50", "overhead": "99.50"}

    (found,) = priced(service | parts)["lines"]

    assert (found["base"], found["line_value"], found["administration"]) == (
        "3900.00",
        "3900.00",
        "124.80",
    )
    assert found["why"][0]["rule"] == "labour, travel and overhead, times the quantity"


def test_the_agencys_own_set() -> None:
    answer = priced(
        VEHICLES | {"source": "S", "packed_by_contractor": False, "delivery_term": "8"},
        currency="JPY",
        rates="jp",
        case_accepted_on="2026-04-01",
    )

    assert sums(answer) == {
        "net": "30240000",
        "packing": "0",
        "administration": "967680",
        "minimum_top_up": "0",
        "transport": "0",
        "other": "0",
        "total": "31207680",
    }


# Rounding ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "administration"),
    [
        ({"currency": "JPY"}, "48"),
        ({"currency": "JPY", "rounding": "truncate"}, "47"),
        ({"currency": "JPY", "rounding": "agency"}, "47"),
        ({"currency": "JPY", "rates": "jp"}, "47"),
        ({"currency": "JPY", "rates": "jp", "rounding": "half_up"}, "48"),
        ({"currency": "USD"}, "47.62"),
        ({"currency": "USD", "rounding": "truncate"}, "47.61"),
        ({"currency": "USD", "rounding": "agency"}, "47.62"),
        ({"currency": "KWD", "rates": "us"}, "47.616"),
    ],
)
def test_rounding_goes_by_name_and_else_by_the_set(
    words: dict[str, Any], administration: str
) -> None:
    piece = PIECE | {"unit_base": "1488"}  # 3.2 %: 47.616

    answer = priced(piece, case_accepted_on="2026-05-01", **words)

    assert answer["administration"] == administration


def test_what_is_not_rounded_yet_is_told() -> None:
    piece = PIECE | {"quantity": 3, "unit_base": "33.333333333333"}

    (found,) = priced(piece)["lines"]

    unrounded = {why["field"]: why["unrounded"] for why in found["why"]}
    assert (found["base"], unrounded["base"]) == ("100.00", "99.999999999999")
    assert (found["unit_value"], unrounded["unit_value"]) == ("33.33", f"33.{'3' * 20}")


# Why -----------------------------------------------------------------------------------------


def test_each_figure_says_why() -> None:
    answer = priced(VEHICLES | {"source": "X", "packed_by_contractor": False, "waived": ["audit"]})

    (found,) = answer["lines"]
    why = {row["field"]: row for row in found["why"]}
    assert set(why) == {
        *(
            "base",
            "procured_share",
            "cas.administration",
            "cas.quality",
            "cas.audit",
            "cas.overseas",
        ),
        *("nonrecurring", "line_value", "unit_value", "packing", "transport", "administration"),
    }
    assert why["cas.quality"] == {
        "field": "cas.quality",
        "rule": "percentage of the share of the base price that is bought by contract (X)",
        "rate": "0.4",
        "valid_from": "2020-02-01",
        "source": "DSCA 19-43: of 1.0 % (split unverified); next review in five years",
        "unrounded": "60000",
    }
    assert why["procured_share"]["source"].startswith("DSCA 09-06: half and half")
    assert why["cas.audit"]["rule"] == "waived"
    assert [row["rate"] for row in found["why"] if row["field"] == "packing"] == ["3.5", "1"]
    assert [row["field"] for row in answer["why"]] == [*sums(answer)]


# Properties ----------------------------------------------------------------------------------


AMOUNTS = st.integers(0, 10**15).map(lambda thousandths: str(D(thousandths) / 1000))
SHARES = st.none() | st.integers(0, 1000).map(lambda thousandths: str(D(thousandths) / 1000))
DAYS = st.none() | st.dates(date(1950, 1, 1), date(2030, 12, 31)).map(date.isoformat)


@st.composite
def lines(draw: st.DrawFn) -> dict[str, Any]:
    source = draw(st.sampled_from("SPRXEF"))
    return {
        "number": draw(st.integers(1, 10**6).map(str)),
        "quantity": draw(st.integers(1, 10**5)),
        "unit_base": draw(AMOUNTS),
        "source": source,
        "kind": draw(st.sampled_from(["article", "service"])),
        "programme": draw(st.sampled_from(["standard", "nonstandard", "bpc"])),
        "procured_share": draw(SHARES) if source == "X" else None,
        "packed_by_contractor": draw(st.none() | st.booleans()),
        "delivery_term": draw(st.sampled_from(["4", "5", "8", None])),
        "transport_percent": draw(st.none() | st.integers(0, 100).map(str)),
        "nonrecurring_unit": draw(AMOUNTS),
        "waived": draw(
            st.lists(st.sampled_from(["administration", "quality", "audit", "nonrecurring"]))
        ),
        "accepted_on": draw(DAYS),
    }


CASES = st.lists(lines(), min_size=1, max_size=5, unique_by=lambda one: str(one["number"]))


@by_command
@given(CASES, DAYS)
def test_parts_add_up_to_the_total_in_whole_cents(
    given_lines: list[dict[str, Any]], day: str | None
) -> None:
    answer = priced(*given_lines, case_accepted_on=day)

    told = {name: D(value) for name, value in sums(answer).items()}
    assert sum(told.values()) == 2 * told["total"]
    for name, of_lines in (("net", "line_value"), ("administration", "administration")):
        assert told[name] == sum(D(one[of_lines]) for one in answer["lines"])
    for one in answer["lines"]:
        parts = [D(one["base"]), D(one["cas"]["total"]), D(one["nonrecurring"])]
        assert D(one["line_value"]) == sum(parts)
        assert sum(D(value) for value in one["cas"].values()) == 2 * D(one["cas"]["total"])
    assert all(
        amount >= 0 and amount == amount.quantize(D("0.01"), "ROUND_FLOOR")
        for amount in told.values()
    )


@by_command
@given(CASES, st.randoms(use_true_random=False))
def test_order_of_lines_does_not_matter(
    given_lines: list[dict[str, Any]], chance: random.Random
) -> None:
    shuffled = chance.sample(given_lines, len(given_lines))

    one, other = priced(*given_lines), priced(*shuffled)

    assert sums(one) == sums(other)
    assert sorted(one["lines"], key=str) == sorted(other["lines"], key=str)


def test_rates_of_tomorrow_do_not_move_a_price_of_today(tmp_path: Path) -> None:
    today = date(2026, 11, 27)
    tomorrow = today + timedelta(days=1)
    rows = json.loads((SHIPPED / "rates.json").read_text(encoding="utf-8"))
    in_force = [row for row in rows if "valid_to" not in row]
    changed = [row | {"valid_from": str(tomorrow), "percent": "77"} for row in in_force]
    ended = [{"valid_to": str(today)} | row for row in rows]
    (tmp_path / "rates.json").write_text(json.dumps(ended + changed), encoding="utf-8")
    line = VEHICLES | {"delivery_term": "8", "packed_by_contractor": False}

    before = answered("price", case(line, case_accepted_on=str(today)))
    after = answered("price", case(line, case_accepted_on=str(today)), reference=tmp_path)
    later = answered("price", case(line, case_accepted_on=str(tomorrow)), reference=tmp_path)

    assert before == after
    assert D(later["total"]) > 2 * D(before["total"])


# What may be left out ------------------------------------------------------------------------


def test_what_is_left_out_is_what_one_would_think() -> None:
    short = {key: VEHICLES[key] for key in ("number", "quantity", "unit_base", "source")}
    whole = VEHICLES | {"nonrecurring_unit": "0", "delivery_term": None}

    assert priced(short) == priced(whole) == priced(whole | dict.fromkeys(set(whole) - set(short)))


def test_price_of_today_where_no_day_is_given() -> None:
    assert priced(PIECE, case_accepted_on=None)["administration"] == "3200.00"


@pytest.mark.parametrize(("currency", "total"), [("USD", "101000.00"), ("AUD", "100000.00")])
def test_dollars_are_priced_by_the_us_set_and_others_by_the_agencys(
    currency: str, total: str
) -> None:
    answer = priced(
        VEHICLES | {"quantity": 1, "unit_base": "100000", "nonrecurring_unit": "0"},
        currency=currency,
        rates=None,
        case_accepted_on="2026-05-01",
    )

    assert answer["net"] == total


def test_numbers_of_json_are_read_without_a_binary_fraction() -> None:
    text = json.dumps(case(PIECE | {"unit_base": "@"})).replace('"@"', "100000.10")

    (found,) = answered("price", text)["lines"]

    assert (found["base"], found["why"][0]["unrounded"]) == ("100000.10", "100000.1")


# Refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"colour": "red"}, "lines[0].colour: not known; known are number, quantity, unit_base"),
        ({"number": None}, "lines[0].number: missing"),
        ({"number": 1}, "lines[0].number: give text"),
        ({"number": " "}, "lines[0].number: give text"),
        ({"number": "\ud800"}, "lines[0].number: give text"),
        ({"number": "1" * 201}, "lines[0].number: give at most 200 characters"),
        ({"quantity": None}, "lines[0].quantity: missing"),
        ({"quantity": 0}, "lines[0].quantity: give a whole number from 1"),
        ({"quantity": -1}, "lines[0].quantity: give a whole number from 1"),
        ({"quantity": 1.5}, "lines[0].quantity: give a whole number from 1"),
        ({"quantity": "2"}, "lines[0].quantity: give a whole number from 1"),
        ({"quantity": True}, "lines[0].quantity: give a whole number from 1"),
        ({"quantity": 10**30}, "lines[0].quantity: give a whole number from 1"),
        ({"unit_base": None}, "lines[0].unit_base: missing"),
        ({"unit_base": "-1"}, "lines[0].unit_base: give an amount in digits"),
        ({"unit_base": "NaN"}, "lines[0].unit_base: give an amount in digits"),
        ({"unit_base": "Infinity"}, "lines[0].unit_base: give an amount in digits"),
        ({"unit_base": "1e9"}, "lines[0].unit_base: give an amount in digits"),
        ({"unit_base": "1,000"}, "lines[0].unit_base: give an amount in digits"),
        ({"unit_base": "１００"}, "lines[0].unit_base: give an amount in digits"),
        ({"unit_base": "9" * 19}, "lines[0].unit_base: give an amount in digits"),
        ({"unit_base": "0." + "1" * 13}, "lines[0].unit_base: give an amount in digits"),
        ({"unit_base": ["1"]}, "lines[0].unit_base: give an amount in digits"),
        ({"unit_base": False}, "lines[0].unit_base: give an amount in digits"),
        ({"unit_base": float("nan")}, "lines[0].unit_base: give an amount in digits"),
        ({"source": "Z"}, "lines[0].source: none of S, P, R, X, E, F"),
        ({"source": None}, "lines[0].source: missing"),
        ({"source": ["P"]}, "lines[0].source: none of S, P, R, X, E, F"),
        ({"kind": "thing"}, "lines[0].kind: none of article, service"),
        ({"programme": "x"}, "lines[0].programme: none of standard, nonstandard, bpc"),
        ({"procured_share": "1.1"}, "lines[0].procured_share: give at most 1"),
        ({"procured_share": "0.5"}, "lines[0].procured_share: is 1 where the source is P"),
        (
            {"source": "S", "procured_share": "1"},
            "lines[0].procured_share: is 0 where the source is S",
        ),
        ({"overseas_base": "30000000.01"}, "lines[0].overseas_base: more than the base price"),
        ({"nonrecurring_unit": "x"}, "lines[0].nonrecurring_unit: give an amount in digits"),
        ({"waived": "quality"}, "lines[0].waived: give a list of administration, quality"),
        ({"waived": [1]}, "lines[0].waived: give a list of administration, quality"),
        ({"waived": ["everything"]}, "lines[0].waived: 'everything' is none of administration"),
        ({"packed_by_contractor": "yes"}, "lines[0].packed_by_contractor: give true or false"),
        ({"packed_by_contractor": 1}, "lines[0].packed_by_contractor: give true or false"),
        ({"delivery_term": "Z"}, "lines[0].delivery_term: none of 2, 3, 4"),
        ({"delivery_term": 4}, "lines[0].delivery_term: none of 2, 3, 4"),
        ({"delivery_term": "2"}, "lines[0].delivery_term: no percentage for 2 is known"),
        ({"delivery_term": "7"}, "lines[0].delivery_term: 7 crosses an ocean; give rate_area"),
        ({"rate_area": "3"}, "lines[0].rate_area: none of 1, 2"),
        ({"transport_percent": "101"}, "lines[0].transport_percent: give at most 100"),
        ({"accepted_on": "15.01.2026"}, "lines[0].accepted_on: give a day as 2026-11-22"),
        ({"accepted_on": "2026-02-30"}, "lines[0].accepted_on: give a day as 2026-11-22"),
        ({"accepted_on": "20260115"}, "lines[0].accepted_on: give a day as 2026-11-22"),
        ({"accepted_on": 20260115}, "lines[0].accepted_on: give a day as 2026-11-22"),
        ({"accepted_on": "1899-12-31"}, "lines[0].accepted_on: no rate cas_administration"),
        ({"labour": "1"}, "lines[0].labour: only a line of kind service is made of this"),
        (
            {"labour": "1", "kind": "service"},
            "lines[0].unit_base: is the sum of labour; give one or the other",
        ),
    ],
)
def test_wrong_value_of_a_line_is_named(words: dict[str, Any], why: str) -> None:
    assert refused("price", case(VEHICLES | words)).startswith(why)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"colour": "red"}, "colour: not known; known are method, currency"),
        ({"currency": None}, "currency: missing"),
        ({"currency": "XYZ"}, "currency: no currency; give three capital letters"),
        ({"currency": "XXX"}, "currency: no currency; give three capital letters"),
        ({"currency": "usd"}, "currency: no currency; give three capital letters"),
        ({"currency": 5}, "currency: no currency; give three capital letters"),
        ({"rates": "uk"}, "rates: none of jp, us"),
        ({"method": "guess"}, "method: none of build-up, jp-cost"),
        ({"rounding": "up"}, "rounding: none of half_up, truncate, agency"),
        ({"case_accepted_on": "soon"}, "case_accepted_on: give a day as"),
        ({"case_accepted_on": "1899-12-31"}, "case_accepted_on: no rate cas_administration"),
        ({"rates": "jp"}, "case_accepted_on: no rate cas_administration is in force on 2026-01-15"),
    ],
)
def test_wrong_value_of_a_case_is_named(words: dict[str, Any], why: str) -> None:
    assert refused("price", case(VEHICLES, **words)).startswith(why)


@pytest.mark.parametrize(
    ("given_lines", "why"),
    [
        ([], "lines: give a list with at least one object"),
        ({}, "lines: give a list with at least one object"),
        (None, "lines: missing"),
        ([VEHICLES, 5], "lines[1]: give an object"),
        ([VEHICLES, VEHICLES], "lines[1].number: 001 is given twice"),
    ],
)
def test_lines_that_are_none_are_refused(given_lines: Any, why: str) -> None:
    assert refused("price", case() | {"lines": given_lines}) == why


@pytest.mark.parametrize(
    "words",
    [
        {"packed_by_contractor": False},
        {"delivery_term": "8"},
        {"transport_percent": "5", "delivery_term": None},
    ],
)
def test_limits_in_dollars_are_not_set_beside_yen(words: dict[str, Any]) -> None:
    why = refused("price", case(VEHICLES | words, currency="JPY"))

    assert why.startswith("currency: the limit ")
    assert "USD" in why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "not JSON: "),
        ("", "not JSON: "),
        ("[" * 100_000, "not JSON: "),
        ("[]", "give one object, as {"),
        ('{"currency": "USD", "currency": "JPY"}', "currency: given twice"),
        ('{"lines": [{"quantity": 1e99999999999999999999}]}', "currency: missing"),
    ],
)
def test_what_is_no_question_is_refused(text: str, why: str) -> None:
    assert refused("price", text).startswith(why)


@pytest.mark.parametrize(
    "number", ["1e99999999999999999999", "1e400", "Infinity", "-Infinity", "NaN", "-0.5"]
)
def test_numbers_beyond_measure_are_refused_by_name(number: str) -> None:
    text = json.dumps(case(PIECE | {"unit_base": "@"})).replace('"@"', number)

    assert refused("price", text).startswith("lines[0].unit_base: give an amount in digits")


def test_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere\.json: No such file") as refusal:
        call_command("price", str(tmp_path / "nowhere.json"))

    assert refusal.value.returncode == 2
    assert "rates.json" in refused("price", case(PIECE), reference=tmp_path)


def test_text_that_is_no_utf_8_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "question.json"
    file.write_bytes(b'{"currency": "\xff"}')

    with pytest.raises(CommandError, match="not JSON: ") as refusal:
        call_command("price", str(file))

    assert refusal.value.returncode == 2


def test_rates_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    (tmp_path / "rates.json").write_text('[{"rate_set": "us"}]', encoding="utf-8")

    assert refused("price", case(PIECE), reference=tmp_path).endswith("rates.json: 'code'")


# As a program --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [({}, 0, '"total": "31517280.00"'), ({"unit_base": "x"}, 2, "lines[0].unit_base: give")],
)
def test_program_needs_no_server_and_ends_as_it_says(
    words: dict[str, Any], status: int, told: str, tmp_path: Path
) -> None:
    file = tmp_path / "question.json"
    file.write_text(json.dumps(case(VEHICLES | words)), encoding="utf-8")

    ended = subprocess.run(
        [sys.executable, ROOT / "manage.py", "price", file],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin"},
    )

    assert ended.returncode == status, ended.stderr
    assert told in ended.stdout + ended.stderr
