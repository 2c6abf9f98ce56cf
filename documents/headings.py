"""What heads a column of a table that comes in: its name in any language of the house, typed in any width."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unicodedata import normalize

from django.conf import settings
from django.utils.translation import override


def in_each_language(text: Any) -> Iterator[str]:
    for language, _name in settings.LANGUAGES:
        with override(language):
            yield str(text)


def folded(text: str) -> str:
    """Words that read alike are alike."""
    return normalize("NFKC", text).strip().casefold()
