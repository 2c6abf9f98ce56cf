"""The player's browser posts what a person's browser would post, and no more."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest

from fms_agency.demo.browser import CannotFill, Form, Page, page_of
from fms_agency.demo.script import attached

PAGE = """
<nav><p>left open <a href="/staff/">Desk</a><a>nowhere</a></nav>
<input name="outside" value="no form, not posted">
<form method="post" action="steps/clear/">
  <input type="hidden" name="version" value="4"><input name="note" value="as it was">
  <input name="empty"><input type="number" name="lines-1" value="">
  <input name="off" disabled value="x">
  <input type="checkbox" name="ticked" checked><input type="checkbox" name="bare">
  <input type="checkbox" name="lines" value="1" checked>
  <input type="checkbox" name="lines" value="2">
  <input type="radio" name="quote" value="A"><input type="radio" name="quote" value="B" checked>
  <select name="mode"><option value="">-</option><option value="sea" selected>Sea</option></select>
  <select name="first"><option value="one">1</option><option>2</option></select>
  <select name="none"></select>
  <textarea name="reason">
two
lines</textarea>
  <input type="file" name="letter"><input type="submit" name="go" value="Go">
  <br></p>
</form>
<div class="error-summary" role="alert"><p>One thing <b>needs</b> your attention</p></div>
<div class="banner__body">Not possible.</div><p>Other text</p>
"""


def read(html: str = PAGE, kind: str = "text/html") -> Page:
    request = httpx.Request("GET", "http://house/staff/reviews/T1/")
    return page_of(httpx.Response(200, headers={"content-type": kind}, text=html, request=request))


def form() -> Form:
    return read().form_to("/staff/reviews/T1/steps/clear/")


def test_untouched_form_posts_what_the_page_holds() -> None:
    data, files = form().filled({})

    assert files == {}
    assert data == {
        "version": ["4"],
        "note": ["as it was"],
        "empty": [""],
        "lines-1": [""],
        "ticked": ["on"],
        "lines": ["1"],
        "quote": ["B"],
        "mode": ["sea"],
        "first": ["one"],
        "reason": ["two\nlines"],
    }


@pytest.mark.parametrize(
    ("given", "posted"),
    [
        ({"note": "new"}, {"note": ["new"]}),
        ({"ticked": False}, {"ticked": []}),
        ({"bare": True}, {"bare": ["on"]}),
        ({"lines": [1, 2]}, {"lines": ["1", "2"]}),
        ({"lines": {"1": 3}}, {"lines-1": ["3"]}),
        ({"note": date(2026, 11, 22)}, {"note": ["2026-11-22"]}),
        ({"none": "x"}, {"none": ["x"]}),
    ],
)
def test_what_a_person_gives_replaces_it(given: Any, posted: Any) -> None:
    untouched, _ = form().filled({})

    data, _ = form().filled(given)

    assert data == untouched | posted


def test_file_goes_apart_from_the_text() -> None:
    letter = attached("letter.pdf", "Dear agency")

    data, files = form().filled({"letter": letter})

    assert files == {"letter": ("letter.pdf", letter.data, "application/pdf")}
    assert "letter" not in data


def test_field_that_is_not_on_the_page_cannot_be_filled() -> None:
    with pytest.raises(CannotFill, match="has no “price”"):
        form().filled({"price": "1"})


def test_form_that_is_not_on_the_page_cannot_be_sent() -> None:
    with pytest.raises(CannotFill, match="offers no form to /staff/"):
        read().form_to("/staff/")


def test_page_tells_what_is_wrong_and_where_it_leads() -> None:
    page = read()

    assert page.complaints == ["One thing needs your attention", "Not possible."]
    assert page.links == ["http://house/staff/"]


def test_file_is_not_read_as_a_page() -> None:
    assert read(kind="application/pdf").forms == []
