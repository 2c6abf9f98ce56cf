"""The catalogue as a table: the same columns go out and come in, in either language.

What comes in is compared row by row with what is there. `read` tells what is wrong, what would be
new and what would change; `put_forward` puts all of it to approval, or nothing. A column that the
table does not have stays as it is; an empty cell empties its column.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import override, pgettext

from approvals import actions
from approvals.models import ApprovalFile
from documents.headings import folded, in_each_language
from documents.sheets import Row
from documents.tables import Cell, Table
from industry.models import Article
from partners import kinds, reference
from partners.models import Person
from workflow import values
from workflow.forms import make_strict, reads_as_it_is
from workflow.steps import NotOpen, one_act

NUMBER = "catalogue_number"
DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日")  # those that read one way only
MOST_CHANGES = 200  # somebody decides on each of them


@dataclass(frozen=True)
class Fault:
    """What is wrong in a cell of a row, or with the row."""

    row: int
    column: str
    why: str


@dataclass(frozen=True)
class Change:
    """An article as it is to be; without `before` it is new."""

    row: int
    before: Article | None
    after: Article

    @property
    def columns(self) -> dict[str, dict[str, Any]]:
        """From what to what, by column."""
        return reference.changed(self.before or Article(pk=self.after.pk), self.after)


@dataclass(frozen=True)
class Reading:
    """What a table comes to: without faults its changes can be proposed."""

    faults: Sequence[Fault] = ()
    changes: Sequence[Change] = ()
    same: int = 0

    @property
    def digest(self) -> str:
        """Readings that come to the same have the same."""
        told = [[one.row, one.before and str(one.before.pk), one.columns] for one in self.changes]
        return values.digest(told)


# Out -----------------------------------------------------------------------------------------


def columns() -> list[Any]:
    return kinds.columns_of(Article)


def table(title: str, articles: Iterable[Article]) -> Table:
    """In the reader's language, choices in words."""
    shown = columns()
    heads = [kinds.head_of(column) for column in shown]
    return Table(title, heads, [[_cell(row, column) for column in shown] for row in articles])


def _cell(article: Article, column: Any) -> Cell:
    if column.choices:
        return str(getattr(article, f"get_{column.name}_display")())
    if column.name == "stock_number":
        return article.written_stock_number
    value: Cell = getattr(article, column.name)
    return value


# In ------------------------------------------------------------------------------------------


def read(rows: Sequence[Row]) -> Reading:
    """What a table says of the catalogue; its first row has the headings."""
    if not rows:
        why = _t("The table is empty. Export the catalogue to see which columns it has.")
        return Reading([Fault(1, "", why)])
    head, *others = rows
    asked = _asked(head)
    if faults := list(_faults_of_head(head, asked)):
        return Reading(faults)
    return _compared(others, {place: one for place, one in asked.items() if one})


def put_forward(reading: Reading, *, by: Person, reason: str) -> list[ApprovalFile]:
    """Put each change forward in a file of its own, or none of them. Raises `NotYours` or `NotOpen`."""
    with one_act():
        return [_put_forward(change, by, reason) for change in reading.changes]


def _put_forward(change: Change, by: Person, reason: str) -> ApprovalFile:
    try:
        return actions.put_forward(
            reference.propose,
            by=by,
            row=change.after,
            reason=reason,
            instead_of=change.before,
        )
    except NotOpen as no:
        raise NotOpen(_t("Row %(row)s: %(why)s") % {"row": change.row, "why": no}) from no


@dataclass(frozen=True)
class _Column:
    """A column of the catalogue, with how its cells are read."""

    column: Any
    field: forms.Field
    codes: Mapping[str, str]

    @classmethod
    def of(cls, column: Any) -> _Column:
        asked = column.formfield()
        if isinstance(asked, forms.CharField):
            asked.validators.append(reads_as_it_is)
        if isinstance(asked, forms.DateField):
            asked.input_formats = DAYS
        make_strict(asked)
        return cls(column, asked, _codes(column))

    @property
    def head(self) -> str:
        return kinds.head_of(self.column)

    def value(self, cell: str) -> Any:
        """Raises `ValidationError` with the remedy."""
        if not self.column.choices or not cell:
            return self.field.clean(cell)
        if folded(cell) not in self.codes:
            known = _listed(str(label) for _code, label in self.column.flatchoices)
            raise ValidationError(
                _t("“%(cell)s” is not known here. Give one of these: %(known)s.")
                % {"cell": cell[:40], "known": known}
            )
        return self.codes[folded(cell)]


