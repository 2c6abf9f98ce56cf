"""Form fields for rows of lines: JSON from the API and table inputs from a page, one check.

A page posts `lines-0-article`, `lines-0-quantity` ...; the API sends a list or an object.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from cases.models.estimate import AMOUNTS, ASKED, CostEstimate
from cases.models.priced import TERMS, LineTerms
from cases.pricing import STOCK
from documents.fields import OneFile, PaperField
from industry import stock_numbers
from industry.models import Article, ArticlePrice
from ledger.money import exponent
from workflow.forms import reads_as_it_is

SHEETS = (".xlsx", ".csv")
MOST_LINES = 200
MOST_LISTED = 50
MOST_MEANT = 3
MOST_MONTHS = 240
LARGEST_QUANTITY = 1_000_000
NOTE = forms.CharField(max_length=2000, required=False, validators=[reads_as_it_is])
REMARK = forms.CharField(max_length=200, required=False, validators=[reads_as_it_is])


class RowsWidget(forms.Widget):
    """A table of inputs. `columns` name the inputs of a row; `rows` are filled before rendering."""

    template_name = "portal/components/lines_widget.html"
    use_fieldset = True
    blank_rows = 3
    is_counted = True

    def __init__(self, columns: Mapping[str, str | Promise]) -> None:
        super().__init__()
        self.columns = columns

    def cell(self, column: str, value: Any) -> dict[str, Any]:
        """How one input looks. Text by default."""
        return {"type": "text", "value": value}

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        rows = [row for row in value if isinstance(row, Mapping)] if value else []
        given = [row for row in rows if any(str(cell).strip() for cell in row.values())]
        rows = [*given, *({} for _blank in range(self.blank_rows))][:MOST_LINES]
        first = context["widget"]["attrs"].get("id", name)
        context["widget"] |= {
            "heading": _t("Line") if self.is_counted else "",
            "columns": list(self.columns.values()),
            "rows": [
                {"title": index + 1, "cells": self._cells(name, first, index, row)}
                for index, row in enumerate(rows)
            ],
        }
        return context

    def _cells(self, name: str, first: str, index: int, row: Any) -> list[dict[str, Any]]:
        width = len(self.columns)
        return [
            {
                "name": f"{name}-{index}-{column}",
                "id": f"{first}_{index * width + place}",
                "label": label,
                **self.cell(column, row.get(column, "")),
            }
            for place, (column, label) in enumerate(self.columns.items())
        ]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        if name in data and not hasattr(data, "getlist"):
            return data[name]  # the API's own JSON
        prefix = f"{name}-"
        rows: dict[int, dict[str, Any]] = {}
        for key in data:
            if not str(key).startswith(prefix):
                continue
            index, _dash, column = str(key)[len(prefix) :].partition("-")
            if index.isdecimal() and column in self.columns:
                rows.setdefault(int(index), {})[column] = data[key]
        return [rows[index] for index in sorted(rows)]


def as_quantity(value: Any) -> int:
    """A whole number from 1 on; raises `ValidationError`."""
    text = str(value).strip()
    digits = text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_QUANTITY))
    if not digits or not 1 <= int(text) <= LARGEST_QUANTITY:
        raise ValidationError(
            _t("the quantity must be a whole number from 1 to %(most)s.")
            % {"most": f"{LARGEST_QUANTITY:,}"}
        )
    return int(text)


class ArticleRows(RowsWidget):
    """Rows of article, quantity, remark: a number is typed, or taken from a list below.

    The list has the first of the `articles`; a page may renew it by what is typed.
    """

    articles: Any = ()

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        first = context["widget"]["attrs"].get("id", name)
        listed = f"{first}_catalogue"
        context["widget"] |= {"list": listed, "listed": list(islice(self.articles, MOST_LISTED))}
        cells = [row["cells"][0] for row in context["widget"]["rows"]]
        names = self._names(cell["value"] for cell in cells)
        for cell in cells:
            cell |= {"list": listed, "name_of_value": names.get(cell["value"], "")}
        return context

    def _names(self, numbers: Iterable[Any]) -> dict[Any, str]:
        """What the articles are called whose numbers stand there already."""
        wanted = [str(number) for number in numbers if number]
        found = named(wanted, self.articles) if wanted else {}
        return {number: article.name for number, article in found.items()}

    def cell(self, column: str, value: Any) -> dict[str, Any]:
        if column == "quantity":
            return {"type": "number", "min": 1, "inputmode": "numeric", "value": value}
        return super().cell(column, value)


class ArticleLinesField(forms.Field):
    """`[{"article": "JP-RAD-001", "quantity": 3, "remark": ""}]` → the same with the article's row.

    `article` is a catalogue number or a national stock number. What is not in the catalogue is told in
    the nation's own words: `description` instead.
    """

    columns = {
        "article": _("article or service"),
        "description": _("or in your own words"),
        "quantity": _("quantity"),
        "remark": _("remark"),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=ArticleRows(self.columns), **kwargs)
        self.set_articles(Article.objects.none())

    def set_articles(self, articles: Any) -> None:
        """Which articles can be named: those that whoever fills the form in may see."""
        self.articles = self.widget.articles = articles

    def clean(self, value: Any) -> list[dict[str, Any]]:
        given = [] if value in self.empty_values else _list_of_rows(value)
        rows = [row for row in given if any(str(v).strip() for v in row.values())]
        if self.required and not rows:
            raise ValidationError(_t("Add at least one line: what, and how many."))
        return self.checked(enumerate(rows, start=1), at=_at_line)

    def checked(
        self,
        rows: Iterable[tuple[int, Mapping[str, Any]]],
        *,
        at: Callable[[int, ValidationError], ValidationError],
    ) -> list[dict[str, Any]]:
        """Each row with its article, or all that is wrong, each told `at` the number of its row."""
        numbered = list(rows)
        if len(numbered) > MOST_LINES:
            raise ValidationError(_t("At most %(most)s lines.") % {"most": MOST_LINES})
        known = named((_number_in(row) for _number, row in numbered), self.articles)
        return _all_or_errors(self._row(row, number, known, at) for number, row in numbered)

    def _row(
        self,
        row: Mapping[str, Any],
        number: int,
        known: Mapping[str, Article],
        at: Callable[[int, ValidationError], ValidationError],
    ) -> dict[str, Any] | ValidationError:
        try:
            return {
                **self._what(row, known),
                "quantity": as_quantity(row.get("quantity", "")),
                "remark": REMARK.clean(row.get("remark")),
            }
        except ValidationError as error:
            return at(number, error)

    def _what(self, row: Mapping[str, Any], known: Mapping[str, Article]) -> dict[str, Any]:
        if unknown := sorted(set(row) - set(self.columns)):
            raise ValidationError(_t("unknown field %(fields)s.") % {"fields": ", ".join(unknown)})
        asked, description = _number_in(row), REMARK.clean(row.get("description"))
        if bool(asked) == bool(description):
            raise ValidationError(_t("give a catalogue number or your own words, one of the two."))
        if asked and asked not in known:
            raise ValidationError(not_there(asked, self.articles))
        return {"article": known.get(asked), "description": description}


class OrderedLinesField(ArticleLinesField):
    """The same of the catalogue only: what is ordered has a price."""

    columns = {name: ArticleLinesField.columns[name] for name in ("article", "quantity", "remark")}


def named(asked: Iterable[str], articles: Any) -> dict[str, Article]:
    """Which article each of them names, by catalogue number or national stock number.

    What names none, or more than one, is left out; `not_there` says why.
    """
    wanted = set(asked)
    found = {row.catalogue_number: row for row in articles.filter(catalogue_number__in=wanted)}
    digits = {one: number for one in wanted - set(found) if (number := _stock_number_in(one))}
    bearing: dict[str, list[Article]] = defaultdict(list)
    if digits:
        for row in articles.filter(stock_number__in=digits.values()):
            bearing[row.stock_number].append(row)
    only = {one: bearing[number] for one, number in digits.items()}
    return found | {one: rows[0] for one, rows in only.items() if len(rows) == 1}


def not_there(asked: str, articles: Any) -> str:
    """Why a number names no article; with the articles that may be meant, where there are any."""
    told = {"asked": asked[:40]}
    bearing = articles.filter(stock_number=number) if (number := _stock_number_in(asked)) else ()
    if several := bearing[:MOST_MEANT]:
        told["meant"] = "; ".join(str(article) for article in several)
        return (
            _t(
                "more articles than one have the stock number “%(asked)s”. Give a catalogue number: %(meant)s."
            )
            % told
        )
    if number:
        return (
            _t(
                "no article has the stock number “%(asked)s”. Give a catalogue number, or your own words instead."
            )
            % told
        )
    if stock_numbers.may_be_one(asked):
        return _t("“%(asked)s” is no stock number: it has 13 digits, as 1234-12-123-1234.") % told
    if meant := articles.found_by(asked)[:MOST_MEANT]:
        told["meant"] = "; ".join(str(article) for article in meant)
        return (
            _t(
                "no article has the number “%(asked)s”. Give the number of the one you mean: %(meant)s."
            )
            % told
        )
    return _t("no article “%(asked)s” in the catalogue. Give a catalogue number.") % told


def _stock_number_in(asked: str) -> str:
    """Its 13 digits, or "" where it is none."""
    try:
        return stock_numbers.digits_of(asked)
    except ValidationError:
        return ""


def _number_in(row: Mapping[str, Any]) -> str:
    """The number by which a row names its article, as it was typed."""
    return str(row.get("article") or "").strip().replace("\0", "")


class TableOfLines(OneFile):
    """A file, with empty tables to fill in beside it."""

    template_name = "portal/components/lines_file.html"


class TableOfLinesField(PaperField):
    """Lines as a table that came in; `cases.line_tables` reads it."""

    widget = TableOfLines

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(types=SHEETS, **kwargs)


class LineChoiceField(forms.TypedMultipleChoiceField):
    """Some of a case's lines, by number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce=int, widget=forms.CheckboxSelectMultiple, **kwargs)


