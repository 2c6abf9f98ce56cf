"""A passkey in a real Chromium, with the authenticator that the browser itself pretends to be."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tests.browser.hands import fill, press
from tests.factories import person
from workflow.models import Entry

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = "amber-anchor-apple-arrow"


def pretend_authenticator(page: Page) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options: dict[str, Any] = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def give_password(page: Page, house: str, email: str) -> None:
    page.goto(f"{house}/sign-in/")
    form = page.locator("form", has=page.locator("[name=password]"))
    fill(form, {"login": email, "password": WORDS})
    press(form)


def test_staff_sets_a_passkey_up_and_comes_in_with_it(open_window: Window, live_server: Any):
    clerk = person("case_manager", password=WORDS)
    page = open_window(locale="en-GB")
    house = live_server.url.replace("127.0.0.1", "localhost")  # passkeys are tied to a name
    pretend_authenticator(page)

    give_password(page, house, clerk.email)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    page.goto(f"{house}/staff/")
    with page.expect_navigation():
        page.get_by_role("button", name="Sign out").click()
    give_password(page, house, clerk.email)
    asked = page.url
    with page.expect_navigation():
        page.get_by_role("button", name="Use a passkey").click()

    assert (asked, page.url) == (f"{house}/sign-in/code/", f"{house}/staff/")
    assert Authenticator.objects.filter(user=clerk, type="webauthn").count() == 1
    last = Entry.objects.filter(event="signed_in").latest("id")
    assert last.given["with"] == ["password", "webauthn"]
