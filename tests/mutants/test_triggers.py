"""Each trigger, whole or for one kind of change: somebody misses it when it is gone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from tests.house.test_append_only import TRIED
from tests.house.test_append_only import test_what_is_written_once_is_not_changed as not_changed
from tests.ledger import test_books
from tests.mutants.mutants import Mutant, asked, hunt, is_red, says
from tests.seal.test_every_table import loose, unattested  # noqa: F401 - a fixture
from workflow.seal.attest import Watch, watches

pytestmark = [pytest.mark.django_db, pytest.mark.no_cover]  # repeats what other tests walk

EVENTS = {"INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}  # pg_trigger.tgtype


def triggers(of: str) -> list[tuple[str, str, str, list[str]]]:
    """Table, name, definition and kinds of change."""
    rows = asked(
        "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), tgtype FROM pg_trigger"
        f" WHERE NOT tgisinternal AND tgname {of} ORDER BY 1, 2"
    )
    return [
        (table, name, definition, [event for event, bit in EVENTS.items() if kinds & bit])
        for table, name, definition, kinds in rows
    ]


def weakened(
    table: str, name: str, definition: str, events: list[str]
) -> Iterator[tuple[str, str]]:
    """What is taken away, and the statement that does it."""
    yield "everything", f'ALTER TABLE {table} DISABLE TRIGGER "{name}"'
    if len(events) == 1:
        return
    for event in events:
        rest = " OR ".join(other for other in events if other != event)
        head, _, tail = definition.partition(f" ON public.{table} ")
        start, time = head.split(name)[0], head.split(name)[1].split()[0]
        start = start.replace("CREATE TRIGGER", "CREATE OR REPLACE TRIGGER")
        yield event, f"{start}{name} {time} {rest} ON public.{table} {tail}"


def refusals() -> Iterator[Mutant]:
    for table, name, definition, events in triggers("<> 'workflow_attested'"):
        for gone, statement in weakened(table, name, definition, events):
            yield Mutant(
                f"{name} without {gone}", says(statement), partial(is_missed, name, table, gone)
            )


def is_missed(name: str, table: str, gone: str) -> bool:
    if name in OTHERS:
        return is_red(OTHERS[name])
    tried = [change for where, change in TRIED if where == table and gone in {change, "everything"}]
    return any(is_red(not_changed, table, change) for change in tried)


# What refuses something else than a change.
OTHERS = {
    "ledger_journal_not_empty": test_books.test_journal_without_postings_is_refused_whoever_writes_it
}


def test_every_trigger_that_refuses_is_missed() -> None:
    assert hunt("triggers that refuse", refusals()) == []


def attestations() -> Iterator[Mutant]:
    watched = {watch.table: watch for watch in watches()}
    for table, name, definition, events in triggers("= 'workflow_attested'"):
        for gone, statement in weakened(table, name, definition, events):
            changes = events if gone == "everything" else [gone]

            yield Mutant(
                f"digests of {table} without {gone}",
                says(statement),
                partial(is_unattested, watched[table], changes),
            )


def is_unattested(watch: Watch, changes: list[str]) -> bool:
    return bool(unattested([watch], changes))


@pytest.mark.usefixtures("loose")
def test_every_trigger_that_attests_is_missed() -> None:
    assert hunt("triggers that attest", attestations()) == []
