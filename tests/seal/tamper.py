"""Tampering by chance: one random change of a row or a file, done as the owner with triggers off.

A drill says what it did and how a finding has to call it. Whoever runs drills rolls them back.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.utils import DataError, IntegrityError

from documents.models import Document
from documents.storage import place_of
from workflow.models import Attestation, Checkpoint, Entry, Leaf
from workflow.seal.attest import watches
from workflow.seal.findings import Finding
from workflow.seal.keys import copies_of

COMPUTED = {"shown_to"}  # PostgreSQL writes it; nobody else can
SEALED = {
    Entry._meta.db_table: "id",
    Attestation._meta.db_table: "id",
    Leaf._meta.db_table: "position",
    Checkpoint._meta.db_table: "number",
}


@dataclass
class Drill:
    """What was done, and which names count as naming it."""

    words: str
    table: str
    keys: set[str] = field(default_factory=set)  # none: any row of the table will do
    restore: Callable[[], None] = lambda: None

    def is_named_by(self, finding: Finding) -> bool:
        if finding.table == self.table:
            return not self.keys or finding.key in self.keys
        leaves = {f"leaf {key.removeprefix('position ')}" for key in self.keys}
        return self.table == Leaf._meta.db_table and finding.detail.removeprefix("xid, ") in leaves


class Vandal:
    """Does one random thing at a time."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.columns = {watch.table: watch.names for watch in watches()}
        self.keys = {watch.table: watch.key for watch in watches()} | SEALED

    def strike(self) -> Drill:
        """One change that the database lets through; inside a transaction to be rolled back."""
        if self.random.random() < 0.15:
            return self.random.choice([self.spoil_paper, self.spoil_copies])()
        acts = [self.flip, self.flip, self.flip, self.delete, self.insert, self.swap, self.truncate]
        while True:
            table = self.random.choice(sorted(self.keys))
            act = self.random.choice(acts)
            try:
                with transaction.atomic():
                    self._run(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
                    if drill := act(table):
                        return drill
                    transaction.set_rollback(True)  # nothing was done: the triggers watch again
            except (DataError, IntegrityError):
                continue  # a wall stood in the way; another stone

    # Rows ------------------------------------------------------------------------------------

    def flip(self, table: str) -> Drill | None:
        row = self._row(table)
        if row is None:
            return None
        column = self.random.choice(self._columns(table))
        new = changed(row[column], self.random)
        if new is None:
            return None
        self._set(table, row, column, new)
        names = {self._name(table, row)}
        if column == self.keys[table]:
            names.add(f"{column} {new}")
        return Drill(f"{table}.{column} of {sorted(names)}", table, names)

    def delete(self, table: str) -> Drill | None:
        row = self._row(table)
        if row is None:
            return None
        key = self.keys[table]
        self._run(f'DELETE FROM "{table}" WHERE "{key}" = %s', row[key])
        name = self._name(table, row)
        keys = {name}
        if table == Checkpoint._meta.db_table:  # it is missing before the next, or in the copies
            keys = {f"number {row[key] + 1}"} if not self._is_last(table, row) else set()
            return Drill(f"{table} without {name}", self._where_missed(table, row), keys)
        if table == Leaf._meta.db_table and self._is_last(table, row):
            keys = {name}
        return Drill(f"{table} without {name}", table, keys)

    def insert(self, table: str) -> Drill | None:
        """A copy of a row under another key; what must be unique is made so."""
        row = self._row(table)
        if row is None:
            return None
        key = self.keys[table]
        copy = {name: value for name, value in row.items() if name not in COMPUTED}
        copy[key] = (
            self._next(table, key) if isinstance(row[key], int) else changed(row[key], self.random)
        )
        for column in ("uid", "number", "email", "size", "source_id", "occasion", "version"):
            if column in copy and column != key and copy[column] is not None:
                copy[column] = changed(copy[column], self.random, far=True)
        names = ", ".join(f'"{name}"' for name in copy)
        marks = ", ".join(["%s"] * len(copy))
        overriding = "OVERRIDING SYSTEM VALUE "
        values = [self._adapted(table, name, value) for name, value in copy.items()]
        self._run(f'INSERT INTO "{table}" ({names}) {overriding}VALUES ({marks})', *values)
        return Drill(f"{table} with {key} {copy[key]}", table, {self._name(table, copy)})

    def swap(self, table: str) -> Drill | None:
        """Two rows exchange what one column says."""
        one, other = self._row(table), self._row(table)
        if one is None or other is None:
            return None
        free = [name for name in self._columns(table) if name != self.keys[table]]
        differing = [name for name in free if one[name] != other[name]]
        if not differing:
            return None
        column = self.random.choice(differing)
        self._set(table, one, column, other[column])
        self._set(table, other, column, one[column])
        names = {self._name(table, one), self._name(table, other)}
        return Drill(f"{table}.{column} of {sorted(names)} exchanged", table, names)

    def truncate(self, table: str) -> Drill | None:
        if self._row(table) is None or self.random.random() < 0.5:
            return None
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f'"
            )
            for (pointing,) in cursor.fetchall():
                cursor.execute(f"ALTER TABLE {pointing} DISABLE TRIGGER USER")
        self._run(f'TRUNCATE "{table}" CASCADE')
        if table == Checkpoint._meta.db_table:
            return Drill(f"{table} emptied", copies_of(1).name)
        if table == Leaf._meta.db_table:
            return Drill(f"{table} emptied", table, {"position 0"})
        return Drill(f"{table} emptied", table)

    # Files -----------------------------------------------------------------------------------

    def spoil_paper(self) -> Drill:
        rows = list(Document.objects.order_by("sha256", "pk"))
        row = self.random.choice(rows)
        path = Path(settings.MEDIA_ROOT) / place_of(row.sha256)
        names = {f"id {other.pk}" for other in rows if other.sha256 == row.sha256}
        return self._spoil(path, Document._meta.db_table, names)

    def spoil_copies(self) -> Drill:
        path = copies_of(1)
        return self._spoil(path, path.name, set())

    def _spoil(self, path: Path, table: str, names: set[str]) -> Drill:
        before = path.read_bytes()
        place = self.random.randrange(len(before))
        match self.random.choice(["flip", "cut", "remove", "add", "empty"]):
            case "flip":
                path.write_bytes(before[:place] + bytes([before[place] ^ 1]) + before[place + 1 :])
            case "cut":
                path.write_bytes(before[:place])
            case "remove":
                path.unlink()
            case "add":
                path.write_bytes(before[:place] + b"x" + before[place:])
            case _:
                path.write_bytes(b"")
        return Drill(f"{path.name} spoilt", table, names, restore=lambda: _put_back(path, before))

    # Words -----------------------------------------------------------------------------------

    def _row(self, table: str) -> dict[str, Any] | None:
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            count = cursor.fetchone()[0]
            if not count:
                return None
            nth = self.random.randrange(count)
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1 OFFSET {nth} LIMIT 1')
            names = [column.name for column in cursor.description]
            return dict(zip(names, cursor.fetchone(), strict=True))

    def _columns(self, table: str) -> list[str]:
        if table in self.columns:
            return [name for name in self.columns[table] if name not in COMPUTED]
        model = next(m for m in (Entry, Attestation, Leaf, Checkpoint) if m._meta.db_table == table)
        return [each.column for each in model._meta.concrete_fields]

    def _name(self, table: str, row: dict[str, Any]) -> str:
        key = self.keys[table]
        return f"{key} {row[key]}"

    def _set(self, table: str, row: dict[str, Any], column: str, value: Any) -> None:
        key = self.keys[table]
        sql = f'UPDATE "{table}" SET "{column}" = %s WHERE "{key}" = %s'
        self._run(sql, self._adapted(table, column, value), row[key])

    def _adapted(self, table: str, column: str, value: Any) -> Any:
        is_json = isinstance(value, dict | list) or (table, column) in {
            ("workflow_entry", "given"),
            ("workflow_scheme", "columns"),
        }
        if is_json and not isinstance(value, str):
            return json.dumps(value)
        return value

    def _next(self, table: str, key: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT max("{key}") + 1 FROM "{table}"')
            return int(cursor.fetchone()[0])

    def _is_last(self, table: str, row: dict[str, Any]) -> bool:
        return bool(row[self.keys[table]] + 1 == self._next_or(table, row))

    def _next_or(self, table: str, row: dict[str, Any]) -> int:
        key = self.keys[table]
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT max("{key}") FROM "{table}"')
            highest = cursor.fetchone()[0]
        return int(max(highest if highest is not None else -1, row[key])) + 1

    def _where_missed(self, table: str, row: dict[str, Any]) -> str:
        return copies_of(1).name if self._is_last(table, row) else table

    @staticmethod
    def _run(sql: str, *values: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)


def changed(value: Any, random: Random, *, far: bool = False) -> Any:  # noqa: C901 - a case per type
    """Something else of the same kind; None when the kind is not known."""
    step = random.randrange(1000, 9000) if far else 1
    match value:
        case bool():
            return not value
        case int() | Decimal():
            return value + step
        case UUID():
            return UUID(int=random.getrandbits(128))
        case datetime():
            return value + timedelta(seconds=1)
        case date():
            return value + timedelta(days=1)
        case bytes() | memoryview():
            raw = bytes(value)
            return bytes([raw[0] ^ 1]) + raw[1:]
        case str() if value:
            place = random.randrange(len(value))
            other = "a" if value[place] != "a" else "b"
            return value[:place] + other + value[place + 1 :]
        case "":
            return "a"
        case dict():
            return {**value, "and": 1}
        case list():
            return [*value, "and"]
        case _:
            return None


def _put_back(path: Path, content: bytes) -> None:
    path.write_bytes(content)
