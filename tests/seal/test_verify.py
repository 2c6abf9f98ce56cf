"""What verification says, and that it says so with its exit status."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from cases.models import Bill, Request, RequestLine
from documents.models import Document
from documents.storage import place_of
from ledger.models import Posting
from tests.factories import BillFactory, NationFactory
from tests.seal.conftest import seal_all
from workflow.models import Checkpoint, Entry, Leaf, Scheme
from workflow.rights import SYSTEM
from workflow.seal import epochs, keys, telling
from workflow.seal.findings import What
from workflow.seal.keys import signing_key
from workflow.seal.sealer import Sealer
from workflow.seal.verify import verify, verify_within
from workflow.trail import record


def behind_the_back(table: str, sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def found(**words: Any) -> list[tuple[str, str, What]]:
    return [(f.table, f.key, f.what) for f in verify(**words).findings]


def test_sound_trail_is_counted_and_the_command_ends_well(sealed: Sealer) -> None:
    out = StringIO()

    call_command("trail", "verify", stdout=out)

    assert "The trail fits." in out.getvalue()
    assert f"{Entry.objects.count()} entry" in out.getvalue()


def test_copies_cut_within_a_sign_are_named(sealed: Sealer) -> None:
    copies = keys.copies_of(1)
    whole = copies.read_bytes()
    copies.write_bytes(whole[: whole.rindex("—".encode()) + 1])

    named = {(table, what) for table, _key, what in found()}

    copies.write_bytes(whole)
    assert (copies.name, What.COPY_DIFFERS) in named


@pytest.mark.parametrize("table", ["workflow_scheme", "cases_rate"])
def test_scheme_that_was_turned_to_another_table_is_named(sealed: Sealer, table: str) -> None:
    scheme = Scheme.objects.filter(table_name=table).latest("number")

    with transaction.atomic():
        behind_the_back(
            "workflow_scheme",
            f"UPDATE workflow_scheme SET table_name = 'elsewhere' WHERE table_name = '{table}'",
        )
        findings = verify_within(now=timezone.now()).findings
        transaction.set_rollback(True)

    named = {(finding.table, finding.key, finding.what) for finding in findings}
    assert (table, "scheme", What.NOT_WATCHED) in named
    assert ("workflow_scheme", f"id {scheme.pk}", What.ROW_DIFFERS) in named


def test_changed_entry_is_named_with_its_column_and_checkpoint(sealed: Sealer) -> None:
    entry = Entry.objects.filter(step="accept_as_actionable").order_by("id").first()
    behind_the_back(
        "workflow_entry", f"UPDATE workflow_entry SET actor_name = 'X' WHERE id = {entry.pk}"
    )
    out = StringIO()

    with pytest.raises(CommandError, match="1 findings"):
        call_command("trail", "verify", stdout=out)

    (finding,) = verify().findings
    assert (finding.table, finding.key, finding.what, finding.detail) == (
        "workflow_entry",
        f"id {entry.pk}",
        What.COLUMN_DIFFERS,
        "actor",
    )
    assert finding.since is not None
    assert f"WRONG {finding}" in out.getvalue()
    assert f"right until checkpoint {finding.since}" in out.getvalue()


def test_body_that_is_no_json_any_more_is_named(sealed: Sealer) -> None:
    entry = Entry.objects.order_by("id").first()
    behind_the_back("workflow_entry", f"UPDATE workflow_entry SET body='?' WHERE id={entry.pk}")

    assert set(found()) == {("workflow_entry", f"id {entry.pk}", What.ROW_DIFFERS)}


def test_line_that_waits_too_long_is_named(sealed: Sealer) -> None:
    entry = record(Entry.Event.SIGNED_IN, by=SYSTEM)

    assert found() == []
    assert found(now=timezone.now() + timedelta(minutes=2)) == [
        ("workflow_entry", f"id {entry.pk}", What.UNSEALED)
    ]


def test_line_slipped_in_among_sealed_ones_is_named(sealed: Sealer) -> None:
    entry = record(Entry.Event.SIGNED_IN, by=SYSTEM)
    behind_the_back("workflow_entry", f"UPDATE workflow_entry SET xid = 7 WHERE id = {entry.pk}")
    seal_all_but = sealed.seal()

    assert seal_all_but == 0
    assert ("workflow_entry", f"id {entry.pk}", What.ROW_ADDED) in found()


def test_case_whose_version_was_raised_is_named_twice(sealed: Sealer) -> None:
    case = Request.objects.filter(state="actionable").first()
    behind_the_back("cases_request", f"UPDATE cases_request SET version = 9 WHERE id = '{case.pk}'")

    assert found() == [
        ("cases_request", f"id {case.pk}", What.ROW_DIFFERS),
        ("cases_request", case.number, What.VERSIONS_DIFFER),
    ]


def test_posting_of_another_nation_than_its_journal_is_named(sealed: Sealer) -> None:
    posting = Posting.objects.order_by("id").first()
    NationFactory(code="AU")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'ledger_posting'::regclass"
            " AND contype = 'f' AND array_length(conkey, 1) > 1"
        )
        walls = [name for (name,) in cursor.fetchall()]
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = ANY(%s)",
            [walls],
        )
        kept = cursor.fetchall()
        for name in walls:
            cursor.execute(f"ALTER TABLE ledger_posting DROP CONSTRAINT {name}")
    try:
        behind_the_back(
            "ledger_posting", f"UPDATE ledger_posting SET nation_id='AU' WHERE id={posting.pk}"
        )
        seen = found()
        behind_the_back(
            "ledger_posting",
            f"UPDATE ledger_posting SET nation_id='{posting.nation_id}' WHERE id={posting.pk}",
        )
    finally:
        with connection.cursor() as cursor:
            for name, definition in kept:
                cursor.execute(f"ALTER TABLE ledger_posting ADD CONSTRAINT {name} {definition}")

    assert ("ledger_posting", f"id {posting.pk}", What.BOOKS_DIFFER) in seen


def test_missing_and_changed_papers_are_told_apart(sealed: Sealer, settings: Any) -> None:
    row = Document.objects.first()
    path = Path(settings.MEDIA_ROOT) / place_of(row.sha256)
    path.write_bytes(b"other")
    changed = found()
    path.unlink()
    missing = found()

    assert [what for _table, _key, what in changed] == [What.FILE_DIFFERS]
    assert [what for _table, _key, what in missing] == [What.FILE_MISSING]


def test_checkpoints_kept_elsewhere_must_be_ours(sealed: Sealer, tmp_path: Path) -> None:
    kept = tmp_path / "what-the-partner-saw.txt"
    kept.write_text(keys.read_copies(1))
    assert found(outside=(kept,)) == []

    last = Checkpoint.objects.order_by("-number").first()
    kept.write_text(kept.read_text().replace(last.note, last.note.replace("epoch 1", "epoch 7")))

    assert found(outside=(kept,)) == [(kept.name, f"checkpoint {last.number}", What.COPY_DIFFERS)]
    with pytest.raises(CommandError):
        call_command("trail", "verify", "--from-files", str(kept), stdout=StringIO())


def test_whole_log_rewritten_under_another_key_is_found_by_whoever_kept_a_checkpoint(
    sealed: Sealer, tmp_path: Path, settings: Any
) -> None:
    """An operator with all keys can write another history; only a memory outside contradicts it."""
    kept = tmp_path / "kept.txt"
    kept.write_text(keys.read_copies(1))
    behind_the_back("workflow_leaf", "DELETE FROM workflow_leaf")
    behind_the_back("workflow_checkpoint", "DELETE FROM workflow_checkpoint")
    behind_the_back("workflow_entry", "UPDATE workflow_entry SET xid = xid")
    keys.copies_of(1).unlink()
    seal_all(Sealer(signing_key()))

    assert found() == []
    assert {what for _t, _k, what in found(outside=(kept,))} == {What.COPY_DIFFERS}


def test_checkpoint_that_no_key_of_ours_signed_is_named(sealed: Sealer) -> None:
    last = Checkpoint.objects.order_by("-number").first()
    behind_the_back(
        "workflow_checkpoint",
        f"UPDATE workflow_checkpoint SET note = 'words' WHERE number = {last.number}",
    )

    assert found()[0] == ("workflow_checkpoint", f"number {last.number}", What.NOT_SIGNED)


def test_head_that_is_no_hash_any_more_is_named(sealed: Sealer) -> None:
    behind_the_back(
        "workflow_checkpoint", "UPDATE workflow_checkpoint SET root = 'words' WHERE number = 2"
    )

    assert found() == [("workflow_checkpoint", "number 2", What.NOTE_DIFFERS)]


def test_checkpoint_that_is_gone_is_missed_by_the_next_and_by_its_copy(sealed: Sealer) -> None:
    behind_the_back("workflow_checkpoint", "DELETE FROM workflow_checkpoint WHERE number = 2")

    assert found() == [
        ("workflow_checkpoint", "number 3", What.NUMBER_MISSING),
        (keys.copies_of(1).name, "checkpoint 2", What.COPY_DIFFERS),
    ]


def test_last_copy_that_does_not_come_is_missed_after_a_while(sealed: Sealer) -> None:
    *held, last = keys.notes_in(keys.read_copies(1))
    keys.copies_of(1).write_text("".join(f"{note}\n" for note in held))

    assert found() == []
    assert found(now=timezone.now() + timedelta(minutes=2)) == [
        (keys.copies_of(1).name, f"checkpoint {len(held) + 1}", What.FILE_MISSING)
    ]
    assert Checkpoint.objects.get(number=len(held) + 1).note == last


def test_line_and_row_that_are_gone_are_named(sealed: Sealer) -> None:
    entry = record(Entry.Event.SIGNED_IN, by=SYSTEM)
    seal_all(sealed)
    line = RequestLine.objects.first()
    behind_the_back("workflow_entry", f"DELETE FROM workflow_entry WHERE id = {entry.pk}")
    behind_the_back("cases_requestline", f"DELETE FROM cases_requestline WHERE id = {line.pk}")

    assert found() == [
        ("workflow_entry", f"id {entry.pk}", What.ROW_MISSING),
        ("cases_requestline", f"id {line.pk}", What.ROW_MISSING),
    ]


def test_words_added_to_the_copies_are_named(sealed: Sealer) -> None:
    with keys.copies_of(1).open("a") as copies:
        copies.write("words")

    assert found() == [(keys.copies_of(1).name, "end", What.COPY_DIFFERS)]


def test_copy_taken_out_from_among_others_is_named(sealed: Sealer) -> None:
    first, _second, *more = keys.notes_in(keys.read_copies(1))
    keys.copies_of(1).write_text("".join(f"{note}\n" for note in (first, *more)))

    assert found() == [(keys.copies_of(1).name, "checkpoint 2", What.FILE_MISSING)]


def test_copies_of_what_a_restore_has_lost_are_no_finding(
    sealed: Sealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last checkpoint is younger than the backup; the entry of the new epoch tells of it."""
    last, before = Checkpoint.objects.order_by("-number")[:2]
    behind_the_back("workflow_leaf", f"DELETE FROM workflow_leaf WHERE position >= {before.size}")
    behind_the_back(
        "workflow_checkpoint", f"DELETE FROM workflow_checkpoint WHERE number = {last.number}"
    )

    monkeypatch.setattr(epochs, "cluster", lambda: "another")
    epochs.open_epoch(reason="restored")
    seal_all(Sealer(signing_key()))

    assert last.note in keys.read_copies(1)
    assert found() == []


