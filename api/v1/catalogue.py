"""The catalogue: articles and services that a nation can name in a request."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.filters import Filter, by_words
from api.shown import Shown
from api.v1.cases import Listing
from industry.models import Article

_KINDS = [str(value) for value in Article.Kind.values]


def _by_kind(rows: QuerySet[Any], values: list[str]) -> QuerySet[Any]:
    if values[0] not in _KINDS:
        raise ValueError(", ".join(_KINDS))
    return rows.filter(kind=values[0])


class ArticleShown(Shown):
    """What a nation needs to ask: no prices, no makers, none of the agency's assessments."""

    stock_number = serializers.CharField(
        source="written_stock_number",
        read_only=True,
        help_text="National stock number, as 1234-12-123-1234, or empty.",
    )
    kind = serializers.CharField(read_only=True)
    item_class = serializers.CharField(read_only=True, help_text="weapon, non_weapon, ...")
    unit = serializers.CharField(read_only=True, help_text="Code of the unit of issue.")

    class Meta:
        model = Article
        fields = (
            *("catalogue_number", "name_ja", "name_en", "stock_number", "generic_class"),
            *("kind", "item_class", "unit", "lead_months", "lead_on"),
        )
        read_only_fields = fields


class Catalogue(Listing):
    """Articles and services that a request can name."""

    serializer_class = ArticleShown
    ordering = ("catalogue_number",)
    filters = (
        by_words,
        Filter(
            "kind",
            _("Articles, services or training."),
            _by_kind,
            {"type": "string", "enum": _KINDS},
        ),
    )

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):  # described without anybody signed in
            return Article.objects.none()
        rows: QuerySet[Any] = Article.objects.visible_to(self.person)
        return rows
