"""The sealer misses nothing, seals nothing twice, and signs nothing that does not go on from before."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from random import Random
from threading import Event
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from tests.factories import RequestFactory
from tests.seal.conftest import seal_all, unsealed
from workflow import walls
from workflow.models import Attestation, Checkpoint, Entry, Leaf
from workflow.seal import epochs, keys, telling
from workflow.seal import sealer as sealing
from workflow.seal.keys import copies_of, signing_key
from workflow.seal.note import read_note
from workflow.seal.sealer import Sealer, WillNotSign
from workflow.seal.tree import leaf_hash, root_of
from workflow.seal.verify import verify
from workflow.trail import record


def line(note: str = "") -> Entry:
    return record(Entry.Event.SIGNED_IN, by=epochs.SYSTEM, note=note)


def tamper(table: str, sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_checkpoint_signs_the_head_over_all_lines(sealed: Sealer) -> None:
    last = Checkpoint.objects.order_by("-number").first()

    head = read_note(last.note, keys.public_keys())

    leaves = [
        bytes(leaf) for leaf in Leaf.objects.order_by("position").values_list("hash", flat=True)
    ]
    assert (head.origin, head.size) == ("fms-agency/trail", len(leaves))
    assert head.root == root_of(leaves)
    assert len(leaves) == Entry.objects.count() + Attestation.objects.count()
    entry = Entry.objects.latest("pk")
    leaf = Leaf.objects.get(source="entry", source_id=entry.pk)
    assert bytes(leaf.hash) == leaf_hash(entry.body.encode())


def test_nothing_new_is_not_signed_again(sealed: Sealer) -> None:
    count = Checkpoint.objects.count()

    assert sealed.seal() == 0
    assert Checkpoint.objects.count() == count


def test_line_that_commits_late_is_sealed_after_one_that_overtook_it(sealer: Sealer) -> None:
    """Ids become visible out of order: asking for ids above the last one would skip the first."""
    seal_all(sealer)
    written, go = Event(), Event()

    def slow() -> int:
        try:
            with transaction.atomic():
                pk = line("slow").pk
                written.set()
                go.wait(30)
            return pk
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(slow)
        written.wait(30)
        quick = line("quick").pk
        sealer.seal()
        sealed_before = Leaf.objects.filter(source="entry", source_id=quick).exists()
        go.set()
        late = waiting.result()
    seal_all(sealer)

    assert late < quick
    assert not sealed_before  # it waits for the older transaction, and loses nothing
    assert Leaf.objects.filter(source="entry", source_id__in=[late, quick]).count() == 2


def test_many_writers_lose_no_line(sealer: Sealer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH", 7)
    stop = Event()

    def write(seed: int) -> int:
        random, count = Random(seed), 0
        try:
            while not stop.is_set() and count < 60:
                with transaction.atomic():
                    line()
                    time.sleep(random.random() / 100)
                    RequestFactory(furnished=False)
                count += 1
        finally:
            connection.close()
        return count

    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(write, seed) for seed in range(4)]
        while not all(writer.done() for writer in writers):
            sealer.seal()
        stop.set()
    seal_all(sealer)

    assert verify().findings == []
    assert Leaf.objects.filter(source="entry").count() == Entry.objects.count()


def test_second_sealer_goes_on_where_the_first_stood(sealed: Sealer) -> None:
    line()
    second = Sealer(signing_key())
    seal_all(second)
    line()
    seal_all(sealed)  # the first one has not seen what the second sealed

    assert verify().findings == []


def test_only_one_sealer_works_at_a_time(sealed: Sealer) -> None:
    def hold(then: Callable[[], Any]) -> Any:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [sealing.LOCK])
            return then()

    def other() -> int:
        try:
            return Sealer(signing_key()).seal()
        finally:
            connection.close()

    line()
    with ThreadPoolExecutor(1) as pool:
        assert hold(lambda: pool.submit(other).result()) == 0


@pytest.mark.parametrize(
    ("table", "sql", "why"),
    [
        (
            "workflow_leaf",
            "UPDATE workflow_leaf SET hash = sha256('x') WHERE position = 3",
            "do not lead to the last signed",
        ),
        (
            "workflow_checkpoint",
            "DELETE FROM workflow_checkpoint WHERE number = (SELECT max(number) FROM workflow_checkpoint)",
            "do not lead to the last signed",
        ),
        (
            "workflow_checkpoint",
            "DELETE FROM workflow_checkpoint",
            "leaves and no checkpoint",
        ),
    ],
)
def test_sealer_does_not_go_on_from_a_tree_that_was_changed(
    sealed: Sealer, table: str, sql: str, why: str
) -> None:
    tamper(table, sql)
    line()

    with pytest.raises(WillNotSign, match=why):
        Sealer(signing_key()).seal()


def test_sealer_does_not_go_on_from_a_database_older_than_its_copies(sealed: Sealer) -> None:
    last, before = Checkpoint.objects.order_by("-number")[:2]
    tamper("workflow_leaf", f"DELETE FROM workflow_leaf WHERE position >= {before.size}")
    tamper("workflow_checkpoint", f"DELETE FROM workflow_checkpoint WHERE number = {last.number}")

    with pytest.raises(WillNotSign, match="rolled back or restored"):
        Sealer(signing_key()).seal()


def test_new_head_is_proven_before_it_is_signed(
    sealed: Sealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    line()
    monkeypatch.setattr(sealing, "is_consistent", lambda *_: False)

    with pytest.raises(WillNotSign, match="not be consistent"):
        while not sealed.seal():
            time.sleep(0.02)


def test_numbers_that_go_back_stop_the_sealer(sealed: Sealer) -> None:
    last = Checkpoint.objects.order_by("-number").first()
    last.up_to_xid = 2**60

    with pytest.raises(WillNotSign, match="gone back"):
        sealing.waiting(epochs.current(), last)


def test_database_in_another_cluster_waits_for_a_new_epoch(
    sealed: Sealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(epochs, "cluster", lambda: "another")
    line("written elsewhere")
    fresh = Sealer(signing_key())

    with pytest.raises(WillNotSign, match="open-epoch"):
        fresh.seal()
    call_command(
        "trail",
        "open-epoch",
        "--reason",
        "restored from the night",
        "--by",
        "Mori",
        stdout=StringIO(),
    )
    seal_all(fresh)

    opened = Entry.objects.filter(event="epoch_opened").first()
    assert (opened.note, opened.actor_name) == ("restored from the night", "Mori")
    assert Checkpoint.objects.order_by("-number").first().epoch == 2
    assert verify().findings == []


def test_rows_written_in_another_cluster_are_sealed_whatever_their_numbers(
    sealed: Sealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(epochs, "cluster", lambda: "another")
    early, late = line("low"), line("high")
    tamper("workflow_entry", f"UPDATE workflow_entry SET xid = 5 WHERE id = {early.pk}")
    tamper("workflow_entry", f"UPDATE workflow_entry SET xid = {2**50} WHERE id = {late.pk}")

    epochs.open_epoch(reason="restored")
    seal_all(Sealer(signing_key()))

    assert Leaf.objects.filter(source="entry", source_id__in=[early.pk, late.pk]).count() == 2
    assert verify().findings == []


# Copies --------------------------------------------------------------------------------------


def test_copies_outside_hold_every_checkpoint(sealed: Sealer) -> None:
    notes = Checkpoint.objects.order_by("number").values_list("note", flat=True)

    assert keys.notes_in(keys.read_copies(1)) == list(notes)


@pytest.mark.parametrize("within", [-300, "\N{EM DASH}".encode()])
def test_copy_that_a_crash_cut_off_is_completed(sealed: Sealer, within: int | bytes) -> None:
    whole = copies_of(1).read_bytes()
    cut = whole.rindex(within) + 1 if isinstance(within, bytes) else within
    copies_of(1).write_bytes(whole[:cut])

    Sealer(signing_key()).seal()

    assert copies_of(1).read_bytes() == whole


# Lag and process -----------------------------------------------------------------------------


def test_lag_tells_how_long_the_oldest_line_waits(sealed: Sealer) -> None:
    assert telling.lag().total_seconds() == 0
    line()

    assert 0 < telling.lag().total_seconds() < 30
    assert unsealed()


def test_lag_is_known_without_the_database_from_the_last_look(sealed: Sealer) -> None:
    now = datetime.now(UTC)
    assert keys.lag_by_the_last_look(now) is None  # nobody has looked
    keys.mark_look(timedelta(seconds=5))

    found = keys.lag_by_the_last_look(now + timedelta(minutes=1))

    assert timedelta(seconds=64) <= found <= timedelta(seconds=66)


def test_command_seals_what_there_is(sealed: Sealer) -> None:
    line()
    count = Checkpoint.objects.count()
    until = time.monotonic() + 60
    while unsealed() and time.monotonic() < until:
        call_command("seal", "--once")

    assert Checkpoint.objects.count() > count
    assert not unsealed()


def test_command_goes_on_after_the_database_was_away_until_it_is_told_to_stop(
    sealed: Sealer, caplog: pytest.LogCaptureFixture
) -> None:
    """As the sealer's process does: its connection is cut, it seals at a later look, it ends."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    entry = line()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()

    def cut_and_later_stop() -> bool:
        try:
            with walls.within(walls.OWNER), connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
                may_begin.set()
                return within(60, Leaf.objects.filter(source_id=entry.pk, source="entry").exists)
        finally:
            connection.close()
            os.kill(os.getpid(), signal.SIGTERM)

    may_begin = Event()
    try:
        with ThreadPoolExecutor(1) as pool:
            is_sealed = pool.submit(cut_and_later_stop)
            may_begin.wait(60)
            call_command("seal", "--every", "0.05")
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)

    assert is_sealed.result()
    assert "database away, sealing waits" in caplog.text


def within(seconds: float, is_so: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while not (so := is_so()) and time.monotonic() < until:
        time.sleep(0.05)
    return so


def test_command_without_a_key_says_what_is_missing(transactional_db: None, settings: Any) -> None:
    settings.SEAL_KEY = ""

    with pytest.raises(CommandError, match="SEAL_KEY_FILE"):
        call_command("seal", "--once")


def test_key_that_was_replaced_still_counts(sealed: Sealer, settings: Any) -> None:
    settings.SEAL_KEY = settings.SEAL_KEY.replace("A", "B", 1)
    line()
    seal_all(Sealer(signing_key()))

    assert len(keys.public_keys()) == 2
    assert verify().findings == []


def test_folder_of_the_seal_is_made(seal_folder: Path) -> None:
    assert keys.folder() == seal_folder
    assert keys.public_keys() == []
