"""Each policy, each grant, each function of the second wall: the probe misses it when it is gone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import product

import pytest

from tests.factories import RequestFactory
from tests.house.test_walls import test_walled_tables_are_walled_for_their_owner_too as all_forced
from tests.isolation.reach import (
    COMMANDS,
    REFUSED,
    SEARCHED,
    TABLES,
    World,
    due,
    furnished,
    wrong,
    wrongly_found,
)
from tests.mutants.mutants import Mutant, asked, hunt, is_red, says, survivors
from tests.workflow.test_walls import FORGED
from tests.workflow.test_walls import test_context_runs_out as runs_out
from tests.workflow.test_walls import test_context_that_was_not_signed_here_is_refused as no_forgery
from workflow.walls import AUDIENCES, wall_of

pytestmark = [pytest.mark.django_db, pytest.mark.no_cover]  # repeats what other tests walk


@pytest.fixture
def world() -> Iterator[World]:
    with furnished() as world:
        yield world


def probed(world: World, table: str, *others: list[str]) -> bool:
    """Whether the probe of one table is red."""
    return bool(wrong(world, [table], *others))


# Policies ------------------------------------------------------------------------------------


def policies(world: World) -> Iterator[Mutant]:
    for table, name, command, qual, check in asked(
        "SELECT tablename, policyname, cmd, qual, with_check FROM pg_policies ORDER BY 1, 2"
    ):
        audience = name.split("_")[0]
        compared = "fms_is" not in (qual or check)
        for weaker in ("true", *([f"(SELECT fms_is('{audience}'))"] if compared else [])):
            clause = "WITH CHECK" if command == "INSERT" else "USING"
            yield Mutant(
                f"policy {name} of {table}: {weaker}",
                says(f'ALTER POLICY "{name}" ON "{table}" {clause} ({weaker})'),
                partial(probed, world, table, [audience], [command]),
            )


def test_every_policy_is_missed(world: World) -> None:
    assert hunt("policies", policies(world)) == []


def switches(world: World) -> Iterator[Mutant]:
    for table, model in TABLES.items():
        wall = wall_of(model)
        if wall is None or not wall.is_walled:
            continue
        off = says(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
        yield Mutant(f"no wall on {table}", off, partial(probed, world, table))
        unforced = says(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
        yield Mutant(f"no wall for the owner of {table}", unforced, partial(is_red, all_forced))


def test_every_wall_is_missed(world: World) -> None:
    assert hunt("walls of tables", switches(world)) == []


def grants(world: World) -> Iterator[Mutant]:
    for table, audience, command in product(TABLES, AUDIENCES, COMMANDS):
        if due(world, table, audience, None, command) == REFUSED:
            yield Mutant(
                f"{command} on {table} granted to {audience}",
                says(f'GRANT {command} ON "{table}" TO fms_{audience}'),
                partial(probed, world, table, [audience], [command]),
            )


def test_every_right_that_is_not_given_is_missed(world: World) -> None:
    assert hunt("grants", grants(world)) == []


# Functions -----------------------------------------------------------------------------------


def rewritten(function: str, *changes: tuple[str, str]) -> str:
    """The function's definition with words exchanged. Raises if they do not stand in it."""
    ((body,),) = asked("SELECT pg_get_functiondef(%s::regproc)", function)
    for old, new in changes:
        assert old in body, (function, old)
        body = body.replace(old, new)
    return str(body)


def one_by_one(function: str, old: str, new: str) -> Iterator[str]:
    """Its definition with the words exchanged in one place, then in the next."""
    ((body,),) = asked("SELECT pg_get_functiondef(%s::regproc)", function)
    before, *after = body.split(old)
    assert after, (function, old)
    for place in range(1, len(after) + 1):
        parts = [before, *after]
        yield old.join(parts[:place]) + new + old.join(parts[place:])


def searches(world: World) -> Iterator[Mutant]:
    for table in SEARCHED:
        wall = wall_of(TABLES[table])
        assert wall is not None
        column, kind = wall.partner or wall.supplier, "uuid" if wall.supplier else "text"
        weaker = [("('staff', 'house')", "('staff', 'house', 'partner', 'supplier')")]
        weaker += [(f'row."{column}" = said[2]::{kind}', "true")] if column else []
        for (old, new), body in ((w, b) for w in weaker for b in one_by_one(f"{table}_found", *w)):
            yield Mutant(
                f"search of {table}: {old} → {new}",
                says(body),
                partial(wrongly_found_in, world, table),
            )


def wrongly_found_in(world: World, table: str) -> bool:
    return bool(wrongly_found(world, table))


def test_every_condition_of_a_search_is_missed(world: World) -> None:
    assert hunt("searches", searches(world)) == []


FUNCTIONS = [
    ("fms_is", "(said.said[1] = fms_is.audience)", "true"),
    ("fms_scope", "(said.said[1] = fms_scope.audience)", "true"),
    ("fms_actor", "(said.said[1] = fms_actor.audience)", "true"),
]


def comparisons(world: World) -> Iterator[Mutant]:
    tables = ["cases_request", "cases_quote", "notifications_message", "mfa_authenticator"]
    for function, old, new in FUNCTIONS:
        yield Mutant(
            f"{function} without {old}",
            says(rewritten(function, (old, new))),
            lambda: bool(wrong(world, tables)),
        )


def test_every_comparison_is_missed(world: World) -> None:
    assert hunt("comparisons", comparisons(world)) == []


SIGNATURE = (
    "encode(sha256(key.outer_block || sha256(key.inner_block\n"
    "            || convert_to(array_to_string(parts[1:4], '|'), 'UTF8'))), 'hex') <> parts[5]"
)
CHECKS = [
    ("array_length(parts, 1) IS DISTINCT FROM 5", "false"),
    (SIGNATURE, "false"),
    ("parts[4]::bigint < extract(epoch FROM statement_timestamp())", "false"),
]


def signatures(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mutant]:
    def is_seen() -> bool:
        with monkeypatch.context() as patch:
            forged = any(is_red(no_forgery, two_nations={}, forged=forged) for forged in FORGED)
            return forged or is_red(runs_out, two_nations={}, monkeypatch=patch)

    for old, new in CHECKS:
        weaker = says(rewritten("fms_context", (old, new)))
        yield Mutant(f"fms_context without {old}", weaker, is_seen)


def test_every_check_of_the_context_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    RequestFactory(state="submitted")  # where there is no row, nobody is asked for a context

    assert hunt("checks of the context", signatures(monkeypatch)) == []


# The machinery -------------------------------------------------------------------------------


def test_mutant_that_nobody_looks_at_is_reported(world: World) -> None:
    weaker = says("ALTER POLICY partner_select ON cases_request USING (true)")

    def elsewhere() -> bool:
        return probed(world, "cases_quote")

    def here() -> bool:
        return probed(world, "cases_request")

    assert survivors([Mutant("elsewhere", weaker, elsewhere), Mutant("here", weaker, here)]) == [
        "elsewhere"
    ]


def test_check_that_is_red_anyway_is_no_witness() -> None:
    with pytest.raises(AssertionError, match="red without it"):
        survivors([Mutant("any", says(), lambda: True)])
