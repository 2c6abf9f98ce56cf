"""Kinds of case: what each may hold, how it is priced, ordered, supplied, billed and closed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from cases import kinds, papers
from cases.kinds import KindOfCase
from cases.models import Contract, Requisition
from cases.models.requisition import transfer_covers_it
from notifications.models import Message
from tests.factories import (
    CHARGE,
    NET,
    TOTAL,
    ArticleFactory,
    ChangeFactory,
    ContractFactory,
    RequestFactory,
    RequisitionFactory,
    TransferReviewFactory,
    clear_article,
    person,
    review_requisition,
)
from workflow.follow_ups import run_entry
from workflow.forms import form_for
from workflow.steps import NotOpen, steps_of, take, take_within

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
DAY = date(2026, 11, 22)


@pytest.fixture
def noon() -> Any:
    with time_machine.travel("2026-11-22T12:00:00+09:00", tick=False):
        yield


def filled_in(case: Any, step: str, by: Any, **data: Any) -> Any:
    return form_for(case, steps_of(type(case))[step], by, data)


def done(case: Any, step: str, by: Any, **data: Any) -> Any:
    """The case after a step, taken as a person fills in its form."""
    form = filled_in(case, step, by, **data)
    assert form.is_valid(), form.errors
    take(case, step, by=by, **form.cleaned_data)
    return again(case)


def again(case: Any) -> Any:
    return type(case).objects.get(pk=case.pk)


def as_kind(contract: Any, kind: str, builds_on: str = "") -> Any:
    return done(
        contract, "choose_kind", person("case_manager"), kind_of_case=kind, builds_on=builds_on
    )


def blanket(**fields: Any) -> Any:
    """An order of two ceilings, ¥3,000,000 and ¥2,000,000, in execution."""
    return ContractFactory(state="in_execution", kind_of_case="blanket_order", **fields)


def radio() -> Any:
    return ArticleFactory(catalogue_number="JP-TST-900")


def asked(contract: Any, quantity: int = 2, under: int = 1, *, is_cleared: bool = True) -> Any:
    """A requisition as an official of the nation orders it, of what the order was cleared for."""
    article = radio()
    if is_cleared:
        clear_article(contract, article)
    requester = person("requester")
    line = {"article": "JP-TST-900", "quantity": quantity, "remark": ""}
    form = filled_in(
        contract, "order", requester, under=str(under), lines=[line], reference="DND-1"
    )
    assert form.is_valid(), form.errors
    return take(contract, "order", by=requester, **form.cleaned_data).opened[0]


def priced(requisition: Any, unit_price: int) -> Any:
    manager = person("case_manager")
    return done(requisition, "price", manager, lines={"1": unit_price}, basis="catalogue")


# The kind ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("purpose", "article", "kind"),
    [
        ("surplus_grant", "article", KindOfCase.GRANT),
        ("security_assistance", "training", KindOfCase.GRANT),
        ("sustainment", "training", KindOfCase.TRAINING),
        ("new_capability", "lease", KindOfCase.LEASE),
        ("sustainment", "article", KindOfCase.DEFINED_ORDER),
    ],
)
def test_purpose_and_articles_propose_the_kind(purpose: str, article: str, kind: str) -> None:
    request = RequestFactory(purpose=purpose)
    request.lines.update(article=ArticleFactory(kind=article))

    assert kinds.proposed(request) == kind


def test_contract_opens_as_the_proposed_kind() -> None:
    request = RequestFactory(state="actionable", purpose="surplus_grant")

    (contract,) = take(request, "open_contract", by=person("case_manager")).opened

    assert contract.kind_of_case == KindOfCase.GRANT


def test_every_kind_has_its_rules() -> None:
    assert set(kinds.RULES) == set(KindOfCase)


def test_another_kind_forgets_price_and_ceilings() -> None:
    contract = as_kind(ContractFactory(), "blanket_order")
    ceilings = {"1": 5_000_000, "2": 700_000}
    contract = done(contract, "set_ceilings", person("case_manager"), ceilings=ceilings)
    assert set(contract.lines.values_list("quantity", flat=True)) == {1}

    contract = as_kind(contract, "defined_order")

    assert contract.total is None
    assert list(contract.lines.values_list("quantity", "unit_price")) == [(3, None), (1, None)]


@pytest.mark.parametrize(
    ("kind", "builds_on", "why"),
    [
        (
            "blanket_order",
            "JP-PH-26-9901",
            "A case of this kind builds on no other. Leave it empty.",
        ),
        ("support_draws", "", "Give the number of a case of part I of the same nation."),
        (
            "support_draws",
            "JP-PH-26-9902",
            "Give the number of a case of part I of the same nation.",
        ),
    ],
)
def test_part_two_names_its_part_one_and_no_other_kind_does(
    kind: str, builds_on: str, why: str
) -> None:
    ContractFactory(number="JP-PH-26-9901", kind_of_case="support_stock", furnished=False)
    ContractFactory(number="JP-PH-26-9902", furnished=False)
    form = filled_in(
        ContractFactory(),
        "choose_kind",
        person("case_manager"),
        kind_of_case=kind,
        builds_on=builds_on,
    )

    assert form.errors == {"builds_on": [why]}


def test_same_kind_again_leaves_the_price() -> None:
    contract = as_kind(ContractFactory(), "blanket_order")
    ceilings = {"1": 5_000_000, "2": 700_000}
    contract = done(contract, "set_ceilings", person("case_manager"), ceilings=ceilings)

    assert as_kind(contract, "blanket_order").total == contract.total


def test_part_two_stands_on_its_part_one() -> None:
    stock = ContractFactory(number="JP-PH-26-9901", kind_of_case="support_stock", furnished=False)

    contract = as_kind(ContractFactory(), "support_draws", stock.number)

    assert contract.builds_on == stock


def test_kind_that_is_none_is_named() -> None:
    form = filled_in(
        ContractFactory(), "choose_kind", person("case_manager"), kind_of_case="x", builds_on=""
    )

    assert set(form.errors) == {"kind_of_case"}


# Blanket orders ------------------------------------------------------------------------------


def test_ceilings_make_the_price() -> None:
    contract = as_kind(ContractFactory(), "blanket_order")
    ceilings = {"1": 3_000_000, "2": 2_000_000}

    contract = done(contract, "set_ceilings", person("case_manager"), ceilings=ceilings)

    assert (contract.net, contract.administrative_charge, contract.total) == (NET, CHARGE, TOTAL)
    assert contract.deposit == TOTAL / 5
    assert contract.line_numbers() == set()


def test_requisition_becomes_lines_under_its_ceiling() -> None:
    contract = blanket()
    requisition = priced(asked(contract), 750_000)
    assert requisition.worth == 1_500_000

    requisition = done(requisition, "accept", person("case_manager"))

    contract = again(contract)
    line = contract.lines.get(under=1)
    assert (line.number, line.quantity, line.unit_price, line.amount) == (3, 2, 750_000, 1_500_000)
    assert line.note == requisition.number
    assert contract.lines.get(number=1).drawn == 1_500_000
    assert contract.lines_to_buy() == {3}


def test_requisitions_go_up_to_the_ceiling_and_not_over() -> None:
    contract, manager = blanket(), person("case_manager")
    done(priced(asked(contract), 1_000_000), "accept", manager)
    too_much = priced(asked(contract), 500_001)
    with pytest.raises(NotOpen, match="JPY 1,000,002 are asked for, and JPY 1,000,000 are left"):
        take(too_much, "accept", by=manager)

    done(priced(too_much, 500_000), "accept", manager)

    assert again(contract).lines.get(number=1).drawn == 3_000_000
    with pytest.raises(NotOpen, match="JPY 0 are left of line 1"):
        take(priced(asked(contract, quantity=1), 1), "accept", by=manager)


def test_ceiling_reached_meanwhile_refuses_within_the_order() -> None:
    contract, manager = blanket(), person("case_manager")
    first, second = priced(asked(contract), 1_000_000), priced(asked(contract), 1_000_000)
    first.contract, second.contract = again(contract), again(contract)
    ceiling = second.ceiling()
    take(first, "accept", by=manager)

    assert second.exceeds(ceiling) == ""  # what was looked at before
    with pytest.raises(NotOpen, match="are left of line 1"):
        take(second, "accept", by=manager)
    assert again(second).state == "priced"


def test_order_itself_refuses_what_is_over_its_ceiling() -> None:
    """Whoever was let through a moment ago: the contract is locked, and asks once more."""
    contract, manager = blanket(), person("case_manager")
    requisition = priced(asked(contract), 1_500_001)

    with pytest.raises(NotOpen, match="are left of line 1"), transaction.atomic():
        take_within(again(contract), "take_requisition_in", by=manager, requisition=requisition)


def test_desk_is_told_of_a_requisition() -> None:
    manager = person("case_manager")
    requisition = asked(blanket())
    for entry in requisition.trail.all():
        run_entry(entry.pk)

    letters = Message.objects.filter(notice="requisition_submitted")
    assert [letter.recipient_id for letter in letters] == [manager.pk]


def test_database_refuses_more_than_the_ceiling_whatever_the_code_says() -> None:
    ceiling = blanket().lines.get(number=1)

    with pytest.raises(IntegrityError, match="within_ceiling"):
        type(ceiling).objects.filter(pk=ceiling.pk).update(drawn=Decimal(3_000_001))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"under": "3"}, "under"),
        ({"lines": [{"article": "", "quantity": 1}]}, "lines"),
        ({"lines": [{"description": "A mast", "quantity": 1}]}, "lines"),
        ({"lines": []}, "lines"),
        ({"reference": ""}, "reference"),
        ({"needed_by": "2026-11-21"}, "needed_by"),
    ],
)
def test_order_that_does_not_fit_is_told_by_field(given: dict[str, Any], field: str) -> None:
    radio()
    whole = {
        "under": "1",
        "lines": [{"article": "JP-TST-900", "quantity": 1}],
        "reference": "DND-1",
    }
    form = filled_in(blanket(), "order", person("requester"), **whole | given)

    assert set(form.errors) == {field}


def test_choice_of_ceilings_says_what_is_left() -> None:
    contract = blanket()
    done(priced(asked(contract), 1_000_000), "accept", person("case_manager"))

    form = filled_in(again(contract), "order", person("requester"))

    choices = dict(form.fields["under"].choices)
    assert choices["1"].endswith("JPY 1,000,000 left")
    assert choices["2"].endswith("JPY 2,000,000 left")
    assert set(choices) == {"1", "2"}  # not what was ordered


def test_what_was_drawn_is_billed_with_its_share_of_the_charge() -> None:
    contract = blanket()
    assert contract.to_bill() == 0
    done(priced(asked(contract), 1_250_000), "accept", person("case_manager"))

    contract = again(contract)

    assert contract.price_of_supply() == {
        "net": Decimal(2_500_000),
        "administrative_charge": CHARGE / 2,
        "total": TOTAL / 2,
    }
    assert contract.cannot_bill(TOTAL / 2 + 1).startswith("Only JPY 2,580,000 of the price")


def test_amendment_changes_the_ceilings_and_leaves_what_was_ordered() -> None:
    contract, manager = blanket(), person("case_manager")
    done(priced(asked(contract), 1_250_000), "accept", manager)
    given = {
        "major_equipment": False,
        "purpose_changes": False,
        "nation_must_agree": True,
        "kind_of_change": "amendment",
        "departure": "",
        "purpose": "Less.",
    }
    (change,) = take(again(contract), "open_change", by=manager, **given).opened
    form = filled_in(change, "write", manager)
    assert [row["number"] for row in form.fields["lines"].initial] == [1, 2]
    lower = form.fields["lines"].initial[0] | {"unit_price": "2000000", "basis": "wish"}

    change = done(change, "write", manager, lines=[lower | {"quantity": 1}], purpose="Less.")

    with pytest.raises(NotOpen, match=r"JPY 2,500,000 have been ordered already"):
        take(change, "put_to_approval", by=manager)


def test_withdrawn_requisition_draws_nothing() -> None:
    contract = blanket()
    requisition = priced(asked(contract), 1_000)

    take(requisition, "withdraw", by=person("requester"), reason="Found some.")

    assert again(contract).drawn() == 0
    assert again(requisition).state == "withdrawn"


def test_article_that_the_order_was_not_cleared_for_has_a_review_of_its_own() -> None:
    requisition = priced(asked(blanket(), is_cleared=False), 1_000)

    act = take(requisition, "open_transfer_review", by=person("export_control_officer"))

    (review,) = act.opened
    request = requisition.contract.request
    assert (review.request_number, review.deal_id) == (requisition.number, requisition.deal_id)
    assert (review.end_user, review.end_use) == (request.end_user, request.end_use)
    said = review.lines.values_list("number", "name_en", "item_class", "quantity")
    assert list(said) == [(1, "Test radio", "non_weapon", 2)]
    with pytest.raises(NotOpen, match="No valid transfer clearance covers line 1"):
        take(requisition, "accept", by=person("case_manager"))


def test_article_cleared_with_its_requisition_is_taken_on_order() -> None:
    requisition = priced(asked(blanket(), is_cleared=False), 1_000)
    review = review_requisition(requisition, state="cleared")

    take(requisition, "accept", by=person("case_manager"))

    assert again(requisition).state == "accepted"
    assert review.state == "cleared"


@pytest.mark.parametrize(("state", "covers"), [("in_effect", True), ("offered", False)])
def test_article_cleared_with_an_amendment_is_ordered_once_that_is_in_effect(
    state: str, covers: bool
) -> None:
    requisition = priced(asked(blanket(), is_cleared=False), 1_000)
    change = ChangeFactory(contract=requisition.contract, state=state, furnished=False)
    TransferReviewFactory(state="cleared", request_number=change.number).lines.filter(
        number=1
    ).update(name_en="Test radio", item_class="non_weapon")

    assert (transfer_covers_it(requisition) == "") is covers


def test_class_of_an_article_counts_as_much_as_its_name() -> None:
    requisition = RequisitionFactory(state="priced")
    requisition.lines.update(article=ArticleFactory(item_class="part"))

    assert transfer_covers_it(requisition).startswith("No valid transfer clearance covers line 1.")


def test_nation_orders_only_what_a_case_of_the_kind_holds() -> None:
    ArticleFactory(catalogue_number="JP-TST-901", kind="lease")
    line = {"article": "JP-TST-901", "quantity": 1}
    form = filled_in(
        blanket(), "order", person("requester"), under="1", lines=[line], reference="DND-1"
    )

    assert set(form.errors) == {"lines"}


# Sustainment ---------------------------------------------------------------------------------


def test_what_is_kept_is_delivered_once_it_is_accepted() -> None:
    contract = ContractFactory(
        state="delivered", kind_of_case="support_stock", furnished__without=["certificate"]
    )

    with pytest.raises(NotOpen, match="stays in Japan"):
        Contract.objects.filter(pk=contract.pk).update(state="in_execution")
        take(again(contract), "pack_shipment", by=person("contract_officer"), mode="sea", lines={})


def test_part_two_is_not_accepted_before_its_part_one_is_in_execution() -> None:
    stock = ContractFactory(kind_of_case="support_stock", state="accepted", furnished=False)
    contract = ContractFactory(state="offered", kind_of_case="support_draws", builds_on=stock)

    with pytest.raises(NotOpen, match="not in execution yet"):
        take(contract, "accept", by=person("signatory"), signed_by="CRUZ Maria")


# Grants and leases ---------------------------------------------------------------------------


def test_grant_is_in_execution_once_accepted_and_never_billed() -> None:
    contract = ContractFactory(state="offered", kind_of_case="grant", deposit=0)

    take(contract, "accept", by=person("signatory"), signed_by="CRUZ Maria")

    contract = again(contract)
    assert contract.state == "in_execution"
    assert contract.to_bill() == 0
    with pytest.raises(NotOpen, match="A grant is not billed"):
        take(
            contract,
            "draft_bill",
            by=person("finance_officer"),
            amount=Decimal(1),
            due_on=DAY + timedelta(days=30),
        )


def test_grant_asks_for_no_deposit() -> None:
    contract = ContractFactory(is_priced=True, kind_of_case="grant")

    take(contract, "price", by=person("case_manager"))

    assert (again(contract).total, again(contract).deposit) == (TOTAL, 0)


def test_grant_closes_without_a_bill() -> None:
    contract = ContractFactory(
        state="delivered", kind_of_case="grant", furnished__without=["bill", "deposit"]
    )

    take(contract, "close", by=person("case_manager"))

    assert again(contract).state == "closed"


def test_lease_comes_back_before_it_is_closed() -> None:
    contract = ContractFactory(state="delivered", kind_of_case="lease")
    manager = person("case_manager")
    with pytest.raises(NotOpen, match="have not come back"):
        take(contract, "close", by=manager)

    contract = done(
        contract, "record_return", manager, returned_on="2026-11-20", condition="Whole."
    )
    take(contract, "close", by=manager)

    assert (again(contract).state, again(contract).returned_on) == ("closed", date(2026, 11, 20))


def test_nothing_comes_back_tomorrow() -> None:
    contract = ContractFactory(state="delivered", kind_of_case="lease")
    form = filled_in(contract, "record_return", person("case_manager"), returned_on="2026-11-23")

    assert set(form.errors) == {"returned_on"}


# Papers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "said", "unsaid"),
    [
        ("defined_order", "Deposit required on acceptance", "granted free of charge"),
        ("blanket_order", "The amount of a line is the ceiling", "granted free of charge"),
        ("grant", "granted free of charge", "Deposit required on acceptance"),
    ],
)
def test_letter_of_offer_says_what_its_kind_means(kind: str, said: str, unsaid: str) -> None:
    contract = ContractFactory(is_priced=True, kind_of_case=kind)

    page = papers.offer.html(contract, contract.opened_at, draft=True)

    assert said in page
    assert unsaid not in page


def test_bill_of_a_blanket_order_lists_what_was_ordered() -> None:
    contract = blanket()
    requisition = RequisitionFactory(contract=contract, state="priced")
    take(requisition, "accept", by=person("case_manager"))
    lines = papers._contract_lines(again(contract))

    assert [line["catalogue_number"] for line in lines] == ["JP-TST-900"]
    assert Requisition.objects.get(pk=requisition.pk).state == "accepted"
