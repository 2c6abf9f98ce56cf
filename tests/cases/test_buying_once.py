"""A line of a contract is bought once, unless the purchase was given up."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.forms import AttachLetter, OpenSubcontract
from tests.factories import ContractFactory, RequestFactory, SubcontractFactory, person
from workflow.steps import NotOpen, take

pytestmark = pytest.mark.django_db


def test_line_that_is_being_bought_is_not_offered_again() -> None:
    contract = ContractFactory()
    SubcontractFactory(contract=contract).lines.filter(number=2).delete()

    form = OpenSubcontract(case=contract, person=person("case_manager"))

    assert [number for number, _label in form.fields["lines"].choices] == [2]


def test_line_asked_for_all_the_same_is_refused() -> None:
    contract = ContractFactory()
    SubcontractFactory(contract=contract).lines.filter(number=2).delete()

    with pytest.raises(NotOpen, match="Line 1 is being bought already"):
        take(contract, "open_subcontract", by=person("case_manager"), subject="Again", lines=[1, 2])

    assert contract.subcontracts.count() == 1


def test_line_of_a_purchase_given_up_can_be_bought_again() -> None:
    contract = ContractFactory()
    SubcontractFactory(contract=contract, state="cancelled", furnished=False)

    act = take(
        contract, "open_subcontract", by=person("case_manager"), subject="Again", lines=[1, 2]
    )

    assert act.opened[0].lines.count() == 2


def test_letter_is_a_signed_sheet_not_a_text() -> None:
    request = RequestFactory(state="draft")
    letter = SimpleUploadedFile("letter.txt", b"hello")

    form = AttachLetter(files={"letter": letter}, data={}, case=request, person=person("requester"))

    assert form.errors == {"letter": ["Send one of these types: .pdf, .png, .jpg, .jpeg."]}
