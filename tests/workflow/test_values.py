"""What a person gave with a step stands in the trail as plain JSON."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from partners.models import Nation
from workflow.values import plain


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (7, 7),
        ("text", "text"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.10"), "0.10"),
        (date(2026, 11, 22), "2026-11-22"),
        (datetime(2026, 11, 22, 3, tzinfo=UTC), "2026-11-22T03:00:00+00:00"),
        ({1: Decimal(3), "due": date(2026, 1, 1)}, {"1": "3", "due": "2026-01-01"}),
        ([Decimal(1), (2, None)], ["1", [2, None]]),
        (Nation(code="PH", name_en="Philippines", name_ja="フィリピン"), "Philippines"),
        (SimpleUploadedFile("letter.pdf", b"12345"), "letter.pdf (5)"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_value_becomes_plain(value: Any, expected: Any) -> None:
    assert plain(value) == expected
