"""Which articles somebody sees, and which are found by words."""

from __future__ import annotations

from typing import Any, Self

from partners import access
from workflow.handling import EVERYBODYS
from workflow.models import ReferenceQuerySet
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