class PerLineWidget(forms.Widget):
    """One input per line of the case, with the line's name and quantity before it."""

    template_name = "portal/components/lines_widget.html"
    use_fieldset = True

    def __init__(self, column: str | Promise) -> None:
        super().__init__()
        self.columns: Mapping[str, str | Promise] = {"": column}
        self.lines: Mapping[int, tuple[str, int]] = {}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        if name in data and not hasattr(data, "getlist"):
            return data[name]
        prefix = f"{name}-"
        return {str(key)[len(prefix) :]: data[key] for key in data if str(key).startswith(prefix)}

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        values = value if isinstance(value, Mapping) else {}
        first = context["widget"]["attrs"].get("id", name)
        width = len(self.columns)
        context["widget"] |= {
            "heading": _t("Line"),
            "columns": list(self.columns.values()),
            "rows": [
                {
                    "title": f"{number}: {label} × {quantity}",
                    "cells": [
                        {"id": f"{first}_{row * width + place}", **cell}
                        for place, cell in enumerate(
                            self.cells(
                                f"{name}-{number}", values.get(str(number), values.get(number))
                            )
                        )
                    ],
                }
                for row, (number, (label, quantity)) in enumerate(self.lines.items())
            ],
        }
        return context

    def cells(self, name: str, value: Any) -> list[dict[str, Any]]:
        """The inputs of a line."""
        shown = "" if value is None else value
        label = self.columns[""]
        return [{"name": name, "label": label, "inputmode": "numeric", "value": shown}]


