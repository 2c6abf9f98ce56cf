"""Changes of a contract: which paper it takes, what it costs, and what the contract says afterwards."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, ProgrammingError

from cases import content, papers
from cases.adviser import Answers, Paper, advise
from cases.models import Change, Contract, Rate, Version
from documents.models import Document
from exports.models import TransferReview
from tests.factories import (
    CHARGE,
    DEPOSIT,
    MORE,
    MORE_CHARGE,
    NET,
    TOTAL,
    ChangeFactory,
    ContractFactory,
    ShipmentFactory,
    SubcontractFactory,
    open_approval,
    person,
)
from workflow.follow_ups import run_entry
from workflow.forms import form_for
from workflow.steps import NotOpen, steps_of, take

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
DAY = date(2026, 11, 22)
LATER = date(2027, 3, 31)
NO = {"major_equipment": False, "purpose_changes": False, "nation_must_agree": False}


@pytest.fixture
def noon() -> Any:
    with time_machine.travel("2026-11-22T12:00:00+09:00", tick=False):
        yield


def opened(contract: Any, kind: str, **answers: bool) -> Any:
    given = {
        **NO,
        **answers,
        "kind_of_change": kind,
        "departure": "",
        "purpose": "One radar more.",
    }
    return take(contract, "open_change", by=person("case_manager"), **given).opened[0]


def filled_in(case: Any, step: str, by: Any, **data: Any) -> Any:
    return form_for(case, steps_of(type(case))[step], by, data)


def errors_of(case: Any, step: str, **data: Any) -> dict[str, list[str]]:
    form = filled_in(case, step, person("case_manager"), **data)
    form.is_valid()
    return {name: list(found) for name, found in form.errors.items()}


def written(change: Any, *lines: dict[str, Any]) -> Any:
    """Lines written as a person writes them."""
    manager = person("case_manager")
    form = filled_in(change, "write", manager, lines=list(lines), purpose="One radar more.")
    assert form.is_valid(), form.errors
    take(change, "write", by=manager, **form.cleaned_data)
    return Change.objects.get(pk=change.pk)


def line(number: int | str, article: str, quantity: int, price: str, basis: str = "quote 7") -> Any:
    return {
        "number": number,
        "article": article,
        "quantity": quantity,
        "unit_price": price,
        "basis": basis,
    }


MOBILE = "JP-RAD-002"
ADDED = line("", MOBILE, 1, "2000000")


# The adviser ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "paper"),
    [
        ({"is_signed": False, "major_equipment": True}, Paper.RESTATEMENT),
        ({"major_equipment": True, "purpose_changes": True}, Paper.NEW_CONTRACT),
        ({"purpose_changes": True}, Paper.AMENDMENT),
        ({"nation_must_agree": True}, Paper.AMENDMENT),
        ({}, Paper.MODIFICATION),
    ],
)
def test_first_answer_that_settles_it_names_the_paper(
    answers: dict[str, bool], paper: Paper
) -> None:
    assert advise(Answers(**{"is_signed": True, **NO, **answers})).paper is paper


def test_other_paper_than_advised_needs_a_reason() -> None:
    contract = ContractFactory(state="in_execution")
    given = {"nation_must_agree": "on", "kind_of_change": "modification", "purpose": "More."}

    without = errors_of(contract, "open_change", **given)

    assert without == {
        "departure": [
            (
                "Your answers ask for another paper (amendment): The nation asks for it or has to "
                "agree to it: the nation signs. Choose it, or say why not."
            )
        ]
    }
    assert errors_of(contract, "open_change", **given, departure="Agreed by letter.") == {}


@pytest.mark.parametrize(
    ("state", "kinds"),
    [
        ("in_execution", ["amendment", "modification"]),
        ("offered", ["restatement"]),
        ("lapsed", ["restatement"]),
    ],
)
def test_papers_to_choose_from_fit_the_contract(state: str, kinds: list[str]) -> None:
    form = filled_in(ContractFactory(state=state), "open_change", person("case_manager"))

    choices = [value for value, _label in form.fields["kind_of_change"].choices if value]

    assert choices == kinds


def test_paper_that_was_not_chosen_is_no_advice_yet() -> None:
    contract = ContractFactory(state="in_execution")

    assert errors_of(contract, "open_change", purpose="More.") == {
        "kind_of_change": ["This is needed: choose one."]
    }


# Drafting ------------------------------------------------------------------------------------


def test_change_keeps_answers_advice_and_number() -> None:
    contract = ContractFactory(state="in_execution")

    first = opened(contract, "amendment", nation_must_agree=True)
    take(first, "withdraw", by=person("case_manager"), reason="Too early.")
    second = opened(contract, "amendment", purpose_changes=True)

    assert [(c.code, c.state) for c in (Change.objects.get(pk=first.pk), second)] == [
        ("A1", "withdrawn"),
        ("A2", "draft"),
    ]
    assert second.advice == {**NO, "purpose_changes": True, "paper": "amendment", "departure": ""}


def test_one_change_is_drafted_after_the_other() -> None:
    contract = ContractFactory(state="in_execution")
    change = opened(contract, "modification")

    with pytest.raises(NotOpen, match=f"The change {change.number} is open already"):
        opened(contract, "modification")
    with pytest.raises(IntegrityError, match="cases_change_one_open"):
        ChangeFactory(contract=contract, code="M9")


def test_what_is_added_takes_the_rates_of_today_and_the_rest_keeps_its_own() -> None:
    """3.2 % until yesterday, 4 % from today: 5,000,000 at 3.2 % and 2,000,000 at 4 %."""
    contract = ContractFactory(state="in_execution", priced_on=date(2026, 6, 1))
    Rate._base_manager.filter(code="administration", rate_set="jp", valid_to=None).update(
        valid_to=date(2026, 11, 21)
    )
    Rate.objects.create(code="administration", percent=4, valid_from=DAY, source="test")

    change = written(opened(contract, "amendment"), ADDED)

    assert (change.net, change.administrative_charge, change.total) == (
        NET + MORE,
        CHARGE + 80_000,
        TOTAL + MORE + 80_000,
    )
    assert (change.administrative_percent, change.deposit) == (None, DEPOSIT)
    assert list(change.lines.values_list("number", "quantity", "amount", "rates_on")) == [
        (3, 1, MORE, DAY)
    ]


def test_price_of_a_line_changes_at_the_rates_of_its_day() -> None:
    contract = ContractFactory(state="in_execution", priced_on=date(2026, 6, 1))

    change = written(
        opened(contract, "modification"),
        line(1, "JP-RAD-001", 3, "1000000", ""),
        line(2, MOBILE, 1, "2500000"),
    )

    assert list(change.lines.values_list("number", "unit_price", "rates_on")) == [
        (2, 2_500_000, date(2026, 6, 1))
    ]
    assert (change.net, change.administrative_percent) == (5_500_000, Decimal("3.2"))


def test_lines_are_shown_as_drafted_and_keep_their_numbers() -> None:
    change = written(opened(ContractFactory(state="in_execution"), "amendment"), ADDED)

    form = filled_in(change, "write", person("case_manager"))

    assert [(row["number"], row["basis"]) for row in form["lines"].initial] == [
        (1, ""),
        (2, ""),
        (3, "quote 7"),
    ]
    again = written(change, line(3, MOBILE, 2, "2000000"), line("", "JP-RAD-001", 1, "900000"))
    assert list(again.lines.values_list("number", "quantity")) == [(3, 2), (4, 1)]


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([], "No line changes. Change one, or withdraw the change."),
        (
            [line(1, "JP-RAD-001", 3, "1000000")],
            "No line changes. Change one, or withdraw the change.",
        ),
        (
            [line("", MOBILE, 0, "1")],
            "Line 1: the quantity must be a whole number from 1 to 1,000,000.",
        ),
        (
            [line(9, MOBILE, 1, "1")],
            "Line 1: there is no line 9. Leave the number of a new line empty.",
        ),
        (
            [line("x", MOBILE, 1, "1")],
            "Line 1: there is no line x. Leave the number of a new line empty.",
        ),
        (
            [line("", "NONE", 1, "1")],
            "Line 1: no article “NONE” in the catalogue. Give a catalogue number.",
        ),
        ([line(2, MOBILE, 1, "0")], "Line 1: give a price above zero, in digits."),
        ([line(2, MOBILE, 1, "0.5")], "Line 1: JPY has at most 0 decimals."),
        ([line(2, MOBILE, 1, "5", "")], "Line 2: say where the price comes from."),
        ([line("", MOBILE, 1, "5", "")], "Line –: say where the price comes from."),
        ([line(2, MOBILE, 0, "5"), line(2, MOBILE, 1, "5")], "Line 2 stands there twice."),
        ([line(2, MOBILE, 2, "2000000")] * 201, "At most 200 lines."),
        ("x", "Give a list of lines, each with article or description, and quantity."),
    ],
)
def test_wrong_line_is_named_with_the_remedy(lines: Any, why: str) -> None:
    change = opened(ContractFactory(state="in_execution"), "amendment")

    found = errors_of(change, "write", lines=lines, purpose="More.")

    assert found == {"lines": [why]}


def test_more_of_what_is_being_bought_goes_on_a_new_line() -> None:
    contract = ContractFactory(state="in_execution")
    SubcontractFactory(contract=contract, state="in_production")
    change = opened(contract, "amendment")

    found = errors_of(change, "write", lines=[line(2, MOBILE, 5, "2000000")], purpose="More.")

    assert found == {
        "lines": [
            "Line 1: is being bought already. Put what is added on a new line, at today's rates."
        ]
    }


def test_without_lines_nothing_is_put_to_approval() -> None:
    change = opened(ContractFactory(state="in_execution"), "amendment")

    with pytest.raises(NotOpen, match="Nothing changes yet"):
        take(change, "put_to_approval", by=person("case_manager"))


def test_paper_chosen_before_the_signature_does_not_count_after_it() -> None:
    with pytest.raises(NotOpen, match="The contract has been signed meanwhile, or not yet"):
        opened(ContractFactory(state="accepted"), "restatement")
    with pytest.raises(NotOpen, match="The contract has been signed meanwhile, or not yet"):
        opened(ContractFactory(state="offered"), "amendment")


@pytest.mark.parametrize(("state", "step"), [("offered", "cancel"), ("delivered", "close")])
def test_contract_with_an_open_change_does_not_end(state: str, step: str) -> None:
    contract = ContractFactory(state=state)
    change = ChangeFactory(contract=contract)

    with pytest.raises(NotOpen, match=f"The change {change.number} is open already"):
        take(
            contract,
            step,
            by=person("case_manager"),
            **({"reason": "No money."} if step == "cancel" else {}),
        )


# What stands against it ----------------------------------------------------------------------


def test_line_does_not_go_below_what_has_been_packed() -> None:
    contract = ContractFactory(state="in_execution")
    ShipmentFactory(contract=contract, state="received")
    change = written(opened(contract, "modification"), line(1, "JP-RAD-001", 2, "1000000"))

    with pytest.raises(NotOpen, match="Line 1: 3 have been packed already"):
        take(change, "put_to_approval", by=person("case_manager"))


def test_price_does_not_go_below_what_has_been_billed() -> None:
    contract = ContractFactory(state="delivered")
    change = written(opened(contract, "modification"), line(2, MOBILE, 1, "1000"))

    with pytest.raises(NotOpen, match="JPY 5,160,000 have been billed already"):
        take(change, "put_to_approval", by=person("case_manager"))


def test_what_is_added_is_reviewed_before_it_is_approved() -> None:
    change = written(opened(ContractFactory(state="in_execution"), "amendment"), ADDED)
    officer = person("export_control_officer")
    why = "No valid transfer clearance covers line 3"

    with pytest.raises(NotOpen, match=why):
        take(change, "put_to_approval", by=person("case_manager"))
    review = take(change, "open_transfer_review", by=officer).opened[0]

    assert (review.request_number, review.deal_id) == (change.number, change.deal_id)
    assert list(review.lines.values_list("number", "quantity")) == [(1, 3), (2, 1), (3, 1)]
    with pytest.raises(NotOpen, match="A transfer review has been opened already"):
        take(change, "open_transfer_review", by=officer)
    TransferReview.objects.filter(pk=review.pk).update(
        state="cleared", decided_on=DAY, valid_until=LATER
    )
    assert take(change, "put_to_approval", by=person("case_manager")).case.state == "under_approval"


def test_what_takes_nothing_in_needs_no_other_review() -> None:
    change = written(
        opened(ContractFactory(state="in_execution"), "modification"), line(2, MOBILE, 1, "2500000")
    )

    with pytest.raises(NotOpen, match="The transfer clearance covers every line already"):
        take(change, "open_transfer_review", by=person("export_control_officer"))


# In effect -----------------------------------------------------------------------------------


def sent(change: Any, expires_on: date | None = LATER) -> Any:
    act = take(change, "send", by=person("case_manager"), expires_on=expires_on)
    run_entry(act.entry.pk)
    return Change.objects.get(pk=change.pk)


def test_amendment_counts_from_the_signature_on() -> None:
    change = ChangeFactory(state="under_approval", furnished__approval="awaiting_issue")
    contract = change.contract

    offered = sent(change)
    before = Contract.objects.get(pk=contract.pk)
    lines_before = before.lines.count()
    act = take(offered, "sign", by=person("signatory"), signed_by="CRUZ Maria, Undersecretary")
    run_entry(act.entry.pk)

    after = Contract.objects.get(pk=contract.pk)
    assert (offered.state, before.total, lines_before) == ("offered", TOTAL, 2)
    assert (act.case.state, after.state, after.total) == (
        "in_effect",
        "in_execution",
        TOTAL + MORE + MORE_CHARGE,
    )
    assert list(after.lines.values_list("number", "quantity", "amount")) == [
        (1, 3, 3_000_000),
        (2, 1, 2_000_000),
        (3, 1, MORE),
    ]
    assert [version.code for version in contract.versions.all()] == ["basic", "A1"]
    assert after.trail[0].note == "A1"
    papers = Document.objects.of(change).values_list("kind", "for_nation")
    assert list(papers) == [("change", True)]


def test_modification_counts_at_once_and_is_acknowledged() -> None:
    change = ChangeFactory(
        state="under_approval",
        kind_of_change="modification",
        furnished__approval="awaiting_issue",
    )

    issued = sent(change, None)
    take(issued, "acknowledge", by=person("requester"))

    contract = Contract.objects.get(pk=change.contract.pk)
    assert (issued.state, issued.expires_on) == ("issued", None)
    assert Change.objects.get(pk=change.pk).state == "in_effect"
    assert contract.total == TOTAL + MORE + MORE_CHARGE
    assert [version.title for version in contract.versions.all()] == ["basic", "M1"]


def test_delivered_contract_goes_on_with_what_is_added() -> None:
    contract = ContractFactory(state="delivered")
    change = ChangeFactory(
        contract=contract,
        state="under_approval",
        kind_of_change="modification",
        furnished__approval="awaiting_issue",
    )

    sent(change, None)

    assert Contract.objects.get(pk=contract.pk).state == "in_execution"


def test_contract_that_waits_for_its_deposit_still_waits() -> None:
    contract = ContractFactory(state="accepted")
    change = ChangeFactory(
        contract=contract,
        state="under_approval",
        kind_of_change="modification",
        furnished__approval="awaiting_issue",
    )

    sent(change, None)

    assert Contract.objects.get(pk=contract.pk).state == "accepted"


@pytest.mark.parametrize("state", ["offered", "lapsed", "declined"])
def test_restated_offer_takes_the_place_of_the_one_before(state: str) -> None:
    """So a lapsed offer comes back: with the days and prices of now, under its number."""
    contract = ContractFactory(state=state)
    change = ChangeFactory(
        contract=contract,
        state="under_approval",
        kind_of_change="restatement",
        deposit=Decimal(1_444_800),
        furnished__approval="awaiting_issue",
    )

    assert sent(change).state == "in_effect"

    after = Contract.objects.get(pk=contract.pk)
    assert (after.state, after.expires_on, after.total, after.deposit) == (
        "offered",
        LATER,
        TOTAL + MORE + MORE_CHARGE,
        1_444_800,
    )
    assert [version.code for version in contract.versions.all()] == ["basic", "R1"]
    run_entry(after.trail[0].pk)
    assert Document.objects.of(contract).filter(kind="offer").count() == 1


def test_deposit_of_a_restated_offer_follows_its_price() -> None:
    contract = ContractFactory(state="offered")

    change = written(opened(contract, "restatement"), line(2, MOBILE, 1, "2500000"))

    assert (change.total, change.deposit) == (5_676_000, 1_135_200)


def test_offer_that_is_being_restated_cannot_be_accepted() -> None:
    contract = ContractFactory(state="offered")
    opened(contract, "restatement")

    with pytest.raises(NotOpen, match="The agency is restating this offer"):
        take(contract, "accept", by=person("signatory"), signed_by="CRUZ Maria")


def test_lapsed_offer_does_not_come_back_beside_another_contract() -> None:
    contract = ContractFactory(state="lapsed")
    other = ContractFactory(request=contract.request, furnished=False)

    with pytest.raises(
        NotOpen, match=f"Another contract answers the request already: {other.number}"
    ):
        opened(contract, "restatement")


def test_line_taken_out_is_left_out_of_what_remains_to_do() -> None:
    contract = ContractFactory(state="in_execution")
    change = written(opened(contract, "modification"), line(2, MOBILE, 0, "2000000"))
    take(change, "put_to_approval", by=person("case_manager"))
    open_approval(change, "amendment", state="awaiting_issue")

    sent(change, None)

    after = Contract.objects.get(pk=contract.pk)
    assert (after.total, after.line_numbers()) == (3_096_000, {1})
    assert [row["number"] for row in papers.offer(after)["lines"]] == [1]


# Time and second thoughts --------------------------------------------------------------------


def test_amendment_is_extended_only_to_a_later_day() -> None:
    change = ChangeFactory(state="offered")
    day = change.expires_on

    earlier = errors_of(change, "extend", expires_on=day.isoformat())
    take(change, "extend", by=person("case_manager"), expires_on=day + timedelta(days=30))

    assert earlier == {"expires_on": ["It is open until Jan. 21, 2027 already. Give a later day."]}
    assert Change.objects.get(pk=change.pk).expires_on == day + timedelta(days=30)


def test_offer_is_extended_at_the_same_price() -> None:
    contract = ContractFactory(state="offered")

    take(contract, "extend", by=person("case_manager"), expires_on=LATER)

    after = Contract.objects.get(pk=contract.pk)
    assert (after.state, after.expires_on, after.total) == ("offered", LATER, TOTAL)


def test_amendment_is_restated_under_its_own_number() -> None:
    change = ChangeFactory(state="offered")

    take(change, "restate", by=person("case_manager"), reason="The price was wrong.")

    after = Change.objects.get(pk=change.pk)
    assert (after.state, after.code, after.shown_to) == ("draft", "A1", None)


def test_amendment_that_nobody_signs_lapses_and_the_contract_stays() -> None:
    change = ChangeFactory(state="offered", expires_on=date(2026, 11, 21))

    with pytest.raises(NotOpen, match="The offer expired on Nov"):
        take(change, "sign", by=person("signatory"), signed_by="CRUZ Maria")

    assert Contract.objects.get(pk=change.contract.pk).total == TOTAL


@pytest.mark.parametrize(
    ("kind", "day", "found"),
    [
        ("amendment", "", {"expires_on": ["This is needed: give a day, as 2026-04-01."]}),
        (
            "amendment",
            "2026-11-21",
            {"expires_on": ["This day has passed. Give today or a later day."]},
        ),
        ("amendment", "2027-03-31", {}),
        ("modification", "", {}),
        (
            "modification",
            "2027-03-31",
            {"expires_on": ["A modification is in effect at once. Leave the day empty."]},
        ),
    ],
)
def test_only_what_is_signed_has_a_last_day(kind: str, day: str, found: dict[str, Any]) -> None:
    change = ChangeFactory(
        state="under_approval", kind_of_change=kind, furnished__approval="awaiting_issue"
    )

    assert errors_of(change, "send", expires_on=day) == found


# Versions ------------------------------------------------------------------------------------


def test_sent_offer_is_the_basic_version() -> None:
    contract = ContractFactory(state="under_approval", furnished__approval="awaiting_issue")

    take(contract, "send_offer", by=person("case_manager"), expires_on=LATER)

    kept = Version.objects.get(contract=contract)
    assert (kept.code, kept.title, kept.total) == ("basic", "basic", "5160000.00")
    told = kept.content["lines"]["2"]
    assert (told["article"], told["quantity"], told["amount"]) == (MOBILE, 1, "2000000.00")
    assert str(kept) == f"{contract.number} basic"


def test_version_is_never_written_again() -> None:
    contract = ContractFactory(state="offered")

    with pytest.raises(ProgrammingError, match="permission denied for table cases_version"):
        contract.versions.update(code="A9")


def test_change_without_a_version_before_it_compares_with_the_contract() -> None:
    made = ChangeFactory(contract=ContractFactory(is_priced=True))
    change = Change.objects.get(pk=made.pk)

    assert content.before(change)["price"]["total"] == "5160000.00"
