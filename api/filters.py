"""What lists can be narrowed by: an allow list per address, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from api.problems import FieldError, UnknownNames
from workflow.search import matching

Rows = QuerySet[Any]
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Filter:
    """One query parameter: what it means, and the rows it leaves. Raises `ValueError(sentence)`."""

    name: str
    help: str | Promise
    apply: Callable[[Rows, list[str]], Rows]
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    many: bool = False


class AllowedFilters(BaseFilterBackend):
    """Applies the `filters` of a view; the door has refused every other parameter already."""

    def filter_queryset(self, request: Request, queryset: Rows, view: Any) -> Rows:
        for known in view.filters:
            if known.name not in request.query_params:
                continue
            try:
                queryset = known.apply(queryset, request.query_params.getlist(known.name))
            except ValueError as why:
                raise UnknownNames(
                    _t("The query parameters cannot be used as given."),
                    [FieldError(known.name, str(why))],
                ) from None
        return queryset

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [_described(known) for known in view.filters]


def _described(known: Filter) -> dict[str, Any]:
    schema = dict(known.schema)
    return {
        "name": known.name,
        "in": "query",
        "required": False,
        "description": str(known.help),
        "schema": {"type": "array", "items": schema} if known.many else schema,
    }


def equals(name: str, path: str, help: str | Promise) -> Filter:
    """Rows whose column (allow-listed by whoever writes the list) is exactly the value."""
    return Filter(name, help, lambda rows, values: rows.filter(**{path: values[0]}))


def by_state(model: Any) -> Filter:
    states = [str(value) for value, _label in model._meta.get_field("state").flatchoices]

    def apply(rows: Rows, values: list[str]) -> Rows:
        if set(values) - set(states):
            raise ValueError(_t("Known states: %(states)s.") % {"states": ", ".join(states)})
        return rows.filter(state__in=values)

    return Filter(
        "state",
        _("Only rows in this state; may be given several times."),
        apply,
        {"type": "string", "enum": states},
        many=True,
    )


def _by_words(rows: Rows, values: list[str]) -> Rows:
    if len(values[0]) > LONGEST_SEARCH:
        raise ValueError(_t("At most %(most)s characters.") % {"most": LONGEST_SEARCH})
    return matching(rows, values[0])


def _changed_since(rows: Rows, values: list[str]) -> Rows:
    return rows.filter(changed_at__gte=_instant(values[0]))


def _instant(written: str) -> datetime:
    sentence = _t("Give an instant with its zone, as 2026-04-01T00:00:00Z.")
    try:
        instant = parse_datetime(written)
    except ValueError:
        raise ValueError(sentence) from None
    if instant is None or timezone.is_naive(instant) or instant.year < 1900:
        raise ValueError(sentence)
    return instant


by_words = Filter(
    "q", _("Words or parts of words in number, title and names of articles."), _by_words
)
changed_since = Filter(
    "changed_since",
    _("Only rows changed at or after this instant."),
    _changed_since,
    {"type": "string", "format": "date-time"},
)
