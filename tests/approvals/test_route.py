"""The table of routes, cell by cell, as the command tells it; bad input is named and refused."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

AMOUNTS = {
    "< 5 m": 4_999_999,
    "5 m": 5_000_000,
    "100 m": 100_000_000,
    "1 bn": 10**9,
    "10 bn": 10**10,
}
# Matter × amount → who decides, and whether the ministry is consulted; None where nobody does.
TABLE: dict[str, list[tuple[str | None, str | None, bool]]] = {
    "subcontract_award": [
        ("office_chief", "contracts", False),
        ("director", "contracts", False),
        ("department_head", "contracts", False),
        ("executive_director", "executive", False),
        ("president", "executive", True),
    ],
    "foreign_offer": [
        (None, None, False),
        ("department_head", "cases", False),
        ("executive_director", "executive", False),
        ("president", "executive", False),
        ("president", "executive", True),
    ],
    "amendment": [
        ("director", "cases", False),
        ("director", "cases", False),
        ("department_head", "cases", False),
        ("executive_director", "executive", False),
        ("president", "executive", False),
    ],
    "bill_or_refund": [
        ("director", "finance", False),
        ("department_head", "finance", False),
        ("department_head", "finance", False),
        ("executive_director", "executive", False),
        ("president", "executive", False),
    ],
    "price_and_availability": [
        ("director", "cases", False),
        ("director", "cases", False),
        ("department_head", "cases", False),
        ("executive_director", "executive", False),
        ("president", "executive", False),
    ],
    "negative_answer": [("executive_director", "executive", True)] * 5,
    "retransfer_consent": [("president", "executive", True)] * 5,
}
CELLS = [
    pytest.param(matter, amount, *cell, id=f"{matter} {name}")
    for matter, row in TABLE.items()
    for (name, amount), cell in zip(AMOUNTS.items(), row, strict=True)
]


IN_FORCE = (
    "In force since 2026-04-01. Source: default table of approval routes: from ¥1 bn; "
    "concurrence by finance, legal, export control, information security and quality."
)
MATTERS = (
    "matter: none of amendment, bill_or_refund, foreign_offer, negative_answer, "
    "price_and_availability, reference_change, retransfer_consent, subcontract_award, transfer_review, waiver"
)


def asked(monkeypatch: pytest.MonkeyPatch, **words: Any) -> dict[str, Any]:
    given = {"matter": "subcontract_award", "amount": "1200000000", "currency": "JPY"}
    given |= {"on": "2026-11-22"} | words
    monkeypatch.setattr("sys.stdin", StringIO(json.dumps(given)))
    out = StringIO()
    call_command("route", "-", stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


@pytest.mark.parametrize(("matter", "amount", "rank", "unit", "ministry"), CELLS)
def test_each_cell_of_the_table(
    monkeypatch: pytest.MonkeyPatch,
    matter: str,
    amount: int,
    rank: str | None,
    unit: str | None,
    ministry: bool,
) -> None:
    answer = asked(monkeypatch, matter=matter, amount=str(amount))

    decisions = [(s["rank"], s["unit"]) for s in answer["steps"] if s["kind"] == "decision"]
    assert (answer["decider"], answer["consult_ministry"]) == (rank, ministry)
    assert decisions == ([(rank, unit)] if rank else [])


def test_answer_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(monkeypatch) == {
        "steps": [
            {"kind": "line", "rank": "director", "unit": "contracts", "group": 1},
            {"kind": "line", "rank": "department_head", "unit": "contracts", "group": 2},
            {"kind": "concurrence", "rank": "director", "unit": "finance", "group": 3},
            {"kind": "concurrence", "rank": "director", "unit": "legal", "group": 3},
            {"kind": "concurrence", "rank": "director", "unit": "export_control", "group": 3},
            {"kind": "concurrence", "rank": "director", "unit": "security", "group": 3},
            {"kind": "concurrence", "rank": "director", "unit": "quality", "group": 3},
            {
                "kind": "examination",
                "rank": "department_head",
                "unit": "contract_review_board",
                "group": 4,
            },
            {"kind": "decision", "rank": "executive_director", "unit": "executive", "group": 5},
            {"kind": "circulation", "rank": "executive_director", "unit": "audit", "group": 6},
        ],
        "decider": "executive_director",
        "consult_ministry": False,
        "why": [
            "¥1,200,000,000 reaches the row from ¥1,000,000,000 on.",
            "The next row begins at ¥10,000,000,000.",
            IN_FORCE,
        ],
    }


@pytest.mark.parametrize("amount", AMOUNTS.values())
@pytest.mark.parametrize("matter", ["subcontract_award", "amendment", "retransfer_consent"])
def test_other_units_are_always_consulted(
    monkeypatch: pytest.MonkeyPatch, matter: str, amount: int
) -> None:
    answer = asked(monkeypatch, matter=matter, amount=str(amount))

    heard = {step["unit"] for step in answer["steps"]}
    assert heard >= {"finance", "legal", "export_control", "security"}


@pytest.mark.parametrize(
    "matter", ["subcontract_award", "foreign_offer", "amendment", "bill_or_refund"]
)
def test_auditors_read_from_a_billion_on(monkeypatch: pytest.MonkeyPatch, matter: str) -> None:
    def readers(amount: int) -> list[str]:
        steps = asked(monkeypatch, matter=matter, amount=str(amount))["steps"]
        return [step["unit"] for step in steps if step["kind"] == "circulation"]

    assert readers(10**9 - 1) == []
    assert readers(10**9) == ["audit"]
    assert readers(10**10) == ["audit"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"amount": "12,000"}, "amount: give yen in digits, as 1200000000"),
        ({"amount": "1e9"}, "amount: give yen in digits, as 1200000000"),
        ({"amount": "-1"}, "amount: give yen in digits, as 1200000000"),
        ({"amount": 5}, "amount: give yen in digits, as 1200000000"),
        ({"currency": "USD"}, "currency: routes are in yen; give JPY"),
        ({"on": "22.11.2026"}, "on: give a day as 2026-11-22"),
        ({"matter": "party"}, MATTERS),
        (
            {"colour": "red"},
            "colour: not known; known are matter, amount, currency, on, nation, label",
        ),
        ({"nation": "ph"}, "nation: give two capital letters, as PH"),
        ({"label": "loud"}, "label: not a handling label"),
    ],
)
def test_bad_input_is_named(
    monkeypatch: pytest.MonkeyPatch, words: dict[str, Any], why: str
) -> None:
    with pytest.raises(CommandError) as refusal:
        asked(monkeypatch, **words)

    assert (str(refusal.value), refusal.value.returncode) == (why, 2)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "not JSON: "),
        ("[]", "give one object, as {"),
        ('{"matter": "amendment"}', "amount: missing"),
    ],
)
def test_what_is_no_question_is_refused(
    monkeypatch: pytest.MonkeyPatch, text: str, why: str
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(text))

    with pytest.raises(CommandError) as refusal:
        call_command("route", "-")

    assert str(refusal.value).startswith(why)
