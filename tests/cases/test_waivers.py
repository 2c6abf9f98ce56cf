"""Nonrecurring charges in the price, and how a nation is let off a charge."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from approvals.models import ApprovalFile
from cases import actions, content, papers, terms, waivers
from cases.models import Change, Contract
from industry.models import Article
from tests.approvals.hands import NOTHING, concur, fresh, post, run_follow_ups
from tests.cases.test_changes import ADDED, opened, written
from tests.cases.test_kinds import again, asked, blanket, priced
from tests.factories import (
    ChargeFactory,
    ContractFactory,
    IndicationFactory,
    RequestFactory,
    person,
)
from workflow.forms import form_for
from workflow.steps import NotOpen, steps_of, take

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
CHARGE = Decimal(89_000)
REASON = "Japan gains from the same radars."


@pytest.fixture
def noon() -> Any:
    with time_machine.travel("2026-11-22T12:00:00+09:00", tick=False):
        yield


def charged(number: str = "JP-RAD-001", **fields: Any) -> Any:
    return ChargeFactory(article=Article.objects.get(catalogue_number=number), **fields)


def repriced(contract: Any) -> Any:
    take(contract, "price", by=person("case_manager"))
    return again(contract)


def bearing(**fields: Any) -> Any:
    """An offer whose radars bear their share of what was developed."""
    charged()
    return repriced(ContractFactory(is_priced=True, **fields))


def filled_in(contract: Any, by: Any = None, **data: Any) -> Any:
    step = steps_of(Contract)["propose_waiver"]
    return form_for(contract, step, by or person("case_manager"), data or None)


def proposed(contract: Any, by: Any, **data: Any) -> ApprovalFile:
    form = filled_in(
        contract, by, **{"lines": [1], "charges": ["nonrecurring"]} | data, reason=REASON
    )
    assert form.is_valid(), form.errors
    take(contract, "propose_waiver", by=by, **form.cleaned_data)
    run_follow_ups()
    return ApprovalFile.objects.get(state="drafting")


def circulating(file: ApprovalFile, drafter: Any) -> ApprovalFile:
    """Signed by all but whoever decides."""
    for step in file.route_today().steps:
        post(step.unit, step.rank)
    take(file, "put_forward", by=drafter)
    file = fresh(file)
    for step in file.way:
        if step.kind == "line":
            take(file, "approve", by=post(step.unit_id, step.rank), opinion="")
    concur(file)
    return fresh(file)


def decided(contract: Any, drafter: Any, **data: Any) -> Any:
    file = circulating(proposed(contract, drafter, **data), drafter)
    take(file, "decide", by=decider(file), **NOTHING)
    run_follow_ups()
    return again(contract)


def decider(file: ApprovalFile) -> Any:
    step = next(step for step in file.way if step.kind == "decision")
    return post(step.unit_id, step.rank)


# The charge in the price -----------------------------------------------------------------------


def test_approved_charge_goes_into_the_price() -> None:
    contract = bearing()

    line = contract.lines.get(number=1)
    assert (line.unit_price, line.nonrecurring_unit) == (1_000_000, CHARGE)
    assert line.amount == 3 * (1_000_000 + CHARGE)
    assert contract.net == 5_000_000 + 3 * CHARGE


def test_price_says_by_which_decision() -> None:
    contract = bearing()

    (why,) = [
        one for one in actions.explained(contract).lines[0].why if one.field == "nonrecurring"
    ]
    assert (why.unrounded, why.source) == (3 * CHARGE, "装移第12号; test")


def test_charge_of_another_day_does_not_move_a_price_that_was_made() -> None:
    charged(valid_to=date(2026, 11, 22))
    contract = repriced(ContractFactory(is_priced=True))
    charged(valid_from=date(2026, 11, 23), amount=1)

    with time_machine.travel("2026-12-01T12:00:00+09:00", tick=False):
        assert actions.explained(again(contract)).net == contract.net == 5_000_000 + 3 * CHARGE


def test_charge_in_another_money_stops_the_price() -> None:
    charged(currency="USD")

    with pytest.raises(NotOpen, match="The nonrecurring charge of line 1 is not approved in JPY"):
        take(ContractFactory(is_priced=True), "price", by=person("case_manager"))


def test_rough_price_bears_it_too() -> None:
    charged()
    indication = IndicationFactory()
    each = {"months": 12, "basis": "market"}
    lines = {1: {"unit_price": Decimal(1_000_000), **each}, 2: {"unit_price": Decimal(1), **each}}

    take(indication, "estimate", by=person("case_manager"), lines=lines, remarks="")

    assert indication.lines.get(number=1).amount == 3 * (1_000_000 + CHARGE)


def test_added_line_bears_the_charge_of_its_day_and_the_others_theirs() -> None:
    charged("JP-RAD-002")
    contract = ContractFactory(state="accepted")

    change = written(opened(contract, "amendment", nation_must_agree=True), ADDED)

    assert change.lines.get().nonrecurring_unit == CHARGE
    assert change.lines.get().amount == 2_000_000 + CHARGE
    assert change.net == 7_000_000 + CHARGE
    assert [line.nonrecurring_unit for line in change.lines_after()] == [0, 0, CHARGE]


def test_ceilings_bear_none_and_what_is_ordered_does() -> None:
    contract = blanket()
    ChargeFactory(article=contract.lines.get(number=1).article)
    requisition = asked(contract, quantity=2)
    ChargeFactory(article=requisition.lines.get().article)
    requisition = priced(requisition, 1_000)
    take(requisition, "accept", by=person("case_manager"))

    assert contract.lines.get(number=1).nonrecurring_unit == 0
    assert requisition.lines.get().amount == 2 * (1_000 + CHARGE)
    assert contract.lines.get(under=1).nonrecurring_unit == CHARGE


# Waiving ---------------------------------------------------------------------------------------


def test_form_starts_with_what_the_nation_asks_for() -> None:
    request = RequestFactory(state="actionable", waivers=["nonrecurring"])
    form = filled_in(bearing(request=request))

    assert form.fields["charges"].initial == ["nonrecurring"]
    assert form.fields["lines"].initial == [1, 2]
    assert form.remark == "The nation asks for it: Nonrecurring charge."


def test_nation_that_asks_for_nothing() -> None:
    form = filled_in(bearing())

    assert (form.fields["charges"].initial, form.remark) == ([], "")


def test_contract_administration_is_asked_for_as_a_whole() -> None:
    request = RequestFactory(waivers=["contract_administration"])

    assert waivers.wished(request) == ["administration", "quality", "audit", "overseas"]


def test_waiver_of_nothing_is_refused() -> None:
    form = filled_in(bearing(), lines=[2], charges=["nonrecurring"], reason=REASON)

    assert form.errors == {"charges": ["These lines bear no such charge: nothing would be waived."]}


def test_what_is_wrong_is_told_once() -> None:
    form = filled_in(bearing(), lines=["9"], charges=["everything"], reason="")

    assert set(form.errors) == {"lines", "charges", "reason"}


def test_file_says_what_is_given_up_and_goes_by_that_amount() -> None:
    manager = person("case_manager")
    contract = bearing()

    file = proposed(contract, manager)

    less = 3 * CHARGE + (3 * CHARGE * Decimal("0.032")).quantize(Decimal(1), "ROUND_DOWN")
    assert abs(file.amount - less) <= 1  # the charge is truncated line by line
    assert file.background == REASON
    assert "Waive Nonrecurring charge on line 1" in file.purpose
    assert waivers.forgone(again(contract), again(contract).proposed_waiver) == file.amount


def test_decision_itself_waives() -> None:
    manager = person("case_manager")

    contract = decided(bearing(), manager)

    assert [line.waived for line in contract.lines.all()] == [["nonrecurring"], []]
    assert (contract.total, contract.proposed_waiver) == (None, {})
    contract = repriced(contract)
    assert (contract.net, contract.lines.get(number=1).amount) == (5_000_000, 3_000_000)
    assert actions.explained(contract).lines[0].nonrecurring == 0


def test_second_waiver_adds_to_the_first() -> None:
    manager = person("case_manager")
    charged("JP-RAD-002", approval="装移第13号")
    contract = repriced(decided(bearing(), manager))

    contract = decided(contract, manager, lines=[1, 2])

    assert [line.waived for line in contract.lines.all()] == [["nonrecurring"], ["nonrecurring"]]


def test_offer_waits_for_the_decision() -> None:
    manager = person("case_manager")
    contract = bearing()
    file = proposed(contract, manager)

    with pytest.raises(NotOpen, match=f"A waiver is being decided on: {file.number}"):
        take(contract, "put_to_approval", by=manager)
    with pytest.raises(NotOpen, match="A waiver is being decided on"):
        take(contract, "propose_waiver", by=manager, lines=[1], charges=["audit"], reason="x")


def test_withdrawn_file_leaves_the_charge() -> None:
    manager = person("case_manager")
    contract = bearing()
    file = proposed(contract, manager)

    take(file, "withdraw", by=manager, reason="The nation no longer asks.")
    run_follow_ups()

    contract = again(contract)
    assert (contract.proposed_waiver, contract.state) == ({}, "draft")
    assert contract.lines.get(number=1).waived == []
    take(contract, "put_to_approval", by=manager)


def test_price_that_changed_meanwhile_is_looked_at_again() -> None:
    manager = person("case_manager")
    contract = bearing()
    file = circulating(proposed(contract, manager), manager)
    Contract.objects.filter(pk=contract.pk).update(title="Other radars")

    with pytest.raises(NotOpen, match="What was put to approval has changed since"):
        take(file, "decide", by=decider(file), **NOTHING)


def test_price_forgotten_meanwhile_ends_it() -> None:
    manager = person("case_manager")
    contract = bearing()
    file = circulating(proposed(contract, manager), manager)
    line = contract.lines.get(number=2)
    take(contract, "write_terms", by=manager, terms={2: line.terms | {"source": "S"}})

    with pytest.raises(NotOpen, match="The offer is no longer as the waiver found it"):
        take(file, "decide", by=decider(file), **NOTHING)


def test_cancelled_offer_ends_its_waiver() -> None:
    manager = person("case_manager")
    contract = bearing()
    file = proposed(contract, manager)

    take(contract, "cancel", by=manager, reason="No funds.")
    run_follow_ups()

    assert fresh(file).state == "abandoned"


def test_whoever_proposes_does_not_decide() -> None:
    manager = person("case_manager", "department_head", unit="finance")
    file = proposed(bearing(), manager)

    with pytest.raises(NotOpen, match="Nobody else could decide on this"):
        take(file, "put_forward", by=manager)


def test_offer_in_another_money_has_no_route() -> None:
    contract = bearing()
    Contract.objects.filter(pk=contract.pk).update(currency="USD")

    with pytest.raises(NotOpen, match="Approval routes are in yen"):
        Contract.matters[1].amount(again(contract))


# Where it is read ------------------------------------------------------------------------------


def test_letter_of_offer_says_both() -> None:
    charged("JP-RAD-002", approval="装移第13号")
    contract = repriced(decided(bearing(), person("case_manager")))

    page = papers.offer.html(contract, contract.opened_at, draft=True)

    assert "Waived: Nonrecurring charge" in page
    assert "Nonrecurring charge 89,000 a unit" in page
    assert "免除：" in page


def test_versions_and_changes_keep_what_is_waived() -> None:
    contract = ContractFactory(state="accepted")
    contract.lines.filter(number=1).update(waived=["audit"], nonrecurring_unit=CHARGE)

    change = written(opened(contract, "amendment", nation_must_agree=True), ADDED)
    told = content.of_change(Change.objects.get(pk=change.pk))

    assert told["lines"]["1"]["waived"] == ["audit"]
    assert told["lines"]["1"]["nonrecurring_unit"] == CHARGE


def test_early_versions_tell_neither() -> None:
    line = ContractFactory().lines.get(number=1)
    early = {
        name: value
        for name, value in line.terms.items()
        if name not in ("waived", "nonrecurring_unit")
    }

    assert terms.told(early, {}) == terms.told(line.terms, {})
