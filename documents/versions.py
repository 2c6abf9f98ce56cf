"""Which version a paper gets: counted per case and kind, one after the other."""

from __future__ import annotations

from uuid import UUID

from django.db import connection
from django.db.models import Max

from documents.models import Document

# An advisory lock: the case row stays free for the next step while a paper is being drawn.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


def hold(case_id: UUID, kind: str) -> None:
    """Make others who write the same paper wait until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [f"paper {case_id} {kind}"])


def next_version(case_id: UUID, kind: str) -> int:
    """The next version; `hold` comes first."""
    rows = Document.objects.filter(case_id=case_id, kind=kind)
    return int(rows.aggregate(last=Max("version"))["last"] or 0) + 1
