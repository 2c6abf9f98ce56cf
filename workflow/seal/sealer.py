"""The sealer: takes what was written since the last look, adds it to the tree, signs the head.

One transaction per batch, one sealer at a time. It looks by transaction watermark, never by the
last id: ids become visible out of order, so that asking for higher ones would skip rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from workflow.models import Checkpoint, Leaf
from workflow.seal import epochs, keys
from workflow.seal.epochs import Epoch
from workflow.seal.note import Head, SigningKey, read_note
from workflow.seal.tree import EMPTY, Frontier, consistency_path, is_consistent, leaf_hash, root_of

BATCH = 20_000
LOCK = 0x5EA1  # one word for all sealers of a database

ROWS = """
    SELECT 'entry' AS source, id, xid, body, NULL, NULL, NULL, NULL
    FROM workflow_entry AS r WHERE ({which}) AND (id > {entries} OR NOT EXISTS (
        SELECT FROM workflow_leaf WHERE source = 'entry' AND source_id = r.id))
    UNION ALL
    SELECT 'attestation', id, xid, table_name, row_key, scheme, digest, at
    FROM workflow_attestation AS r WHERE ({which}) AND (id > {attestations} OR NOT EXISTS (
        SELECT FROM workflow_leaf WHERE source = 'attestation' AND source_id = r.id))
