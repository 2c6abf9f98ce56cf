"""A real Chromium in front of a live server, with a window for each person of a test.

`sign_in(person)` opens a window that is signed in already; `open_window()` is a visitor's. Whatever
a page complains about on its console, and whatever its security policy refuses, fails the test.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as house
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test import Client
from playwright.sync_api import ConsoleMessage, Page, Response
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from fms_agency.demo import world
from fms_agency.demo.accounts import Account
from notifications import delivery
from notifications.models import Message
from partners.models import Person
from tests.people import enter
from workflow import follow_ups
from workflow.models import FollowUp

WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 390, "height": 844}
QUIET = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
PATIENCE = 10_000  # milliseconds; a machine that runs other tests beside is slow

Window = Callable[..., Page]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: pages in a real Chromium")


@pytest.fixture(scope="session")
def base_url() -> None:
    """Each window is told where the live server of its test is."""


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip(
            "No Chromium here: apt-get install -y --no-install-recommends chromium fonts-noto-cjk"
        )
    return {"executable_path": chromium, "args": QUIET}


@pytest.fixture(scope="session", autouse=True)
def database_beside_a_loop() -> Iterator[None]:
    """The browser is spoken to over a loop, which Django takes for asynchronous code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture(scope="session", autouse=True)
def static_files_are_kept() -> Iterator[None]:
    """A window fetches scripts and styles once; the development handler says nothing of keeping."""
    serve = StaticFilesHandler.serve

    def kept(self: StaticFilesHandler, request: Any) -> Any:
        response = serve(self, request)
        response["Cache-Control"] = "max-age=600"
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StaticFilesHandler, "serve", kept)
        yield


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What the pages of the test complained about: nothing."""
    heard: list[str] = []

    yield heard

    assert heard == []


@pytest.fixture
def open_window(
    live_server: LiveServer, new_context: Callable[..., Any], complaints: list[str]
) -> Window:
    """A window of its own, with cookies of its own; words go to Playwright's new context."""

    def open_one(**words: Any) -> Page:
        context = new_context(
            base_url=live_server.url,
            timezone_id="Asia/Tokyo",
            **{"locale": "ja-JP", "viewport": WIDE, **words},
        )
        context.set_default_timeout(PATIENCE)
        context.on("page", lambda page: listen(page, complaints))
        page: Page = context.new_page()
        return page

    return open_one


def listen(page: Page, complaints: list[str]) -> None:
    """Note errors of the page; a page that itself answers 404 or 422 is the test's own matter."""
    visited: set[str] = set()

    def on_response(response: Response) -> None:
        if response.request.is_navigation_request():
            visited.add(response.url)

    def on_console(message: ConsoleMessage) -> None:
        answered = message.text.startswith("Failed to load resource")
        if message.type == "error" and not (answered and message.location["url"] in visited):
            complaints.append(f"{page.url}: {message.text}")

    page.on("response", on_response)
    page.on("console", on_console)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))


@pytest.fixture
def sign_in(open_window: Window, live_server: LiveServer) -> Window:
    """A window in which somebody has signed in."""

    def open_for(person: Person, **words: Any) -> Page:
        client = enter(Client(), person)
        session = client.cookies[house.SESSION_COOKIE_NAME].value
        page = open_window(**words)
        page.context.add_cookies(
            [{"name": house.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )
        return page

    return open_for


@pytest.fixture
def known(live_server: LiveServer, settings: Settings, tmp_path: Path) -> dict[str, Account]:
    """The accounts of a demo world that this test may do with as it likes."""
    settings.VAR_DIR = tmp_path
    return world.build()


@pytest.fixture
def work_off() -> Callable[[], None]:
    """What the worker does between two turns: follow-ups, then the messages they wrote."""

    def work() -> None:
        waiting = FollowUp.objects.filter(done_at=None, dead_at=None)
        for entry_id in sorted(set(waiting.values_list("entry_id", flat=True))):
            follow_ups.run_entry(entry_id)
        for message_id in Message.objects.filter(state="queued").values_list("pk", flat=True):
            delivery.deliver(message_id)

    return work
