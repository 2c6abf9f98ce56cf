"""The database keeps promises too: each constraint of the house has a test that breaks it."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from tests.house.code import PARTS, tracked
from workflow import walls

OURS = [model for model in apps.get_models() if model._meta.app_label in PARTS]
# They repeat a primary key, so that a foreign key can carry a second column with it: the walls
# that stand on them are tested, they themselves cannot be broken.
FOOTINGS = {"ledger_account_composite", "ledger_journal_composite", "approvals_file_maker"}
NAMES = sorted(
    {str(constraint.name) for model in OURS for constraint in model._meta.constraints} - FOOTINGS
)


@pytest.fixture(scope="module")
def tests() -> str:
    return "\n".join(
        path.read_text(encoding="utf-8")
        for path in tracked()
        if path.parts[-1].startswith("test_") and path.suffix == ".py" and "tests" in path.parts
    )


@pytest.mark.parametrize("name", NAMES)
def test_constraint_is_broken_by_a_test(name: str, tests: str) -> None:
    assert name in tests


@pytest.mark.django_db
def test_key_of_several_columns_is_broken_by_a_test(tests: str) -> None:
    """Written in SQL, they stand on no model."""
    with walls.within(walls.OWNER), connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'f' AND array_length(conkey, 1) > 1"
        )
        names = [name for (name,) in cursor.fetchall()]

    assert len(names) > 10
    assert [name for name in names if name not in tests] == []


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_states_of_a_row_are_known_to_the_database(model: Any) -> None:
    fields = {field.name: field for field in model._meta.fields}
    if "state" not in fields:
        return

    names = {constraint.name for constraint in model._meta.constraints}
    assert [name for name in names if name.endswith("_known_state")] != []
