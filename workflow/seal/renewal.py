"""After a migration every trigger is made anew whose code has changed since, be its columns the same.

A trigger says in its comment which code made it: the SHA-256 of the statements. So those that are
as they should be are not touched; to replace one locks its table against writers for a moment.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from workflow.models import Scheme
from workflow.seal.attest import TRIGGER, Watch, can_compare, column_types, watches

SAID = """
    SELECT tgrelid::regclass::text, obj_description(oid, 'pg_trigger') FROM pg_trigger
    WHERE tgname = 'workflow_attested'
"""


def renew(**about: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        types = column_types(cursor)
        if Scheme._meta.db_table not in types:
            return
        cursor.execute(SAID)
        said = dict(cursor.fetchall())
        for watch in watches():
            fits = can_compare(watch, types.get(watch.table, {}))
            if fits and said.get(watch.table) != code_of(watch):
                _make(cursor, watch)


def code_of(watch: Watch) -> str:
    return sha256(watch.sql(TRIGGER).encode()).hexdigest()


def _make(cursor: CursorWrapper, watch: Watch) -> None:
    cursor.execute(watch.sql(TRIGGER))
    cursor.execute(
        sql.SQL("COMMENT ON TRIGGER workflow_attested ON {} IS {}").format(
            sql.Identifier(watch.table), sql.Literal(code_of(watch))
        )
    )
