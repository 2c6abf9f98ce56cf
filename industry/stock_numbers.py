"""National stock numbers (NSN): 13 digits, written NNNN-NN-NNN-NNNN.

The first four are the supply class, of which the first two are its group; the fifth and sixth say
which nation's bureau has given the item its number (STANAG 3150 and 3151).
"""

from __future__ import annotations

import re
from typing import Any
from unicodedata import normalize

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _t

DIGITS = re.compile(r"[0-9]{13}")
BETWEEN = re.compile(
    r"[\s\u002d\u2010-\u2015\u2212\u30fc]"
)  # blanks, and all that pass for hyphens


def digits_of(typed: str) -> str:
    """The bare digits, whatever the width and whatever stands between them; "" for nothing.

    Raises `ValidationError` where 13 digits do not remain.
    """
    bare = BETWEEN.sub("", normalize("NFKC", typed))
    if bare and not DIGITS.fullmatch(bare):
        raise ValidationError(
            _t("A national stock number has 13 digits, as 1234-12-123-1234."), code="stock_number"
        )
    return bare


def may_be_one(typed: str) -> bool:
    """Digits and what may stand between them, however many."""
    return BETWEEN.sub("", normalize("NFKC", typed)).isdecimal()


def written(digits: str) -> str:
    """`1234121231234` as 1234-12-123-1234."""
    parts = (digits[:4], digits[4:6], digits[6:9], digits[9:])
    return "-".join(part for part in parts if part)


class Asked(forms.CharField):
    def to_python(self, value: Any) -> str:
        return digits_of(super().to_python(value) or "")


class StockNumberField(models.CharField):  # type: ignore[type-arg]  # generic in the stubs only
    """Keeps the digits; takes them as people write them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 13, "blank": True, **kwargs})

    def to_python(self, value: Any) -> str:
        return digits_of(str(value or ""))

    def formfield(self, **kwargs: Any) -> Any:
        field: Any = super().formfield(**{"form_class": Asked, **kwargs})
        field.widget.attrs.pop("maxlength", None)  # hyphens may stand between
        return field
