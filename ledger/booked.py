"""What one transaction has booked, in words: for whoever asks what a step does before or after it."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.models import Posting
from ledger.money import amount_of, written
from workflow.models import Attestation


def by_transaction(xid: int) -> Iterator[str]:
    """A line per posting: debit / credit, amount, for which case. Each is attested by its transaction."""
    attested = Attestation.objects.filter(xid=xid, table_name=Posting._meta.db_table)
    rows = Posting.objects.filter(pk__in=list(attested.values_list("row_key", flat=True)))
    for row in rows.select_related("debit", "credit", "journal").order_by("pk"):
        accounts = f"{row.debit.get_code_display()} / {row.credit.get_code_display()}"
        amount = written(amount_of(row.units, row.currency), row.currency)
        yield f"{row.journal.subject}: {accounts}: {amount}"
