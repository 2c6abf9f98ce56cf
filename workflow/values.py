"""What a person typed, as plain JSON for the trail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.core.files.base import File
from django.db import models
from django.utils.translation import override

EXACT = 2**53 - 1  # the greatest whole number that every reader of JSON keeps (RFC 8785 §3.2.2.3)


def plain(value: Any) -> Any:
    """Decimals and dates as text, rows as their name, files as their file name and size."""
    match value:
        case int() if abs(value) > EXACT:
            return str(value)
        case None | bool() | int() | str():
            return value
        case Decimal():
            return format(value, "f")
        case datetime() | date():
            return value.isoformat()
        case models.Model():
            with override("en"):  # the trail reads the same whoever wrote it
                return str(value)
        case File():
            return f"{value.name} ({value.size})"
        case Mapping():
            return {str(key): plain(inner) for key, inner in value.items()}
        case _ if hasattr(value, "__iter__"):
            return [plain(inner) for inner in value]
        case _:
            return str(value)


def of_row(row: models.Model) -> dict[str, Any]:
    """The columns of a row as plain JSON values, by column name."""
    return {f.attname: plain(getattr(row, f.attname)) for f in row._meta.concrete_fields}


def canonical(value: Any) -> bytes:
    """RFC 8785 of a plain value, whose mappings have names of the Basic Multilingual Plane."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def digest(value: Any) -> str:
    """SHA-256 of a plain value's canonical JSON (RFC 8785), in hexadecimal."""
    return sha256(canonical(value)).hexdigest()


def source_text(text: Any) -> str:
    """A translatable text as it stands in the code: each reader gets it in their own words later."""
    with override(None):
        return str(text)
