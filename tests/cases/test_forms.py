"""What a person may type: a page and the API ask the same form, and the answer names the remedy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict

from cases.models import Bill, Contract, Quote, Request, Subcontract
from exports.models import Shipment, TransferReview
from industry.models import Article
from tests.factories import (
    DEPOSIT,
    TOTAL,
    ArticleFactory,
    BillFactory,
    ContractFactory,
    OrganisationFactory,
    QuoteFactory,
    RequestFactory,
    ShipmentFactory,
    SubcontractFactory,
    TransferReviewFactory,
    firm,
    person,
    undrawn,
)
from workflow.forms import StepForm, form_for, form_of
from workflow.steps import beginnings_of, steps_of

pytestmark = pytest.mark.django_db
NOON = "2026-11-22T12:00:00+09:00"
YESTERDAY, TODAY, TOMORROW = "2026-11-21", "2026-11-22", "2026-11-23"


def form(case: Any, name: str, given: Any, files: Any = None) -> StepForm:
    step = steps_of(type(case))[name]
    return form_for(case, step, person("case_manager"), given, files or {})


def posted(given: dict[str, Any]) -> QueryDict:
    """As a page sends it."""
    return QueryDict(urlencode(given, doseq=True))


def answer(case: Any, name: str, given: Any) -> Any:
    """What the form makes of it: clean values, or the errors by field."""
    asked = form(case, name, given)
    return asked.cleaned_data if asked.is_valid() else dict(asked.errors)


# Lines of a request --------------------------------------------------------------------------


REQUEST = {
    "title": "Radars",
    "reference": "PAF-2026-1",
    "reference_date": TODAY,
    "purpose": "new_capability",
    "signatory": "CRUZ Maria",
    "contact": "REYES Jose",
}


def lines_of(given: Any) -> Any:
    asked = form(RequestFactory(), "revise", given)
    return asked.cleaned_data["lines"] if asked.is_valid() else asked.errors["lines"]


def test_page_and_api_give_the_same_lines() -> None:
    by_page = posted(
        REQUEST
        | {
            "lines-0-article": "JP-RAD-001",
            "lines-0-quantity": " 3 ",
            "lines-0-remark": "with masts",
            "lines-1-article": "",
            "lines-1-quantity": "",
            "lines-1-remark": "",
            "lines-10-article": "JP-RAD-002",
            "lines-10-quantity": "1",
            "lines-2-article": "JP-RAD-101",
            "lines-2-quantity": "2",
            "lines-x-article": "JP-RAD-101",
            "lines-0-colour": "what no page asks for",
        }
    )
    by_api = REQUEST | {
        "lines": [
            {"article": "JP-RAD-001", "quantity": 3, "remark": "with masts"},
            {"article": "JP-RAD-101", "quantity": "2"},
            {"article": "JP-RAD-002", "quantity": 1},
        ]
    }
    articles = {row.catalogue_number: row for row in Article.objects.all()}

    expected = [
        {
            "article": articles["JP-RAD-001"],
            "description": "",
            "quantity": 3,
            "remark": "with masts",
        },
        {"article": articles["JP-RAD-101"], "description": "", "quantity": 2, "remark": ""},
        {"article": articles["JP-RAD-002"], "description": "", "quantity": 1, "remark": ""},
    ]
    assert lines_of(by_page) == lines_of(by_api) == expected


def test_line_may_be_in_the_nations_own_words() -> None:
    (line,) = lines_of(
        REQUEST | {"lines": [{"description": "Mast for a fixed radar", "quantity": 2}]}
    )

    assert line == {
        "article": None,
        "description": "Mast for a fixed radar",
        "quantity": 2,
        "remark": "",
    }


def test_draft_may_have_no_lines_yet_and_a_letter_on_paper_has_some() -> None:
    assert lines_of(REQUEST | {"lines": []}) == []
    assert answer(RequestFactory(state="submitted"), "correct_entry", {"lines": []})["lines"] == [
        "Add at least one line: what, and how many."
    ]


@pytest.mark.parametrize(
    ("lines", "errors"),
    [
        (
            "JP-RAD-001",
            ["Give a list of lines, each with article or description, and quantity."],
        ),
        (
            ["JP-RAD-001"],
            ["Give a list of lines, each with article or description, and quantity."],
        ),
        (
            [{"quantity": 1}, {"article": "JP-RAD-001", "description": "Radar", "quantity": 1}],
            [
                f"Line {row}: give a catalogue number or your own words, one of the two."
                for row in (1, 2)
            ],
        ),
        (
            [{"article": "JP-XXX", "quantity": 1}, {"article": "JP-RAD-001", "quantity": 0}],
            [
                "Line 1: no article “JP-XXX” in the catalogue. Give a catalogue number.",
                "Line 2: the quantity must be a whole number from 1 to 1,000,000.",
            ],
        ),
        (
            [{"article": "JP-RAD-001", "quantity": 1, "price": 5, "colour": "red"}],
            ["Line 1: unknown field colour, price."],
        ),
        ([{"article": "JP-RAD-001", "quantity": 1}] * 201, ["At most 200 lines."]),
    ],
)
def test_error_of_a_line_names_the_line(lines: Any, errors: list[str]) -> None:
    assert lines_of(REQUEST | {"lines": lines}) == errors


MEANT = "Give the number of the one you mean"
RADARS = (
    "JP-RAD-001 Fixed air-surveillance radar FPS-3ME; JP-RAD-002 Mobile air-surveillance radar "
    "TPS-P14ME; JP-RAD-003 Coastal surveillance radar"
)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("もがみ", f"no article has the number “もがみ”. {MEANT}: JP-SHP-001 Upgraded Mogami-class frigate."),
        ("radar", f"no article has the number “radar”. {MEANT}: {RADARS}."),
        ("JP-RAD-00", f"no article has the number “JP-RAD-00”. {MEANT}: {RADARS}."),
        ("", "give a catalogue number or your own words, one of the two."),
    ],
)  # fmt: skip
def test_number_that_is_none_is_answered_with_what_may_be_meant(typed: str, told: str) -> None:
    assert lines_of(REQUEST | {"lines": [{"article": typed, "quantity": 1}]}) == [f"Line 1: {told}"]


def test_nation_names_only_articles_that_it_may_see() -> None:
    ArticleFactory(catalogue_number="JP-TST-901", handling="protected")
    given = REQUEST | {"lines": [{"article": "JP-TST-901", "quantity": 1}]}
    step = beginnings_of(Request)["draft"]

    asked = form_for(Request(nation_id="PH"), step, person("requester"), given, {})

    assert asked.errors["lines"] == [
        "Line 1: no article “JP-TST-901” in the catalogue. Give a catalogue number."
    ]


@pytest.mark.parametrize(
    "quantity", ["", "0", "-1", "1.5", "1e3", "x", "１", "1000001", None, True]
)
def test_quantity_is_a_whole_number(quantity: Any) -> None:
    found = lines_of(REQUEST | {"lines": [{"article": "JP-RAD-001", "quantity": quantity}]})

    assert found == ["Line 1: the quantity must be a whole number from 1 to 1,000,000."]


@pytest.mark.parametrize("quantity", [1, "1000000"])
def test_quantity_may_be_from_one_to_a_million(quantity: Any) -> None:
    (line,) = lines_of(REQUEST | {"lines": [{"article": "JP-RAD-001", "quantity": quantity}]})

    assert line["quantity"] == int(quantity)


def test_lines_are_shown_again_as_they_were() -> None:
    request = RequestFactory()

    shown = form_for(request, steps_of(Request)["revise"], person("requester")).initial["lines"]

    assert shown == [
        {"article": "JP-RAD-001", "description": "", "quantity": 3, "remark": ""},
        {"article": "JP-RAD-002", "description": "", "quantity": 1, "remark": ""},
    ]


def test_reference_is_used_once_per_nation() -> None:
    RequestFactory(reference="PAF-2026-1")
    RequestFactory(reference="PAF-2026-2", state="withdrawn")
    RequestFactory(reference="PAF-2026-3", nation__code="AU")
    lines = {"lines": [{"article": "JP-RAD-001", "quantity": 1}]}
    mine = RequestFactory(reference="PAF-2026-4")

    found = {
        number: form(mine, "revise", REQUEST | lines | {"reference": f"PAF-2026-{number}"}).errors
        for number in (1, 2, 3, 4)
    }

    taken = "A request with this reference exists already. Give another reference."
    assert found == {1: {"reference": [taken]}, 2: {}, 3: {}, 4: {}}


# Values per line -----------------------------------------------------------------------------


@time_machine.travel(NOON, tick=False)
def test_page_and_api_give_the_same_prices() -> None:
    quote = QuoteFactory()
    words = {"deliver_on": "2027-04-01", "valid_until": "2027-01-31", "remarks": ""}

    by_page = answer(
        quote, "submit", posted(words | {"lines-1": "1,000,000", "lines-2": " 2000000 "})
    )
    by_api = answer(quote, "submit", words | {"lines": {"1": "1000000", "2": 2000000}})

    assert by_page == by_api
    assert by_page["lines"] == {1: Decimal(1_000_000), 2: Decimal(2_000_000)}


@pytest.mark.parametrize(
    ("lines", "errors"),
    [
        ({"1": "5"}, ["Line 2 has no value. Fill in every line."]),
        ({}, ["Line 1, 2 has no value. Fill in every line."]),
        ({"1": "5", "2": "5", "3": "5", "x": "5"}, ["There is no line 3, x here."]),
        (
            {"1": "0", "2": "free"},
            [
                "Line 1: give a price above zero, in digits.",
                "Line 2: give a price above zero, in digits.",
            ],
        ),
        ({"1": "0.5", "2": "5"}, ["Line 1: JPY has at most 0 decimals."]),
        ({"1": "NaN", "2": "5"}, ["Line 1: give a price above zero, in digits."]),
        ({"1": "1e15", "2": "5"}, ["Line 1: give a price above zero, in digits."]),
        ([5, 5], ["Give one value per line number."]),
        ("5", ["Give one value per line number."]),
    ],
)
@time_machine.travel(NOON, tick=False)
def test_error_of_a_price_names_the_line(lines: Any, errors: list[str]) -> None:
    words = {"deliver_on": "2027-04-01", "valid_until": "2027-01-31", "lines": lines}

    assert answer(QuoteFactory(), "submit", words) == {"lines": errors}


def test_shipment_takes_part_of_the_lines_and_no_more_than_is_left() -> None:
    contract = ContractFactory(state="in_execution")
    contract.lines.create(number=3, article=contract.lines.first().article, quantity=5)
    SubcontractFactory(contract=contract, state="accepted", furnished=False)
    ShipmentFactory(contract=contract).lines.exclude(number=1).delete()

    some = answer(contract, "pack_shipment", {"mode": "sea", "lines": {"3": 2, "2": ""}})
    too_many = answer(contract, "pack_shipment", {"mode": "sea", "lines": {"1": 1, "2": 2, "3": 5}})
    no_number = answer(contract, "pack_shipment", {"mode": "sea", "lines": {"3": "two"}})
    nothing = answer(contract, "pack_shipment", {"mode": "sea", "lines": {"1": "", "2": ""}})

    assert some == {"mode": "sea", "lines": {3: 2}}
    assert too_many == {"lines": ["Line 1: only 0 left to ship.", "Line 2: only 1 left to ship."]}
    assert no_number == {
        "lines": ["Line 3: the quantity must be a whole number from 1 to 1,000,000."]
    }
    assert nothing == {"lines": ["Fill in at least one line."]}


def test_shipment_takes_no_goods_that_have_not_been_inspected() -> None:
    contract = ContractFactory(state="in_execution")
    bought = SubcontractFactory(contract=contract, state="accepted", furnished=False)
    bought.lines.exclude(number=1).delete()

    early = answer(contract, "pack_shipment", {"mode": "sea", "lines": {"1": 1, "2": 1}})

    assert early == {"lines": ["Line 2 has not been inspected. Accept its delivery first."]}


def test_quote_is_extended_to_a_later_day_only() -> None:
    quote = QuoteFactory(state="submitted", valid_until=date(2027, 1, 31))

    later = answer(quote, "extend", {"valid_until": "2027-02-28"})
    same = answer(quote, "extend", {"valid_until": "2027-01-31"})
    never = answer(quote, "extend", {"valid_until": "2727-01-31"})

    assert later == {"valid_until": date(2027, 2, 28)}
    assert same == {
        "valid_until": ["The quote is valid until Jan. 31, 2027 already. Give a later day."]
    }
    assert never == {"valid_until": ["Give a day from 1900-01-01 to 2199-12-31."]}


def test_lines_to_buy_are_chosen_by_number() -> None:
    contract = ContractFactory()

    by_page = answer(
        contract, "open_subcontract", posted({"subject": "Radars", "lines": ["1", "2"]})
    )
    by_api = answer(contract, "open_subcontract", {"subject": "Radars", "lines": [1, 2]})
    wrong = answer(contract, "open_subcontract", {"subject": "Radars", "lines": [7]})
    no_list = answer(contract, "open_subcontract", {"subject": "Radars", "lines": 1})

    assert by_page == by_api == {"subject": "Radars", "lines": [1, 2]}
    assert wrong == {"lines": ["Select a valid choice. 7 is not one of the available choices."]}
    assert no_list == {"lines": ["Enter a list of values."]}


# Amounts and days ----------------------------------------------------------------------------


FUTURE = ["This day has not come yet. Give today or an earlier day."]
PAST = ["This day has passed. Give today or a later day."]
BANK = {"bank_reference": "MUFG-1"}

Case = Callable[[], Any]


@pytest.mark.parametrize(
    ("case", "name", "given", "errors"),
    [
        (
            lambda: ContractFactory(state="accepted"),
            "record_deposit",
            {"amount": DEPOSIT, "received_on": TODAY} | BANK,
            None,
        ),
        (
            lambda: ContractFactory(state="accepted"),
            "record_deposit",
            {"amount": DEPOSIT - 1, "received_on": TOMORROW} | BANK,
            {
                "amount": ["The initial deposit is JPY 1,032,000. Record exactly this amount."],
                "received_on": FUTURE,
            },
        ),
        (
            lambda: ContractFactory(state="accepted"),
            "record_deposit",
            {"amount": "1032000.5", "received_on": TODAY} | BANK,
            {"amount": ["JPY has no such fraction. Give at most 0 decimals."]},
        ),
        (undrawn, "record_refund", {"amount": DEPOSIT, "paid_on": TODAY} | BANK, None),
        (
            undrawn,
            "record_refund",
            {"amount": DEPOSIT - 1, "paid_on": TOMORROW} | BANK,
            {
                "amount": ["JPY 1,032,000 of the deposit is left. Record exactly this amount."],
                "paid_on": FUTURE,
            },
        ),
        (
            undrawn,
            "record_refund",
            {"amount": "1032000.5", "paid_on": TODAY} | BANK,
            {"amount": ["JPY has no such fraction. Give at most 0 decimals."]},
        ),
        (
            lambda: ContractFactory(state="in_execution"),
            "draft_bill",
            {"amount": TOTAL, "due_on": TODAY},
            None,
        ),
        (
            lambda: ContractFactory(state="in_execution"),
            "draft_bill",
            {"amount": TOTAL + 1, "due_on": YESTERDAY},
            {
                "amount": [
                    "Only JPY 5,160,000 of the price is left to bill. Give at most this amount."
                ],
                "due_on": PAST,
            },
        ),
        (
            lambda: BillFactory(state="issued"),
            "record_payment",
            {"amount": TOTAL - DEPOSIT, "paid_on": TODAY} | BANK,
            None,
        ),
        (
            lambda: BillFactory(state="issued"),
            "record_payment",
            {"amount": TOTAL, "paid_on": TOMORROW} | BANK,
            {
                "amount": ["JPY 4,128,000 is due on this bill. Record exactly this amount."],
                "paid_on": FUTURE,
            },
        ),
        (
            lambda: ContractFactory(state="under_approval"),
            "send_offer",
            {"expires_on": TODAY},
            None,
        ),
        (
            lambda: ContractFactory(state="under_approval"),
            "send_offer",
            {"expires_on": YESTERDAY},
            {"expires_on": PAST},
        ),
        (
            lambda: SubcontractFactory(state="accepted", invoice_number="INV-1"),
            "record_payment",
            {"paid_on": TOMORROW} | BANK,
            {"paid_on": FUTURE},
        ),
        (
            lambda: SubcontractFactory(state="in_production"),
            "report_delivery",
            {"delivered_on": TOMORROW, "delivery_note": "DN-1"},
            {"delivered_on": FUTURE},
        ),
        (
            lambda: SubcontractFactory(state="in_production"),
            "report_progress",
            {"percent": 101, "report": "Done."},
            {"percent": ["Ensure this value is less than or equal to 100."]},
        ),
        (
            lambda: SubcontractFactory(state="delivered"),
            "accept_delivery",
            {"inspected_on": YESTERDAY, "findings": "Conforms."},
            {"inspected_on": ["Inspected before the delivery of Nov. 22, 2026. Correct the day."]},
        ),
        (
            lambda: SubcontractFactory(state="delivered"),
            "accept_delivery",
            {"inspected_on": TODAY, "findings": "Conforms."},
            None,
        ),
        (
            lambda: TransferReviewFactory(state="under_review"),
            "clear",
            {"decision": "May go.", "valid_until": TODAY},
            None,
        ),
        (
            lambda: TransferReviewFactory(state="under_review"),
            "clear",
            {"decision": "May go.", "valid_until": YESTERDAY},
            {"valid_until": ["The clearance would be over already. Give a later day."]},
        ),
        (
            ShipmentFactory,
            "ship",
            {"shipped_on": TOMORROW, "carrier": "Nippon Line", "permit_number": "METI-1"},
            {"shipped_on": FUTURE},
        ),
        (
            lambda: ShipmentFactory(state="shipped"),
            "receive",
            {"received_on": YESTERDAY, "received_by": "REYES Jose"},
            {"received_on": ["Received before it was shipped on Nov. 22, 2026. Correct the day."]},
        ),
        (
            lambda: ShipmentFactory(state="shipped"),
            "receive",
            {"received_on": TODAY, "received_by": "REYES Jose"},
            None,
        ),
        (
            lambda: RequestFactory(state="submitted"),
            "return_for_correction",
            {"code": "guess", "reason": "   "},
            {
                "code": ["Select a valid choice. That choice is not one of the available choices."],
                "reason": ["This is needed: write a few words."],
            },
        ),
    ],
)
@time_machine.travel(NOON, tick=False)
def test_form_takes_what_fits_and_names_the_remedy_of_what_does_not(
    case: Case, name: str, given: dict[str, Any], errors: Any
) -> None:
    asked = form(case(), name, given)

    assert asked.is_valid() is (errors is None)
    assert dict(asked.errors) == (errors or {})


# Rows to choose from -------------------------------------------------------------------------


@time_machine.travel(NOON, tick=False)
def test_contractors_are_invited_by_corporate_number() -> None:
    one, other = firm("One"), firm("Other")
    ministry = OrganisationFactory(kind="ministry")
    case = SubcontractFactory()
    words = {"quote_by": "2026-12-20", "deliver_by": "2027-12-20", "specification": "FPS-3ME"}

    chosen = form(case, "solicit", words | {"contractors": [one.corporate_number]})
    wrong = form(case, "solicit", words | {"contractors": [str(ministry.pk)]})

    assert chosen.is_valid()
    assert list(chosen.cleaned_data["contractors"]) == [one]
    assert "contractors" in wrong.errors
    assert set(chosen.fields["contractors"].queryset) >= {one, other}


@time_machine.travel(NOON, tick=False)
def test_delivery_comes_after_the_last_day_for_quotes() -> None:
    given = {
        "contractors": [firm().corporate_number],
        "quote_by": "2026-12-20",
        "deliver_by": "2026-12-20",
        "specification": "FPS-3ME",
    }

    assert answer(SubcontractFactory(), "solicit", given) == {
        "deliver_by": ["Delivery must come after the last day for quotes. Give a later day."]
    }


def test_only_quotes_of_this_purchase_can_be_taken() -> None:
    case = SubcontractFactory(state="solicited", furnished=False)
    ours = QuoteFactory(subcontract=case, state="submitted", number="JP-QUO-26-0001")
    QuoteFactory(
        subcontract=case, state="invited", contractor=firm("Slow"), number="JP-QUO-26-0002"
    )
    QuoteFactory(state="submitted", number="JP-QUO-26-0003")

    found = {
        number: form(case, "take_quote", {"quote": f"JP-QUO-26-000{number}", "reason": "Best."})
        for number in (1, 2, 3)
    }

    assert {number: asked.is_valid() for number, asked in found.items()} == {
        1: True,
        2: False,
        3: False,
    }
    assert found[1].cleaned_data["quote"] == ours


def test_step_without_parameters_asks_for_nothing() -> None:
    for model, name in (
        (Request, "submit"),
        (Contract, "price"),
        (Subcontract, "award"),
        (Quote, "set_aside"),
        (Bill, "issue"),
        (TransferReview, "resume"),
    ):
        assert form_of(steps_of(model)[name]).base_fields == {}


def test_letter_is_checked_like_every_upload() -> None:
    request = RequestFactory()
    script = SimpleUploadedFile("letter.html", b"<script>")

    asked = form(request, "attach_letter", {}, {"letter": script})

    assert dict(asked.errors) == {
        "letter": [
            "Files of this type are not accepted. Send PDF, PNG, JPEG, XLSX, DOCX, CSV or TXT."
        ]
    }


def test_first_values_of_a_form_fit_the_case() -> None:
    with time_machine.travel(NOON, tick=False):
        deposit = form_for(
            ContractFactory(state="accepted"),
            steps_of(Contract)["record_deposit"],
            person("finance_officer"),
        )
        clearance = form_for(
            TransferReviewFactory(state="under_review"),
            steps_of(TransferReview)["clear"],
            person("export_control_officer"),
        )
        receipt = form_for(
            ShipmentFactory(state="shipped"),
            steps_of(Shipment)["receive"],
            person("nation_logistics"),
        )

        screening = form_for(
            TransferReviewFactory(state="draft", consent_clause=True, assessment="No concern."),
            steps_of(TransferReview)["screen"],
            person("export_control_officer"),
        )

    assert deposit.fields["amount"].initial == DEPOSIT
    assert deposit.fields["received_on"].initial == date(2026, 11, 22)
    assert clearance.fields["valid_until"].initial == date(2027, 5, 23)
    assert receipt.fields["received_on"].initial == date(2026, 11, 22)
    assert {name: asked.initial for name, asked in screening.fields.items()} == {
        **dict.fromkeys(
            ("treaty_breach", "unsc_embargo", "conflict_party", "active_fighting"), False
        ),
        "special_circumstances": False,
        "precedent": False,
        "consent_clause": True,
        "assessment": "No concern.",
    }


@pytest.mark.parametrize("sign", ["\u202e", "\u202a", "\u2066", "\u2069"])
def test_title_that_would_read_as_another_is_refused(sign: str) -> None:
    asked = form(RequestFactory(state="draft"), "revise", {"title": f"radar {sign}fdp.exe"})

    assert asked.errors["title"] == [
        "The text has invisible signs that turn its direction. Type it anew without them."
    ]


def test_remark_of_a_line_that_would_read_as_another_is_refused() -> None:
    row = {"article": "JP-RAD-001", "quantity": 1, "remark": "\u202etxt"}
    asked = form(RequestFactory(state="draft"), "revise", {"lines": [row]})

    assert "turn its direction" in asked.errors["lines"][0]
