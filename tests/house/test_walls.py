"""The second wall as PostgreSQL's own catalogue tells it: declared, forced, and owned by nobody who serves."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection, models

from workflow import walls
from workflow.database.building import COMMANDS, walled_models
from workflow.walls import AUDIENCES, wall_of

pytestmark = pytest.mark.django_db

MODELS = {model._meta.db_table: model for model in walled_models()}
LOGINS = ("fms_web", "fms_worker")
ONE_COMPARISON = re.compile(
    r"^\(\(?(\w+(?:::text|::character varying)*)\)?(?:::text)? = "
    r"\( SELECT (\(?fms_(?:scope|actor)\('\w+'::text\)\)?(?:::uuid|::text)?) AS \w+\)\)$"
)
EVERYTHING = re.compile(r"^\( SELECT fms_is\('(\w+)'::text\) AS fms_is\)$")


def asked(question: str, *values: Any) -> list[tuple[Any, ...]]:
    with walls.within(walls.OWNER), connection.cursor() as cursor:
        cursor.execute(question, values or None)
        return cursor.fetchall()


def test_every_table_of_the_house_declares_its_wall() -> None:
    assert [table for table, model in MODELS.items() if wall_of(model) is None] == []


def test_no_table_stands_outside_the_house() -> None:
    tables = {
        name for (name,) in asked("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    }

    assert tables - set(MODELS) == {"django_migrations", "workflow_contextkey"}


def test_walled_tables_are_walled_for_their_owner_too() -> None:
    rows = asked(
        "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"
        " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    found = {name: (enabled, forced) for name, enabled, forced in rows if name in MODELS}

    assert found == {
        table: (wall.is_walled, wall.is_walled)
        for table, model in MODELS.items()
        if (wall := wall_of(model))
    }


def test_tables_of_nations_and_contractors_show_each_its_own() -> None:
    """Whatever carries a nation's or contractor's column is declared to be theirs, or the agency's."""
    reachable = {
        table
        for table, model in MODELS.items()
        if (wall := wall_of(model)) and {"partner", "supplier"} & wall.readers
    }
    owned = {
        table
        for table, model in MODELS.items()
        if {"nation_id", "contractor_id", "owner_code"}
        & {f.column for f in model._meta.concrete_fields}
    }

    assert reachable & owned == {"partners_agreement"}  # published treaties


def test_policies_compare_one_column_with_one_constant() -> None:
    rows = asked(
        "SELECT tablename, policyname, coalesce(qual, with_check), roles::text[], cmd FROM pg_policies"
    )

    odd = []
    for table, name, expression, roles, command in rows:
        audience = name.split("_")[0]
        fitting = EVERYTHING.match(expression) or ONE_COMPARISON.match(expression)
        named = f"'{audience}'::text" in expression
        if not (fitting and named and roles == [f"fms_{audience}"] and command in COMMANDS):
            odd.append((table, name, expression))
    assert odd == []
    assert len(rows) > 100


def test_one_policy_for_each_audience_and_command() -> None:
    rows = asked(
        "SELECT tablename, cmd, roles::text, count(*) FROM pg_policies GROUP BY 1, 2, 3 HAVING count(*) > 1"
    )

    assert rows == []


def test_nobody_outside_the_house_writes_a_case() -> None:
    """Doors read; what is written is written by the gate, which acts for the house."""
    rows = asked(
        "SELECT table_name, grantee, privilege_type FROM information_schema.role_table_grants"
        " WHERE grantee LIKE 'fms\\_%%' AND privilege_type <> 'SELECT'"
        " AND table_name ~ '^(cases|exports|ledger|documents|workflow)_'"
        " AND grantee NOT IN ('fms_house', %s)",
        owner(),
    )

    assert rows == []


def test_what_is_never_changed_cannot_be_changed_by_the_house() -> None:
    rows = asked(
        "SELECT table_name FROM information_schema.role_table_grants"
        " WHERE grantee = 'fms_house' AND privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE')"
    )
    append_only = {
        table for table, m in MODELS.items() if (wall := wall_of(m)) and wall.append_only
    }

    assert append_only & {name for (name,) in rows} == set()
    assert {
        "workflow_entry",
        "approvals_signature",
        "approvals_revision",
        "approvals_conflict",
        "ledger_posting",
        "documents_document",
    } <= append_only


def test_roles_of_running_services_own_nothing_and_pass_no_wall() -> None:
    roles = [*(f"fms_{audience}" for audience in AUDIENCES), *LOGINS]
    rows = asked(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND"
        " (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)",
        roles,
    )
    owning = asked(
        "SELECT relname, pg_get_userbyid(relowner) FROM pg_class WHERE pg_get_userbyid(relowner) = ANY(%s)",
        roles,
    )

    assert (rows, owning) == ([], [])


def test_functions_that_see_more_than_their_caller_are_few_and_pinned() -> None:
    rows = asked(
        "SELECT proname, proconfig FROM pg_proc"
        " WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    )

    searching = {f"{table}_found" for table, m in MODELS.items() if (w := wall_of(m)) and w.search}
    asking = {"ledger_refuse_empty_journal"}  # answers yes or no
    attesting = {name for name, _config in rows if name.startswith("workflow_attest_")}
    assert {name for name, _config in rows} == {"fms_context", *searching, *attesting, *asking}
    assert {config[0] for _name, config in rows} == {"search_path=pg_catalog, public"}


def test_no_view_looks_around_the_walls() -> None:
    rows = asked(
        "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace"
        " AND NOT coalesce(reloptions::text LIKE '%%security_invoker=true%%', false)"
    )

    assert rows == []


def test_keys_between_walled_tables_carry_the_owner() -> None:
    """A line cannot hang on another nation's case: its key names the nation as well."""
    composite = {
        (table, target)
        for table, target, columns in asked(
            "SELECT conrelid::regclass::text, confrelid::regclass::text, array_length(conkey, 1)"
            " FROM pg_constraint WHERE contype = 'f'"
        )
        if columns > 1
    }

    wanted = {
        (model._meta.db_table, field.related_model._meta.db_table)
        for model in MODELS.values()
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and _shares_an_owner(model, field.related_model)
    }
    # An invited firm is not the firm that is chosen.
    assert wanted - composite == {("cases_quote", "cases_subcontract")}
    assert len(wanted) >= 9


def _shares_an_owner(model: Any, target: Any) -> bool:
    def owners(one: Any) -> set[str]:
        return {f.column for f in one._meta.concrete_fields} & {"nation_id", "contractor_id"}

    return bool(owners(model) & owners(target)) and target._meta.app_label in {
        "cases",
        "exports",
        "ledger",
    }


def owner() -> str:
    return str(connection.settings_dict["USER"])
