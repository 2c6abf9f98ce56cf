"""The kinds of case, and what is different about each: what its lines are, whether and when it is paid.

After the case types of Foreign Military Sales (SAMM C5.4, C6.4): defined order, blanket order,
cooperative logistics supply support in two parts, training, lease, and grants, which nobody pays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from industry.models import Article


class KindOfCase(models.TextChoices):
    DEFINED_ORDER = "defined_order", _("defined order")
    BLANKET_ORDER = "blanket_order", _("blanket order")
    SUPPORT_STOCK = "support_stock", _("sustainment arrangement, part I: stock")
    SUPPORT_DRAWS = "support_draws", _("sustainment arrangement, part II: requisitions")
    TRAINING = "training", _("training")
    LEASE = "lease", _("lease")
    GRANT = "grant", _("grant")


SOLD = frozenset(Article.Kind.values) - {Article.Kind.LEASE}


@dataclass(frozen=True)
class Rules:
    articles: frozenset[str] = SOLD
    by_worth: bool = False  # a line is a ceiling in money, and requisitions draw on it
    has_period: bool = False  # every line runs from a day to a day
    is_kept: bool = False  # what is bought stays in Japan, for the nation's later requisitions
    is_paid: bool = True
    comes_back: bool = False  # the articles are lent
    builds_on: KindOfCase | None = None  # the case that has to be in execution before


RULES = {
    KindOfCase.DEFINED_ORDER: Rules(),
    KindOfCase.BLANKET_ORDER: Rules(by_worth=True),
    KindOfCase.SUPPORT_STOCK: Rules(is_kept=True, articles=frozenset({Article.Kind.ARTICLE})),
    KindOfCase.SUPPORT_DRAWS: Rules(
        by_worth=True, has_period=True, builds_on=KindOfCase.SUPPORT_STOCK
    ),
    KindOfCase.TRAINING: Rules(articles=frozenset({Article.Kind.TRAINING}), has_period=True),
    KindOfCase.LEASE: Rules(
        articles=frozenset({Article.Kind.LEASE}), has_period=True, comes_back=True
    ),
    KindOfCase.GRANT: Rules(is_paid=False),
}
GRANTS = frozenset({"surplus_grant", "security_assistance"})  # purposes of a request


def proposed(request: Any) -> KindOfCase:
    """What a request asks for by its purpose and its articles."""
    kinds = set(request.lines.values_list("article__kind", flat=True))
    if request.purpose in GRANTS:
        return KindOfCase.GRANT
    if kinds == {Article.Kind.TRAINING}:
        return KindOfCase.TRAINING
    if kinds == {Article.Kind.LEASE}:
        return KindOfCase.LEASE
    return KindOfCase.DEFINED_ORDER
