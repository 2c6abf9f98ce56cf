"""Looking through the whole trail for what does not fit. It names what it finds, and counts what it saw.

Each part yields findings: checkpoints with their signatures and copies; leaves with the lines they
seal; lines that are not sealed; rows beside their last attestation; versions of cases. What other
rooms can check of theirs (files, books) is named in the setting TRAIL_CHECKS.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.module_loading import import_string

from workflow.models import Attestation, Checkpoint, Entry, Leaf, Scheme
from workflow.seal import attest, epochs, keys
from workflow.seal.attest import Watch
from workflow.seal.findings import Finding, What
from workflow.seal.note import BadNote, Head, PublicKey, read_note
from workflow.seal.sealer import attestation_body, head_of
from workflow.seal.tree import Frontier, leaf_hash
from workflow.steps import case_types

CHUNK = 5_000
PATIENCE = timedelta(
    seconds=60
)  # a line waits a second for the seal, a minute while something hangs
ENTRY, ATTESTATION = Entry._meta.db_table, Attestation._meta.db_table
SCHEME = Scheme._meta.db_table
LEAF, CHECKPOINT = Leaf._meta.db_table, Checkpoint._meta.db_table
TABLE_OF = {"entry": ENTRY, "attestation": ATTESTATION}

Check = Callable[[Counter[str]], Iterator[Finding]]


@dataclass
class Report:
    findings: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def is_good(self) -> bool:
        return not self.findings


def verify(*, now: datetime | None = None, outside: tuple[Path, ...] = ()) -> Report:
    """Look at one moment of the database. `outside` are files of checkpoints kept elsewhere."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SET LOCAL statement_timeout = 0")
        return verify_within(now=now, outside=outside)


def verify_within(*, now: datetime | None = None, outside: tuple[Path, ...] = ()) -> Report:
    """`verify`, in a transaction that is already open."""
    look = Look(now or timezone.now())
    report = Report(counts=look.counts)
    report.findings += look.checkpoints()
    report.findings += look.copies(outside)
    report.findings += look.leaves()
    report.findings += look.unsealed()
    report.findings += look.rows()
    report.findings += look.versions()
    for path in settings.TRAIL_CHECKS:
        check: Check = import_string(path)
        report.findings += check(look.counts)
    return report


