"""What each audience reaches of each table, as PostgreSQL answers to SQL that names no row.

What it should answer is said here once more in plain words (`due`), apart from the code that
builds policies and grants from the same declarations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import product
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, models, transaction
from django.db.utils import DatabaseError
from psycopg import sql

from tests.factories import firm
from tests.isolation.world import deal_of
from workflow import walls
from workflow.database.building import walled_models
from workflow.walls import AUDIENCES, Context, Wall, wall_of

REFUSED, NO_ROW, ROWS = "refused", "no row", "rows"
Answer = str | int
CHANGES = ("INSERT", "UPDATE", "DELETE")
COMMANDS = ("SELECT", *CHANGES, "TRUNCATE")
SEARCHED = [m._meta.db_table for m in walled_models() if (w := wall_of(m)) and w.search]
TABLES: dict[str, type[models.Model]] = {m._meta.db_table: m for m in walled_models()}
NOT_PERMITTED = "permission denied"
COMMON = "zeisig"  # in the title of every case, and in no name
BOUGHT = "kreuzschnabel"  # in the name of everything that is bought, and in no title
BOTH = "amsel"  # in every title and in every name


# A row in every table -------------------------------------------------------------------------


@dataclass
class World:
    """Two deals, and rows of two people wherever these leave a table empty."""

    contexts: list[Context | None]
    counts: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def count(self, table: str, column: str = "", value: str = "") -> int:
        """How many rows there are, to whoever passes all walls."""
        key = (table, column, value)
        if key not in self.counts:
            where = f' WHERE "{column}"::text = %s' if column else ""
            with walls.within(walls.OWNER), connection.cursor() as cursor:
                cursor.execute(f'SELECT count(*) FROM "{table}"{where}', [value] if column else [])
                self.counts[key] = cursor.fetchone()[0]
        return self.counts[key]


@contextmanager
def furnished() -> Iterator[World]:
    """A house with a row in every table, for as long as the walls are looked at."""
    with transaction.atomic():
        yield _furnished()
        transaction.set_rollback(True)


def _furnished() -> World:
    requester, seller = rows_everywhere()
    leave_only_walls()
    stranger = str(uuid4())
    # One of each audience; scopes that fit another's column, so that only the audience tells.
    contexts = [
        None,
        Context("entrance", "PH", str(requester)),
        Context("staff", "PH", str(requester)),
        Context("partner", "PH", str(requester)),
        Context("supplier", str(firm("Mitsuba Electric").pk), str(seller)),
        Context("house", str(firm("Mitsuba Electric").pk), str(seller)),
        Context("staff", "", stranger),
        Context("partner", "XX", stranger),
        Context("supplier", str(uuid4()), stranger),
    ]
    return World(contexts)


PLAIN = {
    "uuid": uuid4,
    "boolean": lambda: False,
    "date": lambda: date(2026, 11, 22),
    "timestamp with time zone": lambda: datetime(2026, 11, 22, tzinfo=UTC),
    "jsonb": lambda: "{}",
    "bytea": lambda: b"x",
    "inet": lambda: "127.0.0.1",
}


def rows_everywhere() -> tuple[UUID, UUID]:
    """Fill every table, for as long as the transaction lasts; the ids of two people with rows."""
    ours = deal_of("PH")
    deal_of("AU")
    people = ours.people["requester"].pk, ours.people["contractor_sales"].pk
    with walls.within(walls.OWNER), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            fill(table, people)
        for table in SEARCHED:
            cursor.execute(f'UPDATE "{table}" SET title = %s', [f"{COMMON} {BOTH}"])
        for table in {named_in(table) for table in SEARCHED} - {""}:
            cursor.execute(f'UPDATE "{table}" SET name_ja = %s, name_en = %s', [BOUGHT, BOTH])
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return people


def named_in(table: str) -> str:
    """The table whose names a search of this one looks at, too; "" if it looks at none."""
    model, wall = TABLES[table], wall_of(TABLES[table])
    names = wall.names if wall else ""
    for step in filter(None, names.split("__")):
        model = model._meta.get_field(step).related_model  # type: ignore[assignment]
    return model._meta.db_table if names else ""


def leave_only_walls() -> None:
    """Triggers that refuse whoever asks would hide what the wall does."""
    with walls.within(walls.OWNER), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')


CONSTRAINTS = (
    "SELECT conname FROM pg_constraint WHERE contype IN ('c', 'f') AND conrelid = %s::regclass"
)
NEEDED = """
    SELECT column_name, data_type FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = %s AND is_nullable = 'NO'
    AND is_identity = 'NO' AND column_default IS NULL AND is_generated = 'NEVER'
