"""Epochs: stretches of time in which transaction numbers count upwards in one and the same cluster.

After a logical restore they start anew, and the watermark would skip rows in silence. So the
sealer works only in the cluster whose epoch was opened; an operator opens the next one, by an
entry that says why, how far the tree had come, and which rows were there already.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from workflow.models import Attestation, Checkpoint, Entry
from workflow.rights import SYSTEM, Actor
from workflow.trail import record


@dataclass(frozen=True)
class Epoch:
    number: int
    cluster: str
    entries: int  # rows up to these ids were there before: they are sealed whatever their number
    attestations: int
    checkpoints: int  # the last one that this epoch goes on from

    @classmethod
    def read(cls, given: Any) -> Epoch | None:
        """From the entry that opened it; None if the entry does not say so after all."""
        names = {field.name for field in fields(cls)}
        return cls(**given) if isinstance(given, dict) and given.keys() == names else None


def cluster() -> str:
    """The name PostgreSQL gave the cluster when it was made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT system_identifier::text FROM pg_control_system()")
        return str(cursor.fetchone()[0])


def current() -> Epoch | None:
    return next(reversed(every()), None)


def every() -> list[Epoch]:
    rows = Entry.objects.filter(event=Entry.Event.EPOCH_OPENED).order_by("id")
    read = map(Epoch.read, rows.values_list("given", flat=True))
    return [epoch for epoch in read if epoch]


def open_epoch(*, by: Actor = SYSTEM, reason: str) -> Epoch:
    """Begin anew in this cluster, from where the log stands."""
    with transaction.atomic():
        last = current()
        epoch = Epoch(
            number=last.number + 1 if last else 1,
            cluster=cluster(),
            entries=Entry.objects.aggregate(highest=Max("id"))["highest"] or 0,
            attestations=Attestation.objects.aggregate(highest=Max("id"))["highest"] or 0,
            checkpoints=Checkpoint.objects.aggregate(highest=Max("number"))["highest"] or 0,
        )
        record(
            Entry.Event.EPOCH_OPENED,
            by=by,
            subject=f"epoch {epoch.number}",
            note=reason,
            given=asdict(epoch),
        )
    return epoch
