"""The catalogue: articles and services that a nation can name in a request."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.filters import Filter, by_text
from api.shown import Shown
from api.v1.cases import Listing
from industry.models import Article

_KINDS = [str(value) for value in Article.Kind.values]


def _by_kind(rows: QuerySet[Any], values: list[str]) -> QuerySet[Any]:
    if values[0] not in _KINDS:
        raise ValueError(", ".join(_KINDS))
    return rows.filter(kind=values[0])


class ArticleShown(Shown):
    kind = serializers.CharField(read_only=True)

    class Meta:
        model = Article
        fields = ("catalogue_number", "name_ja", "name_en", "kind", "unit")
        read_only_fields = fields


class Catalogue(Listing):
    """Articles and services that a request can name."""

    serializer_class = ArticleShown
    queryset = Article.objects.all()
    ordering = ("catalogue_number",)
    filters = (
        by_text("catalogue_number", "name_ja", "name_en"),
        Filter(
            "kind",
            _("Articles, services or training."),
            _by_kind,
            {"type": "string", "enum": _KINDS},
        ),
    )
