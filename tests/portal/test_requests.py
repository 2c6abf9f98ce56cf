"""The pages of a request: its lines as a table, and what was asked and answered about it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cases.models import Request
from tests.factories import RequestFactory
from tests.portal.test_exports import rows_of
from tests.portal.test_pages import signed_in

pytestmark = pytest.mark.django_db
TEMPLATE = reverse("lines_template", args=["csv"])
DRAFT = reverse("partner:begin", args=["requests", "draft"])


def test_empty_table_has_headings_in_the_language_of_the_reader() -> None:
    japanese = signed_in("requester", language="ja").get(TEMPLATE)
    english = signed_in("case_manager", language="en").get(TEMPLATE)

    assert rows_of(english) == [
        ["Article or service", "Or in your own words", "Quantity", "Remark"]
    ]
    assert rows_of(japanese)[0][2] == "数量"


def test_empty_table_comes_as_spreadsheet_or_text_only() -> None:
    client = signed_in("requester")

    answers = [
        client.get(reverse("lines_template", args=[ending])) for ending in ("xlsx", "csv", "pdf")
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 404]


def test_form_leads_to_the_empty_table_and_takes_it_filled_in() -> None:
    client = signed_in("requester")
    table = SimpleUploadedFile("lines.csv", "数量,article\n3,JP-RAD-001\n".encode())

    page = client.get(DRAFT)
    posted: Any = client.post(DRAFT, {"title": "Radars", "reference": "PAF-1", "lines_file": table})

    assert f'href="{TEMPLATE}"' in page.content.decode()
    assert posted.status_code == 302
    assert [line.quantity for line in Request.objects.get().lines.all()] == [3]


def test_bad_rows_are_told_on_the_page_and_nothing_is_kept() -> None:
    client = signed_in("requester")
    request = RequestFactory()
    before = list(request.lines.values())
    address = reverse("partner:step", args=["requests", request.number, "revise"])
    table = SimpleUploadedFile("lines.csv", b"article,quantity\nJP-RAD-001,3\nJP-RAD-001,x\n")

    page = client.post(address, {"title": "T", "reference": "PAF-1", "lines_file": table})

    assert page.status_code == 422
    assert "Row 3: the quantity must be a whole number" in page.content.decode()
    assert list(request.lines.values()) == before
