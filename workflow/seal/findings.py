"""What can be wrong with the trail: where, what, and since when it was still right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class What(TextChoices):
    ROW_MISSING = "row_missing", _("was sealed or attested and is no longer there")
    ROW_ADDED = "row_added", _("is there, but neither sealed nor attested")
    ROW_DIFFERS = "row_differs", _("is no longer as it was sealed or attested")
    COLUMN_DIFFERS = "column_differs", _("a column says something else than the sealed line")
    UNSEALED = "unsealed", _("has waited for the seal for too long")
    OLD_SCHEME = "old_scheme", _("differs from what an older scheme attested")
    PLACE_DIFFERS = "place_differs", _("its place in the tree is wrong")
    HEAD_DIFFERS = "head_differs", _("the leaves do not lead to this checkpoint")
    NOTE_DIFFERS = "note_differs", _("the columns say something else than the signed note")
    NOT_SIGNED = "not_signed", _("is not signed by a known key")
    NUMBER_MISSING = "number_missing", _("a number is missing before it")
    COPY_DIFFERS = "copy_differs", _("differs from the copy outside the database")
    FILE_MISSING = "file_missing", _("the file is gone")
    FILE_DIFFERS = "file_differs", _("the file is not the one that was stored")
    BOOKS_DIFFER = "books_differ", _("does not agree with its journal or account")
    VERSIONS_DIFFER = "versions_differ", _("its entries do not count up to its version")
    NOT_WATCHED = "not_watched", _("no trigger watches this table, or it is switched off")


@dataclass(frozen=True)
class Finding:
    """`since` is the last checkpoint under which it was still right, if one is known."""

    table: str
    key: str
    what: What
    detail: str = ""
    since: int | None = None

    def plain(self) -> dict[str, Any]:
        return {
            "table": self.table,
            "key": self.key,
            "what": str(self.what.value),
            "detail": self.detail,
            "since": self.since,
        }

    def __str__(self) -> str:
        more = f" ({self.detail})" if self.detail else ""
        since = f", right until checkpoint {self.since}" if self.since else ""
        return f"{self.table} {self.key}: {self.what.label}{more}{since}"
