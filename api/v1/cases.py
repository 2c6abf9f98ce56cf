"""What the nouns have in common: a list and one row. Each noun says which case type and what it shows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import URLPattern, path
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import Door
from api.filters import AllowedFilters, Filter, by_state, by_words, changed_since
from api.pagination import ByCursor
from api.shown import CaseShown
from partners.handling import note_reading
from workflow.models import Case


@dataclass(frozen=True, eq=False)
class Kind:
    """A case type as the API shows it."""

    model: type[Case]
    shows: type[CaseShown]
    related: Sequence[str] = ()
    lines: Sequence[str] = ()
    narrowed_by: Sequence[Filter] = ()

    @property
    def slug(self) -> str:
        return self.model.slug()

    @cached_property
    def filters(self) -> Sequence[Filter]:
        return (by_state(self.model), by_words, changed_since, *self.narrowed_by)

    def rows(self, person: Any) -> QuerySet[Any]:
        """The rows a person may see, with what the answer shows of them."""
        visible: QuerySet[Any] = self.model._default_manager.visible_to(person)  # type: ignore[attr-defined]
        return visible.select_related(*self.related).prefetch_related(*self.lines)

    def row(self, person: Any, number: str) -> Any:
        """One row by its number. Somebody else's row is a missing row."""
        row = self.rows(person).filter(number=number).first()
        if row is None:
            raise Http404
        return row


class Listing(Door, ListAPIView[Any]):
    """A list: filters from the allow list, pages by cursor."""

    filters: Sequence[Filter] = ()
    ordering: Sequence[str] = ()
    pagination_class = ByCursor
    filter_backends = [AllowedFilters]

    @property
    def parameters(self) -> Collection[str]:
        if self.request.method not in {"GET", "HEAD"}:
            return ()
        return {known.name for known in self.filters} | ByCursor.parameters


class CaseList(Listing):
    kind: Kind
    ordering = ("-opened_at", "id")

    @property
    def filters(self) -> Sequence[Filter]:  # type: ignore[override]
        return self.kind.filters

    def get_serializer_class(self) -> type[CaseShown]:
        return self.kind.shows

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):  # described without anybody signed in
            return self.kind.model._default_manager.none()
        return self.kind.rows(self.person)


class OneCase(Door, GenericAPIView[Any]):
    kind: Kind
    lookup_field = "number"

    def get_serializer_class(self) -> type[CaseShown]:
        return self.kind.shows

    def get_queryset(self) -> QuerySet[Any]:
        return self.kind.model._default_manager.none()  # for the description; rows come from `kind`

    def get(self, request: Request, number: str) -> Response:
        row = self.kind.row(self.person, number)
        note_reading(row, self.person)
        return Response(self.get_serializer(row).data)


def addresses(listing: type[CaseList], one: type[OneCase]) -> list[URLPattern]:
    slug = one.kind.slug
    return [
        path(f"{slug}/", listing.as_view(), name=f"{slug}-list"),
        path(f"{slug}/<number:number>/", one.as_view(), name=f"{slug}-case"),
    ]
