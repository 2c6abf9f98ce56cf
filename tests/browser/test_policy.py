"""The security policy of our pages refuses nothing that they do: Chromium's console is silent."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Window
from tests.factories import ContractFactory, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_main_pages_do_nothing_that_their_policy_refuses(
    sign_in: Window, open_window: Window, complaints: list[str]
) -> None:
    contract = ContractFactory(state="draft")
    stranger, manager = open_window(), sign_in(person("case_manager"))

    stranger.goto("/sign-in/")
    stranger.goto("/api/v1/docs/")
    operation = stranger.locator(".opblock-summary").first
    operation.click()
    expect(stranger.locator(".opblock.is-open")).to_have_count(1)
    for path in ("/staff/", "/staff/contracts/", f"/staff/contracts/{contract.number}/"):
        manager.goto(path)

    assert complaints == []


def test_a_page_that_breaks_its_policy_is_heard(open_window: Window, complaints: list[str]) -> None:
    page = open_window()
    page.goto("/sign-in/")

    page.evaluate("document.body.setAttribute('style', 'color: red')")
    page.wait_for_timeout(200)

    assert any("Content Security Policy" in told for told in complaints)
    complaints.clear()
