"""The books: what is posted balances, stays with its nation and currency, and never changes."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from ledger.checks import books
from ledger.journals import Code, NothingToBook, Row, balance, journals_of, post, reverse
from ledger.models import Account, Journal, Posting
from ledger.money import amount_of, minor_units
from workflow import walls

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)
CASE = "JP-PH-26-0001"


def book(occasion: str = "deposit:1", *rows: Row, **fields: Any) -> Journal:
    return post(
        **{
            "occasion": occasion,
            "kind": "deposit",
            "nation": "PH",
            "currency": "JPY",
            "subject": CASE,
            "rows": rows or [Row(Code.BANK, Code.DEPOSITS, Decimal(1_000))],
            "posted_on": DAY,
            "by": "SUZUKI Ichiro",
            **fields,
        }
    )


# Amounts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [("12", "JPY", 12), ("12.34", "USD", 1234), ("12.3", "USD", 1230), ("1.234", "KWD", 1234)],
)
def test_amount_is_kept_in_smallest_units(amount: str, currency: str, units: int) -> None:
    assert minor_units(Decimal(amount), currency) == units
    assert amount_of(units, currency) == Decimal(amount)


@pytest.mark.parametrize(("amount", "currency"), [("0.5", "JPY"), ("0.001", "USD")])
def test_fraction_of_the_smallest_unit_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(ValueError, match="has a fraction of the smallest unit"):
        minor_units(Decimal(amount), currency)


@given(st.integers(-(10**15), 10**15), st.sampled_from(["JPY", "USD", "KWD"]))
def test_units_and_amounts_are_the_same_thing(units: int, currency: str) -> None:
    assert minor_units(amount_of(units, currency), currency) == units


# Posting -------------------------------------------------------------------------------------


def test_posting_moves_an_amount_from_one_account_to_another() -> None:
    book()

    assert balance(CASE, Code.BANK, "JPY") == 1_000
    assert balance(CASE, Code.DEPOSITS, "JPY") == -1_000
    assert balance(CASE, Code.SALES, "JPY") == 0


def test_all_accounts_of_a_case_add_up_to_nought() -> None:
    book("deposit:1")
    book(
        "bill:1",
        Row(Code.RECEIVABLE, Code.SALES, Decimal(4_000)),
        Row(Code.RECEIVABLE, Code.ADMINISTRATION, Decimal(128)),
        Row(Code.DEPOSITS, Code.RECEIVABLE, Decimal(1_000)),
    )

    assert {code: balance(CASE, code, "JPY") for code in Code} == {
        Code.BANK: 1_000,
        Code.DEPOSITS: 0,
        Code.RECEIVABLE: 3_128,
        Code.SALES: -4_000,
        Code.ADMINISTRATION: -128,
        Code.COST: 0,
        Code.PAYABLE: 0,
    }


def test_balance_is_of_one_case_and_one_currency() -> None:
    book("deposit:1")
    book("deposit:2", subject="JP-PH-26-0002")
    book("deposit:3", Row(Code.BANK, Code.DEPOSITS, Decimal("1.50")), currency="USD")

    assert balance(CASE, Code.BANK, "JPY") == 1_000
    assert balance(CASE, Code.BANK, "USD") == Decimal("1.50")


def test_rows_of_nought_are_left_out() -> None:
    journal = book(
        "bill:1",
        Row(Code.RECEIVABLE, Code.SALES, Decimal(4_000)),
        Row(Code.DEPOSITS, Code.RECEIVABLE, Decimal(0)),
    )

    assert [str(row) for row in journal.postings.all()] == ["receivable ← sales 4000 JPY"]


def test_event_that_moves_no_money_is_not_booked() -> None:
    with pytest.raises(NothingToBook, match="bill:1 moves no money"):
        book("bill:1", Row(Code.BANK, Code.RECEIVABLE, Decimal(0)))

    assert not Journal.objects.exists()


def test_journal_without_postings_is_refused_whoever_writes_it() -> None:
    words = {"occasion": "bill:1", "kind": "bill", "nation_id": "PH", "subject": CASE}
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ledger_journal_not_empty IMMEDIATE")

    with pytest.raises(IntegrityError, match="ledger_journal_not_empty"), transaction.atomic():
        Journal.objects.create(posted_on=DAY, made_by="SUZUKI Ichiro", **words)


def test_same_occasion_cannot_be_booked_twice() -> None:
    book("deposit:1")

    with pytest.raises(IntegrityError, match="occasion"), transaction.atomic():
        book("deposit:1")

    assert balance(CASE, Code.BANK, "JPY") == 1_000


def test_accounts_are_opened_once_per_nation_code_and_currency() -> None:
    book("deposit:1")
    book("deposit:2")
    book("deposit:3", nation="AU")

    assert sorted(str(account) for account in Account.objects.all()) == [
        "AU bank JPY",
        "AU deposits JPY",
        "PH bank JPY",
        "PH deposits JPY",
    ]


# Reversal ------------------------------------------------------------------------------------


def test_reversal_books_the_opposite() -> None:
    journal = book()

    opposite = reverse(journal, occasion="r:1", posted_on=DAY, by="SUZUKI", memo="wrong bank")

    assert balance(CASE, Code.BANK, "JPY") == balance(CASE, Code.DEPOSITS, "JPY") == 0
    assert (opposite.kind, opposite.reverses) == ("reversal of deposit", journal)
    assert [journal.kind for journal in journals_of(CASE)] == ["deposit", "reversal of deposit"]


def test_journal_can_be_reversed_once() -> None:
    journal = book()
    reverse(journal, occasion="r:1", posted_on=DAY, by="SUZUKI", memo="")

    with pytest.raises(IntegrityError, match="reverses"), transaction.atomic():
        reverse(journal, occasion="r:2", posted_on=DAY, by="SUZUKI", memo="")


# Walls ---------------------------------------------------------------------------------------


@pytest.fixture
def strict() -> None:
    """Foreign keys are checked at once, as they are at commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ledger_journal_not_empty DEFERRED")


