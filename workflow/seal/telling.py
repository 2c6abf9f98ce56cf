"""What the log tells others: a proof for an entry, the whole log, how it stands, what a look found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from workflow import walls
from workflow.models import Attestation, Checkpoint, Entry, Leaf, Verification
from workflow.seal import keys, proof
from workflow.seal.sealer import attestation_body
from workflow.seal.tree import inclusion_path
from workflow.seal.verify import verify

LATE = timedelta(seconds=60)
OUTDATED = timedelta(hours=36)
MOST_FINDINGS = 200


class NotSealed(Exception):
    """The entry has no place in a signed tree yet."""


def prove(entry: Entry) -> dict[str, Any]:
    """The proof of an entry under the newest checkpoint. Raises `NotSealed`."""
    leaf = Leaf.objects.filter(source=Leaf.Source.ENTRY, source_id=entry.pk).first()
    last = Checkpoint.objects.order_by("-number").first()
    if leaf is None or last is None or leaf.position >= last.size:
        raise NotSealed(f"Entry {entry.pk} is not sealed yet.")
    rows = Leaf.objects.filter(position__lt=last.size).order_by("position")
    leaves = [bytes(value) for value in rows.values_list("hash", flat=True).iterator(50_000)]
    path = inclusion_path(leaf.position, leaves)
    known = keys.public_keys()
    return proof.written(entry.body, leaf.position, path, last.note, known[-1] if known else None)


def export() -> Iterator[dict[str, Any]]:
    """The whole log, line by line: every sealed body in its order, then every checkpoint."""
    for leaf in Leaf.objects.order_by("position").iterator(5_000):
        yield {"leaf": leaf.position, "body": _body(leaf)}
    for note in Checkpoint.objects.order_by("number").values_list("note", flat=True).iterator():
        yield {"checkpoint": note}


def _body(leaf: Leaf) -> str:
    if leaf.source == Leaf.Source.ENTRY:
        return Entry.objects.only("body").get(pk=leaf.source_id).body
    row = Attestation.objects.get(pk=leaf.source_id)
    columns = (row.pk, row.xid, row.table_name, row.row_key, row.scheme, row.digest, row.at)
    return attestation_body(*columns).decode()


# How it stands -------------------------------------------------------------------------------


def lag() -> timedelta:
    """For how long the oldest line has been waiting for the seal."""
    last = Checkpoint.objects.order_by("-number").first()
    since = last.up_to_xid if last else 0
    times = [
        rows.filter(xid__gte=since).aggregate(oldest=Min("at"))["oldest"]
        for rows in (Entry.objects.all(), Attestation.objects.all())
    ]
    waiting = [at for at in times if at is not None]
    return max(timezone.now() - min(waiting), timedelta()) if waiting else timedelta()


@dataclass(frozen=True)
class Standing:
    """How the seal stands, for a page and for whoever watches the house."""

    last: Checkpoint | None
    lag: timedelta
    verified: Verification | None
    running: Verification | None
    key: str

    @property
    def is_late(self) -> bool:
        return self.last is None or self.lag > LATE

    @property
    def is_outdated(self) -> bool:
        done = self.verified.done_at if self.verified else None
        return done is None or timezone.now() - done > OUTDATED

    @property
    def is_good(self) -> bool:
        is_sound = self.verified is not None and self.verified.is_good
        return is_sound and not self.is_late and not self.is_outdated


def standing() -> Standing:
    looks = Verification.objects.order_by("-id")
    known = keys.public_keys()
    return Standing(
        last=Checkpoint.objects.order_by("-number").first(),
        lag=lag(),
        verified=looks.filter(done_at__isnull=False).first(),
        running=looks.filter(done_at=None).first(),
        key=known[-1].key_id.hex() if known else "",
    )


# Looking on request --------------------------------------------------------------------------


@walls.house()
def ask_for_verification(by: str = "") -> Verification:
    """Put a look through the trail on the list, unless one is there already, and ring for it."""
    with transaction.atomic():
        waiting = Verification.objects.filter(done_at=None).first()
        asked = waiting or Verification.objects.create(asked_by=by)
        transaction.on_commit(_ring, robust=True)
    return asked


def _ring() -> None:
    from workflow.tasks import ring_for, verify_trail  # tasks import this module

    ring_for(verify_trail, "the verification")


def look_as_asked() -> Verification | None:
    """Do the look that waits, if one does; what it found stays in its row.

    A look that died with its worker is done by whoever comes next: looking twice does no harm.
    """
    asked = Verification.objects.filter(done_at=None).order_by("id").first()
    if asked is None or not _take(asked):
        return None
    report = verify()
    asked.findings = [finding.plain() for finding in report.findings[:MOST_FINDINGS]]
    asked.counts = {**report.counts, "findings": len(report.findings)}
    asked.done_at = timezone.now()
    asked.save(update_fields=["findings", "counts", "done_at"])
    return asked


def _take(asked: Verification) -> bool:
    """Whether it is ours to do: nobody has begun, or whoever did is long gone."""
    now = timezone.now()
    free = Verification.objects.filter(pk=asked.pk, done_at=None)
    mine = free.filter(begun_at=None) | free.filter(begun_at__lt=now - timedelta(minutes=10))
    asked.begun_at = now
    return bool(mine.update(begun_at=now))
