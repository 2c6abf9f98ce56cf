"""What the trail's verification asks of papers: is every file still the one its row names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from documents import storage
from documents.models import Document
from workflow.seal.findings import Finding, What

TABLE = Document._meta.db_table


def files(counts: Counter[str]) -> Iterator[Finding]:
    """Each file once, however many papers share it."""
    named = Document.objects.order_by("sha256").distinct("sha256")
    for pk, digest in named.values_list("pk", "sha256").iterator():
        counts["files"] += 1
        try:
            storage.read(digest)
        except storage.Damaged as damage:
            is_gone = not storage.is_there(digest)
            what = What.FILE_MISSING if is_gone else What.FILE_DIFFERS
            yield Finding(TABLE, f"id {pk}", what, str(damage))
