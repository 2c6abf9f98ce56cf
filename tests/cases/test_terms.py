"""The terms of lines: what can be written, what follows for price, purchase and shipment, and where it is read."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError
from django.utils.translation import override

from cases import actions, papers, terms
from cases.models import Change, Contract
from cases.models.priced import CHARGES, TERMS
from industry.models import Article
from tests.factories import ChangeFactory, ContractFactory, PriceFactory, SubcontractFactory, person
from workflow.forms import form_for
from workflow.steps import NotOpen, steps_of, take

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
DAY = date(2026, 11, 22)


@pytest.fixture
def noon() -> Any:
    with time_machine.travel("2026-11-22T12:00:00+09:00", tick=False):
        yield


def filled_in(case: Any, lines: Any) -> Any:
    step = steps_of(type(case))["write_terms"]
    return form_for(case, step, person("case_manager"), {"terms": lines})


def written(case: Any, lines: Any) -> Any:
    """The case with terms written as a person writes them."""
    form = filled_in(case, lines)
    assert form.is_valid(), form.errors
    take(case, "write_terms", by=person("case_manager"), **form.cleaned_data)
    return type(case).objects.get(pk=case.pk)


def radar_in_stock(amount: str = "900000") -> Any:
    radar = Article.objects.get(catalogue_number="JP-RAD-001")
    return PriceFactory(article=radar, basis="stock", amount=Decimal(amount))


# Writing -------------------------------------------------------------------------------------


def test_page_posts_each_term_of_each_line() -> None:
    contract = ContractFactory()
    step = steps_of(Contract)["write_terms"]
    posted = {"terms-1-source": "P", "terms-1-months_from": "24", "terms-1-months_to": "36"}
    form = form_for(contract, step, person("case_manager"), posted)

    assert form.is_valid(), form.errors
    (terms_of_line,) = form.cleaned_data["terms"].values()
    assert (terms_of_line["months_from"], terms_of_line["months_to"]) == (24, 36)
    assert set(terms_of_line) == {*TERMS, *CHARGES}


def test_what_is_not_named_stays() -> None:
    contract = written(ContractFactory(), {"1": {"delivery_term": "8", "note": "Crates of oak."}})
    contract = written(contract, {"1": {"release_code": "Y"}})

    line = contract.lines.get(number=1)
    assert (line.delivery_term, line.release_code, line.note) == ("8", "Y", "Crates of oak.")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("soon", "Line 1: give its terms by name."),
        ({"colour": "red"}, "Line 1: unknown field colour."),
        ({"source": ""}, "Line 1: choose the source of supply."),
        (
            {"source": "Q"},
            "Line 1: source of supply: there is no code “Q”. Choose one of the list.",
        ),
        (
            {"delivery_term": "P"},
            "Line 1: delivery term: there is no code “P”. Choose one of the list.",
        ),
        ({"months_from": "0", "months_to": "3"}, "Line 1: give whole months from 1 to 240."),
        (
            {"months_from": "3"},
            "Line 1: give the first and the last of months or days, or neither.",
        ),
        (
            {"months_from": "36", "months_to": "24"},
            "Line 1: the last cannot be before the first.",
        ),
        (
            {"period_from": "2027-04-01", "period_to": "2027-03-31"},
            "Line 1: the last cannot be before the first.",
        ),
        (
            {
                "months_from": "1",
                "months_to": "2",
                "period_from": "2027-04-01",
                "period_to": "2028-03-31",
            },
            "Line 1: give months after acceptance or a period, not both.",
        ),
        ({"period_from": "soon", "period_to": "later"}, "Line 1: Enter a valid date."),
        ({"note": "a\N{RIGHT-TO-LEFT OVERRIDE}b"}, "Line 1: "),
        ({"part_of": "1"}, "Line 1: a sub-line belongs to another line of this paper."),
        ({"part_of": "7"}, "Line 1: a sub-line belongs to another line of this paper."),
        ({"part_of": "two"}, "Line 1: a sub-line belongs to another line of this paper."),
    ],
)
def test_terms_that_do_not_fit_are_told_with_their_line(given: Any, why: str) -> None:
    form = filled_in(ContractFactory(), {"1": given})

    assert not form.is_valid()
    (told,) = form.errors["terms"]
    assert told.startswith(why)


def test_code_that_is_no_longer_in_force_cannot_be_written() -> None:
    contract = ContractFactory()
    with time_machine.travel("2026-01-01T12:00:00+09:00", tick=False):
        form = filled_in(contract, {"1": {"delivery_term": "8"}})

        assert not form.is_valid()


@pytest.mark.parametrize(
    "fields",
    [
        {"months_from": 3},
        {"months_from": 3, "months_to": 2},
        {"period_from": DAY, "period_to": date(2026, 11, 21)},
        {"months_from": 1, "months_to": 1, "period_from": DAY, "period_to": DAY},
    ],
)
def test_database_keeps_no_half_and_no_backward_time(fields: dict[str, Any]) -> None:
    line = ContractFactory().lines.get(number=1)

    with pytest.raises(IntegrityError, match="runs_forward"):
        type(line).objects.filter(pk=line.pk).update(**fields)


# Stock ---------------------------------------------------------------------------------------


def test_line_from_stock_takes_the_price_of_the_catalogue_and_nobody_is_asked() -> None:
    radar_in_stock()
    contract = written(ContractFactory(), {"1": {"source": "S"}})
    Contract.objects.get(pk=contract.pk).lines.exclude(number=1).update(source="E")
    for line in contract.lines.exclude(number=1):
        PriceFactory(article=line.article, basis="stock", amount=Decimal(100))
    take(contract, "price", by=person("case_manager"))

    contract = Contract.objects.get(pk=contract.pk)
    line = contract.lines.get(number=1)
    assert (line.unit_price, line.amount) == (900_000, 900_000 * line.quantity)
    assert contract.lines_to_buy() == set()
    with pytest.raises(NotOpen, match="Every line is being bought already"):
        take(contract, "open_subcontract", by=person("contract_officer"), subject="x", lines=[1])


def test_what_comes_from_stock_is_neither_bought_nor_inspected() -> None:
    contract = written(ContractFactory(), {"1": {"source": "S"}})

    assert contract.line_numbers() - contract.lines_to_buy() == {1}
    assert 1 not in actions.lines_to_inspect(contract)


def test_another_source_asks_for_another_price() -> None:
    contract = ContractFactory(is_priced=True)
    SubcontractFactory._meta.model.objects.update(state="cancelled")
    contract = written(contract, {"1": {"source": "S"}})

    assert (contract.net, contract.total, contract.priced_on) == (None, None, None)
    assert set(contract.lines.values_list("unit_price", flat=True)) == {None}


def test_other_terms_leave_the_price_as_it_is() -> None:
    contract = ContractFactory(is_priced=True)
    total = contract.total
    contract = written(contract, {"1": {"source": "P", "delivery_term": "4"}})

    assert contract.total == total


def test_line_that_is_being_bought_cannot_come_from_stock() -> None:
    form = filled_in(ContractFactory(is_priced=True), {"1": {"source": "S"}})

    assert form.errors["terms"] == ["Line 1: is being bought already: it cannot come from stock."]


# Changes -------------------------------------------------------------------------------------


def test_change_of_terms_alone_becomes_the_contracts() -> None:
    contract = ContractFactory(state="in_execution")
    change = ChangeFactory(contract=contract, furnished=False)
    change.lines.all().delete()
    change = written(change, {"1": {"months_from": 12, "months_to": 18}})
    (line,) = change.lines.all()
    there = contract.lines.get(number=1)
    assert (line.quantity, line.unit_price) == (there.quantity, there.unit_price)
    assert change.total == contract.total

    sent = Change.objects.filter(pk=change.pk)
    sent.update(state="offered", sent_at=change.opened_at, expires_on=DAY)
    take(sent.get(), "sign", by=person("signatory"), signed_by="CRUZ Maria, Undersecretary")

    there.refresh_from_db()
    assert (there.months_from, there.months_to) == (12, 18)


def test_terms_that_stay_make_no_line_of_a_change() -> None:
    change = ChangeFactory(furnished=False)
    change.lines.all().delete()
    change = written(change, {"1": {"source": "P"}})

    assert not change.lines.exists()


def test_lines_written_afterwards_keep_the_terms_of_a_change() -> None:
    change = ChangeFactory()
    change = written(change, {"1": {"delivery_term": "8"}, "3": {"delivery_term": "4"}})
    added = change.lines.get(number=3)
    step = steps_of(Change)["write"]
    given = {
        "number": 3,
        "article": added.article.catalogue_number,
        "quantity": 2,
        "unit_price": "2000000",
        "basis": "quote 7",
    }
    manager = person("case_manager")
    form = form_for(change, step, manager, {"lines": [given], "purpose": "Two."})
    assert form.is_valid(), form.errors
    take(change, "write", by=manager, **form.cleaned_data)

    kept = dict(change.lines.values_list("number", "delivery_term"))
    assert kept == {1: "8", 3: "4"}


def test_new_line_that_is_left_out_again_leaves_nothing() -> None:
    change = ChangeFactory()
    there = change.contract.lines.get(number=1)
    given = {
        "number": 1,
        "article": there.article.catalogue_number,
        "quantity": 2,
        "unit_price": str(there.unit_price),
        "basis": "as agreed",
    }
    manager = person("case_manager")
    form = form_for(change, steps_of(Change)["write"], manager, {"lines": [given], "purpose": "2."})
    assert form.is_valid(), form.errors
    take(change, "write", by=manager, **form.cleaned_data)

    assert set(change.lines.values_list("number", flat=True)) == {1}


# Sub-lines -----------------------------------------------------------------------------------


def test_sub_line_stands_under_its_line_and_keeps_its_price() -> None:
    contract = ContractFactory(is_priced=True)
    before = list(contract.lines.values_list("number", "amount"))
    contract = written(contract, {"2": {"part_of": "1"}})

    assert list(contract.lines.values_list("number", "part_of")) == [(1, None), (2, 1)]
    assert list(contract.lines.values_list("number", "amount")) == before
    page = papers.offer.html(contract, contract.opened_at, draft=True)
    assert "Sub-line of line 1" in page
    assert "明細1の内訳" in page
    (_above, below) = terms.lines_in_words(contract)
    assert below.said[0] == "Sub-line of line 1"


def test_sub_line_becomes_a_line_of_its_own_again() -> None:
    contract = written(ContractFactory(), {"2": {"part_of": "1"}})
    contract = written(contract, {"2": {"part_of": ""}})

    assert contract.lines.get(number=2).part_of is None


def test_sub_line_has_no_sub_lines() -> None:
    form = filled_in(ContractFactory(), {"1": {"part_of": "2"}, "2": {"part_of": "1"}})

    assert form.errors["terms"] == [
        "Line 1: line 2 is a sub-line itself. Name the line above it.",
        "Line 2: line 1 is a sub-line itself. Name the line above it.",
    ]


def test_line_with_sub_lines_becomes_none() -> None:
    contract = written(ContractFactory(), {"2": {"part_of": "1"}})
    contract.lines.create(
        number=3, nation_id="PH", article=contract.lines.get(number=1).article, quantity=1
    )

    form = filled_in(contract, {"1": {"part_of": "3"}})

    assert form.errors["terms"] == ["Line 2: line 1 is a sub-line itself. Name the line above it."]


def test_form_offers_the_other_lines_and_keeps_what_was_chosen() -> None:
    contract = written(ContractFactory(), {"2": {"part_of": "1"}})
    step = steps_of(Contract)["write_terms"]
    fresh = str(form_for(contract, step, person("case_manager"), None))
    posted = {"terms-2-part_of": "1", "terms-2-source": ""}
    refused = str(form_for(contract, step, person("case_manager"), posted))

    for page in (fresh, refused):
        (chosen,) = re.findall(r'<option value="(\d*)" selected>\s*1: ', page)
        assert chosen == "1"


def test_change_makes_a_sub_line_and_the_versions_tell() -> None:
    change = ChangeFactory(furnished=False)
    change.lines.all().delete()
    change = written(change, {"2": {"part_of": "1"}})

    assert [line.part_of for line in change.lines_after()] == [None, 1]
    assert "Sub-line of line 1" in papers.change.html(change, change.opened_at, draft=True)


# Words ---------------------------------------------------------------------------------------

FULL = {
    **dict.fromkeys(TERMS, None),
    "source": "P",
    "delivery_term": "8",
    "terms_of_sale": "",
    "release_code": "",
    "note": "Crates of oak.",
}


@pytest.mark.parametrize(
    ("language", "more", "said"),
    [
        (
            "en",
            {"months_from": 24, "months_to": 36},
            [
                "Source of supply P: new procurement",
                "Delivery term 8: aboard the vessel at the port of exit",
                "24 to 36 months after acceptance",
                "Crates of oak.",
            ],
        ),
        (
            "ja",
            {"months_from": 1, "months_to": 1},
            [
                "供給源 P：新規調達",
                "引渡条件 8：積出港本船積込みまで",
                "承諾後1か月",
                "Crates of oak.",
            ],
        ),
        (
            "en",
            {"period_from": date(2027, 4, 1), "period_to": "2028-03-31"},
            [
                "Source of supply P: new procurement",
                "Delivery term 8: aboard the vessel at the port of exit",
                "from April 1, 2027 to March 31, 2028",
                "Crates of oak.",
            ],
        ),
    ],
)
def test_terms_are_said_in_words(language: str, more: dict[str, Any], said: list[str]) -> None:
    with override(language):
        assert terms.on(DAY)({**FULL, **more}) == said


def test_letter_of_offer_says_the_terms_of_each_line_in_both_languages() -> None:
    contract = written(ContractFactory(is_priced=True), {"1": {"delivery_term": "4"}})

    page = papers.offer.html(contract, contract.opened_at, draft=True)

    assert "引渡条件 4：輸送なし（出荷元渡し）" in page
    assert "Delivery term 4: not moved: collected at the origin" in page


def test_paper_of_a_change_says_which_terms_change() -> None:
    change = ChangeFactory(furnished=False)
    change.lines.all().delete()
    change = written(change, {"1": {"months_from": 12, "months_to": 18}})

    page = papers.change.html(change, change.opened_at, draft=True)

    assert "12 to 18 months after acceptance" in page
    assert "Source of supply" not in page
