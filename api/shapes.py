"""How the fields of a form look in JSON: one table, read by the body check and the description.

A form alone would be too friendly to a program: it turns any JSON value into text and reads days
in the language of the moment. Here a value must have the shape that the description promises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from re import Pattern
from re import compile as pattern
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from cases.fields import ArticleLinesField, ChangedLinesField, OrderedLinesField, PerLineField

Schema = dict[str, Any]

LINE: Schema = {
    "type": "object",
    "properties": {
        "article": {"type": "string", "description": "Catalogue number or national stock number."},
        "description": {
            "type": "string",
            "maxLength": 200,
            "description": "In your own words, instead of a catalogue number.",
        },
        "quantity": {"type": "integer", "minimum": 1},
        "remark": {"type": "string", "maxLength": 200},
    },
    "required": ["quantity"],
    "additionalProperties": False,
}

ORDERED_LINE: Schema = {
    **LINE,
    "properties": {
        name: shape for name, shape in LINE["properties"].items() if name != "description"
    },
    "required": ["article", "quantity"],
}
CHANGED_LINE: Schema = {
    "type": "object",
    "properties": {
        "number": {
            "type": "integer",
            "description": "Of a line that is there; none for a new one.",
        },
        "article": {"type": "string", "description": "Catalogue number of a new line."},
        "quantity": {"type": "integer", "minimum": 0, "description": "0 takes the line out."},
        "unit_price": {"type": "string", "format": "decimal"},
        "basis": {"type": "string", "maxLength": 200},
    },
    "required": ["quantity", "unit_price", "basis"],
    "additionalProperties": False,
}


def _is(*types: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, types) and (bool in types or not isinstance(value, bool))


def _are_rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) and _is_flat(row) for row in value)


def _is_flat(row: Mapping[str, Any]) -> bool:
    return all(_is(str, int)(value) for value in row.values())


@dataclass(frozen=True)
class Shape:
    name: str
    schema: Schema
    fits: Callable[[Any], bool]
    remedy: str | Promise
    written: Pattern[str] | None = None

    def objection(self, value: Any) -> str:
        """`""`, or what to give instead. Whether a value is required is for the form to say."""
        if value is None or value == "":
            return ""
        if not self.fits(value):
            return str(self.remedy)
        if self.written and isinstance(value, str) and not self.written.fullmatch(value):
            return str(self.remedy)
        return _t("Null characters are not allowed.") if _has_null(value) else ""


def _has_null(value: Any) -> bool:
    match value:
        case str():
            return "\0" in value
        case dict():
            return any(map(_has_null, [*value, *value.values()]))
        case list():
            return any(map(_has_null, value))
        case _:
            return False


_TEXT = Shape("text", {"type": "string"}, _is(str), _("Give text."))
_CHOICE = Shape("choice", {"type": "string"}, _is(str), _("Give one of the choices, as text."))

# The more particular class stands before the more general one.
SHAPES: tuple[tuple[type[forms.Field], Shape], ...] = (
    (
        forms.FileField,
        Shape(
            "file",
            {"type": "string", "format": "binary"},
            _is(UploadedFile),
            _("Send this field as a file, in a multipart/form-data body."),
        ),
    ),
    (
        OrderedLinesField,
        Shape(
            "ordered_lines",
            {"type": "array", "items": ORDERED_LINE, "maxItems": 200},
            _are_rows,
            _("Give a list of lines, each with article and quantity."),
        ),
    ),
    (
        ArticleLinesField,
        Shape(
            "lines",
            {"type": "array", "items": LINE, "maxItems": 200},
            _are_rows,
            _("Give a list of lines, each with article or description, and quantity."),
        ),
    ),
    (
        ChangedLinesField,
        Shape(
            "changed_lines",
            {"type": "array", "items": CHANGED_LINE, "maxItems": 200},
            _are_rows,
            _("Give a list of lines, each with number or article, quantity, unit price and basis."),
        ),
    ),
    (
        PerLineField,
        Shape(
            "per_line",
            {"type": "object", "additionalProperties": {"type": "string"}},
            lambda value: isinstance(value, dict) and _is_flat(value),
            _("Give one value per line number."),
        ),
    ),
    (
        forms.ModelMultipleChoiceField,
        Shape(
            "choices", {"type": "array", "items": {"type": "string"}}, _is(list), _("Give a list.")
        ),
    ),
    (
        forms.MultipleChoiceField,
        Shape(
            "choices", {"type": "array", "items": {"type": "string"}}, _is(list), _("Give a list.")
        ),
    ),
    (forms.ChoiceField, _CHOICE),
    (
        forms.BooleanField,
        Shape("yes_no", {"type": "boolean"}, _is(bool, str), _("Give true or false.")),
    ),
    (
        forms.DateField,
        Shape(
            "day",
            {"type": "string", "format": "date"},
            _is(str),
            _("Give a day as YYYY-MM-DD."),
            pattern(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
        ),
    ),
    (
        forms.DecimalField,
        Shape(
            "decimal",
            {"type": "string", "format": "decimal"},
            _is(str),
            _('Give an amount as text in digits, as "1234.50".'),
            pattern(r"-?[0-9]{1,20}(\.[0-9]{1,10})?"),
        ),
    ),
    (
        forms.IntegerField,
        Shape(
            "whole_number",
            {"type": "integer"},
            _is(int, str),
            _("Give a whole number."),
            pattern(r"-?[0-9]{1,18}"),
        ),
    ),
    (forms.CharField, _TEXT),
)


def shape_of(field: forms.Field) -> Shape:
    """Raises `LookupError` for a field class nobody has described yet."""
    for known, shape in SHAPES:
        if isinstance(field, known):
            return shape
    raise LookupError(f"api.shapes does not know {type(field).__name__}")


def schema_of(field: forms.Field) -> Schema:
    """The JSON schema of one field, with its label, help, limits and fixed choices."""
    schema = dict(shape_of(field).schema)
    schema["title"] = str(field.label or "")
    if field.help_text:
        schema["description"] = str(field.help_text)
    if most := getattr(field, "max_length", None):
        schema["maxLength"] = most
    if choices := choices_of(field):
        values = [choice["value"] for choice in choices]
        if schema["type"] == "array":
            schema["items"] = {**schema["items"], "enum": values}
        else:
            schema["enum"] = values
    return schema


def choices_of(field: forms.Field) -> list[dict[str, str]]:
    """Value and label of what can be chosen; nothing for a field that is filled in freely."""
    return [
        {"value": str(value), "label": str(label)}
        for value, label in getattr(field, "choices", ())
        if str(value) != ""
    ]


def body_schema(fields: Mapping[str, forms.Field]) -> Schema:
    """The JSON schema of a body with these fields."""
    schema: Schema = {
        "type": "object",
        "properties": {name: schema_of(field) for name, field in fields.items()},
        "additionalProperties": False,
    }
    if required := [name for name, field in fields.items() if field.required]:
        schema["required"] = required
    return schema
