"""What an article of the catalogue may say, and who sees it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from pytest_django import Settings

from approvals import actions
from documents import units
from industry.models import (
    Article,
    ArticleMaker,
    ArticlePrice,
    CatalogueCode,
    NonrecurringCharge,
)
from industry.models.code import names_on
from partners import reference
from partners.access import ROLES
from partners.forms import ProposeRow
from tests.approvals.hands import NOTHING, post
from tests.factories import ArticleFactory, agency, firm, person
from workflow.steps import take

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)


def faults(**fields: Any) -> dict[str, list[str]]:
    words = {"catalogue_number": "JP-TST-900", "name_ja": "新", "name_en": "New", "source": "-"}
    row = Article(**words | {"kind": "article", "item_class": "part"} | fields)
    try:
        row.full_clean()
    except ValidationError as error:
        return error.message_dict
    return {}


# Stock numbers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "5840301234567",
        "5840-30-123-4567",
        " 5840 30 123 4567 ",
        "５８４０－３０－１２３－４５６７",
        "5840‐30‑123–4567",
        "5840ー30ー123ー4567",
    ],
)
def test_stock_number_is_kept_as_digits_and_written_in_its_parts(typed: str) -> None:
    row = Article(stock_number=typed)
    row.stock_number = Article._meta.get_field("stock_number").clean(typed, row)

    assert row.stock_number == "5840301234567"
    assert row.written_stock_number == "5840-30-123-4567"
    assert (row.supply_group, row.supply_class, row.bureau) == ("58", "5840", "30")


@pytest.mark.parametrize("typed", ["584030123456", "58403012345678", "5840-30-123-456A", "-"])
def test_stock_number_has_thirteen_digits(typed: str) -> None:
    wrong = {"stock_number": ["A national stock number has 13 digits, as 1234-12-123-1234."]}

    assert faults(stock_number=typed) == ({} if typed == "-" else wrong)


def test_article_without_stock_number_has_no_parts() -> None:
    row = Article()

    assert (row.written_stock_number, row.supply_class, row.bureau) == ("", "", "")


def test_form_takes_a_stock_number_as_people_write_it() -> None:
    row = ArticleFactory()
    words = {name: getattr(row, name) for name in ("name_ja", "name_en", "unit", "kind")}
    typed = {**words, "item_class": "part", "handling": row.handling, "source": "memo 12"}
    typed |= {"stock_number": "５８４０-30-123-4567", "reason": "The memo of today."}

    form = ProposeRow(typed, kind=Article, instead_of=row)
    wrong = ProposeRow(typed | {"stock_number": "12"}, kind=Article, instead_of=row)

    assert form.is_valid(), form.errors
    assert form.row.stock_number == "5840301234567"
    assert "maxlength" not in form.fields["stock_number"].widget.attrs
    assert list(wrong.errors) == ["stock_number"]


# What fits together --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, {}),
        ({"control_item": "16(1)", "generic_class": "J", "monitoring": "enhanced"}, {}),
        ({"catalogue_number": "JP/1"}, {"catalogue_number": "Use Latin letters, digits and hyphens only."}),
        ({"unit": "XX"}, {"unit": "Value 'XX' is not a valid choice."}),
        ({"monitoring": "loose"}, {"monitoring": "“loose” is no code in force. Known: enhanced, routine."}),
        ({"lead_months": 24}, {"lead_on": "Give a lead time together with the day as of which it is told."}),
        ({"lead_on": DAY}, {"lead_on": "Give a lead time together with the day as of which it is told."}),
        ({"lead_on": DAY, "lead_months": 0}, {"lead_months": "Give a lead time of one month at least, or none."}),
        ({"lead_on": DAY, "lead_months": 24}, {}),
        ({"handling": "cosmic"}, {"handling": "Value 'cosmic' is not a valid choice."}),
    ],
)  # fmt: skip
def test_article_says_what_fits_together(fields: dict[str, Any], wrong: dict[str, str]) -> None:
    assert faults(**fields) == {name: [why] for name, why in wrong.items()}


def test_label_above_what_the_house_may_hold_is_refused(settings: Settings) -> None:
    settings.HANDLING_CEILING = "confidentiality_2"

    (why,) = faults(handling="equipment_secret")["handling"]

    assert "above what this system may hold" in why


def test_code_counts_from_its_day_to_its_last() -> None:
    CatalogueCode.objects.create(
        scheme="monitoring", code="old", name_ja="旧", name_en="Old", source="-",
        valid_from=date(2000, 1, 1), valid_to=date(2010, 1, 1),
    )  # fmt: skip

    assert "monitoring" in faults(monitoring="old")
    assert names_on(date(2005, 1, 1)) == {("monitoring", "old"): "Old"}
    with override("ja"):
        assert names_on(DAY)["control_list", "1"] == "武器"


def test_name_is_told_in_the_readers_language_and_in_the_other() -> None:
    row = ArticleFactory(name_ja="無線機", name_en="Radio")

    assert (row.name, row.other_name) == ("Radio", "無線機")
    with override("ja"):
        assert (row.name, row.other_name) == ("無線機", "Radio")
        assert row.get_unit_display() == "個"


def test_units_to_choose_from_are_the_known_ones() -> None:
    assert units.choices()[:2] == [("EA", "each"), ("SE", "set")]


def test_maker_is_a_contractor() -> None:
    row = ArticleMaker(article=ArticleFactory(), contractor=agency(), role="prime")

    with pytest.raises(ValidationError) as refused:
        row.clean()
    assert refused.value.message_dict == {"contractor": ["Choose a contractor."]}
    row.contractor = firm()
    row.clean()


@pytest.mark.parametrize(("currency", "amount"), [("JPY", "1234567"), ("USD", "0.55")])
def test_amount_has_the_decimals_of_its_currency(currency: str, amount: str) -> None:
    ArticlePrice(currency=currency, amount=Decimal(amount)).clean()


def test_amount_with_more_decimals_than_its_currency_has_is_refused() -> None:
    with pytest.raises(ValidationError) as refused:
        ArticlePrice(currency="JPY", amount=Decimal("0.5")).clean()

    assert refused.value.message_dict == {"amount": ["JPY has at most 0 decimals."]}


# Who sees what -------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_labelled_article_is_seen_by_agency_and_ministries_only(role: str) -> None:
    ArticleFactory(catalogue_number="JP-TST-901")
    ArticleFactory(catalogue_number="JP-TST-902", handling="protected")
    rows = Article.objects.visible_to(person(role)).filter(catalogue_number__startswith="JP-TST")

    inside = ROLES[role].kind in {"agency", "ministry"}
    assert [row.catalogue_number[-1] for row in rows] == (["1", "2"] if inside else ["1"])


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (ArticlePrice, {"basis": "market", "currency": "JPY", "amount": "1200"}),
        (NonrecurringCharge, {"currency": "JPY", "amount": "1200", "approval": "装移第12号"}),
        (ArticleMaker, {"role": "licensed"}),
        (CatalogueCode, {"scheme": "monitoring", "code": "new", "name_ja": "新", "name_en": "New"}),
    ],
)
def test_rows_beside_the_catalogue_are_proposed_as_any_reference_data(
    kind: Any, more: dict[str, str]
) -> None:
    typed = {"article": ArticleFactory().pk, "contractor": firm().pk, **more}
    days = {"valid_from": "2030-04-01", "source": "memo 12", "reason": "The memo of today."}

    form = ProposeRow(typed | days, kind=kind)

    assert form.is_valid(), form.errors
    director = post("planning", "director")
    file = actions.put_forward(reference.propose, by=person("finance_officer"), **form.given)
    take(file, "decide", by=director, **NOTHING)
    assert kind.objects.get(valid_from=date(2030, 4, 1)).source == "memo 12"
