"""At the end of a drill the trail is verified, whole and sealed; and not by somebody who sees nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core import mail
from django.db import ProgrammingError, connection

from fms_agency.drills import account
from fms_agency.drills.inspection import Findings, Played, inspect
from fms_agency.drills.patience import PatientPlay
from tests.seal.conftest import seal_all
from workflow import walls
from workflow.database.base import DatabaseWrapper
from workflow.models import Entry
from workflow.rights import SYSTEM
from workflow.seal import attest
from workflow.seal.keys import signing_key
from workflow.seal.sealer import Sealer
from workflow.trail import record
from workflow.walls import Context

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def as_owner(the_house_acts: None) -> Iterator[None]:
    """The drill looks on as the owner of the tables, whom no wall holds up."""
    with walls.within(walls.OWNER), pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseWrapper, "strict", False)
        yield


@pytest.fixture
def sealer(transactional_db: None) -> Sealer:
    attest.reattest(reason="a test begins")
    return Sealer(signing_key())


@pytest.fixture
def sealed(sealer: Sealer, play: PatientPlay) -> PatientPlay:
    seal_all(sealer)
    return play


def found(play: PatientPlay, mailbox: Path) -> Findings:
    mailbox.mkdir(exist_ok=True)
    for number, letter in enumerate(mail.outbox):
        (mailbox / f"{number}.log").write_bytes(letter.message().as_bytes())
    expected = {play.deal.name: account.of_play(play)}
    return inspect(Played(1, [play], expected, frozenset()), mailbox)


def test_sealed_trail_that_fits_is_counted(sealed: PatientPlay, tmp_path: Path) -> None:
    findings = found(sealed, tmp_path / "mail")

    assert (findings.lost, findings.doubled, findings.broken) == ([], [], [])
    assert findings.counted["trail: entry lines sealed"] == Entry.objects.count() > 0


def test_line_without_a_seal_is_told(sealed: PatientPlay, tmp_path: Path) -> None:
    record(Entry.Event.SIGNED_OUT, by=SYSTEM)

    (broken,) = found(sealed, tmp_path / "mail").broken

    count = Entry.objects.count()
    assert broken == f"trail: {count - 1} of {count} entry lines are sealed"


def test_line_that_was_changed_is_named(sealed: PatientPlay, tmp_path: Path) -> None:
    entry = Entry.objects.filter(step="submit").get()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE workflow_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE workflow_entry SET note = 'X' WHERE id = %s", [entry.pk])
        cursor.execute("ALTER TABLE workflow_entry ENABLE TRIGGER USER")

    broken = found(sealed, tmp_path / "mail").broken

    assert [line.split(":")[1].strip() for line in broken] == [f"workflow_entry id {entry.pk}"]


@pytest.mark.parametrize(
    "somebody", [walls.ENTRANCE, Context("partner", scope="AU"), Context("supplier")]
)
def test_inspection_by_somebody_who_does_not_see_everything_does_not_pass(
    sealed: PatientPlay, tmp_path: Path, somebody: Context
) -> None:
    """Who has no way to a table is told so by PostgreSQL; nobody gets as far as a verdict."""
    with pytest.raises(ProgrammingError, match="permission denied"), walls.within(somebody):
        found(sealed, tmp_path / "mail")