def test_leaf_that_is_gone_is_named_and_so_is_its_line(sealed: Sealer) -> None:
    leaf = Leaf.objects.get(position=3)
    behind_the_back("workflow_leaf", "DELETE FROM workflow_leaf WHERE position = 3")

    assert found() == [
        ("workflow_leaf", "position 3", What.ROW_MISSING),
        (f"workflow_{leaf.source}", f"id {leaf.source_id}", What.ROW_ADDED),
    ]


def test_leaf_that_was_changed_leads_to_another_head(sealed: Sealer) -> None:
    """The first head over it is named; what grew on it cannot be right either."""
    leaf = Leaf.objects.get(position=3)
    above = Checkpoint.objects.filter(size__gt=3).order_by("number").first()
    behind_the_back(
        "workflow_leaf", "UPDATE workflow_leaf SET hash = sha256('x') WHERE position = 3"
    )

    assert found() == [
        (f"workflow_{leaf.source}", f"id {leaf.source_id}", What.ROW_DIFFERS),
        ("workflow_checkpoint", f"number {above.number}", What.HEAD_DIFFERS),
    ]


def test_line_moved_to_another_transaction_is_named(sealed: Sealer) -> None:
    entry = Entry.objects.order_by("id").first()
    behind_the_back(
        "workflow_entry", f"UPDATE workflow_entry SET xid = xid + 1 WHERE id = {entry.pk}"
    )

    assert found() == [("workflow_entry", f"id {entry.pk}", What.PLACE_DIFFERS)]


