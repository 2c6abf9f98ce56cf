"""What the charges are called that a line may be let off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from cases import pricing

NAMES: Mapping[str, Any] = {
    "administration": _("contract administration"),
    "quality": _("quality assurance and inspection"),
    "audit": _("contract audit"),
    "overseas": _("contract administration abroad"),
    pricing.NONRECURRING_COST: _("nonrecurring charge"),
}


def in_words(charges: Iterable[str]) -> str:
    return ", ".join(str(capfirst(NAMES[charge])) for charge in charges)
