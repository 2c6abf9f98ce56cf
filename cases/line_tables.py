"""Lines of a request as a table: an empty one goes out, and what comes back is told row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import pgettext

from cases.fields import ArticleLinesField, at_row
from documents.headings import folded, in_each_language
from documents.sheets import Row
from documents.tables import Table

COLUMNS = ArticleLinesField.columns


def template() -> Table:
    """The columns and no rows, in the reader's language."""
    return Table(_t("Lines of a request"), _heads(), [])


def lines_in(rows: Sequence[Row], field: ArticleLinesField) -> list[dict[str, Any]]:
    """The lines that a table gives, as the field gives those typed in. Raises `ValidationError`.

    A table has all its faults told, each with its row, and is taken as a whole or not at all.
    """
    if len(rows) < 2:
        raise ValidationError(
            _t("The table has no lines. Write one into each row below the headings.")
        )
    head, *others = rows
    places = _places(head)
    if faults := list(_strays(others, places)):
        raise ValidationError(faults)
    return field.checked(((row.number, _named(row, places)) for row in others), at=at_row)


def _places(head: Row) -> Mapping[int, str]:
    """Which column stands where. Raises `ValidationError` with all that is wrong of the headings."""
    called = {
        folded(name): column
        for column, label in COLUMNS.items()
        for name in (column, *in_each_language(label))
    }
    found = {place: called.get(folded(cell), "") for place, cell in enumerate(head.cells) if cell}
    if faults := list(_faults(head, found)):
        raise ValidationError(faults)
    return found


def _faults(head: Row, found: Mapping[int, str]) -> Iterator[ValidationError]:
    known = pgettext("between words", ", ").join(_heads())
    for place, column in found.items():
        told = {"head": head.cells[place][:40], "known": known}
        if not column:
            why = _t("no column is called “%(head)s”. Known columns: %(known)s.")
            yield at_row(head.number, ValidationError(why % told))
        elif list(found.values()).count(column) > 1:
            why = _t("the column “%(head)s” stands there twice. Keep one.")
            yield at_row(head.number, ValidationError(why % told))
    if "quantity" not in found.values():
        why = _t("the column “%(head)s” is missing. Known columns: %(known)s.")
        told = {"head": str(capfirst(COLUMNS["quantity"])), "known": known}
        yield at_row(head.number, ValidationError(why % told))


def _strays(rows: Sequence[Row], places: Mapping[int, str]) -> Iterator[ValidationError]:
    for row in rows:
        for place, cell in enumerate(row.cells):
            if cell and place not in places:
                why = _t("“%(cell)s” stands under no heading. Give its column one, or take it out.")
                yield at_row(row.number, ValidationError(why % {"cell": cell[:40]}))


def _named(row: Row, places: Mapping[int, str]) -> dict[str, str]:
    return {column: row.cells[place] for place, column in places.items() if place < len(row.cells)}


def _heads() -> list[str]:
    return [str(capfirst(label)) for label in COLUMNS.values()]