def account(nation: str, code: Code, currency: str = "JPY") -> Account:
    return Account.objects.get_or_create(nation_id=nation, code=code, currency=currency)[0]


def posting(journal: Journal, **fields: Any) -> Posting:
    return Posting.objects.create(
        **{
            "journal": journal,
            "debit": account("PH", Code.BANK),
            "credit": account("PH", Code.DEPOSITS),
            "nation_id": "PH",
            "currency": "JPY",
            "units": 1,
            **fields,
        }
    )


PURSES: list[tuple[dict[str, Any], str]] = [
    ({"debit": ("AU", Code.BANK, "JPY")}, "ledger_posting_debit_same_purse"),
    ({"credit": ("AU", Code.DEPOSITS, "JPY")}, "ledger_posting_credit_same_purse"),
    ({"debit": ("PH", Code.BANK, "USD")}, "ledger_posting_debit_same_purse"),
    ({"credit": ("PH", Code.DEPOSITS, "USD")}, "ledger_posting_credit_same_purse"),
]


@pytest.mark.parametrize(("wrong", "wall"), PURSES)
@pytest.mark.usefixtures("strict")
def test_account_of_another_purse_is_refused(wrong: dict[str, Any], wall: str) -> None:
    journal = book()
    foreign = {side: account(*words) for side, words in wrong.items()}

    with pytest.raises(IntegrityError, match=wall):
        posting(journal, **foreign)


@pytest.mark.usefixtures("strict")
def test_journal_of_another_nation_is_refused() -> None:
    journal = book(nation="AU")

    with pytest.raises(IntegrityError, match="ledger_posting_journal_same_nation"):
        posting(journal)


@pytest.mark.parametrize("units", [0, -1])
def test_posting_of_nought_or_less_is_refused(units: int) -> None:
    journal = book()

    with pytest.raises(IntegrityError, match="ledger_posting_positive"):
        posting(journal, units=units)


def test_posting_within_one_account_is_refused() -> None:
    journal = book()

    with pytest.raises(IntegrityError, match="ledger_posting_two_accounts"):
        posting(journal, credit=account("PH", Code.BANK))


def test_unknown_account_code_is_refused() -> None:
    with pytest.raises(IntegrityError, match="ledger_account_known_code"):
        Account.objects.create(nation_id="PH", code="pocket", currency="JPY")


def test_second_account_of_the_same_purse_is_refused() -> None:
    account("PH", Code.BANK)

    with pytest.raises(IntegrityError, match="ledger_account_once"):
        Account.objects.create(nation_id="PH", code="bank", currency="JPY")


@pytest.mark.parametrize("table", ["ledger_posting", "ledger_journal"])
@pytest.mark.parametrize(
    "change", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_books_refuse_to_be_changed(table: str, change: str) -> None:
    book()

    with walls.within(walls.OWNER), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing is left to be asked
        with pytest.raises(IntegrityError, match="append-only"):
            cursor.execute(change.format(table))


def test_journal_without_postings_is_found_by_whoever_verifies() -> None:
    """The database lets none commit; the verifier asks what somebody may have done behind it."""
    book()
    words = {"occasion": "none", "kind": "deposit", "nation_id": "PH", "subject": CASE}

    with transaction.atomic():
        empty = Journal.objects.create(**words, posted_on=DAY, made_by="SUZUKI Ichiro")
        found = list(books(Counter()))
        transaction.set_rollback(True)

    assert [(each.key, each.detail) for each in found] == [(f"id {empty.pk}", "no postings")]
