"""What the trail's verification asks of the books, also after a restore without triggers and keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.db.models import F, Q

from ledger.models import Journal, Posting
from workflow.seal.findings import Finding, What


def books(counts: Counter[str]) -> Iterator[Finding]:
    """A posting carries both its accounts, so that sums agree as long as each row does."""
    counts["journals"] = Journal.objects.count()
    counts["postings"] = Posting.objects.count()
    agrees = Q(
        units__gt=0,
        nation=F("journal__nation"),
        debit__nation=F("nation"),
        credit__nation=F("nation"),
        debit__currency=F("currency"),
        credit__currency=F("currency"),
    ) & ~Q(debit=F("credit"))
    sound = Posting.objects.filter(agrees).values("pk")
    for pk in Posting.objects.exclude(pk__in=sound).order_by("pk").values_list("pk", flat=True):
        yield Finding(Posting._meta.db_table, f"id {pk}", What.BOOKS_DIFFER)
    empty = Journal.objects.filter(postings=None).order_by("pk")
    for journal in empty.values_list("pk", flat=True):
        yield Finding(Journal._meta.db_table, f"id {journal}", What.BOOKS_DIFFER, "no postings")