def _asked(head: Row) -> dict[int, _Column | None]:
    """What stands where; None under a heading that no column has."""
    named = {name: column for column in columns() for name in _names(column)}
    found = {place: named.get(folded(cell)) for place, cell in enumerate(head.cells) if cell}
    return {place: column and _Column.of(column) for place, column in found.items()}


def _faults_of_head(head: Row, asked: Mapping[int, _Column | None]) -> Iterator[Fault]:
    known = _listed(kinds.head_of(column) for column in columns())
    count = Counter(one.column.name for one in asked.values() if one)
    for place, one in asked.items():
        if one is None:
            why = _t("No column has this name. Known columns: %(known)s.") % {"known": known}
            yield Fault(head.number, head.cells[place], why)
        elif count[one.column.name] > 1:
            yield Fault(head.number, head.cells[place], _t("Two columns are this one. Keep one."))
    if NUMBER not in count:
        why = _t("This column is missing. It tells which article a row is about.")
        yield Fault(head.number, kinds.head_of(Article._meta.get_field(NUMBER)), why)


def _compared(rows: Sequence[Row], asked: Mapping[int, _Column]) -> Reading:
    place = next(place for place, one in asked.items() if one.column.name == NUMBER)
    numbers = Counter(_at(row, place) for row in rows)
    known = Article.objects.in_bulk(list(numbers), field_name=NUMBER)
    twice = {number for number, count in numbers.items() if number and count > 1}
    outcomes = [
        _twice(row, asked[place]) if _at(row, place) in twice else _outcome(row, asked, known)
        for row in rows
    ]
    faults = [fault for one in outcomes if isinstance(one, list) for fault in one]
    changes = [one for one in outcomes if isinstance(one, Change)]
    if not faults and len(changes) > MOST_CHANGES:
        told = _t(
            "%(count)s articles would change, %(most)s at most do at once. Send it in parts."
        ) % {"count": len(changes), "most": MOST_CHANGES}
        faults = [Fault(changes[MOST_CHANGES].row, "", told)]
    return Reading(faults, changes, same=outcomes.count(None))


def _outcome(
    row: Row, asked: Mapping[int, _Column], known: Mapping[str, Article]
) -> Change | list[Fault] | None:
    """What a row comes to; None where nothing changes."""
    if stray := [cell for place, cell in enumerate(row.cells) if cell and place not in asked]:
        why = _t("“%(cell)s” stands under no heading. Give its column one, or take it out.") % {
            "cell": stray[0][:40]
        }
        return [Fault(row.number, "", why)]
    typed: dict[str, Any] = {}
    wrong: dict[str, list[str]] = {}
    for place, one in asked.items():
        try:
            typed[one.column.name] = one.value(_at(row, place))
        except ValidationError as error:
            wrong[one.column.name] = error.messages
    before = known.get(typed.get(NUMBER, ""))
    after = kinds.with_values(before or Article(), typed)
    if before and not wrong and not reference.changed(before, after):
        return None
    wrong |= _misfits(after, wrong, is_new=before is None)
    return list(_told(row, wrong)) or Change(row.number, before, after)


def _misfits(article: Article, wrong: Collection[str], *, is_new: bool) -> dict[str, list[str]]:
    """What does not fit in other columns. The database's own promises are asked for when it is proposed."""
    try:
        article.full_clean(exclude=wrong, validate_unique=is_new, validate_constraints=False)
    except ValidationError as error:
        return {name: why for name, why in error.message_dict.items() if name not in wrong}
    return {}


def _told(row: Row, wrong: Mapping[str, Sequence[str]]) -> Iterator[Fault]:
    """In the order of the columns."""
    for column in columns():
        for why in wrong.get(column.name, ()):
            yield Fault(row.number, kinds.head_of(column), why)


def _twice(row: Row, number: _Column) -> list[Fault]:
    why = _t("This number stands in more than one row. Keep one of them.")
    return [Fault(row.number, number.head, why)]


def _at(row: Row, place: int) -> str:
    return row.cells[place] if place < len(row.cells) else ""


# In either language --------------------------------------------------------------------------


def _names(column: Any) -> set[str]:
    """What a column may be called: as it is in code, and as it heads a table in each language."""
    return {column.name, *(folded(name) for name in in_each_language(column.verbose_name))}


def _codes(column: Any) -> dict[str, str]:
    """Codes of a choice by what they may be called."""
    codes = {folded(code): code for code, _label in column.flatchoices if code}
    for language, _name in settings.LANGUAGES:
        with override(language):
            codes |= {folded(str(label)): code for code, label in column.flatchoices if code}
    return codes


def _listed(words: Iterable[str]) -> str:
    return pgettext("between words", ", ").join(words)
