"""Posting and asking for balances: the only way into the books."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from ledger.models import Account, Journal, Posting
from ledger.money import amount_of, minor_units

Code = Account.Code


class NothingToBook(ValueError):
    """An event in which no money moves is none of the books'."""


@dataclass(frozen=True)
class Row:
    """Debit one account, credit another, with the same amount."""

    debit: Code
    credit: Code
    amount: Decimal


@transaction.atomic  # journal and postings together, whoever calls
def post(
    *,
    occasion: str,
    kind: str,
    nation: str,
    currency: str,
    subject: str,
    rows: Iterable[Row],
    posted_on: date,
    by: str,
    memo: str = "",
    reverses: Journal | None = None,
) -> Journal:
    """Book one event, in the caller's transaction if there is one. Rows of nought are left out.

    Raises `NothingToBook` when no row is left, `IntegrityError` when the occasion has been booked
    before.
    """
    wanted = [row for row in rows if row.amount]
    if not wanted:
        raise NothingToBook(f"{occasion} moves no money.")
    codes = sorted({code for row in wanted for code in (row.debit, row.credit)})
    accounts = {code: _account(nation, code, currency) for code in codes}
    journal = Journal.objects.create(
        occasion=occasion,
        kind=kind,
        nation_id=nation,
        subject=subject,
        posted_on=posted_on,
        memo=memo,
        made_by=by,
        reverses=reverses,
    )
    Posting.objects.bulk_create(
        Posting(
            journal=journal,
            debit=accounts[row.debit],
            credit=accounts[row.credit],
            nation_id=nation,
            currency=currency,
            units=minor_units(row.amount, currency),
        )
        for row in wanted
    )
    return journal


def reverse(journal: Journal, *, occasion: str, posted_on: date, by: str, memo: str) -> Journal:
    """Book the opposite of a journal. A journal can be reversed once."""
    rows = list(journal.postings.select_related("debit", "credit"))
    return post(
        occasion=occasion,
        kind=f"reversal of {journal.kind}",
        nation=journal.nation_id,
        currency=rows[0].currency,
        subject=journal.subject,
        rows=[Row(Code(r.credit.code), Code(r.debit.code), r.amount) for r in rows],
        posted_on=posted_on,
        by=by,
        memo=memo,
        reverses=journal,
    )


def balance(subject: str, code: Code, currency: str) -> Decimal:
    """What an account shows for one case: debits minus credits."""
    rows = Posting.objects.filter(journal__subject=subject, currency=currency)
    debits = rows.filter(debit__code=code).aggregate(units=Sum("units"))["units"] or 0
    credits = rows.filter(credit__code=code).aggregate(units=Sum("units"))["units"] or 0
    return amount_of(debits - credits, currency)


def journals_of(subject: str) -> list[Journal]:
    rows = Journal.objects.filter(subject=subject).prefetch_related(
        "postings__debit", "postings__credit"
    )
    return list(rows.order_by("booked_at", "occasion"))


def _account(nation: str, code: Code, currency: str) -> Account:
    account, _made = Account.objects.get_or_create(nation_id=nation, code=code, currency=currency)
    return account
