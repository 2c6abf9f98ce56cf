"""Each promise of the database: its test misses it when it is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from tests.approvals.test_promises import PROMISES as OF_FILES
from tests.house.test_promises import PROMISES
from tests.house.test_promises import test_database_refuses_what_must_never_be as refuses
from tests.ledger import test_books as books
from tests.mutants.mutants import Mutant, asked, hunt, is_red, says

pytestmark = [pytest.mark.django_db, pytest.mark.no_cover]  # repeats what other tests walk


def of_another_purse(side: str, currency: str) -> Callable[[], None]:
    (place,) = [
        words
        for words, wall in books.PURSES
        if wall.endswith(f"{side}_same_purse") and words[side][2] == currency
    ]
    return lambda: books.test_account_of_another_purse_is_refused(
        place, f"ledger_posting_{side}_same_purse"
    )


ELSEWHERE: dict[str, Callable[[], Any]] = {
    "ledger_posting_two_accounts": books.test_posting_within_one_account_is_refused,
    "ledger_posting_positive": partial(books.test_posting_of_nought_or_less_is_refused, -1),
    "ledger_posting_debit_same_purse": of_another_purse("debit", "JPY"),
    "ledger_posting_credit_same_purse": of_another_purse("credit", "USD"),
    "ledger_posting_journal_same_nation": books.test_journal_of_another_nation_is_refused,
    "ledger_account_known_code": books.test_unknown_account_code_is_refused,
    "ledger_account_once": books.test_second_account_of_the_same_purse_is_refused,
}


def fallen(name: str) -> str:
    """The statement that takes a constraint away, or the unique index that is one."""
    for (table,) in asked("SELECT conrelid::regclass FROM pg_constraint WHERE conname = %s", name):
        return f'ALTER TABLE {table} DROP CONSTRAINT "{name}" CASCADE'
    return f'DROP INDEX "{name}"'


def promises() -> Iterator[Mutant]:
    for name, broken in (PROMISES | OF_FILES).items():
        yield Mutant(name, says(fallen(name)), partial(is_red, refuses, name, broken))
    for name, test in ELSEWHERE.items():
        yield Mutant(
            name, says("SET CONSTRAINTS ALL IMMEDIATE", fallen(name)), partial(is_red, test)
        )


def test_every_promise_is_missed() -> None:
    assert hunt("promises", promises()) == []
