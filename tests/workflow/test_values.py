"""What a person gave with a step stands in the trail as plain JSON."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import rfc8785
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from partners.models import Nation
from workflow.values import EXACT, canonical, plain


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (7, 7),
        (-EXACT, -EXACT),
        (EXACT + 1, "9007199254740992"),  # no other reader of JSON would keep it
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


BMP = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]))
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-EXACT, EXACT)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(BMP, inner),
)


@given(PLAIN)
def test_canonical_json_is_that_of_rfc_8785(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)
