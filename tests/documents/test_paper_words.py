"""The words of each paper, golden: read a difference as you would read a contract."""

from typing import Any

import pytest
from django.template import VariableDoesNotExist
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from documents import papers, rendering
from tests.documents.samples import COMMON, MADE_AT, VALUES


class Page(SingleFileSnapshotExtension):
    file_extension = "html"
    _write_mode = WriteMode.TEXT


def page(kind: str, **more: Any) -> str:
    values = COMMON | papers.plain(VALUES[kind] | more)
    return rendering.html(f"documents/{kind}.html", values)


@pytest.mark.parametrize("kind", sorted(VALUES))
def test_paper_says_what_was_agreed(kind: str, snapshot: SnapshotAssertion) -> None:
    assert page(kind) == snapshot(extension_class=Page)


def test_optional_values_may_be_missing() -> None:
    needed = {key: VALUES["payment_notice"][key] for key in ("contractor", "currency", "amount")}
    values = COMMON | needed

    assert "JPY 9,104,000,000" in rendering.html("documents/payment_notice.html", values)


def test_missing_amount_stops_the_paper() -> None:
    with pytest.raises(VariableDoesNotExist, match="amount"):
        rendering.html("documents/payment_notice.html", {"currency": "JPY", "made_on": MADE_AT})


def test_text_from_outside_is_escaped() -> None:
    html = page("offer", title="<script>alert(1)</script>")

    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_draft_carries_the_watermark() -> None:
    assert 'class="watermark"' in page("offer", draft=True)
    assert 'class="watermark"' not in page("offer")


def test_refused_transfer_says_so() -> None:
    assert "TRANSFER REFUSED" in page("transfer_clearance", refused=True)


def test_paper_refuses_rows_and_floats() -> None:
    with pytest.raises(TypeError, match="plain values, not float"):
        papers.plain({"lines": [{"amount": 1.5}]})