class Look:
    """One look through the trail: what its parts learn from each other, and the counts."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.counts: Counter[str] = Counter()
        self.keys: list[PublicKey] = keys.public_keys()
        self.signed: list[Checkpoint] = list(Checkpoint.objects.order_by("number"))
        self.heads: dict[int, str] = {}  # number of leaves → head of the tree over them, signed
        self.sizes: list[int] = [row.size for row in self.signed]
        self.epochs = epochs.every()

    # Checkpoints -----------------------------------------------------------------------------

    def checkpoints(self) -> Iterator[Finding]:
        """Numbers without gaps, notes signed by a known key, columns as the notes say."""
        expected = 1
        for row in self.signed:
            self.counts["checkpoints"] += 1
            key = f"number {row.number}"
            if row.number != expected:
                yield Finding(CHECKPOINT, key, What.NUMBER_MISSING, since=expected - 1 or None)
            expected = row.number + 1
            try:
                head = read_note(row.note, self.keys)
            except BadNote as fault:
                yield Finding(CHECKPOINT, key, What.NOT_SIGNED, str(fault))
                continue
            if self._shown(row, head.origin) != head:
                yield Finding(CHECKPOINT, key, What.NOTE_DIFFERS, since=row.number - 1 or None)
            self.heads[head.size] = head.root.hex()

    @staticmethod
    def _shown(row: Checkpoint, origin: str) -> Head | None:
        try:
            return head_of(row, origin)
        except ValueError:  # the root is not even hexadecimal
            return None

    def copies(self, outside: tuple[Path, ...]) -> Iterator[Finding]:
        """The same checkpoints lie outside the database, no more and no fewer."""
        for index, epoch in enumerate(self.epochs):
            goes_on = self.epochs[index + 1].checkpoints if index + 1 < len(self.epochs) else None
            yield from self._copied(epoch, goes_on)
        ours = {row.note for row in self.signed}
        for path in outside:
            for note in keys.notes_in(path.read_text(encoding="utf-8")):
                self.counts["checkpoints kept elsewhere"] += 1
                if note not in ours:
                    yield Finding(path.name, f"checkpoint {_number(note)}", What.COPY_DIFFERS)

    def _copied(self, epoch: epochs.Epoch, goes_on: int | None) -> Iterator[Finding]:
        ours = {row.number: row for row in self.signed if row.epoch == epoch.number}
        name, text = keys.copies_of(epoch.number).name, keys.read_copies(epoch.number)
        held = keys.notes_in(text)
        expected = epoch.checkpoints + 1
        for note in held:
            self.counts["copies"] += 1
            number = _number(note)
            key = f"checkpoint {number}"
            if goes_on is not None and number > goes_on:
                return  # lost by the restore after which the next epoch was opened, which says so
            if number != expected:
                yield Finding(name, f"checkpoint {expected}", What.FILE_MISSING)
            expected = number + 1
            if number not in ours or ours[number].note != note:
                yield Finding(name, key, What.COPY_DIFFERS)
        if text != "".join(f"{note}\n" for note in held):
            yield Finding(name, "end", What.COPY_DIFFERS)
        for number, row in ours.items():
            if number >= expected and self.now - row.at > PATIENCE:
                yield Finding(name, f"checkpoint {number}", What.FILE_MISSING)

    # Leaves ----------------------------------------------------------------------------------

    def leaves(self) -> Iterator[Finding]:
        """Each leaf seals its line as it stands; the leaves lead to every signed head."""
        tree, position, is_whole = Frontier(), 0, True
        for chunk in _chunks():
            lines = _lines(chunk)
            for leaf in chunk:
                if leaf.position != position:
                    key = f"position {position}"
                    yield Finding(LEAF, key, What.ROW_MISSING, since=self._before(position))
                    is_whole = False
                tree.append(bytes(leaf.hash))
                position = leaf.position + 1
                yield from self._line(leaf, lines[leaf.source].get(leaf.source_id))
                head = self.heads.get(position)
                if is_whole and head and head != tree.root().hex():
                    yield self._wrong_head(position)
                    is_whole = False  # whatever follows cannot be right either
        self.counts["leaves"] = tree.size
        end = max(self.heads, default=0)
        if is_whole and tree.size != end:
            what = What.ROW_MISSING if tree.size < end else What.ROW_ADDED
            yield Finding(LEAF, f"position {min(tree.size, end)}", what, since=self._before(end))

    def _wrong_head(self, size: int) -> Finding:
        number = next((row.number for row in self.signed if row.size == size), 0)
        return Finding(CHECKPOINT, f"number {number}", What.HEAD_DIFFERS, since=number - 1 or None)

    def _line(self, leaf: Leaf, row: Any) -> Iterator[Finding]:
        table, key = TABLE_OF.get(leaf.source, leaf.source), f"id {leaf.source_id}"
        since = self._sealed_by(leaf.position)
        self.counts[leaf.source] += 1
        if row is None:
            yield Finding(table, key, What.ROW_MISSING, f"leaf {leaf.position}", since)
            return
        body = row.body.encode() if isinstance(row, Entry) else _attested(row)
        if leaf_hash(body) != bytes(leaf.hash):
            yield Finding(table, key, What.ROW_DIFFERS, f"leaf {leaf.position}", since)
        elif row.xid != leaf.xid:
            yield Finding(table, key, What.PLACE_DIFFERS, f"xid, leaf {leaf.position}", since)
        if isinstance(row, Entry):
            yield from _columns(row, since)

    def _sealed_by(self, position: int) -> int | None:
        """The first checkpoint that covers a place."""
        index = bisect_right(self.sizes, position)
        return self.signed[index].number if index < len(self.signed) else None

    def _before(self, position: int) -> int | None:
        """The last checkpoint that does not reach a place."""
        index = bisect_right(self.sizes, position)
        return self.signed[index - 1].number if index else None

    def unsealed(self) -> Iterator[Finding]:
        """Lines that should have a leaf by now: put in behind the sealer's back, or it hangs."""
        sealed_up_to = self.signed[-1].up_to_xid if self.signed else 0
        epoch = self.signed[-1].epoch if self.signed else 0
        restored = self.epochs[-1] if self.epochs and self.epochs[-1].number != epoch else None
        for source, model in (("entry", Entry), ("attestation", Attestation)):
            sealed = Leaf.objects.filter(source=source, source_id=OuterRef("pk"))
            rows: Any = model._default_manager.filter(~Exists(sealed)).order_by("pk")
            for pk, xid, at in rows.values_list("pk", "xid", "at"):
                self.counts["waiting for the seal"] += 1
                if xid < sealed_up_to and not restored:
                    yield Finding(TABLE_OF[source], f"id {pk}", What.ROW_ADDED)
                elif abs(self.now - at) > PATIENCE:
                    yield Finding(TABLE_OF[source], f"id {pk}", What.UNSEALED)

    # Rows ------------------------------------------------------------------------------------

    def rows(self) -> Iterator[Finding]:
        """Every protected row is as last attested; none is missing, none was slipped in."""
        watched: dict[str, Watch] = {}
        with connection.cursor() as cursor:
            types, on = attest.column_types(cursor), attest.switched_on(cursor)
            for watch in attest.watches():
                if watch.table not in on:
                    yield Finding(watch.table, "trigger", What.NOT_WATCHED)
                if attest.can_compare(watch, types.get(watch.table, {})):
                    watched[watch.table] = watch
                else:
                    yield Finding(SCHEME, f"id {watch.scheme_id}", What.ROW_DIFFERS, watch.table)
            yield from self._without_scheme(attest.declared_tables() - watched.keys())
            if not watched:
                yield Finding(SCHEME, "all rows", What.ROW_MISSING)
                return
            attest.fix_text(cursor)
            self.counts["rows"] = attest.count(cursor, list(watched.values()))
            rows = attest.differing(cursor, list(watched.values()))
        for table, *row in rows:
            yield self._row(watched[table], *row)

    def _without_scheme(self, tables: set[str]) -> Iterator[Finding]:
        """Tables that nobody can read as attested, and schemes whose table was turned into no such one."""
        if not tables:
            return
        for table in tables:
            yield Finding(table, "scheme", What.NOT_WATCHED)
        for row in Scheme.objects.exclude(table_name__in=attest.declared_tables()):
            yield Finding(SCHEME, f"id {row.pk}", What.ROW_DIFFERS, row.table_name)

    def _row(
        self,
        watch: Watch,
        row_key: str,
        last: int | None,
        scheme: int | None,
        digest: str | None,
        now: str | None,
    ) -> Finding:
        key, since = f"{watch.key} {row_key}", self._attested_by(last)
        if last is None or digest == "":
            return Finding(watch.table, key, What.ROW_ADDED, since=since)
        if now is None:
            return Finding(watch.table, key, What.ROW_MISSING, f"attestation {last}", since)
        what = What.ROW_DIFFERS if scheme == watch.number else What.OLD_SCHEME
        return Finding(watch.table, key, what, f"attestation {last}", since)

    def _attested_by(self, last: int | None) -> int | None:
        leaf = Leaf.objects.filter(source="attestation", source_id=last).first() if last else None
        return self._sealed_by(leaf.position) if leaf else None

    def versions(self) -> Iterator[Finding]:
        """A case of version n has the entries 1 to n."""
        for model in case_types():
            table = model._meta.db_table
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT c.number, c.version, count(e.id), coalesce(max(e.version), 0)"
                    f" FROM {connection.ops.quote_name(table)} AS c"
                    f" LEFT JOIN {ENTRY} AS e ON e.case_id = c.id AND e.event = 'step'"
                    f" GROUP BY c.id HAVING count(e.id) <> c.version"
                    f" OR coalesce(max(e.version), 0) <> c.version ORDER BY c.number"
                )
                for number, version, count, highest in cursor.fetchall():
                    detail = f"version {version}, {count} entries, the last {highest}"
                    yield Finding(table, number, What.VERSIONS_DIFFER, detail)


