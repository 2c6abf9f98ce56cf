"""The first screening against the table of the transfer policy, and its own properties."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.screening import Facts, Level, Result, screen

RADAR = Facts(frozenset({"non_weapon"}), agreement_in_force=True, precedent=True)
FRIGATE = Facts(frozenset({"weapon", "service"}), agreement_in_force=True)
MISSILE = Facts(frozenset({"weapon"}), agreement_in_force=False)
AT_WAR = Facts(frozenset({"weapon"}), agreement_in_force=True, active_fighting=True)
VESTS = Facts(frozenset({"non_weapon"}), agreement_in_force=False, active_fighting=True)


@pytest.mark.parametrize(
    ("facts", "result"),
    [
        pytest.param(
            RADAR,
            Result((), ("D10", "D17"), Level.DIRECTORS),
            id="V1 radar, Philippines",
        ),
        pytest.param(
            FRIGATE,
            Result((), ("D08", "D17", "D19"), Level.NSC_FOUR_MINISTERS),
            id="V2 frigate with training, Australia",
        ),
        pytest.param(
            MISSILE,
            Result(("D04",), ("D04",), None),
            id="V3 missile, Canada before entry into force",
        ),
        pytest.param(
            AT_WAR,
            Result(("D05",), ("D05",), None),
            id="weapon to a country where fighting takes place",
        ),
        pytest.param(
            replace(AT_WAR, special_circumstances=True),
            Result((), ("D06", "D17"), Level.NSC_FOUR_MINISTERS),
            id="V5 same with written reasons",
        ),
        pytest.param(
            VESTS,
            Result((), ("D09", "D17"), Level.NSC_COMMITTEE),
            id="V6 vests to a non-agreement state under aggression",
        ),
        pytest.param(
            replace(RADAR, precedent=False),
            Result((), ("D09", "D17"), Level.NSC_COMMITTEE),
            id="without precedent the committee decides",
        ),
        pytest.param(
            replace(RADAR, item_classes=frozenset({"technology"})),
            Result((), ("D10", "D17", "D19"), Level.DIRECTORS),
            id="technology needs a permit of its own",
        ),
    ],
)
def test_transfer_is_screened_as_the_policy_says(facts: Facts, result: Result) -> None:
    assert screen(facts) == result


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"treaty_breach": True}, "D01"),
        ({"unsc_embargo": True}, "D02"),
        ({"conflict_party": True}, "D03"),
        ({"consent_clause": False}, "D12"),
    ],
)
def test_each_stop_rule_stops_even_a_radar(change: dict[str, bool], rule: str) -> None:
    assert screen(replace(RADAR, **change)) == Result((rule,), (rule,), None)


def test_all_stop_rules_that_apply_are_named() -> None:
    facts = replace(MISSILE, treaty_breach=True, unsc_embargo=True, consent_clause=False)

    assert screen(facts).stops == ("D01", "D02", "D04", "D12")


FLAGS = [name for name in Facts.__dataclass_fields__ if name != "item_classes"]
CLASSES = st.frozensets(st.sampled_from(["weapon", "non_weapon", "part", "technology", "service"]))


@given(CLASSES, st.fixed_dictionaries({name: st.booleans() for name in FLAGS}))
def test_result_either_stops_or_names_who_decides(
    classes: frozenset[str], flags: dict[str, bool]
) -> None:
    result = screen(Facts(classes, **flags))

    assert result.is_stopped == (result.level is None)
    assert len(set(result.rules)) == len(result.rules) > 0


@given(CLASSES, st.fixed_dictionaries({name: st.booleans() for name in FLAGS}))
def test_weapon_that_passes_goes_to_the_four_ministers(
    classes: frozenset[str], flags: dict[str, bool]
) -> None:
    result = screen(Facts(classes | {"weapon"}, **flags))

    assert result.level in {None, Level.NSC_FOUR_MINISTERS}
