"""A statement that goes before another in its message: fewer messages, the same words and answers."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext

from cases.models import Request
from tests.factories import RequestFactory
from workflow import walls
from workflow.database.base import Foregoing
from workflow.models import NumberSeries

pytestmark = pytest.mark.django_db


def preceded_by(statement: str, *params: Any) -> AbstractContextManager[Foregoing]:
    sent: AbstractContextManager[Foregoing] = connection.preceded_by(statement, params)
    return sent


def test_both_are_answered_in_one_message() -> None:
    request = RequestFactory(title="100 % wool")
    with (
        walls.within(walls.OWNER),
        CaptureQueriesContext(connection) as sent,
        preceded_by("SELECT %s || '%%', 2", "50 %") as first,
        preceded_by("SELECT title FROM cases_request WHERE id = %s", request.pk) as second,
    ):
        row = Request.objects.get(title="100 % wool")

    assert row.pk == request.pk
    assert (first.rows, second.rows) == ([("50 %%", 2)], [("100 % wool",)])
    assert len(sent) == 1


def test_it_is_said_for_whom_both_are() -> None:
    request = RequestFactory()
    count = "SELECT count(*) FROM cases_request"

    for nation, seen in (("PH", 1), ("AU", 0)):
        with (
            transaction.atomic(),
            walls.within(walls.Context("partner", nation)),
            preceded_by(count) as first,
        ):
            found = Request.objects.filter(pk=request.pk).count()
        assert (first.rows, found) == ([(seen,)], seen)


def test_what_nothing_follows_is_sent_all_the_same() -> None:
    with walls.house(), preceded_by("SELECT 7") as alone:
        assert alone.rows == []

    assert alone.rows == [(7,)]


def test_many_statements_come_after_it() -> None:
    with (
        walls.house(),
        preceded_by("SELECT count(*) FROM workflow_numberseries") as first,
        connection.cursor() as cursor,
    ):
        cursor.executemany(
            "INSERT INTO workflow_numberseries (series, last) VALUES (%s, %s)",
            [("one", 1), ("two", 2)],
        )

    assert first.rows == [(0,)]
    with walls.house():
        assert NumberSeries.objects.count() == 2


def test_when_it_fails_the_next_does_not_happen() -> None:
    request = RequestFactory(title="before")

    with (
        pytest.raises(DataError),
        transaction.atomic(),
        walls.house(),
        preceded_by("SELECT 1 / %s", 0),
    ):
        Request.objects.filter(pk=request.pk).update(title="after")

    assert Request.objects.get(pk=request.pk).title == "before"


def test_what_fails_before_any_statement_leaves_nothing_behind() -> None:
    with pytest.raises(ValueError, match="early"), walls.house(), preceded_by("SELECT 1 / 0"):
        raise ValueError("early")

    with walls.house(), connection.cursor() as cursor:
        cursor.execute("SELECT 3")
        assert cursor.fetchall() == [(3,)]
