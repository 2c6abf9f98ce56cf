"""The estimated price (予定価格): by the cost method, a limit for quotes, and nobody's outside the agency."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from approvals.models import ApprovalFile
from cases.models import CostEstimate, Subcontract
from documents.models import Document
from partners.access import context_of
from tests.approvals.hands import run_follow_ups
from tests.cases.test_cost_method import LINE
from tests.factories import (
    ContractFactory,
    CostEstimateFactory,
    QuoteFactory,
    SubcontractFactory,
    firm,
    person,
)
from tests.people import enter
from workflow import walls
from workflow.forms import form_for
from workflow.models import Entry
from workflow.steps import NotOpen, steps_of, take

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

# The worked example, and what comes of it.
COSTS = {name: given for name, given in LINE.items() if name != "number"} | {
    "basis": "GCIP of the maker for 2026"
}
PRICE = Decimal(268_434_400)
SMALL = COSTS | {"material": "100000", "processing": "0", "direct": "0", "selling_direct": "0"}
SECRETS = ("268434400", "268,434,400", "19096000", "19,096,000", "GCIP of the maker", "予定価格")


@pytest.fixture
def noon() -> Any:
    with time_machine.travel("2026-11-22T12:00:00+09:00", tick=False):
        yield


def again(case: Any) -> Any:
    return Subcontract.objects.get(pk=case.pk)


def filled_in(purchase: Any, name: str = "estimate", **data: Any) -> Any:
    return form_for(purchase, steps_of(Subcontract)[name], person("contract_officer"), data or None)


def each(costs: Any) -> dict[str, Any]:
    return {"1": costs, "2": costs}


def estimated(purchase: Any, costs: Any = None) -> Any:
    form = filled_in(purchase, lines=each(costs or COSTS))
    assert form.is_valid(), form.errors
    take(purchase, "estimate", by=person("contract_officer"), **form.cleaned_data)
    return again(purchase)


def errors_of(lines: Any) -> list[str]:
    found: list[str] = filled_in(SubcontractFactory(), lines=lines).errors["lines"]
    return found


# The calculation -----------------------------------------------------------------------------


def test_the_worked_example_comes_out_to_the_yen() -> None:
    purchase = estimated(SubcontractFactory())

    first, second = CostEstimate.objects.filter(line__subcontract=purchase)
    steps = {step.field: step.amount for step in first.steps.steps}
    assert (steps["manufacturing_cost"], steps["general"]) == (220_000_000, 18_700_000)
    assert (steps["interest"], steps["profit"], steps["variation"]) == (
        2_864_400,
        19_096_000,
        4_774_000,
    )
    assert (first.price, second.price, steps["tax"]) == (PRICE, PRICE, 26_843_440)
    assert purchase.estimated == 2 * PRICE


def test_estimated_again_the_newest_counts_and_the_trail_keeps_both() -> None:
    purchase = estimated(SubcontractFactory())
    purchase = estimated(purchase, SMALL)

    assert CostEstimate.objects.count() == 2
    assert purchase.estimated < PRICE
    given = [entry.given["lines"]["1"] for entry in Entry.objects.filter(step="estimate")]
    assert sorted(one["material"] for one in given) == ["100000", "120000000"]


def test_the_form_begins_with_what_was_estimated_before() -> None:
    form = filled_in(estimated(SubcontractFactory()))

    assert form.fields["lines"].initial[1]["material"] == 120_000_000
    assert 'name="lines-1-profit_rate"' in str(form)


# Bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("costs", "told"),
    [
        (COSTS | {"material": "-1"}, "Line 1: direct material: Ensure this value is greater than"),
        (COSTS | {"material": "1.5"}, "Line 1: direct material: Ensure that there are no more"),
        (COSTS | {"material": "9" * 15}, "Line 1: direct material: Ensure that there are no more"),
        (COSTS | {"material": "NaN"}, "Line 1: direct material: Enter a number."),
        (COSTS | {"profit_rate": "101"}, "Line 1: profit (percent): Ensure this value is less"),
        (COSTS | {"variation_base": "all"}, "Line 1: cost variation is a percentage of: Select a"),
        (COSTS | {"basis": " "}, "Line 1: where costs and rates come from: This field is required"),
        (COSTS | {"basis": "8 \u202e%"}, "Line 1: where costs and rates come from: "),
        (COSTS | {"margin": "8"}, "Line 1: unknown field margin."),
        (SMALL | {"material": "0"}, "Line 1: costs nothing. Give its material, work or expenses."),
        ("120000000", "Line 1: give its costs by name."),
    ],
)
def test_what_cannot_be_estimated_names_line_and_field(costs: Any, told: str) -> None:
    (error,) = errors_of({"1": costs, "2": COSTS})

    assert error.startswith(told)


def test_each_line_is_estimated() -> None:
    assert errors_of({"1": COSTS}) == ["Line 2 has no value. Fill in every line."]


def test_a_refusal_speaks_japanese() -> None:
    with override("ja"):
        (error,) = errors_of({"1": COSTS | {"basis": ""}, "2": COSTS})

    assert error.startswith("明細1")


def test_the_method_counts_in_yen() -> None:
    purchase = SubcontractFactory(currency="USD")

    with pytest.raises(NotOpen, match="this purchase is in USD"):
        take(purchase, "estimate", by=person("contract_officer"), lines={1: COSTS})


# The limit -----------------------------------------------------------------------------------


def taken(purchase: Any) -> Any:
    quote = purchase.quotes.get()
    return filled_in(purchase, "take_quote", quote=quote.number, reason="The only one.")


def test_no_quote_above_the_estimate_is_taken() -> None:
    purchase = estimated(SubcontractFactory(state="solicited"), SMALL)
    form = taken(purchase)

    assert "This quote is above the estimated price of JPY 2" in form.errors["quote"][0]
    assert taken(estimated(purchase)).is_valid()


def test_without_an_estimate_any_quote_may_be_taken() -> None:
    purchase = SubcontractFactory(state="solicited")

    assert purchase.estimated is None
    assert taken(purchase).is_valid()


def test_an_award_above_the_estimate_is_not_put_to_approval() -> None:
    contract = ContractFactory(state="in_execution")
    chosen = SubcontractFactory(
        state="solicited", contract=contract, contractor=firm(), amount=5_000_000
    )
    purchase = estimated(chosen, SMALL)

    with pytest.raises(NotOpen, match="The quote taken is above the estimated price"):
        take(purchase, "put_to_approval", by=person("contract_officer"))


def test_the_approval_file_shows_what_was_estimated() -> None:
    contract = ContractFactory(state="in_execution")
    chosen = SubcontractFactory(
        state="solicited", contract=contract, contractor=firm(), amount=5_000_000
    )
    purchase = estimated(chosen)
    take(purchase, "put_to_approval", by=person("contract_officer"))
    run_follow_ups()

    file = ApprovalFile.objects.get(state="drafting")
    assert file.content_now()["estimated"] == {"1": str(PRICE), "2": str(PRICE)}


# Secrecy -------------------------------------------------------------------------------------


def awarded() -> Any:
    purchase = SubcontractFactory(state="in_production")
    for line in purchase.lines.all():
        CostEstimateFactory(line=line)
    return again(purchase)


@pytest.mark.parametrize("role", ["contractor_sales", "contractor_production", "requester"])
def test_no_outsider_may_ask_for_a_row_of_it(role: str) -> None:
    awarded()
    outsider, insider = person(role), person("auditor")

    with walls.within(context_of(insider)):
        assert CostEstimate.objects.count() == 2
    refused = pytest.raises(ProgrammingError, match="permission denied")
    with refused, transaction.atomic(), walls.within(context_of(outsider)):
        CostEstimate.objects.count()


def test_no_page_of_a_contractor_tells_it() -> None:
    purchase = awarded()
    quote = purchase.quotes.get()
    client = enter(Client(), person("contractor_sales"))
    pages = [
        reverse("supplier:case", args=["subcontracts", purchase.number]),
        reverse("supplier:case", args=["quotes", quote.number]),
        reverse("supplier:desk"),
    ]

    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200
        assert [one for one in SECRETS if one in answer.content.decode()] == []


def test_no_page_of_the_nation_tells_it() -> None:
    purchase = awarded()
    client = enter(Client(), person("requester"))

    answer = client.get(reverse("partner:case", args=["contracts", purchase.contract.number]))

    assert answer.status_code == 200
    assert [one for one in SECRETS if one in answer.content.decode()] == []


def test_the_refusal_of_a_quote_tells_a_contractor_nothing() -> None:
    """A limit that were told to who quotes would be the price."""
    purchase = estimated(SubcontractFactory(state="solicited"), SMALL)
    quote = QuoteFactory(subcontract=purchase, contractor=firm("Second"), state="invited")
    client = enter(Client(), person("contractor_sales", firm=firm("Second")))

    answer = client.get(reverse("supplier:case", args=["quotes", quote.number]))

    assert answer.status_code == 200
    assert f"{purchase.estimated:,}" not in answer.content.decode()


def test_the_order_is_written_without_it() -> None:
    purchase = awarded()

    words = " ".join(paper.title for paper in Document.objects.of(purchase))
    assert [one for one in SECRETS if one in words] == []


# The page ------------------------------------------------------------------------------------


def page(purchase: Any, who: Any) -> Any:
    return enter(Client(), who).get(reverse("staff:estimate", args=[purchase.number]))


def test_page_tells_each_step() -> None:
    answer = page(estimated(SubcontractFactory()), person("contract_officer"))

    text = answer.content.decode()
    assert answer.status_code == 200
    for figure in ("238,700,000", "19,096,000", "268,434,400", "26,843,440", "昭和37年"):
        assert figure in text
    assert "GCIP of the maker for 2026" in text


def test_page_of_a_purchase_not_estimated_says_what_to_do() -> None:
    answer = page(SubcontractFactory(), person("contract_officer"))

    assert "Nothing has been estimated yet." in answer.content.decode()


def test_page_is_linked_from_the_purchase() -> None:
    purchase = estimated(SubcontractFactory())
    client = enter(Client(), person("contract_officer"))

    text = client.get(reverse("staff:case", args=["subcontracts", purchase.number])).content

    assert reverse("staff:estimate", args=[purchase.number]) in text.decode()


def test_contractor_has_no_such_page() -> None:
    purchase = awarded()

    assert page(purchase, person("contractor_sales")).status_code in {403, 404}
