"""What is written once is refused to be changed even to the owner of the tables."""

from __future__ import annotations

from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction

from tests.conftest import APPEND_ONLY
from tests.factories import RequestFactory, paper
from workflow import walls
from workflow.database.building import walled_models

CHANGES = {
    "UPDATE": 'UPDATE "{table}" SET "{key}" = "{key}"',
    "DELETE": 'DELETE FROM "{table}"',
    "TRUNCATE": 'TRUNCATE "{table}" CASCADE',
}
KEYS = {model._meta.db_table: model._meta.pk.column for model in walled_models()}
TABLES = [*APPEND_ONLY, "workflow_scheme"]  # schemes stay between tests
# In its own words: one table's refusal would hide that another, emptied along with it, has none.
REFUSALS = {"documents_document": "never changed"}
TRIED = [*product(TABLES, CHANGES)]


@pytest.mark.django_db
@pytest.mark.parametrize(("table", "change"), TRIED)
def test_what_is_written_once_is_not_changed(table: str, change: str) -> None:
    if table == "documents_document":
        paper(RequestFactory(furnished=False), "note")

    with walls.within(walls.OWNER), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with (
            pytest.raises(IntegrityError, match=REFUSALS.get(table, f"{table} is append-only")),
            transaction.atomic(),
        ):
            cursor.execute(CHANGES[change].format(table=table, key=KEYS[table]))


@pytest.mark.django_db
def test_every_table_that_its_wall_calls_append_only_is_tried() -> None:
    declared = {
        m._meta.db_table
        for m in walled_models()
        if vars(m).get("wall", None) and m.wall.append_only
    }

    assert declared == set(TABLES)
