"""A trigger follows its code: whoever changes what a trigger does needs no migration for it."""

from __future__ import annotations

import pytest
from django.db import connection

from workflow.models import Attestation, Entry, Scheme
from workflow.seal import attest

pytestmark = pytest.mark.django_db


def bodies() -> dict[str, str]:
    """What each trigger does, by its function's name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, prosrc FROM pg_proc WHERE proname LIKE 'workflow\\_attest\\_%'"
        )
        return dict(cursor.fetchall())


def made() -> dict[str, str]:
    """The transaction that wrote each function last."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname, xmin::text || ctid::text FROM pg_proc")
        return dict(cursor.fetchall())


@pytest.fixture(autouse=True)
def as_after_a_migration(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    attest.keep_up()


def test_trigger_whose_code_has_changed_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    before = bodies()
    counts = (Scheme.objects.count(), Attestation.objects.count(), Entry.objects.count())
    monkeypatch.setattr(
        attest, "TRIGGER", attest.TRIGGER.replace("BEGIN\n", "BEGIN\n    -- new\n", 1)
    )

    attest.keep_up()

    after = bodies()
    assert set(after) == set(before)
    assert [name for name, body in after.items() if "-- new" not in body] == []
    assert counts == (Scheme.objects.count(), Attestation.objects.count(), Entry.objects.count())


def test_trigger_whose_code_is_as_it_was_is_left_alone() -> None:
    before = made()

    attest.keep_up()

    assert made() == before


def test_trigger_that_another_code_has_made_is_the_only_one_made_anew() -> None:
    before = made()
    with connection.cursor() as cursor:
        cursor.execute("COMMENT ON TRIGGER workflow_attested ON cases_rate IS 'older'")

    attest.keep_up()

    after = made()
    assert [name for name in after if after[name] != before.get(name)] == [
        "workflow_attest_cases_rate"
    ]


def test_table_that_is_not_as_its_scheme_says_waits_for_its_migration() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE cases_rate RENAME COLUMN source TO origin")
        cursor.execute("COMMENT ON TRIGGER workflow_attested ON cases_rate IS 'older'")
    before = made()

    attest.keep_up()

    assert made() == before
