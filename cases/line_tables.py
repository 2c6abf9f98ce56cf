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
    columns = list(found.values())
    for place, column in found.items():
        if not column:
            yield _at_head(head, _unknown(head.cells[place]))
        elif columns.count(column) > 1:
            told = {"head": head.cells[place][:40]}
            yield _at_head(head, _t("the column “%(head)s” stands there twice. Keep one.") % told)
    if "quantity" not in columns:
        yield _at_head(head, _missing(str(capfirst(COLUMNS["quantity"]))))


def _at_head(head: Row, why: str) -> ValidationError:
    return at_row(head.number, ValidationError(why))


def _unknown(head: str) -> str:
    return _t("no column is called “%(head)s”. Known columns: %(known)s.") % {
        "head": head[:40],
        "known": _known(),
    }


def _missing(head: str) -> str:
    return _t("the column “%(head)s” is missing. Known columns: %(known)s.") % {
        "head": head,
        "known": _known(),
    }


def _known() -> str:
    return pgettext("between words", ", ").join(_heads())


def _strays(rows: Sequence[Row], places: Mapping[int, str]) -> Iterator[ValidationError]:
    for row in rows:
        for place, cell in enumerate(row.cells):
            if cell and place not in places:
                yield at_row(row.number, ValidationError(_stray(cell)))


def _stray(cell: str) -> str:
    return _t("“%(cell)s” stands under no heading. Give its column one, or take it out.") % {
        "cell": cell[:40]
    }


def _named(row: Row, places: Mapping[int, str]) -> dict[str, str]:
    return {column: row.cells[place] for place, column in places.items() if place < len(row.cells)}


def _heads() -> list[str]:
    return [str(capfirst(label)) for label in COLUMNS.values()]