def _number(note: str) -> int:
    """The number a note gives itself; 0 if it gives none."""
    found = re.search(r"^number (\d{1,18})$", note, re.MULTILINE)
    return int(found[1]) if found else 0


def _chunks() -> Iterator[list[Leaf]]:
    after = -1
    while chunk := list(Leaf.objects.filter(position__gt=after).order_by("position")[:CHUNK]):
        yield chunk
        after = chunk[-1].position


def _lines(chunk: list[Leaf]) -> dict[str, dict[int, Any]]:
    """The lines that a run of leaves seals, by source and id."""
    of = {
        source: [leaf.source_id for leaf in chunk if leaf.source == source] for source in TABLE_OF
    }
    found: dict[str, dict[int, Any]] = {source: {} for source in {leaf.source for leaf in chunk}}
    found["entry"] = {row.pk: row for row in Entry.objects.filter(pk__in=of["entry"])}
    rows = Attestation.objects.filter(pk__in=of["attestation"])
    found["attestation"] = {row.pk: row for row in rows}
    return found


def _attested(row: Attestation) -> bytes:
    return attestation_body(
        row.pk, row.xid, row.table_name, row.row_key, row.scheme, row.digest, row.at
    )


def _columns(row: Entry, since: int | None) -> Iterator[Finding]:
    """The columns of an entry are copies of its body; the first that is not is named."""
    key = f"id {row.pk}"
    try:
        body = json.loads(row.body)
        stated = row.statement()
        sealed = {name: json.dumps(body[name], sort_keys=True) for name in stated}
        version = body["case"]["version"] or None
    except (ValueError, KeyError, TypeError):
        yield Finding(ENTRY, key, What.ROW_DIFFERS, "body", since)
        return
    differing = [
        name for name in stated if json.dumps(stated[name], sort_keys=True) != sealed[name]
    ]
    if row.version != version and "case" not in differing:
        differing.append("version")
    if differing:
        yield Finding(ENTRY, key, What.COLUMN_DIFFERS, ", ".join(differing), since)