class PerLineField(forms.Field):
    """One value per line of a case: `{"1": 3}` from the API, `lines-1-value` from a page."""

    required_for_each = True
    column: str | Promise = ""
    inputs: type[PerLineWidget] = PerLineWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=self.inputs(self.column), **kwargs)
        self.known: dict[int, tuple[str, int]] = {}

    def set_lines(self, lines: Iterable[tuple[int, str, int]]) -> None:
        """Number, name and quantity of each line that can be filled in."""
        self.known = {number: (name, quantity) for number, name, quantity in lines}
        self.widget.lines = self.known

    def clean(self, value: Any) -> dict[int, Any]:
        if not isinstance(value, Mapping):
            raise ValidationError(_t("Give one value per line number."))
        given = {str(key).strip(): item for key, item in value.items() if str(item).strip()}
        if unknown := sorted(set(given) - {str(number) for number in self.known}):
            raise ValidationError(
                _t("There is no line %(lines)s here.") % {"lines": ", ".join(unknown)[:80]}
            )
        if self.required_for_each and (
            missing := [str(number) for number in self.known if str(number) not in given]
        ):
            raise ValidationError(
                _t("Line %(lines)s has no value. Fill in every line.")
                % {"lines": ", ".join(missing)}
            )
        if not given:
            raise ValidationError(_t("Fill in at least one line."))
        cleaned = _all_or_errors(self._value(int(key), item) for key, item in given.items())
        return dict(cleaned)

    def _value(self, number: int, item: Any) -> tuple[int, Any] | ValidationError:
        """What stands for a line, or what is wrong with it: each kind of field reads its own."""
        raise NotImplementedError


