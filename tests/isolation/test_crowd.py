"""T10: many at once for different nations, on connections they share, in every way in which one can look.

`T10_QUERIES=1000000` for a campaign; the seed is printed and may be given as `SEED`.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from itertools import islice
from random import Random, SystemRandom
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import OperationalError, ProgrammingError

from cases.models import Request, RequestLine
from tests.factories import NationFactory, RequestFactory
from workflow import walls
from workflow.database.base import DatabaseWrapper
from workflow.walls import Context, NoContext

pytestmark = pytest.mark.django_db(transaction=True)

QUERIES = int(os.environ.get("T10_QUERIES", "3000"))
SEED = int(os.environ.get("SEED", SystemRandom().randrange(10**6)))
THREADS = 32  # four for each connection of the pool
STAYS = 5  # looks before somebody gives the connection back
NATIONS = ("PH", "AU", "VN", "ID")
EACH = 3  # more rows than a chunk
PARTNERS = [Context("partner", code, str(uuid4())) for code in NATIONS]
STAFF = Context("staff", actor=str(uuid4()))
CONTEXTS = [*PARTNERS, STAFF, walls.HOUSE, Context("partner", "XX", str(uuid4()))]

Look = tuple[Context, list[str]]


@pytest.fixture
def nations() -> None:
    for code in NATIONS:
        for number in range(EACH):
            RequestFactory(nation=NationFactory(code=code), title=f"{code} {number}")


def wanted(context: Context) -> list[str]:
    there = {"partner": [context.scope] if context.scope in NATIONS else []}
    return sorted(f"{c} {n}" for c in there.get(context.audience, NATIONS) for n in range(EACH))


def titles() -> list[str]:
    return list(Request.objects.order_by("title").values_list("title", flat=True))


def seen_by(other: Context) -> Look:
    with walls.within(other):
        return other, titles()


# Ways of looking: each tells who saw what. `own` is bound around it. -----------------------------


def lone(own: Context, other: Context) -> Iterator[Look]:
    yield own, titles()
    yield seen_by(other)
    yield own, titles()


def in_a_transaction(own: Context, other: Context) -> Iterator[Look]:
    with transaction.atomic():
        yield own, titles()
        yield seen_by(other)
        yield own, titles()


def after_an_error(own: Context, other: Context) -> Iterator[Look]:
    with pytest.raises(ProgrammingError), transaction.atomic(), walls.within(STAFF):
        RequestLine.objects.update(number=1)
    yield own, titles()


def after_an_error_within(own: Context, other: Context) -> Iterator[Look]:
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), walls.within(other), transaction.atomic():
            titles()
            raise ZeroDivisionError
        yield own, titles()


def after_a_timeout(own: Context, other: Context) -> Iterator[Look]:
    with transaction.atomic():
        with pytest.raises(OperationalError), walls.within(other), transaction.atomic():
            out_of_time()
        yield own, titles()
    yield seen_by(other)


def out_of_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', '1', true)")
        cursor.execute("SELECT pg_sleep(1)")


def streamed(own: Context, other: Context) -> Iterator[Look]:
    """A cursor of the server that is still open while somebody else looks."""
    with transaction.atomic():
        rows = Request.objects.order_by("title").iterator(chunk_size=1)
        first = [row.title for row in islice(rows, 1)]
        yield seen_by(other)
        yield own, first + [row.title for row in rows]


def streamed_alone(own: Context, other: Context) -> Iterator[Look]:
    yield own, [row.title for row in Request.objects.order_by("title").iterator(chunk_size=2)]


def in_savepoints(own: Context, other: Context) -> Iterator[Look]:
    with transaction.atomic():
        with walls.within(other), transaction.atomic():
            yield other, titles()
            with walls.house(), transaction.atomic():
                yield walls.HOUSE, titles()
                transaction.set_rollback(True)
            yield other, titles()
            transaction.set_rollback(True)
        yield own, titles()


def tried_again(own: Context, other: Context) -> Iterator[Look]:
    """As a worker does: the transaction of a task fails twice, then succeeds."""
    for works in (False, False, True):
        with (
            nullcontext() if works else suppress(ConnectionError),
            transaction.atomic(durable=True),
        ):
            yield own, titles()
            yield seen_by(other)
            if not works:
                raise ConnectionError


def on_another_connection(own: Context, other: Context) -> Iterator[Look]:
    yield seen_by(other)
    connection.close()
    yield own, titles()


def for_nobody(own: Context, other: Context) -> Iterator[Look]:
    with pytest.raises(NoContext), walls.within(None):
        titles()
    yield own, titles()


WAYS: list[Callable[[Context, Context], Iterator[Look]]] = [
    lone,
    in_a_transaction,
    after_an_error,
    after_an_error_within,
    after_a_timeout,
    streamed,
    streamed_alone,
    in_savepoints,
    tried_again,
    on_another_connection,
    for_nobody,
]


# The crowd -----------------------------------------------------------------------------------


def stroll(seed: int, queries: int) -> tuple[int, Counter[str]]:
    """How many looks one thread had, and the ways in which it saw what it should not, or missed rows."""
    chance, done, wrong = Random(seed), 0, Counter[str]()
    try:
        while done < queries:
            for _ in range(STAYS):
                way, own, other = (chance.choice(things) for things in (WAYS, CONTEXTS, CONTEXTS))
                with walls.within(own):
                    looks = list(way(own, other))
                done += len(looks)
                wrong[way.__name__] += sum(found != wanted(whose) for whose, found in looks)
            connection.close()
    finally:
        connection.close()
    return done, +wrong


def crowd(queries: int) -> tuple[int, Counter[str]]:
    connection.close()
    share = -(-queries // THREADS)
    with ThreadPoolExecutor(THREADS) as threads:
        told = list(threads.map(lambda n: stroll(SEED + n, share), range(THREADS)))
    return sum(done for done, _ in told), sum((wrong for _, wrong in told), Counter[str]())


@pytest.mark.usefixtures("nations")
def test_nobody_in_a_crowd_sees_anothers_rows() -> None:
    done, wrong = crowd(QUERIES)

    print(
        f"\nT10: SEED={SEED}, {done} queries by {THREADS} threads, {wrong.total()} of a wrong nation"
    )
    assert done >= QUERIES
    assert wrong == {}, f"SEED={SEED}"


@pytest.mark.usefixtures("nations")
def test_crowd_notices_a_context_that_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the test above would prove nothing: bound once for each transaction, never again."""
    words = DatabaseWrapper.words

    def once(self: Any, context: Context | None) -> str:
        return "" if isinstance(self._bound, Context) else words(self, context)

    monkeypatch.setattr(DatabaseWrapper, "words", once)

    _done, wrong = crowd(500)

    assert {"in_a_transaction", "tried_again"} <= set(wrong)
