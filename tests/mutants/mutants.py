"""Mutants of the walls: one wall less at a time, and the check that has to miss it.

A mutant weakens one thing inside a transaction that is taken back. Its check is the smallest part
of the usual tests that looks there. A mutant that no check sees has survived: a hole in the tests.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from workflow import walls

EVERY = os.environ.get("MUTANTS") == "all"  # `make drill-walls`
LONG, SHARE = 60, 7  # a prime: tables come in fours and fives

# A test is red, too, where the database says no in other words than expected.
RED = (AssertionError, pytest.fail.Exception, DatabaseError)


@dataclass(frozen=True)
class Mutant:
    """What is weakened, how, and who should see it: `is_seen` says whether the check is red."""

    name: str
    weaken: Callable[[], AbstractContextManager[Any]]
    is_seen: Callable[[], bool]


def survivors(mutants: Iterable[Mutant]) -> list[str]:
    """Those that nobody saw. A check that is red before anything is weakened proves nothing."""
    return [mutant.name for mutant in mutants if _survives(mutant)]


def hunt(title: str, mutants: Iterable[Mutant]) -> list[str]:
    """The survivors, after a line that says how many there were. Of a long list the usual run takes a share."""
    listed = list(mutants)
    assert listed, f"{title}: there is nothing to weaken"
    found = listed if EVERY or len(listed) <= LONG else listed[::SHARE]
    left = survivors(found)
    share = "" if found == listed else f" (of {len(listed)})"
    print(
        f"\n{title}: {len(found)} mutants{share}, {len(found) - len(left)} killed, {len(left)} survived"
    )
    for name in left:
        print(f"  SURVIVED {name}")
    return left


def _survives(mutant: Mutant) -> bool:
    with taken_back():
        assert not mutant.is_seen(), f"{mutant.name}: its check is red without it"
    with taken_back(), mutant.weaken():
        return not mutant.is_seen()


@contextmanager
def taken_back() -> Iterator[None]:
    """As a test's own transaction: the durable one of a step may begin in it."""
    block = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)


def says(*statements: str) -> Callable[[], AbstractContextManager[Any]]:
    """A weakening by SQL, as the owner of the tables."""

    def weaken() -> AbstractContextManager[Any]:
        with walls.within(walls.OWNER), connection.cursor() as cursor:
            for statement in ("SET CONSTRAINTS ALL IMMEDIATE", *statements):
                cursor.execute(statement)
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        return nullcontext()

    return weaken


def is_red(test: Callable[..., Any], *words: Any, **named: Any) -> bool:
    """Whether a usual test fails."""
    try:
        with taken_back():
            test(*words, **named)
    except RED:
        return True
    return False


def asked(question: str, *values: Any) -> list[tuple[Any, ...]]:
    with walls.within(walls.OWNER), connection.cursor() as cursor:
        cursor.execute(question, values or None)
        return list(cursor.fetchall())