class LineQuantitiesField(PerLineField):
    """How many of each line; never more than is left."""

    required_for_each = False
    column = _("quantity")

    def _value(self, number: int, item: Any) -> tuple[int, Any] | ValidationError:
        try:
            quantity = as_quantity(item)
        except ValidationError as error:
            return _at_line(number, error)
        left = self.known[number][1]
        if quantity > left:
            return ValidationError(
                _t("Line %(row)s: only %(left)s left to ship.") % {"row": number, "left": left}
            )
        return number, quantity


class LinePricesField(PerLineField):
    """A unit price for each line, in the currency's smallest unit at most."""

    currency = "JPY"
    column = _("unit price")

    def _value(self, number: int, item: Any) -> tuple[int, Any] | ValidationError:
        try:
            return number, as_price(item, self.currency)
        except ValidationError as error:
            return _at_line(number, error)


class CeilingsField(LinePricesField):
    """What may be drawn on each line in all."""

    column = _("ceiling")


def as_price(value: Any, currency: str) -> Decimal:
    """An amount above zero, in the currency's smallest unit at most; raises `ValidationError`."""
    try:
        price = Decimal(str(value).strip().replace(",", ""))
    except InvalidOperation:
        price = Decimal("NaN")
    if not price.is_finite() or not 0 < price < Decimal(10) ** 14:
        raise ValidationError(_t("give a price above zero, in digits."))
    return in_its_units(price, currency)


def in_its_units(amount: Decimal, currency: str) -> Decimal:
    """The amount, without a fraction that its currency does not have; raises `ValidationError`."""
    places = exponent(currency)
    if amount % Decimal(1).scaleb(-places):
        raise ValidationError(
            _t("%(currency)s has at most %(places)s decimals.")
            % {"currency": currency, "places": places}
        )
    return amount


def as_months(item: Any) -> int:
    """Whole months from 1 on; raises `ValidationError`."""
    typed = str(item).strip()
    is_number = typed.isascii() and typed.isdigit() and len(typed) <= len(str(MOST_MONTHS))
    if not is_number or not 1 <= int(typed) <= MOST_MONTHS:
        raise ValidationError(_t("give whole months from 1 to %(most)s.") % {"most": MOST_MONTHS})
    return int(typed)


def as_basis(item: Any) -> str:
    """What a price is made of, by its code; raises `ValidationError`."""
    if item not in ArticlePrice.Basis.values:
        raise ValidationError(_t("choose what the price rests on."))
    return str(item)


