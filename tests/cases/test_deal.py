"""What the steps of a deal write besides their own row: copies, quotes, prices, bills, journals."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from cases import actions
from cases.models import Bill, Contract, Quote, Rate, Request, Subcontract
from documents.models import Document
from exports.models import Shipment, TransferReview
from industry.models import Article
from ledger.journals import Code, balance, journals_of
from notifications.models import Message
from tests.documents import files
from tests.factories import (
    CHARGE,
    DEPOSIT,
    NET,
    TOTAL,
    BillFactory,
    ContractFactory,
    QuoteFactory,
    RequestFactory,
    SubcontractFactory,
    TransferReviewFactory,
    firm,
    open_approval,
    person,
)
from workflow.follow_ups import run_entry
from workflow.models import Attestation, FollowUp
from workflow.steps import NotOpen, begin, steps_of, take

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
DAY = date(2026, 11, 22)
LATER = date(2027, 11, 22)
PDF = files.pdf()


@pytest.fixture
def noon() -> Any:
    with time_machine.travel("2026-11-22T12:00:00+09:00", tick=False):
        yield


def lines_of(case: Any, *names: str) -> list[tuple[Any, ...]]:
    return list(case.lines.values_list(*names))


# Requests ------------------------------------------------------------------------------------


def test_request_is_drafted_with_its_lines_and_a_number_of_its_nation() -> None:
    (article, _three), (other, _one) = [(line.article, 0) for line in RequestFactory().lines.all()]

    act = begin(
        Request.draft,
        by=person("requester"),
        nation_id="PH",
        title="Radars",
        reference="PAF-1",
        reference_date=DAY,
        purpose="new_capability",
        signatory="CRUZ Maria",
        contact="REYES Jose",
        lines=[
            {"article": article, "quantity": 3, "remark": "with masts"},
            {"article": other, "quantity": 1, "remark": ""},
        ],
    )

    assert act.case.number == "JP-PH-26-R0001"
    assert lines_of(act.case, "number", "article", "quantity", "remark") == [
        (1, article.pk, 3, "with masts"),
        (2, other.pk, 1, ""),
    ]


def revise(request: Request, lines: list[dict[str, Any]]) -> None:
    asked = steps_of(Request)["revise"].parameters
    words = {name: getattr(request, name) for name in asked if name != "lines"}
    take(request, "revise", by=person("requester"), lines=lines, **words)


def test_revising_a_request_replaces_its_lines() -> None:
    request = RequestFactory(state="returned")
    article = request.lines.last().article

    revise(request, [{"article": article, "quantity": 9, "remark": ""}])

    assert lines_of(request, "number", "article", "quantity") == [(1, article.pk, 9)]


def test_line_that_stays_as_it_was_stays_the_same_row() -> None:
    request = RequestFactory(state="returned")
    first, second = request.lines.all()
    written = Attestation.objects.filter(table_name="cases_requestline").count()

    revise(
        request,
        [
            {"article": first.article, "quantity": first.quantity},
            {"article": second.article, "quantity": second.quantity + 1, "remark": "one more"},
            {"article": first.article, "quantity": 4},
        ],
    )

    (_one, _two, third) = lines = lines_of(request, "id", "number", "quantity", "remark")
    assert lines == [
        (first.pk, 1, first.quantity, ""),
        (second.pk, 2, second.quantity + 1, "one more"),
        (third[0], 3, 4, ""),
    ]
    rows = Attestation.objects.filter(table_name="cases_requestline").order_by("pk")
    assert [row.row_key for row in rows[written:]] == [str(second.pk), str(third[0])]


def test_letter_is_kept_as_the_nations_paper() -> None:
    request = RequestFactory(state="draft", furnished=False)
    letter = SimpleUploadedFile("letter.pdf", PDF, content_type="application/pdf")

    take(request, "attach_letter", by=person("requester"), letter=letter)

    kept = Document.objects.get()
    assert (kept.kind, kept.version, kept.for_nation, kept.owner_code) == (
        "request_letter",
        1,
        True,
        "PH",
    )
    assert kept.read() == PDF


def test_other_files_stand_beside_the_letter_each_as_a_paper_of_its_own() -> None:
    request = RequestFactory(state="submitted")
    for subject, role in (("Statement of work", "requester"), ("Map", "case_manager")):
        file = SimpleUploadedFile("file.pdf", PDF, content_type="application/pdf")
        take(request, "attach_file", by=person(role), subject=subject, file=file)

    kept = actions.attached(request).order_by("kind")
    assert [(one.kind, one.version, one.title, one.for_nation) for one in kept] == [
        ("attachment-1", 1, "Statement of work", True),
        ("attachment-2", 1, "Map", True),
    ]


def test_review_is_opened_on_a_snapshot_of_the_request() -> None:
    request = RequestFactory(state="actionable")

    act = take(request, "open_transfer_review", by=person("export_control_officer"))
    request.lines.update(quantity=99)

    review = TransferReview.objects.get()
    assert act.opened == [review]
    assert (review.request_number, review.end_user) == (request.number, "Philippine Air Force")
    assert lines_of(review, "number", "item_class", "quantity") == [
        (1, "non_weapon", 3),
        (2, "non_weapon", 1),
    ]
    assert review.lines.first().item_class_label == "non-weapon"


def test_screening_enters_the_result_of_the_decision_table() -> None:
    review = TransferReviewFactory(state="draft", screened_on=None)
    facts = dict.fromkeys(
        (
            "treaty_breach",
            "unsc_embargo",
            "conflict_party",
            "active_fighting",
            "special_circumstances",
        ),
        False,
    )

    take(
        review,
        "screen",
        by=person("export_control_officer"),
        precedent=True,
        consent_clause=True,
        assessment="No concern.",
        **facts,
    )

    stored = TransferReview.objects.get()
    assert (stored.screened_on, stored.stop_rules, stored.matched_rules, stored.level) == (
        DAY,
        [],
        ["D10", "D17"],
        2,
    )


# Quotes and the price ------------------------------------------------------------------------


def test_solicitation_invites_each_contractor_by_a_quote_of_its_own() -> None:
    purchase = SubcontractFactory(furnished=False)

    act = take(
        purchase,
        "solicit",
        by=person("contract_officer"),
        contractors=[firm("One"), firm("Two")],
        quote_by=DAY,
        deliver_by=LATER,
        specification="FPS-3ME",
    )

    assert [(quote.contractor.name_en, quote.state) for quote in act.opened] == [
        ("One", "invited"),
        ("Two", "invited"),
    ]
    assert [quote.number for quote in act.opened] == ["JP-QUO-26-0001", "JP-QUO-26-0002"]


def test_quote_adds_up_its_lines_and_may_be_replaced() -> None:
    quote = QuoteFactory()
    sales = person("contractor_sales")
    words = {"deliver_on": LATER, "valid_until": LATER, "remarks": ""}

    take(quote, "submit", by=sales, lines={1: Decimal(10), 2: Decimal(20)}, **words)
    take(quote, "submit", by=sales, lines={1: Decimal(9), 2: Decimal(20)}, **words)

    stored = Quote.objects.get()
    assert (stored.state, stored.amount) == ("submitted", 9 * 3 + 20)
    assert lines_of(stored, "line__number", "unit_price") == [(1, 9), (2, 20)]


def solicited() -> Any:
    """A purchase whose offer has not been sent yet: quotes are still chosen."""
    return SubcontractFactory(state="solicited", furnished=False, contract=ContractFactory())


def test_taking_a_quote_sets_the_others_aside_and_another_may_be_taken_later() -> None:
    purchase = solicited()
    one, two, silent = (
        QuoteFactory(subcontract=purchase, contractor=firm(name), state=state)
        for name, state in (("One", "submitted"), ("Two", "submitted"), ("Silent", "invited"))
    )
    buyer = person("contract_officer")

    take(purchase, "take_quote", by=buyer, quote=one, reason="Cheapest.")
    first = dict(Quote.objects.values_list("number", "state"))
    take(purchase, "take_quote", by=buyer, quote=two, reason="Sooner.")
    second = dict(Quote.objects.values_list("number", "state"))

    assert first == {one.number: "taken", two.number: "not_taken", silent.number: "invited"}
    assert second == {one.number: "not_taken", two.number: "taken", silent.number: "invited"}
    assert Subcontract.objects.get().contractor == firm("Two")


def test_taking_the_quote_again_that_is_taken_changes_nothing_of_it() -> None:
    purchase = solicited()
    quote = QuoteFactory(subcontract=purchase, contractor=firm("One"), state="submitted")
    buyer = person("contract_officer")

    take(purchase, "take_quote", by=buyer, quote=quote, reason="Cheapest.")
    take(purchase, "take_quote", by=buyer, quote=quote, reason="Soonest as well.")

    assert (Quote.objects.get().state, Quote.objects.get().version) == ("taken", 1)
    assert [entry.note for entry in purchase.trail.all()] == ["Soonest as well.", "Cheapest."]


def test_cancelled_purchase_leaves_no_quote_open() -> None:
    purchase = SubcontractFactory(state="solicited", furnished=False)
    for name, state in (
        ("One", "taken"),
        ("Two", "invited"),
        ("Three", "declined"),
        ("Four", "submitted"),
        ("Five", "not_taken"),
    ):
        QuoteFactory(subcontract=purchase, contractor=firm(name), state=state)

    take(purchase, "cancel", by=person("contract_officer"), reason="No budget.")

    assert states_by_firm() == {
        "One": "ended",
        "Two": "ended",
        "Three": "declined",
        "Four": "ended",
        "Five": "ended",
    }


def states_by_firm() -> dict[str, str]:
    return dict(Quote.objects.values_list("contractor__name_en", "state"))


def award_among(*others: tuple[str, str]) -> Any:
    """An award to Mitsuba Electric, decided today, while other contractors were asked too."""
    purchase = SubcontractFactory(state="under_approval", furnished__approval="awaiting_issue")
    for name, state in others:
        QuoteFactory(subcontract=purchase, contractor=firm(name), state=state)
    take(purchase, "award", by=person("contract_officer"))
    return purchase


def test_award_ends_every_other_quote_and_invitation() -> None:
    award_among(
        ("Passed", "not_taken"), ("Late", "submitted"), ("Silent", "invited"), ("No", "declined")
    )

    assert states_by_firm() == {
        "Mitsuba Electric": "taken",
        "Passed": "not_chosen",
        "Late": "not_chosen",
        "Silent": "ended",
        "No": "declined",
    }


def test_each_contractor_is_told_of_the_award_in_its_language_and_nothing_of_the_others() -> None:
    passed, silent = firm("Passed"), firm("Silent")
    person("contractor_sales", firm=passed, language="ja", email="passed@example.jp")
    person("contractor_sales", firm=silent, language="en", email="silent@example.jp")
    award_among(("Passed", "submitted"), ("Silent", "invited"))

    for entry_id in FollowUp.objects.values_list("entry_id", flat=True).distinct():
        run_entry(entry_id)

    told = {
        message.recipient.email: message
        for message in Message.objects.select_related("recipient").filter(case_kind="cases.quote")
    }
    assert {email: (m.notice, m.language) for email, m in told.items()} == {
        "passed@example.jp": ("quote_not_chosen", "ja"),
        "silent@example.jp": ("solicitation_ended", "en"),
    }
    assert "採用に至りませんでした" in told["passed@example.jp"].subject
    assert "The solicitation has ended" in told["silent@example.jp"].subject
    for message in told.values():
        words = f"{message.subject} {message.body_text} {message.body_html}"
        secrets = ("Mitsuba", "契約企業", "Passed", "Silent", "5,000,000", "5000000", "JP-SUB")
        assert [secret for secret in secrets if secret in words] == []


def test_quote_that_has_run_out_is_not_taken() -> None:
    purchase = solicited()
    stale = QuoteFactory(subcontract=purchase, state="submitted", valid_until=date(2026, 11, 21))
    sales, buyer = person("contractor_sales"), person("contract_officer")

    with pytest.raises(NotOpen, match="Ask the contractor to extend it"):
        take(purchase, "take_quote", by=buyer, quote=stale, reason="Cheapest.")
    take(stale, "extend", by=sales, valid_until=LATER)
    take(purchase, "take_quote", by=buyer, quote=stale, reason="Cheapest.")

    stored = Quote.objects.get()
    assert (stored.state, stored.valid_until, stored.amount) == ("taken", LATER, NET)


def test_no_other_quote_is_taken_once_the_nation_has_accepted_its_price() -> None:
    contract = ContractFactory(state="accepted")
    chosen = {"contractor": firm(), "amount": NET}
    purchase = SubcontractFactory(state="solicited", contract=contract, **chosen)
    cheaper = QuoteFactory(subcontract=purchase, contractor=firm("Cheap"), state="submitted")

    with pytest.raises(NotOpen, match="The price offered to the nation rests on the quote taken"):
        take(
            purchase, "take_quote", by=person("contract_officer"), quote=cheaper, reason="Cheaper."
        )

    assert states_by_firm() == {"Mitsuba Electric": "taken", "Cheap": "submitted"}


def test_purchase_opened_again_after_acceptance_takes_its_first_quote() -> None:
    purchase = SubcontractFactory(state="solicited", contract=ContractFactory(state="accepted"))
    quote = purchase.quotes.get()

    take(purchase, "take_quote", by=person("contract_officer"), quote=quote, reason="The only one.")

    assert states_by_firm() == {"Mitsuba Electric": "taken"}


def priced_contract() -> Any:
    contract = ContractFactory(furnished=False)
    SubcontractFactory(contract=contract, state="solicited", contractor=firm(), amount=NET)
    take(contract, "price", by=person("case_manager"))
    return Contract.objects.get(pk=contract.pk)


def test_price_is_the_quotes_the_charge_and_the_deposit_of_the_day() -> None:
    contract = priced_contract()

    assert (contract.net, contract.administrative_charge, contract.total, contract.deposit) == (
        NET,
        CHARGE,
        TOTAL,
        DEPOSIT,
    )
    assert (contract.administrative_percent, contract.priced_on) == (Decimal("3.2"), DAY)
    assert lines_of(contract, "number", "unit_price", "amount") == [
        (1, 1_000_000, 3_000_000),
        (2, 2_000_000, 2_000_000),
    ]


def test_rate_of_another_day_does_not_count() -> None:
    Rate._base_manager.filter(code="administration").update(valid_to=date(2026, 11, 21))
    Rate.objects.create(code="administration", percent=5, valid_from=DAY, source="memo")
    Rate.objects.create(code="administration", percent=9, valid_from=LATER, source="memo")

    assert priced_contract().administrative_percent == 5


@pytest.mark.parametrize(
    ("code", "rate"),
    [("deposit", "initial deposit"), ("administration", "administrative charge")],
)
def test_price_without_a_rate_in_force_is_refused(code: str, rate: str) -> None:
    Rate._base_manager.filter(code=code).update(valid_to=date(2026, 11, 21))

    with pytest.raises(NotOpen, match=f"No rate for the {rate} is in force today"):
        priced_contract()


def test_price_in_another_money_has_no_approval_route() -> None:
    contract = ContractFactory(state="draft", is_priced=True)
    Contract.objects.filter(pk=contract.pk).update(currency="USD")

    with pytest.raises(NotOpen, match="Approval routes are in yen"):
        take(contract, "put_to_approval", by=person("case_manager"))

    assert Contract.objects.get().state == "draft"


# Shipments, bills, money ---------------------------------------------------------------------


def test_goods_that_have_not_been_inspected_are_not_packed() -> None:
    contract = ContractFactory(state="in_execution")
    inspected = SubcontractFactory(contract=contract, state="accepted", furnished=False)
    inspected.lines.exclude(number=1).delete()
    made = SubcontractFactory(contract=contract, state="delivered", furnished=False)
    made.lines.exclude(number=2).delete()
    dispatcher, inspector = person("contract_officer"), person("inspector")

    with pytest.raises(NotOpen, match="Line 2 has not been inspected"):
        take(contract, "pack_shipment", by=dispatcher, mode="sea", lines={1: 3, 2: 1})
    take(made, "accept_delivery", by=inspector, inspected_on=DAY, findings="Good.")
    take(contract, "pack_shipment", by=dispatcher, mode="sea", lines={1: 3, 2: 1})

    assert lines_of(Shipment.objects.get(), "number", "quantity") == [(1, 3), (2, 1)]


def test_service_is_performed_before_it_is_inspected() -> None:
    contract = ContractFactory(state="in_execution")
    training = Article.objects.get(catalogue_number="JP-SHP-102")
    contract.lines.filter(number=2).update(article=training)
    by = person("contract_officer")

    take(contract, "pack_shipment", by=by, mode="on_site", lines={2: 1})

    assert lines_of(Shipment.objects.get(), "number", "quantity") == [(2, 1)]
    with pytest.raises(NotOpen, match="Nothing that is left to ship has been inspected"):
        take(contract, "pack_shipment", by=by, mode="sea", lines={1: 3})


def test_more_than_is_left_is_not_packed_whatever_the_form_said() -> None:
    contract = ContractFactory(state="in_execution")
    SubcontractFactory(contract=contract, state="accepted")
    by = person("contract_officer")
    take(contract, "pack_shipment", by=by, mode="sea", lines={1: 2})

    with pytest.raises(NotOpen, match="Line 1: only 1 left to ship"):
        take(contract, "pack_shipment", by=by, mode="sea", lines={1: 2})

    assert Shipment.objects.count() == 1


def test_shipment_is_packed_from_the_lines_that_leave() -> None:
    contract = ContractFactory(state="in_execution")
    SubcontractFactory(contract=contract, state="accepted")

    take(contract, "pack_shipment", by=person("contract_officer"), mode="sea", lines={1: 2})

    shipment = Shipment.objects.get()
    assert (shipment.contract_number, shipment.mode) == (contract.number, "sea")
    assert lines_of(shipment, "number", "name_en", "quantity") == [
        (1, "Fixed air-surveillance radar FPS-3ME", 2)
    ]


def balances(contract: Any) -> dict[str, int]:
    found = {code.value: int(balance(contract.number, code, "JPY")) for code in Code}
    return {code: amount for code, amount in found.items() if amount}


def test_deposit_is_booked_as_held_for_the_nation() -> None:
    contract = ContractFactory(state="accepted")

    take(
        contract,
        "record_deposit",
        by=person("finance_officer"),
        amount=DEPOSIT,
        received_on=DAY,
        bank_reference="MUFG-1",
    )

    assert balances(contract) == {"bank": DEPOSIT, "deposits": -DEPOSIT}


def approved(bill: Any) -> Any:
    """The bill has been put to approval, and its file decided."""
    Bill.objects.filter(pk=bill.pk).update(state="under_approval")
    open_approval(bill, "bill_or_refund", state="awaiting_issue")
    return bill


def test_bills_in_parts_use_up_the_deposit_and_share_the_charge() -> None:
    contract = ContractFactory(state="in_execution")
    finance, issuer = person("finance_officer"), person("finance_officer")

    for amount in (Decimal(600_001), Decimal(2_000_000), TOTAL - 2_600_001):
        take(contract, "draft_bill", by=finance, amount=amount, due_on=LATER)
        bill = approved(Bill.objects.get(state="draft"))
        run_entry(take(bill, "issue", by=issuer).entry.pk)
        if due := bill.due:
            paid = {"amount": due, "paid_on": DAY, "bank_reference": "MUFG-2"}
            take(bill, "record_payment", by=finance, **paid)

    bills = Bill.objects.order_by("number").values_list("amount", "from_deposit", "state")
    assert list(bills) == [
        (600_001, 600_001, "paid"),
        (2_000_000, 431_999, "paid"),
        (2_559_999, 0, "paid"),
    ]
    assert balances(contract) == {"bank": TOTAL, "sales": -NET, "administration": -CHARGE}


def test_bill_that_the_deposit_covers_settles_itself_and_books_no_payment() -> None:
    bill = approved(BillFactory(state="draft", amount=DEPOSIT))

    run_entry(take(bill, "issue", by=person("finance_officer")).entry.pk)

    stored = Bill.objects.get()
    assert (stored.state, stored.paid_on) == ("paid", DAY)
    kinds = sorted(journal.kind for journal in journals_of(bill.contract.number))
    assert kinds == ["bill", "deposit"]
    assert "receivable" not in balances(bill.contract)


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        (0, "A bill is for more than nothing. Where nothing is owed, make none."),
        (-5, "A bill is for more than nothing. Where nothing is owed, make none."),
        (TOTAL + 1, "Only JPY 5,160,000 of the price is left to bill. Give at most this amount."),
    ],
)
def test_bill_of_nothing_or_of_too_much_is_refused_whatever_the_form_said(
    amount: int, sentence: str
) -> None:
    contract = ContractFactory(state="in_execution")
    finance = person("finance_officer")

    with pytest.raises(NotOpen, match=sentence):
        take(contract, "draft_bill", by=finance, amount=Decimal(amount), due_on=LATER)

    assert not Bill.objects.exists()


def test_voiding_an_issued_bill_reverses_what_it_booked() -> None:
    bill = BillFactory(state="issued")
    contract = bill.contract

    take(bill, "void", by=person("finance_officer"), reason="Wrong amount.")

    assert balances(contract) == {"bank": DEPOSIT, "deposits": -DEPOSIT}
    assert sorted(journal.kind for journal in journals_of(contract.number)) == [
        "bill",
        "deposit",
        "reversal of bill",
    ]


def test_voiding_a_draft_books_nothing() -> None:
    bill = BillFactory(state="draft")

    take(bill, "void", by=person("finance_officer"), reason="Wrong amount.")

    assert [journal.kind for journal in journals_of(bill.contract.number)] == ["deposit"]


def test_accepted_delivery_is_owed_until_the_contractor_is_paid() -> None:
    purchase = SubcontractFactory(state="delivered")
    contract = purchase.contract

    take(
        purchase,
        "accept_delivery",
        by=person("inspector"),
        inspected_on=DAY,
        findings="Conforms.",
    )
    owed = balances(contract)
    invoice = SimpleUploadedFile("invoice.pdf", PDF, content_type="application/pdf")
    seller = person("contractor_finance")
    take(purchase, "send_invoice", by=seller, invoice_number="INV-7", invoice=invoice)
    take(
        purchase,
        "record_payment",
        by=person("finance_officer"),
        paid_on=DAY,
        bank_reference="MUFG-3",
    )

    held = {"bank": DEPOSIT, "deposits": -DEPOSIT}
    assert owed == held | {"cost": NET, "payable": -NET}
    assert balances(contract) == held | {"bank": DEPOSIT - NET, "cost": NET}
    assert Document.objects.get(kind="supplier_invoice").for_contractor_id == purchase.contractor_id
