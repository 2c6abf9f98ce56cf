"""The second wall: PostgreSQL shows rows by a signed context that lives no longer than a transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.db.utils import DataError, OperationalError, ProgrammingError

from cases.models import Contract, Quote, Request, RequestLine
from documents.models import Document
from notifications.models import Message
from partners.models import Organisation, Person
from tests.factories import (
    ContractFactory,
    NationFactory,
    OrganisationFactory,
    QuoteFactory,
    RequestFactory,
    paper,
    person,
)
from workflow import walls
from workflow.database import building
from workflow.database.base import DatabaseWrapper
from workflow.models import Entry
from workflow.search import matching
from workflow.steps import NotYours, take
from workflow.walls import Context, NoContext

pytestmark = pytest.mark.django_db

MANILA = Context("partner", "PH", str(uuid4()))
CANBERRA = Context("partner", "AU", str(uuid4()))
STAFF = Context("staff", actor=str(uuid4()))


@pytest.fixture
def two_nations() -> dict[str, Request]:
    return {
        code: RequestFactory(
            nation=NationFactory(code=code), title=f"radar {code}", state="submitted"
        )
        for code in ("PH", "AU")
    }


def seen(context: Context | None, rows: Callable[[], Any] = Request.objects.all) -> list[str]:
    with walls.within(context):
        return sorted(str(row.title) for row in rows())


@pytest.mark.parametrize(
    ("context", "titles"),
    [
        (MANILA, ["radar PH"]),
        (CANBERRA, ["radar AU"]),
        (STAFF, ["radar AU", "radar PH"]),
        (walls.HOUSE, ["radar AU", "radar PH"]),
        (Context("partner", "XX"), []),
        (Context("partner", ""), []),
    ],
)
def test_audience_sees_its_rows_without_any_filter(
    two_nations: dict[str, Request], context: Context, titles: list[str]
) -> None:
    assert seen(context) == titles


def test_lines_papers_and_words_follow_their_case(two_nations: dict[str, Request]) -> None:
    for request in two_nations.values():
        paper(request, "letter", for_nation=True)

    with walls.within(MANILA):
        assert {line.nation_id for line in RequestLine.objects.all()} == {"PH"}
        assert {row.owner_code for row in Document.objects.all()} == {"PH"}
        assert [row.title for row in matching(Request.objects.all(), "radar")] == ["radar PH"]


def test_contractor_sees_its_own_quotes_and_no_nation() -> None:
    mine = QuoteFactory(state="submitted")
    others = QuoteFactory(state="submitted", contractor=OrganisationFactory(kind="contractor"))

    with walls.within(Context("supplier", str(mine.contractor_id))):
        assert list(Quote.objects.all()) == [mine]
        assert set(mine.lines.values_list("contractor", flat=True)) == {mine.contractor_id}
        assert [row.pk for row in Organisation.objects.all()] == [mine.contractor_id]
        for model in (Request, Contract, Entry):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                list(model.objects.all())
    assert others.contractor_id != mine.contractor_id


def test_draft_offer_is_out_of_sight_until_it_is_sent() -> None:
    draft, sent = ContractFactory(state="draft"), ContractFactory(state="offered")

    with walls.within(MANILA):
        assert list(Contract.objects.all()) == [sent]
    with walls.within(STAFF):
        assert set(Contract.objects.all()) == {draft, sent}


def test_each_person_reads_their_own_messages_and_row_only() -> None:
    with walls.within(Context("partner", "PH", person("requester").actor_id)) as _:
        assert Person.objects.count() == 1
        assert Message.objects.count() == 0


def test_door_cannot_write_what_it_sees(two_nations: dict[str, Request]) -> None:
    for context in (MANILA, STAFF):
        with (
            walls.within(context),
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
        ):
            Request.objects.update(title="other")


def test_gate_asks_the_wall_before_it_acts(two_nations: dict[str, Request]) -> None:
    manager = person("case_manager")

    with walls.within(MANILA), pytest.raises(NotYours, match="not for you"):
        take(two_nations["AU"], "accept_as_actionable", by=manager)
    with walls.within(STAFF):
        take(two_nations["AU"], "accept_as_actionable", by=manager)


# The context ---------------------------------------------------------------------------------


def test_role_without_a_context_sees_nothing(two_nations: dict[str, Request]) -> None:
    with walls.within(walls.OWNER), transaction.atomic(), connection.cursor() as cursor:
        for audience in walls.AUDIENCES[1:4]:
            cursor.execute(f"SET LOCAL ROLE fms_{audience}")
            table = "cases_quote" if audience == "supplier" else "cases_request"
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,)


FORGED = [
    "partner|AU||9999999999|" + "0" * 64,
    "partner|AU",
    "house||||",
    "|" * 4,
    MANILA.signed().replace("|PH|", "|AU|"),
    MANILA.signed().replace("partner", "staff"),
    MANILA.signed() + "0",
]


@pytest.mark.parametrize("forged", FORGED)
def test_context_that_was_not_signed_here_is_refused(
    two_nations: dict[str, Request], forged: str
) -> None:
    with walls.within(walls.OWNER), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('role', 'fms_staff', true), set_config('app.ctx', %s, true)",
            [forged],
        )
        with pytest.raises(ProgrammingError, match="bad context"), transaction.atomic():
            cursor.execute("SELECT count(*) FROM cases_request")


def test_context_runs_out(two_nations: dict[str, Request], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walls, "LASTS_SECONDS", -1)

    with (
        walls.within(STAFF),
        pytest.raises(ProgrammingError, match="bad context"),
        transaction.atomic(),
    ):
        Request.objects.count()


def test_key_of_the_contexts_is_readable_by_nobody() -> None:
    for context in (walls.HOUSE, walls.ENTRANCE, STAFF):
        with (
            walls.within(context),
            connection.cursor() as cursor,
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
        ):
            cursor.execute("SELECT * FROM workflow_contextkey")


def test_context_of_one_role_opens_no_other(two_nations: dict[str, Request]) -> None:
    """Whoever can write SQL for one audience can change the role, but not the signed context."""
    with walls.within(MANILA), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        for role in ("fms_staff", "fms_house"):
            cursor.execute(f"SET LOCAL ROLE {role}")
            cursor.execute("SELECT count(*) FROM cases_request")
            assert cursor.fetchone() == (0,)


# Binding -------------------------------------------------------------------------------------


def test_context_follows_within_one_transaction_and_back(two_nations: dict[str, Request]) -> None:
    with transaction.atomic():
        assert seen(MANILA) == ["radar PH"]
        assert seen(CANBERRA) == ["radar AU"]
        assert len(seen(walls.HOUSE)) == 2
        assert seen(MANILA) == ["radar PH"]


def test_what_a_savepoint_takes_back_is_bound_anew(two_nations: dict[str, Request]) -> None:
    with walls.within(MANILA), transaction.atomic():
        assert Request.objects.count() == 1
        with walls.house(), transaction.atomic():
            assert Request.objects.count() == 2
            transaction.set_rollback(True)
        assert Request.objects.count() == 1
        with walls.house():
            assert Request.objects.count() == 2


@pytest.mark.parametrize("nobody", [None, walls.OWNER])
def test_nobody_is_nobody_after_a_savepoint_was_taken_back(nobody: Context | None) -> None:
    """The role of the house, bound before the savepoint, is not left to whoever comes after it."""
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseWrapper, "strict", False)
        with walls.house():
            Request.objects.count()
            with transaction.atomic():
                transaction.set_rollback(True)

        with walls.within(nobody), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('role'), current_setting('app.ctx', true)")
            assert cursor.fetchone() == ("none", "")


def test_statement_that_never_left_the_house_binds_nothing(two_nations: dict[str, Request]) -> None:
    """What the driver refuses to send (a NUL) has not told PostgreSQL for whom it was."""
    with transaction.atomic():
        assert len(seen(STAFF)) == 2
        with pytest.raises(DataError, match="NUL"), walls.within(MANILA):
            Request.objects.filter(title="\0").exists()

        assert seen(MANILA) == ["radar PH"]


def test_error_inside_keeps_the_context(two_nations: dict[str, Request]) -> None:
    with walls.within(MANILA), transaction.atomic():
        with pytest.raises(ProgrammingError), transaction.atomic():
            list(Entry.objects.all())
        assert Request.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_lone_statement_leaves_nothing_behind(two_nations: dict[str, Request]) -> None:
    assert seen(MANILA) == ["radar PH"]
    with walls.within(walls.OWNER), connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('role'), coalesce(current_setting('app.ctx', true), '')"
        )
        assert cursor.fetchone() == ("none", "")
    with walls.within(MANILA):
        assert [row.title for row in Request.objects.iterator(chunk_size=1)] == ["radar PH"]
        with pytest.raises(ProgrammingError, match="permission denied"):
            Request.objects.update(title="x")
        assert Request.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_thread_that_acts_for_nobody_is_told_so() -> None:
    with ThreadPoolExecutor(1) as threads, pytest.raises(NoContext, match="For whom"):
        threads.submit(Request.objects.count).result()


@pytest.mark.django_db(transaction=True)
def test_many_statements_that_are_refused_leave_a_connection_that_is_nobodys(
    two_nations: dict[str, Request],
) -> None:
    with (
        walls.within(MANILA),
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        cursor.executemany("UPDATE cases_request SET title = %s", [("a",), ("b",)])

    with walls.within(walls.OWNER), connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('role'), coalesce(current_setting('app.ctx', true), '')"
        )
        assert cursor.fetchone() == ("none", "")
    assert seen(MANILA) == ["radar PH"]


def test_many_statements_in_a_transaction_are_bound_like_one(
    two_nations: dict[str, Request],
) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        assert len(seen(STAFF)) == 2
        with walls.house():
            cursor.executemany("UPDATE cases_request SET title = %s", [("a",), ("b",)])

        assert seen(MANILA) == ["b"]


@pytest.mark.django_db(transaction=True)
def test_owner_of_the_tables_needs_no_binding_for_many_statements_either() -> None:
    with walls.within(walls.OWNER), connection.cursor() as cursor:
        cursor.executemany("SELECT set_config('app.said', %s, false)", [("one",), ("two",)])
        cursor.execute("SELECT current_setting('role'), current_setting('app.said')")
        assert cursor.fetchone() == ("none", "two")
        cursor.execute("RESET app.said")


@pytest.mark.django_db(transaction=True)
def test_connection_cut_between_many_statements_is_told_as_such(
    two_nations: dict[str, Request],
) -> None:
    """There is nobody left to take the transaction back with, and PostgreSQL has done so."""
    with walls.within(walls.OWNER), connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()

    def titles() -> Iterator[tuple[str]]:
        yield ("a",)
        with ThreadPoolExecutor(1) as another:
            another.submit(cut, backend).result()
        yield ("b",)

    with (
        walls.house(),
        connection.cursor() as cursor,
        pytest.raises(OperationalError, match=r"terminating connection|closed"),
    ):
        cursor.executemany("UPDATE cases_request SET title = %s", titles())

    connection.close()
    assert seen(STAFF) == ["radar AU", "radar PH"]


def cut(backend: int) -> None:
    try:
        with walls.within(walls.OWNER), connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
            assert cursor.fetchone() == (True,)
    finally:
        connection.close()


# Building ------------------------------------------------------------------------------------


def test_walls_are_not_built_where_the_cluster_lacks_a_role(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(building, "AUDIENCES", (*walls.AUDIENCES, "press"))

    with pytest.raises(
        ImproperlyConfigured, match=r"no role fms_press: run deploy/postgres/roles\.sql"
    ):
        building.build()


def test_table_without_a_wall_is_nobodys(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a new table of a library would be, until somebody says whose it is."""
    before = readers("django_session")
    monkeypatch.delitem(walls.others, "django_session")

    with walls.within(walls.OWNER):
        building.build()

    assert (before, readers("django_session")) == (["fms_entrance", "fms_house"], [])


def readers(table: str) -> list[str]:
    roles = [f"fms_{audience}" for audience in walls.AUDIENCES]
    with walls.within(walls.OWNER), connection.cursor() as cursor:
        cursor.execute(
            "SELECT role FROM unnest(%s::text[]) AS role WHERE has_table_privilege(role, %s, 'SELECT')"
            " ORDER BY role",
            [roles, table],
        )
        return [role for (role,) in cursor.fetchall()]
