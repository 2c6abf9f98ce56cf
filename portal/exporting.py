"""A list as a file: the rows that its reader sees, in its columns and the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from documents.file_names import clean
from documents.tables import WRITERS, Cell, Table
from ledger.money import exact

MONEY = frozenset({"amount", "total", "worth"})


@dataclass(frozen=True)
class Column:
    """A column of a list: its field, and what it is called."""

    name: str
    label: str


def table(
    title: str, columns: Sequence[Column], rows: Sequence[Any], *, nation: str | None
) -> Table:
    """`nation` is the way from a row to its nation (`contract__nation`), or None to leave it out.

    Behind an amount stands its currency. The state is told in words, and last as a program reads it.
    """
    labels = [label for column in columns for label in _labels(column)]
    shown = [column.name for column in columns]
    extra = nation if nation and "nation" not in shown else None
    return Table(
        title,
        [*labels, *([_("Nation")] if extra else []), _("State (code)")],
        [_cells(row, shown, extra) for row in rows],
    )


def filters(request: HttpRequest) -> str:
    """What a list is searched by, as the end of an address."""
    query = request.GET.copy()
    query.pop("page", None)
    return f"?{query.urlencode()}" if query else ""


def ways_out(request: HttpRequest, address: Callable[[str], str]) -> list[dict[str, str]]:
    """A link for each kind of file, to the rows that the list shows; `address` by its extension."""
    return [
        {
            "label": _("Export as %(format)s") % {"format": extension.upper()},
            "url": address(extension) + filters(request),
        }
        for extension in WRITERS
    ]


def answer(data: bytes, *, title: str, extension: str, content_type: str) -> HttpResponse:
    response = HttpResponse(data, content_type=content_type)
    name = clean(f"{title} {timezone.localdate().isoformat()}.{extension}")
    disposition = content_disposition_header(as_attachment=True, filename=name)
    response["Content-Disposition"] = str(disposition)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _labels(column: Column) -> Iterator[str]:
    yield f"{column.label} (JST)" if column.name.endswith("_at") else column.label
    if column.name in MONEY:
        yield _("Currency")


def _cells(row: Any, shown: Sequence[str], nation: str | None) -> list[Cell]:
    cells = [cell for name in shown for cell in _told(row, name)]
    if nation:
        cells.append(str(_along(row, nation)))
    return [*cells, str(row.state)]


def _told(row: Any, name: str) -> Iterator[Cell]:
    value = getattr(row, name)
    if name == "state":
        yield row.state_label
    elif name in MONEY:
        yield None if value is None else exact(value, row.currency)
        yield None if value is None else row.currency
    else:
        yield value if value is None or isinstance(value, date) else str(value)


def _along(row: Any, way: str) -> Any:
    for name in way.split("__"):
        row = getattr(row, name)
    return row