def test_version_slipped_into_a_line_that_has_none_is_named(sealed: Sealer) -> None:
    entry = record(Entry.Event.SIGNED_IN, by=SYSTEM)
    seal_all(sealed)
    behind_the_back(
        "workflow_entry", f"UPDATE workflow_entry SET version = 0 WHERE id = {entry.pk}"
    )

    (finding,) = verify().findings
    assert (finding.key, finding.what, finding.detail) == (
        f"id {entry.pk}",
        What.COLUMN_DIFFERS,
        "version",
    )


# On request ----------------------------------------------------------------------------------


def test_look_that_died_with_its_worker_is_done_by_the_next(sealed: Sealer) -> None:
    asked = telling.ask_for_verification("Mori")
    asked.begun_at = timezone.now()
    asked.save()
    assert telling.look_as_asked() is None  # somebody is at it

    asked.begun_at = timezone.now() - timedelta(minutes=11)
    asked.save()
    done = telling.look_as_asked()

    assert done.is_good
    assert done.counts["findings"] == 0
    assert telling.look_as_asked() is None


def test_findings_are_kept_as_plain_json(sealed: Sealer) -> None:
    BillFactory(state="paid")
    bill = Bill.objects.order_by("opened_at").first()
    behind_the_back("cases_bill", f"UPDATE cases_bill SET amount = amount + 1 WHERE id='{bill.pk}'")

    telling.ask_for_verification()
    done = telling.look_as_asked()

    assert json.loads(json.dumps(done.findings))[0] | {"since": None, "detail": ""} == {
        "table": "cases_bill",
        "key": f"id {bill.pk}",
        "what": "row_differs",
        "detail": "",
        "since": None,
    }
