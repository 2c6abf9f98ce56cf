"""Which articles somebody sees, which are found by words, and what stands beside them."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from partners import access
from workflow.handling import EVERYBODYS
from workflow.models import ReferenceQuerySet
from workflow.models.dated import DatedQuerySet
from workflow.search import matching


class ArticleQuerySet(ReferenceQuerySet):
    def visible_to(self, person: Any) -> Self:
        """Agency and ministries see the whole catalogue, others what no label keeps from them."""
        if access.works_in(person, "agency", "ministry"):
            return self.all()
        return self.filter(handling__in=EVERYBODYS)

    def found_by(self, words: str) -> Self:
        """Those in whose numbers or names each word stands, whatever its width, case or kana."""
        return matching(self, words)  # type: ignore[return-value]  # the same rows, fewer


class BesideArticles(models.Manager.from_queryset(DatedQuerySet)):  # type: ignore[misc]
    """Dated rows about an article: whoever lists them names it, and what else they are about."""

    def __init__(self, *about: str) -> None:
        super().__init__()
        self.about = ("article", *about)

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related(*self.about)
