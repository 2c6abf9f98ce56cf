"""How difficult an offer is: the group decides how long the agency may take over it.

After the groups of U.S. Foreign Military Sales (DSCA 11-46, 15-14): A simple, B usual, C complex, D with
a day of its own. How many days each has stands in the reference data (`request.answer.B`).
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases import kinds
from cases.kinds import KindOfCase
from industry.models import Article

INDICATION = "pa"  # price and availability is no offer and has a time of its own


class OfferGroup(models.TextChoices):
    A = "A", _("A: simple")
    B = "B", _("B: usual")
    C = "C", _("C: complex, or sensitive")
    D = "D", _("D: a day agreed by itself")


SIMPLE = frozenset({KindOfCase.TRAINING, KindOfCase.BLANKET_ORDER, KindOfCase.SUPPORT_DRAWS})
SENSITIVE = frozenset({Article.ItemClass.WEAPON, Article.ItemClass.TECHNOLOGY})


def proposed(request: Any) -> OfferGroup:
    """By what is asked for: weapons and technology are complex, training is simple."""
    classes = set(request.lines.values_list("article__item_class", flat=True))
    if SENSITIVE & classes:
        return OfferGroup.C
    return OfferGroup.A if kinds.proposed(request) in SIMPLE else OfferGroup.B
