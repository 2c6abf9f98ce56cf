"""Row triggers that write down what a row looked like after each change, as SHA-256.

The trigger of a table knows a fixed list of columns, its scheme. Triggers and schemes follow the
declaration in `protected`, and the code below, after each migration, by themselves: a column added
raises no alarm, rows attested by the old scheme and still as attested are attested anew, and an
entry says so. A row that was tampered with before is left as it is, so that a migration launders nothing.

Nothing in a trigger depends on the session: the settings that shape text are fixed by the function.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.apps import AppConfig
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from workflow.models import Entry, Scheme
from workflow.rights import SYSTEM, Actor
from workflow.seal.protected import protected
from workflow.trail import record

# What else could change how a value reads as text.
FIXED = {
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "xmlbinary": "base64",
}

TRIGGER = """
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public {fixed} AS $attest$
BEGIN
    IF TG_OP = 'UPDATE' AND record_image_eq({old}, {new}) THEN RETURN NULL; END IF;
    IF TG_OP = 'DELETE' OR TG_OP = 'UPDATE' AND OLD.{key} <> NEW.{key} THEN
        INSERT INTO public.workflow_attestation (table_name, row_key, scheme, digest)
        VALUES ({table}, OLD.{key}::text, {number}, '');
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO public.workflow_attestation (table_name, row_key, scheme, digest)
        VALUES ({table}, NEW.{key}::text, {number}, encode(sha256(convert_to({new}::text, 'UTF8')), 'hex'));
    END IF;
    RETURN NULL;
END $attest$;
CREATE OR REPLACE TRIGGER workflow_attested AFTER INSERT OR UPDATE OR DELETE ON {name}
    FOR EACH ROW EXECUTE FUNCTION {function}();
"""

LAST = """
    SELECT id, table_name, row_key, scheme, digest FROM workflow_attestation
    WHERE id IN (SELECT max(id) FROM workflow_attestation GROUP BY table_name, row_key)
"""
# The last attestation of each row beside the row as it is. `''` stands for a deleted row.
COMPARED = """
    SELECT {table} AS table_name, coalesce(attested.row_key, present.row_key) AS row_key,
           attested.id, attested.scheme, attested.digest, present.digest AS now
    FROM (SELECT * FROM last_attested WHERE table_name = {table}) AS attested
    FULL JOIN (SELECT {key}::text AS row_key, {digest} AS digest FROM {name}) AS present
        USING (row_key)
