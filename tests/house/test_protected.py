"""Each table is attested row by row, or somebody has said why not."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps

from workflow.seal.protected import PROTECTED, UNPROTECTED, UNPROTECTED_APPS, protected

MODELS = {model._meta.label_lower: model for model in apps.get_models()}


@pytest.mark.parametrize("label", sorted(MODELS))
def test_table_is_protected_or_excused(label: str) -> None:
    excused = label in UNPROTECTED or MODELS[label]._meta.app_label in UNPROTECTED_APPS

    assert (label in PROTECTED) != excused


def test_lists_name_models_that_exist() -> None:
    apps_there = {model._meta.app_label for model in MODELS.values()}

    assert {*PROTECTED, *UNPROTECTED} <= set(MODELS)
    assert set(UNPROTECTED_APPS) <= apps_there
    assert all([*UNPROTECTED.values(), *UNPROTECTED_APPS.values()])


@pytest.mark.parametrize(("model", "columns"), list(protected()), ids=str)
def test_only_secrets_and_what_changes_by_itself_are_left_out(
    model: Any, columns: list[str]
) -> None:
    written = {field.column for field in model._meta.concrete_fields if not field.generated}
    left_out = written - set(columns)

    assert left_out <= {"password", "last_login"}
    assert model._meta.pk.column in columns
