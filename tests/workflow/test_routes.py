"""Which way a matter takes, by rows that are plain values: for a nation, a label, or all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.approvals import (
    RANKS,
    Kind,
    RouteRow,
    RouteStep,
    Standing,
    arriving,
    awaits_decision,
    changes,
    find_route,
    is_settled,
    needs_resolution,
    passed_by,
    read_steps,
    why_not_steps,
)

DAY = date(2026, 11, 22)
DECISION = RouteStep(Kind.DECISION, "cases", "director", 1)
FOR_ALL = RouteRow(
    matter="offer",
    from_amount=Decimal(0),
    steps=(DECISION,),
    consult_ministry=False,
    valid_from=date(2026, 4, 1),
    valid_to=None,
    source="memo 1",
)
PRESIDENT = (RouteStep(Kind.DECISION, "executive", "president", 1),)
FOR_PH = replace(FOR_ALL, nation="PH", steps=PRESIDENT)
FOR_LABEL = replace(FOR_ALL, label="handle_with_care", steps=PRESIDENT, consult_ministry=True)


def found(*rows: RouteRow, **asked: Any) -> Any:
    words = {"matter": "offer", "amount": Decimal(5), "on": DAY} | asked
    return find_route(rows, **words)


def decider(*rows: RouteRow, **asked: Any) -> str:
    step = found(*rows, **asked).decider
    return step.rank if step else ""


def test_row_of_the_nation_goes_before_the_row_for_all() -> None:
    assert decider(FOR_ALL, FOR_PH, nation="PH") == "president"
    assert decider(FOR_ALL, FOR_PH, nation="AU") == "director"
    why = [str(one) for one in found(FOR_ALL, FOR_PH, nation="PH").why]
    assert "The row is for the nation PH." in why


def test_row_of_the_label_goes_before_that_of_the_nation() -> None:
    cheap = replace(FOR_PH, steps=(DECISION,))
    route = found(FOR_ALL, cheap, FOR_LABEL, nation="PH", label="handle_with_care")

    why = [str(one) for one in route.why]
    assert route.decider == PRESIDENT[0]
    assert "The row is for the handling label handle_with_care." in why
    assert "The competent ministry is consulted." in why


def test_row_that_has_ended_or_not_begun_counts_not() -> None:
    ended = replace(FOR_ALL, valid_to=date(2026, 11, 21))
    to_come = replace(FOR_ALL, valid_from=date(2026, 11, 23))

    assert found(ended, to_come).steps == ()
    assert str(found(ended).why[0]) == "No route for offer is in force on 2026-11-22."


def test_amount_below_every_row_is_told_where_routes_begin() -> None:
    high = replace(FOR_ALL, from_amount=Decimal(5_000_000))

    assert str(found(high).why[0]) == (
        "Nobody has authority over offer of ¥5: routes begin at ¥5,000,000."
    )


@given(
    amounts=st.lists(st.integers(0, 10**12), min_size=1, unique=True),
    asked=st.integers(0, 10**12),
)
def test_highest_row_that_is_reached_counts(amounts: list[int], asked: int) -> None:
    rows = [replace(FOR_ALL, from_amount=Decimal(amount)) for amount in amounts]

    route = found(*rows, amount=Decimal(asked))

    reached = [amount for amount in amounts if amount <= asked]
    assert (route.row.from_amount if route.row else None) == max(reached, default=None)


@pytest.mark.parametrize(
    ("given_steps", "why"),
    [
        ("decision", "Give the steps as a list."),
        ([{"kind": "decision"}], "step 1: give kind, unit, rank and group, and nothing else."),
        (["decision"], "step 1: give kind, unit, rank and group, and nothing else."),
        (
            [{"kind": "decision", "unit": "cases", "rank": "director", "group": True}],
            "step 1: group is a whole number from 1 on.",
        ),
        (
            [{"kind": "vote", "unit": "cases", "rank": "director", "group": 1}],
            "step 1: kind is one of line, ",
        ),
        (
            [{"kind": "decision", "unit": "cases", "rank": "king", "group": 1}],
            "step 1: rank is one of office_chief, ",
        ),
        (
            [{"kind": "decision", "unit": "", "rank": "director", "group": 1}],
            "step 1: name a unit.",
        ),
    ],
)
def test_steps_that_cannot_be_read_are_named(given_steps: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_steps(given_steps)


def test_examination_of_a_higher_board_makes_a_route() -> None:
    board = RouteStep(Kind.EXAMINATION, "board", "executive_director", 1)
    decision = RouteStep(Kind.DECISION, "cases", "department_head", 2)
    circulation = RouteStep(Kind.CIRCULATION, "audit", "executive_director", 3)

    assert why_not_steps([board, decision, circulation]) == ""


# A file on its way, without a file -----------------------------------------------------------


def stop(kind: Kind, rank: str, group: int, standing: Standing = Standing.NOT_ARRIVED) -> Any:
    return SimpleNamespace(kind=kind, rank=rank, group=group, standing=standing)


def test_circulation_is_reached_after_the_decision() -> None:
    decision, reader = stop(Kind.DECISION, "director", 1), stop(Kind.CIRCULATION, "president", 2)

    assert arriving([decision, reader]) == [decision]
    decision.standing = Standing.APPROVED
    assert arriving([decision, reader]) == [reader]
    reader.standing = Standing.READ
    assert arriving([decision, reader]) == []


def test_nobody_passes_another_unit_by() -> None:
    lower, unit = stop(Kind.LINE, "director", 1), stop(Kind.CONCURRENCE, "director", 2)
    decision = stop(Kind.DECISION, "president", 3)

    assert passed_by([lower, unit, decision], decision) == []
    unit.standing = Standing.APPROVED
    assert passed_by([lower, unit, decision], decision) == [lower]
    assert passed_by([lower, unit, decision], unit) == []


@given(st.data())
def test_any_order_of_acts_comes_to_the_decision_once(data: st.DataObject) -> None:
    """Whatever is signed, disagreed or passed over: the decision arrives last, and only once."""
    groups = data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=5))
    steps = [
        stop(Kind.CONCURRENCE if count > 1 else Kind.LINE, RANKS[0], place)
        for place, count in enumerate(groups, start=1)
        for _ in range(count)
    ]
    decision = stop(Kind.DECISION, "president", len(groups) + 1)
    way = [*steps, decision]
    words = [Standing.APPROVED, Standing.CONDITIONAL, Standing.DISAGREED, Standing.PASSED_OVER]
    for _ in range(len(way) + 1):
        for one in arriving(way):
            one.standing = Standing.ARRIVED
        here = [one for one in way if one.standing == Standing.ARRIVED]
        if decision in here:
            break
        data.draw(st.sampled_from(here)).standing = data.draw(st.sampled_from(words))

    assert awaits_decision(way)
    assert all(is_settled(one) for one in steps)
    assert needs_resolution(way) == any(one.standing == Standing.DISAGREED for one in steps)


# What has changed ----------------------------------------------------------------------------


def test_changes_are_told_field_by_field() -> None:
    before = {"lines": {"1": {"price": "5"}}, "rates": ["a"], "gone": 1}
    after = {"lines": {"1": {"price": "6"}}, "rates": ["a", "b"]}

    assert [change.plain() for change in changes(before, after)] == [
        {"field": "gone", "from": 1, "to": None},
        {"field": "lines.1.price", "from": "5", "to": "6"},
        {"field": "rates.2", "from": None, "to": "b"},
    ]


PLAIN = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.dictionaries(st.text(min_size=1, max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(content=st.dictionaries(st.text(min_size=1, max_size=3), PLAIN, max_size=4))
def test_content_does_not_differ_from_itself(content: dict[str, Any]) -> None:
    assert changes(content, content) == []


DIRECTOR = RouteStep(Kind.LINE, "cases", "director", 1)
HEAD = RouteStep(Kind.DECISION, "cases", "department_head", 2)


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ([DIRECTOR, HEAD], ""),
        ([DIRECTOR], "Exactly one step decides. Give one decision."),
        ([HEAD, replace(HEAD, unit="finance")], "Exactly one step decides. Give one decision."),
        (
            [DIRECTOR, DIRECTOR, HEAD],
            "A post acts once. Take out the step that stands there twice.",
        ),
        (
            [replace(DIRECTOR, group=3), HEAD],
            "Everything but circulation comes before the decision, circulation after it.",
        ),
        (
            [HEAD, RouteStep(Kind.CIRCULATION, "audit", "director", 1)],
            "Everything but circulation comes before the decision, circulation after it.",
        ),
        (
            [replace(DIRECTOR, rank="president"), HEAD],
            "Nobody in the line stands above whoever decides.",
        ),
    ],
)
def test_steps_that_make_no_route_are_told_why(steps: list[RouteStep], why: str) -> None:
    assert why_not_steps(steps) == why
