"""The page that says why a price is what it is."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases import actions
from cases.models import Change, Rate
from portal.staff.prices import FIGURES
from tests.factories import (
    CHARGE,
    NET,
    TOTAL,
    ChangeFactory,
    ContractFactory,
    firm,
    person,
)
from tests.people import enter

pytestmark = pytest.mark.django_db


def page(case: Any, slug: str = "contracts", role: str = "finance_officer", **where: Any) -> Any:
    client = enter(Client(), person(role, **where))
    return client.get(reverse("staff:price", args=[slug, case.number]))


def test_each_figure_has_its_rule_its_rate_and_its_source() -> None:
    answer = page(ContractFactory(is_priced=True))

    administration = next(
        one for one in answer.context["lines"][0]["why"] if one["name"] == FIGURES["administration"]
    )
    rate = Rate.objects.get(rate_set="jp", code="administration")
    assert administration["rate"] == Decimal("3.2")
    assert (administration["valid_from"], administration["source"]) == (
        rate.valid_from,
        rate.source,
    )
    assert administration["amount"] == 3_000_000 * Decimal("0.032")
    assert rate.source in answer.content.decode()


def test_sums_are_those_of_the_paper() -> None:
    answer = page(ContractFactory(is_priced=True))

    sums = {str(one["name"]): one["amount"] for one in answer.context["sums"]}
    assert (sums["net"], sums["administrative charge"], sums["total"]) == (NET, CHARGE, TOTAL)
    assert answer.context["is_the_same"]


def test_price_that_does_not_come_out_again_is_told() -> None:
    contract = ContractFactory(is_priced=True)
    contract.lines.filter(number=1).update(unit_price=1)

    answer = page(contract)

    assert not answer.context["is_the_same"]
    assert "do not come out of these any more" in answer.content.decode()


def test_rate_that_is_gone_is_told() -> None:
    contract = ContractFactory(is_priced=True)
    Rate._base_manager.filter(code="cas_audit").delete()

    answer = page(contract)

    assert "No rate for the contract audit is in force" in answer.content.decode()


def test_change_explains_the_price_of_the_whole_contract() -> None:
    change = Change.objects.get(pk=ChangeFactory().pk)

    answer = page(change, "changes")

    assert [line["number"] for line in answer.context["lines"]] == ["1", "2", "3"]
    assert answer.context["is_the_same"]


def test_every_reason_has_a_name() -> None:
    found = actions.explained(ContractFactory(is_priced=True))

    fields = {reason.field for line in found.lines for reason in line.why}
    assert fields | {reason.field for reason in found.why} <= set(FIGURES)


def test_case_without_a_price_has_no_such_page() -> None:
    assert page(ContractFactory()).status_code == 404
    assert page(ContractFactory(is_priced=True), "bills").status_code == 404


@pytest.mark.parametrize(
    ("role", "where"),
    [("signatory", {}), ("contractor_sales", {"firm": "Mitsuba"}), ("system_administrator", {})],
)
def test_build_up_of_a_price_is_the_agencys_alone(role: str, where: dict[str, Any]) -> None:
    contract = ContractFactory(state="offered")
    given = {"firm": firm(where["firm"])} if where else {}

    assert page(contract, role=role, **given).status_code in {403, 404}