"""


class WillNotSign(Exception):
    """The database is not what the last signed checkpoint says. A person has to look."""


@dataclass(frozen=True)
class Waiting:
    """A row that is not sealed yet, with the hash of its leaf."""

    source: str
    pk: int
    xid: int
    leaf: bytes


class Sealer:
    def __init__(self, key: SigningKey, clock: Callable[[], datetime] = timezone.now) -> None:
        self.key = key
        self.clock = clock
        self.frontier = Frontier()
        self.started = False

    def seal(self) -> int:
        """One batch: how many rows were sealed; 0 also while another sealer is at work.

        Raises `WillNotSign`.
        """
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
                if not cursor.fetchone()[0]:
                    return 0
            last = Checkpoint.objects.order_by("-number").first()
            epoch = self._epoch(last)
            self._stand_on(last, epoch)
            found, up_to = waiting(epoch, last)
            if not found:
                return 0
            checkpoint, grown = self._next(last, epoch, found, up_to)
            _write(found, checkpoint, self.frontier.size)
        self.frontier = grown
        keys.append(keys.copies_of(epoch.number), f"{checkpoint.note}\n")
        return len(found)

    def _epoch(self, last: Checkpoint | None) -> Epoch:
        epoch = epochs.current()
        if epoch is None and last is None:
            epoch = epochs.open_epoch(reason="first epoch")
        if epoch is None or epoch.cluster != epochs.cluster():
            raise WillNotSign(
                "This database was restored into another cluster: look at it with `trail verify`, "
                "then open a new epoch with `trail open-epoch`."
            )
        return epoch

    def _stand_on(self, last: Checkpoint | None, epoch: Epoch) -> None:
        """Be sure that the tree at hand is the one last signed, here and outside the database."""
        if self.started and (self.frontier.size, self.frontier.root().hex()) == (
            (last.size, last.root) if last else (0, EMPTY.hex())
        ):
            return
        self.frontier = Frontier(bytes(leaf) for leaf in _leaves())
        if last is not None:
            head = read_note(last.note, keys.public_keys())
            if (head.size, head.root) != (self.frontier.size, self.frontier.root()):
                raise WillNotSign("The leaves do not lead to the last signed checkpoint.")
        elif self.frontier.size:
            raise WillNotSign("There are leaves and no checkpoint.")
        _mend_copies(epoch)
        keys.publish(self.key.public)
        self.started = True

    def _next(
        self, last: Checkpoint | None, epoch: Epoch, found: Sequence[Waiting], up_to: int
    ) -> tuple[Checkpoint, Frontier]:
        """The next checkpoint, proven consistent with the last one before it is signed."""
        new = [row.leaf for row in found]
        grown = self.frontier.copy()
        for leaf in new:
            grown.append(leaf)
        if last is not None:
            known = self.frontier.places()

            def subtree(start: int, end: int) -> bytes:
                first = self.frontier.size
                return known.get((start, end)) or root_of(new[start - first : end - first])

            path = consistency_path(last.size, grown.size, subtree)
            old_root = read_note(last.note, keys.public_keys()).root
            if not is_consistent(last.size, grown.size, old_root, grown.root(), path):
                raise WillNotSign("The new checkpoint would not be consistent with the last one.")
        checkpoint = Checkpoint(
            number=last.number + 1 if last else 1,
            size=grown.size,
            root=grown.root().hex(),
            epoch=epoch.number,
            up_to_xid=up_to,
            at=self.clock(),
        )
        checkpoint.note = self.key.sign(head_of(checkpoint, self.key.name))
        return checkpoint, grown


def head_of(checkpoint: Checkpoint, origin: str) -> Head:
    """What the note of a checkpoint has to say, by its columns."""
    more = (
        f"number {checkpoint.number}",
        f"epoch {checkpoint.epoch}",
        f"up to transaction {checkpoint.up_to_xid}",
        f"at {instant(checkpoint.at)}",
    )
    return Head(origin, checkpoint.size, bytes.fromhex(checkpoint.root), more)


def instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def attestation_body(
    pk: int, xid: int, table: str, key: str, scheme: int, digest: str, at: datetime
) -> bytes:
    """An attestation as it is sealed: canonical JSON (sorted text and whole numbers only)."""
    stated = {
        "at": instant(at),
        "attestation": pk,
        "digest": digest,
        "key": key,
        "scheme": scheme,
        "table": table,
        "v": 1,
        "xid": xid,
    }
    return json.dumps(stated, ensure_ascii=False, separators=(",", ":")).encode()


def waiting(epoch: Epoch, last: Checkpoint | None) -> tuple[list[Waiting], int]:
    """Rows to seal next in their order, and the transaction up to which nothing is missing then.

    Everything below the oldest running transaction is committed or gone for good. The first batch
    of an epoch also takes what was there before it, whose numbers count in another cluster; that
    is why rows as old as the epoch are looked up in the tree, and only those.
    """
    before = {"entries": epoch.entries, "attestations": epoch.attestations}
    is_new = last is None or last.epoch != epoch.number
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        upper = int(cursor.fetchone()[0])
        lower = 0 if is_new or last is None else last.up_to_xid
        if upper < lower:
            raise WillNotSign("Transaction numbers have gone back.")
        if is_new:
            lower_rows = ROWS.replace("({which})", "id <= {}")
            old = lower_rows.format(epoch.entries, epoch.attestations, **before)
            cursor.execute(f"{old} ORDER BY xid, source, id")
            found = [_row(row) for row in cursor.fetchall()]
        else:
            found = []
        fresh = ROWS.format(which=f"xid >= {lower} AND xid < {upper}", **before)
        cursor.execute(f"{fresh} ORDER BY xid, source, id FETCH FIRST {BATCH} ROWS ONLY")
        rows = cursor.fetchall()
        if len(rows) == BATCH:  # there may be more; a transaction is never cut in two
            upper = rows[-1][2] + 1
            fresh = ROWS.format(which=f"xid = {rows[-1][2]}", **before)
            cursor.execute(f"{fresh} ORDER BY source, id")
            rows = [row for row in rows if row[2] < rows[-1][2]] + cursor.fetchall()
        known = {(row.source, row.pk) for row in found}
        found += [row for row in map(_row, rows) if (row.source, row.pk) not in known]
    return found, upper


def _row(row: tuple[Any, ...]) -> Waiting:
    source, pk, xid, text, *rest = row
    body = text.encode() if source == "entry" else attestation_body(pk, xid, text, *rest)
    return Waiting(source, pk, xid, leaf_hash(body))


def _leaves() -> Any:
    return Leaf.objects.order_by("position").values_list("hash", flat=True).iterator(50_000)


def _write(found: Sequence[Waiting], checkpoint: Checkpoint, first: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO workflow_leaf (position, source, source_id, xid, hash) SELECT * FROM"
            " unnest(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::bytea[])",
            [
                list(range(first, first + len(found))),
                [row.source for row in found],
                [row.pk for row in found],
                [row.xid for row in found],
                [row.leaf for row in found],
            ],
        )
    checkpoint.save(force_insert=True)


def _mend_copies(epoch: Epoch) -> None:
    """Finish what a crash between commit and copy left; refuse when the copies tell another story."""
    notes = Checkpoint.objects.filter(epoch=epoch.number).order_by("number")
    ours = "".join(f"{note}\n" for note in notes.values_list("note", flat=True)).encode()
    copies = keys.copies_of(epoch.number)
    theirs = copies.read_bytes() if copies.exists() else b""  # cut anywhere, even within a sign
    if not ours.startswith(theirs):
        raise WillNotSign(
            f"{copies.name} holds checkpoints that the database does not: "
            "it was rolled back or restored. Look at it with `trail verify`; after a restore open "
            "a new epoch with `trail open-epoch`."
        )
    if ours != theirs:
        keys.append(copies, ours[len(theirs) :])