"""


def fill(table: str, people: tuple[UUID, UUID]) -> None:
    """A row of each of two people, where the table is empty; what it says need not make sense."""
    own = getattr(wall_of(TABLES[table]), "own", "")
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT EXISTS (SELECT FROM "{table}")')
        if cursor.fetchone()[0]:
            return
        cursor.execute(CONSTRAINTS, [table])
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
        cursor.execute(NEEDED, [table])
        columns = cursor.fetchall()
        for number, person in enumerate(people, start=1):
            row = {name: _value(kind, number) for name, kind in columns}
            row |= {own: person} if own else {}
            names, marks = ", ".join(f'"{name}"' for name in row), ", ".join(["%s"] * len(row))
            cursor.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', [*row.values()])


def _value(kind: str, number: int) -> Any:
    if kind in PLAIN:
        return PLAIN[kind]()
    return f"x{number}" if "char" in kind or kind == "text" else number


# Asking ---------------------------------------------------------------------------------------


def reached(table: str, audience: str, context: Context | None, command: str) -> Answer:
    """What a command comes to: how many rows are read, or whether any row can be changed."""
    asked = sql.SQL(_command(TABLES[table], command)).format(table=sql.Identifier(table))
    return answered(asked, audience, context, command)


def answered(asked: sql.Composable, audience: str, context: Context | None, command: str) -> Answer:
    said = context.signed() if context else ""
    bound = sql.SQL("SAVEPOINT probe; SET LOCAL ROLE {}; SET LOCAL app.ctx = {}; {}").format(
        sql.Identifier(f"fms_{audience}"), sql.Literal(said), asked
    )
    with walls.within(walls.OWNER), connection.cursor() as cursor:
        try:
            cursor.execute(bound)
            while cursor.nextset():
                pass
            return _counted(cursor, command)
        except DatabaseError as error:
            return _refused(str(error))
        finally:
            cursor.execute("ROLLBACK TO SAVEPOINT probe")
            connection.needs_rollback = False


def _command(model: type[models.Model], command: str) -> str:
    """No condition and no column read: only the policy of this very command is asked."""
    key = model._meta.pk.column
    return {
        "SELECT": "SELECT count(*) FROM {table}",
        "INSERT": "INSERT INTO {table} DEFAULT VALUES",
        "UPDATE": f'UPDATE {{table}} SET "{key}" = NULL',
        "DELETE": "DELETE FROM {table}",
        "TRUNCATE": "TRUNCATE {table}",
    }[command]


def _counted(cursor: Any, command: str) -> Answer:
    if command == "SELECT":
        return int(cursor.fetchone()[0])
    return ROWS if cursor.rowcount else NO_ROW


def _refused(error: str) -> Answer:
    """A constraint or trigger that speaks has a row before it: the wall has let it through."""
    if NOT_PERMITTED in error:
        return REFUSED
    return NO_ROW if "row-level security" in error else ROWS


# What it should be ----------------------------------------------------------------------------


def due(world: World, table: str, audience: str, context: Context | None, command: str) -> Answer:
    wall = wall_of(TABLES[table])
    assert wall is not None
    if command not in granted(wall, audience):
        return REFUSED
    column, value = whose(wall, audience, context, command)
    here = context is not None and context.audience == audience
    rows = world.count(table, column, value) if here or not wall.is_walled else 0
    if command == "SELECT":
        return rows
    if command == "INSERT":  # an empty row belongs to nobody
        return ROWS if rows and not column else NO_ROW
    return ROWS if rows else NO_ROW


def granted(wall: Wall, audience: str) -> set[str]:
    if audience == "house":
        return {"SELECT", "INSERT"} if wall.append_only else {"SELECT", *CHANGES}
    owns = bool(wall.own) and audience != "entrance"
    scoped = bool({"partner": wall.partner, "supplier": wall.supplier}.get(audience))
    reads = audience in wall.readers or owns or scoped
    writes = audience in wall.writers or (wall.keeps and (owns or scoped))
    return ({"SELECT"} if reads else set()) | (set(CHANGES) if writes else set())


def whose(wall: Wall, audience: str, context: Context | None, command: str) -> tuple[str, str]:
    """Column and value of the rows that are the context's; no column where all are."""
    everything = wall.readers if command == "SELECT" else wall.writers
    if audience == "house" or audience in everything or context is None:
        return "", ""
    if column := {"partner": wall.partner, "supplier": wall.supplier}.get(audience):
        return column, context.scope
    return wall.own, context.actor


def wrong(
    world: World,
    tables: Iterable[str] = TABLES,
    audiences: Iterable[str] = AUDIENCES,
    commands: Iterable[str] = COMMANDS,
) -> list[tuple[Any, ...]]:
    """Where PostgreSQL answers otherwise: table, audience, whose context, command, answer, due."""
    audiences, commands = list(audiences), list(commands)
    return list(_wrong(world, tables, audiences, commands))


def _wrong(
    world: World, tables: Iterable[str], audiences: list[str], commands: list[str]
) -> Iterator[tuple[Any, ...]]:
    for table, audience, command in product(tables, audiences, commands):
        for context in contexts_for(world, table, audience, command):
            wanted = due(world, table, audience, context, command)
            is_daily_work = context is not None and context.audience == audience and wanted == ROWS
            if is_daily_work:  # every other test does it
                continue
            answer = reached(table, audience, context, command)
            if answer != wanted:
                yield table, audience, context, command, answer, wanted


def wrongly_found(world: World, table: str) -> list[tuple[Any, ...]]:
    """Where a table's search function hands out another number of rows than may be found."""
    words = [COMMON, BOUGHT, BOTH] if named_in(table) else [COMMON]
    found = []
    for word, context in product(words, filter(None, world.contexts)):
        asked = sql.SQL("SELECT count(*) FROM {}({})").format(
            sql.Identifier(f"{table}_found"), sql.Literal([word])
        )
        wanted = due(world, table, context.audience, context, "SELECT")
        answer = answered(asked, context.audience, context, "SELECT")
        if answer != (0 if wanted == REFUSED else wanted):
            found.append((table, word, context, answer, wanted))
    return found


def contexts_for(world: World, table: str, audience: str, command: str) -> Sequence[Context | None]:
    """A command that is not granted is refused before anybody asks for whom."""
    wall = wall_of(TABLES[table])
    return world.contexts if wall and command in granted(wall, audience) else [None]
