"""Kinds of reference data: which there are, what tells one row from another, and how a row reads.

A dated row counts from a day on and has versions. An undated one (a nation, an agreement, an
article) is what it is; it is changed column by column.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db.models import DecimalField, UniqueConstraint
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from partners.route_steps import in_words
from workflow.models import Dated, Reference

# Codes that stand in the data and say little by themselves.
NAMES: dict[str, str | Promise] = {
    "foreign_offer": _("letter of offer"),
    "subcontract_award": _("award of an order"),
    "amendment": _("amendment without growth of scope"),
    "bill_or_refund": _("bill or refund"),
    "retransfer_consent": _("consent to a re-transfer"),
    "transfer_review": _("transfer review"),
    "waiver": _("waiver of a charge"),
    "reference_change": _("change of reference data"),
    "approval.decide": _("decision on an approval file"),
    "approval.step": _("one step of an approval file"),
    "request.acknowledge": _("acknowledging a request"),
    "request.validate": _("checking a request"),
    "request.answer.pa": _("answering a request: price and availability"),
    "request.answer.A": _("answering a request: group A"),
    "request.answer.B": _("answering a request: group B"),
    "request.answer.C": _("answering a request: group C"),
    "request.answer.D": _("answering a request: group D"),
    "contract.accept": _("acceptance of an offer"),
    "contract.deposit": _("payment of an initial deposit"),
    "contract.deliver": _("delivery of a contract in full"),
    "contract.close": _("closing a case"),
    "shipment.report": _("report that a shipment has arrived"),
}
# What every row has, shown and asked for beside its own columns.
DAYS_AND_SOURCE = ("valid_from", "valid_to", "source")


def kinds() -> dict[str, type[Reference]]:
    """Every kind of reference data, by the name that stands in addresses."""
    return {
        str(model._meta.model_name): model
        for model in apps.get_models()
        if issubclass(model, Reference)
    }


def is_dated(kind: type[Reference]) -> bool:
    return issubclass(kind, Dated)


def key_of(kind: type[Reference]) -> list[str]:
    """The columns that stay when a row changes: of a dated row they say which one it is a version of."""
    if not is_dated(kind):
        return [one.name for one in columns_of(kind) if one.unique or one.is_relation]
    unique = next(
        one
        for one in kind._meta.constraints
        if isinstance(one, UniqueConstraint) and "valid_from" in one.fields
    )
    return [name for name in unique.fields if name != "valid_from"]


def columns_of(kind: type[Reference]) -> list[Any]:
    """What somebody fills in, the source last; keys that are given by themselves are left out."""
    every = [one for one in kind._meta.concrete_fields if one.editable and not one.auto_created]
    return sorted(every, key=lambda one: one.name == "source")


def own_columns(kind: type[Reference]) -> list[Any]:
    return [one for one in columns_of(kind) if one.name not in DAYS_AND_SOURCE]


def column_of(kind: str, name: str) -> Any:
    """A column by its name in the database; None if there is none, or no such kind, any more."""
    model = kinds().get(kind)
    return next((one for one in columns_of(model) if one.attname == name), None) if model else None


def with_values(row: Any, values: Mapping[str, Any]) -> Any:
    """A copy of the row with plain values of some columns read back in."""
    found = copy(row)
    for name, value in values.items():
        setattr(found, name, found._meta.get_field(name).to_python(value))
    return found


# In words ------------------------------------------------------------------------------------


def name_of(code: str) -> str:
    return str(NAMES.get(code, code))


def label_of(kind: type[Reference]) -> str:
    return str(capfirst(str(kind._meta.verbose_name_plural)))


def head_of(column: Any) -> str:
    return str(capfirst(column.verbose_name))


def value_of(row: Any, column: Any, *, day: Callable[[date], str] = str) -> str:
    value = getattr(row, column.name)
    if column.choices:
        return str(getattr(row, f"get_{column.name}_display")())
    match value:
        case None:
            return ""
        case bool():
            return pgettext("fact", "yes") if value else pgettext("fact", "no")
        case Decimal():
            return f"{value.normalize():,f}"
        case list():
            return in_words(value)
        case date():
            return day(value)
        case _:
            return name_of(str(value))


def told(column: Any, value: Any, *, day: Callable[[date], str] = str) -> str:
    """A value as trail and approval files keep it, read back."""
    return value_of(with_values(column.model(), {column.attname: value}), column, day=day)


def title_of(row: Any) -> str:
    """What says which row it is; a number says little without its head."""
    if not isinstance(row, Dated):
        return str(row)
    key: list[Any] = [row._meta.get_field(name) for name in key_of(type(row))]
    said = (
        f"{head_of(column)} {value_of(row, column)}"
        if isinstance(column, DecimalField)
        else value_of(row, column)
        for column in key
    )
    return " · ".join(word for word in said if word)