class ColumnsWidget(PerLineWidget):
    """Several inputs for each line: `lines-1-months`."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        given = super().value_from_datadict(data, files, name)
        if name in data:
            return given
        found: dict[str, dict[str, Any]] = {}
        for key, value in given.items():
            number, _dash, column = key.partition("-")
            if column in self.columns:
                found.setdefault(number, {})[column] = value
        return found

    def cells(self, name: str, value: Any) -> list[dict[str, Any]]:
        values = value if isinstance(value, Mapping) else {}
        return [
            {
                "name": f"{name}-{column}",
                "label": label,
                "value": values.get(column, ""),
                **self.looks(column),
            }
            for column, label in self.columns.items()
        ]

    def looks(self, column: str) -> dict[str, Any]:
        """What kind of input a column has."""
        return {}


class EstimateWidget(ColumnsWidget):
    """Price, months and basis of each line."""

    def __init__(self, column: str | Promise) -> None:
        super().__init__(column)
        self.columns = {
            "unit_price": _("rough unit price"),
            "months": _("available after, months"),
            "basis": _("basis"),
        }

    def looks(self, column: str) -> dict[str, Any]:
        if column == "basis":
            return {"options": [("", "—"), *ArticlePrice.Basis.choices]}
        return {"inputmode": "numeric"}


class LineEstimatesField(PerLineField):
    """What each line costs roughly, after how many months it can be had, and what the price rests on."""

    currency = "JPY"
    inputs = EstimateWidget

    def _value(self, number: int, item: Any) -> tuple[int, Any] | ValidationError:
        try:
            return number, {
                "unit_price": as_price(item["unit_price"], self.currency),
                "months": as_months(item["months"]),
                "basis": as_basis(item["basis"]),
            }
        except (KeyError, TypeError):
            return ValidationError(
                _t("Line %(row)s: give a rough price, the months and the basis.") % {"row": number}
            )
        except ValidationError as error:
            return _at_line(number, error)


class CostsWidget(ColumnsWidget):
    """Costs and percentages of each line, in the order of the method."""

    template_name = "portal/components/line_terms_widget.html"

    def __init__(self, column: str | Promise) -> None:
        super().__init__(column)
        self.columns = {name: field.verbose_name for name, field in _cost_columns().items()}

    def looks(self, column: str) -> dict[str, Any]:
        match column:
            case "variation_base":
                return {"options": CostEstimate.Of.choices}
            case "basis":
                return {"is_long": True}
            case _:
                return {"inputmode": "decimal"}


def _cost_columns() -> dict[str, Any]:
    return {name: CostEstimate._meta.get_field(name) for name in ASKED}


class LineCostsField(PerLineField):
    """What each line costs its maker: `{"1": {"material": "120000000", "profit_rate": "8", ...}}`."""

    inputs = CostsWidget

    def _value(self, number: int, item: Any) -> tuple[int, Any] | ValidationError:
        try:
            return number, self._costs(item)
        except ValidationError as error:
            return _at_line(number, error)

    def _costs(self, item: Any) -> dict[str, Any]:
        if not isinstance(item, Mapping):
            raise ValidationError(_t("give its costs by name."))
        if unknown := sorted(set(item) - set(ASKED)):
            raise ValidationError(_t("unknown field %(fields)s.") % {"fields": ", ".join(unknown)})
        costs = dict(
            _all_or_errors(
                self._cost(name, column, item.get(name)) for name, column in _cost_columns().items()
            )
        )
        if not any(costs[name] for name in AMOUNTS):
            raise ValidationError(_t("costs nothing. Give its material, work or expenses."))
        return costs

    def _cost(self, name: str, column: Any, value: Any) -> tuple[str, Any] | ValidationError:
        try:
            given = column.formfield().clean(value)
            column.run_validators(given)
            if name == "basis":
                reads_as_it_is(given)
            return name, given
        except ValidationError as error:
            told = (f"{column.verbose_name}: {why}" for why in error.messages)
            return ValidationError(list(told))


class LineArticlesField(PerLineField):
    """The article of the catalogue that a line stands for."""

    required_for_each = False
    column = _("catalogue number")

    def _value(self, number: int, item: Any) -> tuple[int, Any] | ValidationError:
        asked = str(item).strip().replace("\0", "")
        articles = Article.objects.all()
        article = named([asked], articles).get(asked)
        if article is None:
            return _at_line(number, ValidationError(not_there(asked, articles)))
        return number, article


class TermsWidget(ColumnsWidget):
    """The terms of each line as a small form of its own: too many for a table."""

    template_name = "portal/components/line_terms_widget.html"

    def __init__(self, column: str | Promise) -> None:
        super().__init__(column)
        names = {field.name: field.verbose_name for field in LineTerms._meta.concrete_fields}
        self.columns = {name: names[name] for name in TERMS}
        self.codes: Mapping[str, Mapping[str, str]] = {}

    def looks(self, column: str) -> dict[str, Any]:
        if column == "part_of":
            named = [(number, f"{number}: {name}") for number, (name, _) in self.lines.items()]
            return {"options": [("", "—"), *named]}
        if column in self.codes:
            options = [(code, f"{code} {name}") for code, name in self.codes[column].items()]
            return {"options": options if column == "source" else [("", "—"), *options]}
        if column.startswith("months"):
            return {"type": "number", "min": 1, "inputmode": "numeric"}
        if column.startswith("period"):
            return {"type": "date"}
        return {"is_long": True}


class LineTermsField(PerLineField):
    """From where, when, how far and on what terms: `{"1": {"source": "P", "months_from": 24, ...}}`.

    What a line does not name stays as it is. Codes are those in force today.
    """

    required_for_each = False
    inputs = TermsWidget

    def set_terms(
        self,
        there: Mapping[int, Mapping[str, Any]],
        codes: Mapping[str, Mapping[str, str]],
        bought: Collection[int],
    ) -> None:
        """The terms that stand there; code → name by column; lines that industry is asked to supply."""
        self.there, self.bought = there, bought
        self.codes = self.widget.codes = codes

    def _value(self, number: int, item: Any) -> tuple[int, Any] | ValidationError:
        try:
            return number, self._terms(number, item)
        except ValidationError as error:
            return _at_line(number, error)

    def _terms(self, number: int, item: Any) -> dict[str, Any]:
        if not isinstance(item, Mapping):
            raise ValidationError(_t("give its terms by name."))
        if unknown := sorted(set(item) - set(TERMS)):
            raise ValidationError(_t("unknown field %(fields)s.") % {"fields": ", ".join(unknown)})
        terms = dict(self.there[number]) | {
            name: self._term(number, name, value) for name, value in item.items()
        }
        if not terms["source"]:
            raise ValidationError(_t("choose the source of supply."))
        if terms["source"] in STOCK and number in self.bought:
            raise ValidationError(_t("is being bought already: it cannot come from stock."))
        self._runs_forward(terms)
        return terms

    def clean(self, value: Any) -> dict[int, Any]:
        cleaned = super().clean(value)
        after = dict(self.there) | cleaned
        below = {number: terms["part_of"] for number, terms in after.items() if terms["part_of"]}
        _all_or_errors(
            _at_line(number, _nested(above)) for number, above in below.items() if above in below
        )
        return cleaned

    def _above(self, number: int, value: Any) -> int | None:
        """The line of which it is a sub-line, if of any."""
        if value in self.empty_values:
            return None
        above = next((one for one in self.known if str(one) == str(value).strip()), None)
        if above is None or above == number:
            raise ValidationError(_t("a sub-line belongs to another line of this paper."))
        return above

    def _term(self, number: int, name: str, value: Any) -> Any:
        if name == "part_of":
            return self._above(number, value)
        if name in self.codes:
            code = str(value or "").strip()
            if code and code not in self.codes[name]:
                raise ValidationError(
                    _t("%(label)s: there is no code “%(code)s”. Choose one of the list.")
                    % {"label": self.widget.columns[name], "code": code[:10]}
                )
            return code
        if name.startswith("months"):
            return None if value in self.empty_values else as_months(value)
        if name.startswith("period"):
            return forms.DateField(required=False).clean(value)
        return NOTE.clean(value)

    def _runs_forward(self, terms: Mapping[str, Any]) -> None:
        """Months or a period, whole and in order."""
        months, period = (
            (terms[f"{name}_from"], terms[f"{name}_to"]) for name in ("months", "period")
        )
        for first, last in (months, period):
            if (first is None) is not (last is None):
                raise ValidationError(
                    _t("give the first and the last of months or days, or neither.")
                )
            if first is not None and first > last:
                raise ValidationError(_t("the last cannot be before the first."))
        if months[0] is not None and period[0] is not None:
            raise ValidationError(_t("give months after acceptance or a period, not both."))


def _nested(above: int) -> ValidationError:
    return ValidationError(
        _t("line %(above)s is a sub-line itself. Name the line above it.") % {"above": above}
    )


class ChangedLines(RowsWidget):
    """Every line of the contract as it is to be; three blank rows for what is added."""

    is_counted = False  # the first column is the number of the line

    def cell(self, column: str, value: Any) -> dict[str, Any]:
        match column:
            case "number":
                return {"type": "text", "value": value, "readonly": bool(value)}
            case "quantity":
                return {"type": "number", "min": 0, "inputmode": "numeric", "value": value}
            case "unit_price":
                return {"type": "text", "inputmode": "decimal", "value": value}
            case _:
                return super().cell(column, value)


class ChangedLinesField(forms.Field):
    """The lines of a contract as they are to be → those that change.

    `[{"number": 2, "article": "JP-RAD-002", "quantity": 0, "unit_price": "1200", "basis": "..."}]`:
    without a number a line is new, and 0 takes one out. Lines that stay as they are may be left out.
    """

    columns = {
        "number": _("line"),
        "article": _("article or service"),
        "quantity": _("quantity"),
        "unit_price": _("unit price"),
        "basis": _("where the price comes from"),
    }
    currency = "JPY"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=ChangedLines(self.columns), **kwargs)
        self.set_contract({}, set(), (), Article.objects.none())

    def set_contract(
        self, there: Mapping[int, Any], bought: Collection[int], added: Iterable[int], articles: Any
    ) -> None:
        """The contract's lines, which of them are being bought, numbers of lines drafted so far."""
        self.there, self.bought, self.added, self.articles = there, bought, set(added), articles

    def clean(self, value: Any) -> list[dict[str, Any]]:
        given = [] if value in self.empty_values else _list_of_rows(value)
        rows = [row for row in given if any(str(v).strip() for v in row.values())]
        if len(rows) > MOST_LINES:
            raise ValidationError(_t("At most %(most)s lines.") % {"most": MOST_LINES})
        cleaned = _all_or_errors(self._row(row, at) for at, row in enumerate(rows, start=1))
        numbers = [line["number"] for line in cleaned if line["number"]]
        if twice := sorted({number for number in numbers if numbers.count(number) > 1}):
            raise ValidationError(
                _t("Line %(row)s stands there twice.") % {"row": ", ".join(map(str, twice))}
            )
        changed = [line for line in cleaned if self._changes(line)]
        if not changed:
            raise ValidationError(_t("No line changes. Change one, or withdraw the change."))
        if without := [str(line["number"] or "–") for line in changed if not line["basis"]]:
            raise ValidationError(
                _t("Line %(lines)s: say where the price comes from.")
                % {"lines": ", ".join(without)}
            )
        return changed

    def _row(self, row: Mapping[str, Any], at: int) -> dict[str, Any] | ValidationError:
        try:
            number = self._number(row.get("number"))
            line = self.there.get(number or 0)
            return {
                "number": number,
                "article": line.article if line else self._article(row),
                "quantity": self._quantity(row, number, line),
                "unit_price": as_price(row.get("unit_price"), self.currency),
                "basis": REMARK.clean(row.get("basis")),
            }
        except ValidationError as error:
            return _at_line(at, error)

    def _number(self, value: Any) -> int | None:
        text = str(value or "").strip()
        if not text:
            return None
        if text.isascii() and text.isdigit() and int(text) in {*self.there, *self.added}:
            return int(text)
        raise ValidationError(
            _t("there is no line %(number)s. Leave the number of a new line empty.")
            % {"number": text[:20]}
        )

    def _article(self, row: Mapping[str, Any]) -> Article:
        asked = _number_in(row)
        found: Article | None = self.articles.filter(catalogue_number=asked).first()
        if found is None:
            raise ValidationError(not_there(asked, self.articles))
        return found

    def _quantity(self, row: Mapping[str, Any], number: int | None, line: Any) -> int:
        asked = str(row.get("quantity", "")).strip()
        quantity = 0 if asked == "0" and number else as_quantity(asked)
        if line and line.number in self.bought and quantity > line.quantity:
            raise ValidationError(
                _t("is being bought already. Put what is added on a new line, at today's rates.")
            )
        return quantity

    def _changes(self, line: Mapping[str, Any]) -> bool:
        """Whether it is not as it is there; a drafted line that is taken out again is none."""
        there = self.there.get(line["number"])
        if there is None:
            return bool(line["quantity"])
        return (line["quantity"], line["unit_price"]) != (there.quantity, there.unit_price)


def _at_line(number: int, error: ValidationError) -> ValidationError:
    """The same error, with the line it belongs to."""
    told = (_t("Line %(row)s: %(why)s") % {"row": number, "why": why} for why in error.messages)
    return ValidationError(list(told))


def at_row(number: int, error: ValidationError) -> ValidationError:
    """The same for a row of a table that came in."""
    told = (_t("Row %(row)s: %(why)s") % {"row": number, "why": why} for why in error.messages)
    return ValidationError(list(told))


def _list_of_rows(value: Any) -> list[Mapping[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        raise ValidationError(
            _t("Give a list of lines, each with article or description, and quantity.")
        )
    return value


def _all_or_errors(results: Iterable[Any]) -> list[Any]:
    found = list(results)
    if errors := [item for item in found if isinstance(item, ValidationError)]:
        raise ValidationError(errors)
    return found