"""


@dataclass(frozen=True)
class Watch:
    """A protected table with a scheme: what SQL about it is made of."""

    table: str
    key: str
    number: int
    columns: tuple[str, ...]  # `name type`, as the catalogue writes them
    scheme_id: int = 0

    @property
    def names(self) -> list[str]:
        return [column.split(" ", 1)[0] for column in self.columns]

    def record(self, row: str) -> str:
        """The row as one record, of its columns in their order."""
        return f"ROW({', '.join(f'{row}.{_name(name)}' for name in self.names)})"

    def sql(self, pattern: str) -> str:
        digest = (
            f"encode(sha256(convert_to({self.record(_name(self.table))}::text, 'UTF8')), 'hex')"
        )
        return pattern.format(
            function=_name(f"workflow_attest_{self.table}"),
            fixed=" ".join(f"SET {name} = '{value}'" for name, value in FIXED.items()),
            old=self.record("OLD"),
            new=self.record("NEW"),
            key=_name(self.key),
            table=f"'{self.table}'",
            name=_name(self.table),
            number=self.number,
            digest=digest,
        )


def watches() -> list[Watch]:
    """Every protected table with the newest scheme on file."""
    newest = {row.table_name: row for row in Scheme.objects.order_by("number")}
    return [
        Watch(table, key, newest[table].number, tuple(newest[table].columns), newest[table].pk)
        for table, key, _columns in _declared()
        if table in newest
    ]


def differing(cursor: CursorWrapper, watched: Sequence[Watch]) -> list[tuple[Any, ...]]:
    """Rows that are not as last attested: table, key, attestation, its scheme and digest, digest now."""
    parts = " UNION ALL ".join(watch.sql(COMPARED) for watch in watched)
    cursor.execute(
        f"WITH last_attested AS MATERIALIZED ({LAST}) SELECT * FROM ({parts}) AS compared"
        " WHERE digest IS DISTINCT FROM coalesce(now, '') ORDER BY table_name, row_key"
    )
    return list(cursor.fetchall())


def can_compare(watch: Watch, types: dict[str, str]) -> bool:
    """Whether every column of the scheme is there and still of the type it names."""
    return all(
        types.get(name) == kind for name, _, kind in (c.partition(" ") for c in watch.columns)
    )


def count(cursor: CursorWrapper, watched: Sequence[Watch]) -> int:
    parts = " + ".join(watch.sql("(SELECT count(*) FROM {name})") for watch in watched)
    cursor.execute(f"SELECT {parts}")
    return int(cursor.fetchone()[0])


def fix_text(cursor: CursorWrapper) -> None:
    """Read rows as the triggers do, until the transaction ends."""
    for name, value in FIXED.items():
        cursor.execute("SELECT set_config(%s, %s, true)", [name, value])


# Keeping triggers and schemes as declared -----------------------------------------------------


def keep_up(sender: AppConfig | None = None, **options: Any) -> None:
    """After each migration: every protected table has the trigger and the scheme declared now."""
    with transaction.atomic(), connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        if not {Scheme._meta.db_table, "workflow_attestation", "workflow_entry"} <= there:
            return
        types = column_types(cursor)
        made_by = _codes(cursor)
        known = {watch.table: watch for watch in watches()}
        for table, key, names in _declared():
            if table not in there or not set(names) <= set(types[table]):
                continue  # a migration in the middle of its way; the last one comes by here again
            columns = tuple(f"{name} {types[table][name]}" for name in names)
            old = known.get(table)
            if old and old.columns == columns and made_by.get(table) == _code_of(old):
                continue  # to replace a trigger locks its table against writers for a moment
            _advance(cursor, Watch(table, key, 0, columns), old, types[table])


def reattest(names: Iterable[str] = (), *, by: Actor = SYSTEM, reason: str = "") -> dict[str, int]:
    """Attest the rows of tables (all, if none are named) by their present scheme, as they are.

    For rows that were written while no trigger watched, as a restore does. It takes each row for
    what it is now, so an entry says who wanted it, and why.
    """
    counts = {}
    wanted = set(names)
    with transaction.atomic(), connection.cursor() as cursor:
        fix_text(cursor)
        for watch in watches():
            if not wanted or watch.table in wanted:
                counts[watch.table] = _attest(cursor, watch, "now IS DISTINCT FROM digest")
        record(Entry.Event.REATTESTED, by=by, note=reason, given={"rows": counts})
    return counts


def _advance(
    cursor: CursorWrapper, wanted: Watch, old: Watch | None, types: dict[str, str]
) -> None:
    """Put the trigger in place; if the scheme has changed, number it and attest the rows anew."""
    if old and old.columns == wanted.columns:
        _place(cursor, old)
        return
    number = old.number + 1 if old else 1
    watch = Watch(wanted.table, wanted.key, number, wanted.columns)
    _place(cursor, watch)
    fix_text(cursor)
    compared = old is not None and can_compare(old, types)
    sound = _sound(cursor, old) if old and compared else None
    attested = _attest(cursor, watch, "now IS NOT NULL", only=sound)
    Scheme.objects.create(table_name=watch.table, number=number, columns=list(watch.columns))
    if attested:
        given = {
            "table": watch.table,
            "old_scheme": old.number if old else 0,
            "new_scheme": number,
            "rows": attested,
            "compared_first": compared,
        }
        record(Entry.Event.REATTESTED, by=SYSTEM, subject=watch.table, given=given)


def _sound(cursor: CursorWrapper, old: Watch) -> list[str]:
    """Keys of the rows that are still as the old scheme attested them."""
    cursor.execute(
        f"WITH last_attested AS ({LAST})"
        f" SELECT row_key FROM ({old.sql(COMPARED)}) AS compared WHERE digest = now"
    )
    return [key for (key,) in cursor.fetchall()]


def _attest(
    cursor: CursorWrapper, watch: Watch, where: str, only: Sequence[str] | None = None
) -> int:
    """Write the present digest of rows, as the trigger would; how many."""
    chosen = "" if only is None else " AND row_key = ANY(%s)"
    cursor.execute(
        f"WITH last_attested AS ({LAST})"
        f" INSERT INTO workflow_attestation (table_name, row_key, scheme, digest)"
        f" SELECT table_name, row_key, {watch.number}, coalesce(now, '')"
        f" FROM ({watch.sql(COMPARED)}) AS compared WHERE ({where}){chosen}",
        [] if only is None else [list(only)],
    )
    return int(cursor.rowcount)


def declared_tables() -> set[str]:
    return {table for table, _key, _names in _declared()}


def _declared() -> list[tuple[str, str, list[str]]]:
    """Table, key column and attested columns of each protected model."""
    found = []
    for model, names in protected():
        key = model._meta.pk.column
        assert key is not None
        found.append((model._meta.db_table, key, names))
    return found


def column_types(cursor: CursorWrapper) -> dict[str, dict[str, str]]:
    """Type of each column of each table, with its length and places."""
    cursor.execute(
        "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)"
        " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace"
        " AND a.attnum > 0 AND NOT a.attisdropped"
    )
    found: dict[str, dict[str, str]] = {}
    for table, name, written in cursor.fetchall():
        found.setdefault(table, {})[name] = written
    return found


def switched_on(cursor: CursorWrapper) -> set[str]:
    """Tables whose trigger is there and fires."""
    return set(_codes(cursor))


def _codes(cursor: CursorWrapper) -> dict[str, str]:
    """Which code made each trigger that fires: it says so in its comment, see `_place`."""
    cursor.execute(
        "SELECT tgrelid::regclass::text, obj_description(oid, 'pg_trigger') FROM pg_trigger"
        " WHERE tgname = 'workflow_attested' AND tgenabled IN ('O', 'A')"
    )
    return dict(cursor.fetchall())


def _code_of(watch: Watch) -> str:
    return sha256(watch.sql(TRIGGER).encode()).hexdigest()


def _place(cursor: CursorWrapper, watch: Watch) -> None:
    """Make the table's trigger, and write on it which code did."""
    cursor.execute(watch.sql(TRIGGER))
    cursor.execute(
        sql.SQL("COMMENT ON TRIGGER workflow_attested ON {} IS {}").format(
            sql.Identifier(watch.table), sql.Literal(_code_of(watch))
        )
    )


def _name(identifier: str) -> str:
    return connection.ops.quote_name(identifier)
