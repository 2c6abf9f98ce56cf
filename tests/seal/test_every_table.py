"""Each kind of change of each protected table leaves its digest: nothing is changed unattested."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from django.db import connection, transaction

from tests.isolation.reach import rows_everywhere
from workflow import walls
from workflow.seal import attest
from workflow.seal.attest import Watch, watches

pytestmark = pytest.mark.django_db

# Another key for a copy of a row, or for the row itself.
KEYS = {"bigint": "max({key}) + 1", "integer": "max({key}) + 1", "uuid": "gen_random_uuid()"}
CHANGES = {
    "INSERT": "INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE"
    " SELECT {copied} FROM {table} LIMIT 1",
    "UPDATE": "UPDATE {table} SET {key} = {another} WHERE ctid = (SELECT min(ctid) FROM {table})",
    "DELETE": "DELETE FROM {table} WHERE ctid = (SELECT min(ctid) FROM {table})",
}


@pytest.fixture
def loose() -> Iterator[None]:
    """Rows everywhere, and nothing but the digests' own triggers looks at what is done to them."""
    with transaction.atomic():
        rows_everywhere()
        loosen()
        attest.reattest(reason="a test begins")
        yield
        transaction.set_rollback(True)


def loosen() -> None:
    with walls.within(walls.OWNER), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT tgrelid::regclass, tgname FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgname <> 'workflow_attested'"
        )
        for table, trigger in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DISABLE TRIGGER "{trigger}"')
        cursor.execute(
            "SELECT conrelid::regclass, conname FROM pg_constraint WHERE conrelid = ANY(%s::regclass[])"
            " AND contype IN ('c', 'f', 'u', 'x') ORDER BY contype <> 'f'",
            [[watch.table for watch in watches()]],
        )
        for table, name in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT IF EXISTS "{name}" CASCADE')
        cursor.execute(
            "SELECT indexrelid::regclass FROM pg_index WHERE indrelid = ANY(%s::regclass[])"
            " AND indisunique AND NOT indisprimary",
            [[watch.table for watch in watches()]],
        )
        for (index,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX {index}")


def unattested(watched: Iterable[Watch], changes: Iterable[str] = CHANGES) -> list[str]:
    """Changes after which a row is not as last attested, though nobody has tampered with it."""
    return [
        f"{change} of {watch.table}"
        for watch in watched
        for change in changes
        if not _is_attested(watch, change)
    ]


def _is_attested(watch: Watch, change: str) -> bool:
    with walls.within(walls.OWNER), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_statement(watch, change))
        assert cursor.rowcount == 1, (watch.table, change)
        attest.fix_text(cursor)
        differing = attest.differing(cursor, [watch])
        transaction.set_rollback(True)
    return not differing


def _statement(watch: Watch, change: str) -> str:
    types = dict(column.split(" ", 1) for column in watch.columns)
    another = KEYS.get(types[watch.key], "'XQ'").format(key=watch.key)
    if another.startswith("max"):
        another = f'(SELECT {another} FROM "{watch.table}")'
    columns = [f'"{name}"' for name in _written(watch)]
    copied = [another if name == f'"{watch.key}"' else name for name in columns]
    return CHANGES[change].format(
        table=f'"{watch.table}"',
        key=f'"{watch.key}"',
        another=another,
        columns=", ".join(columns),
        copied=", ".join(copied),
    )


def _written(watch: Watch) -> list[str]:
    """Every column that is not computed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'",
            [watch.table],
        )
        return [name for (name,) in cursor.fetchall()]


@pytest.mark.usefixtures("loose")
def test_each_change_of_each_protected_table_is_attested() -> None:
    assert unattested(watches()) == []
