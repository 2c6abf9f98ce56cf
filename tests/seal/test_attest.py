"""Row triggers write what a row looks like; schemes follow the models and raise no false alarm."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.utils import timezone

from cases.models import Rate
from partners.models import Nation
from tests.factories import PersonFactory
from workflow.models import Attestation, Entry, Scheme
from workflow.seal import attest, protected
from workflow.seal.findings import What
from workflow.seal.verify import Look

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)


def rate(**fields: Any) -> Rate:
    return Rate.objects.create(
        code="test", percent=Decimal("3.20"), valid_from=DAY, source="memo", **fields
    )


def lines(table: str) -> list[tuple[str, bool]]:
    """Key and whether the row is there, oldest first."""
    rows = Attestation.objects.filter(table_name=table).order_by("pk")
    return [(key, bool(digest)) for key, digest in rows.values_list("row_key", "digest")]


def wrong() -> list[tuple[str, str, What]]:
    found = Look(timezone.now()).rows()
    return [(f.table, f.key, f.what) for f in found]


@pytest.fixture(autouse=True)
def attested(db: None) -> None:
    attest.reattest(reason="a test begins")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE workflow_attestation DISABLE TRIGGER USER")
        cursor.execute("SET LOCAL TIME ZONE 'Asia/Tokyo'")


def test_each_change_of_a_row_leaves_its_digest() -> None:
    before = len(lines("cases_rate"))

    row = rate()
    row.source = "another memo"
    row.save()
    key = str(row.pk)
    Rate._base_manager.filter(pk=row.pk).delete()

    assert lines("cases_rate")[before:] == [(key, True), (key, True), (key, False)]
    digests = Attestation.objects.filter(row_key=key, table_name="cases_rate").order_by("pk")
    assert len(set(digests.values_list("digest", flat=True))) == 3
    assert wrong() == []


def test_row_saved_without_a_change_leaves_nothing() -> None:
    row = rate()
    count = Attestation.objects.count()

    row.save()

    assert Attestation.objects.count() == count


def test_row_that_takes_another_key_leaves_its_old_one() -> None:
    nation = Nation.objects.create(code="XQ", name_ja="国", name_en="Q", currency="USD", source="x")
    Nation._base_manager.filter(pk="XQ").update(code="XR")

    assert lines("partners_nation")[-3:] == [("XQ", True), ("XQ", False), ("XR", True)]
    assert nation.pk == "XQ"
    assert wrong() == []


def test_password_and_sign_in_leave_nothing() -> None:
    somebody = PersonFactory()
    count = Attestation.objects.count()

    type(somebody).objects.filter(pk=somebody.pk).update(password="!new", last_login=timezone.now())

    assert Attestation.objects.count() == count
    assert wrong() == []


@pytest.mark.parametrize(
    "setting",
    [
        "TIME ZONE 'Asia/Tokyo'",
        "DateStyle TO 'SQL, DMY'",
        "IntervalStyle TO 'iso_8601'",
        "extra_float_digits TO -5",
        "bytea_output TO 'escape'",
    ],
)
def test_how_a_session_writes_values_changes_no_digest(setting: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL {setting}")

    rate()
    PersonFactory()

    assert wrong() == []


def test_function_runs_with_the_rights_of_its_owner_and_a_fixed_path() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT prosecdef, proconfig FROM pg_proc WHERE proname LIKE 'workflow_attest_%'"
        )
        found = cursor.fetchall()

    assert len(found) == len(protected.PROTECTED)
    assert all(is_definer for is_definer, _config in found)
    assert all("search_path=pg_catalog, public" in config for _definer, config in found)


def test_attestations_and_schemes_refuse_change() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE workflow_attestation ENABLE TRIGGER USER")
    for sql in (
        "UPDATE workflow_attestation SET digest = ''",
        "DELETE FROM workflow_attestation",
        "TRUNCATE workflow_attestation",
        "UPDATE workflow_scheme SET number = 9",
        "DELETE FROM workflow_leaf",
        "DELETE FROM workflow_checkpoint",
    ):
        with (
            pytest.raises(IntegrityError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)


# Schemes -------------------------------------------------------------------------------------


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql)


def leave_out(monkeypatch: pytest.MonkeyPatch, column: str) -> None:
    """As if the model did not have the column (yet)."""
    columns = protected.PROTECTED["cases.rate"] | {column}
    monkeypatch.setitem(protected.PROTECTED, "cases.rate", columns)


def scheme() -> Scheme:
    return Scheme.objects.filter(table_name="cases_rate").latest("number")


def test_column_added_by_a_migration_raises_no_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    first = scheme().number
    leave_out(monkeypatch, "source")
    attest.keep_up()
    rows = Rate.objects.count()
    monkeypatch.undo()

    attest.keep_up()

    assert scheme().number == first + 2
    assert any(column.startswith("source ") for column in scheme().columns)
    assert wrong() == []
    told = Entry.objects.filter(event="reattested", subject="cases_rate").latest("pk")
    assert told.given == {
        "table": "cases_rate",
        "old_scheme": first + 1,
        "new_scheme": first + 2,
        "rows": rows,
        "compared_first": True,
    }


def test_new_scheme_of_a_table_without_rows_attests_nothing() -> None:
    first = scheme().number
    Rate._base_manager.all().delete()
    run("ALTER TABLE cases_rate ALTER COLUMN source TYPE varchar(500)")

    attest.keep_up()

    assert scheme().number == first + 1
    assert not Entry.objects.filter(event="reattested", subject="cases_rate").exists()


def test_table_whose_columns_change_outside_the_scheme_is_as_attested() -> None:
    run("ALTER TABLE cases_rate ADD COLUMN remark text DEFAULT 'x'")

    assert wrong() == []


def test_migration_does_not_launder_a_row_that_was_changed_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    victim = rate()
    run("ALTER TABLE cases_rate DISABLE TRIGGER USER")
    run(f"UPDATE cases_rate SET percent = 99 WHERE id = {victim.pk}")
    run("ALTER TABLE cases_rate ENABLE TRIGGER USER")
    leave_out(monkeypatch, "source")

    attest.keep_up()

    assert wrong() == [("cases_rate", f"id {victim.pk}", What.OLD_SCHEME)]


def test_type_that_changes_is_a_new_scheme() -> None:
    first = scheme().number
    run("ALTER TABLE cases_rate ALTER COLUMN source TYPE varchar(500)")

    attest.keep_up()

    assert scheme().number == first + 1
    assert wrong() == []
    told = Entry.objects.filter(event="reattested", subject="cases_rate").latest("pk")
    assert told.given["compared_first"] is False


def test_keeping_up_twice_changes_nothing() -> None:
    attest.keep_up()
    counts = (Scheme.objects.count(), Attestation.objects.count(), Entry.objects.count())

    attest.keep_up()

    assert (Scheme.objects.count(), Attestation.objects.count(), Entry.objects.count()) == counts


def test_trigger_that_was_dropped_is_noticed_and_put_back() -> None:
    run("DROP TRIGGER workflow_attested ON cases_rate")
    assert wrong() == [("cases_rate", "trigger", What.NOT_WATCHED)]

    attest.keep_up()

    assert wrong() == []


def test_rows_written_without_a_trigger_are_taken_for_what_they_are_when_somebody_says_so() -> None:
    run("ALTER TABLE cases_rate DISABLE TRIGGER USER")
    key = rate().pk
    run("ALTER TABLE cases_rate ENABLE TRIGGER USER")
    assert wrong() == [("cases_rate", f"id {key}", What.ROW_ADDED)]

    call_command("trail", "reattest", "--by", "Mori", "--reason", "loaded by hand", "cases_rate")

    assert wrong() == []
    told = Entry.objects.latest("pk")
    assert (told.actor_name, told.note, told.given) == (
        "Mori",
        "loaded by hand",
        {"rows": {"cases_rate": 1}},
    )


def test_table_that_is_not_there_yet_waits_for_its_migration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tables = connection.introspection.table_names()
    monkeypatch.setattr(
        connection.introspection, "table_names", lambda cursor: set(tables) - {"cases_rate"}
    )
    count = Scheme.objects.count()
    attest.keep_up()
    monkeypatch.setattr(connection.introspection, "table_names", lambda cursor: [])
    attest.keep_up()

    assert Scheme.objects.count() == count


def test_scheme_that_names_other_columns_is_found() -> None:
    scheme = Scheme.objects.filter(table_name="cases_rate").order_by("number").last()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE workflow_scheme DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE workflow_scheme SET columns = '[\"percent text\"]' WHERE id = %s", [scheme.pk]
        )
        cursor.execute("ALTER TABLE workflow_scheme ENABLE TRIGGER USER")

    assert wrong()[:2] == [
        ("workflow_scheme", f"id {scheme.pk}", What.ROW_DIFFERS),
        ("cases_rate", "scheme", What.NOT_WATCHED),
    ]


def test_without_schemes_nothing_can_be_compared_and_each_table_says_so() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE workflow_scheme DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM workflow_scheme")

    *tables, last = wrong()
    assert last == ("workflow_scheme", "all rows", What.ROW_MISSING)
    assert sorted(tables) == sorted(
        (table, "scheme", What.NOT_WATCHED) for table in attest.declared_tables()
    )
