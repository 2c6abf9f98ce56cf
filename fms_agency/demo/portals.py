"""The portal's desks as doors: pages, forms and sessions, as a person meets them."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import date
from http import HTTPStatus
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa import app_settings
from django.conf import settings

from documents.models import Document
from fms_agency.demo.accounts import Account
from fms_agency.demo.browser import Browser, CannotFill, Form, Page, line_to
from fms_agency.demo.doors import Refusal
from fms_agency.demo.people import Someone
from partners.identity import codes
from partners.models import Person
from workflow.models import Case

SIGN_IN = "/sign-in/"
QUESTIONS = {"/sign-in/code/", "/confirm/code/", "/confirm/password/"}
IN_PLACE = "confirm-"  # how the fields of the same question begin inside the form of a step
ATTEMPTS = 4
LOOK_EVERY = 0.5  # seconds, while a code is too young


class PortalDoor:
    """One desk of the portal. Everybody has a browser of their own, and signs in where it is asked.

    A session ends over a long deal, and who signs is asked again who they are: whoever is asked
    answers and goes on. Several deals may be played by one person at once.
    """

    def __init__(self, base_url: str, desk: str, accounts: Mapping[str, Account]) -> None:
        self.base_url, self.desk, self.accounts = base_url, desk, accounts
        self.browsers: dict[str, Browser] = {}
        self.lines = ExitStack()
        self.proving: dict[str, Lock] = defaultdict(Lock)
        self.spent: dict[str, int] = {}  # the moment of the last code somebody typed

    def open_for(self, someone: Someone) -> None:
        if someone.key in self.browsers:
            return
        browser = Browser(self.lines.enter_context(line_to(self.base_url, follows=True)))
        self._sign_in(someone, browser)
        self.browsers[someone.key] = browser

    def close(self) -> None:
        self.lines.close()

    def begin(
        self, someone: Someone, model: type[Case], name: str, given: Mapping[str, Any]
    ) -> str:
        path = f"/{self.desk}/{model.slug()}/begin/{name}/"
        page = self._press(someone, path, path, given)
        return urlsplit(page.url).path.rstrip("/").rpartition("/")[2]

    def take(self, someone: Someone, case: Case, name: str, given: Mapping[str, Any]) -> None:
        self._press(someone, self._case_path(case), self._step_path(case, name), given)

    def try_anyway(self, someone: Someone, case: Case, name: str, given: Mapping[str, Any]) -> None:
        self._look(someone, self._case_path(case))  # so that a session which is over is no answer
        browser = self.browsers[someone.key]
        token = browser.client.cookies.get(settings.CSRF_COOKIE_NAME) or ""
        _expect_ok(browser.post_anyway(self._step_path(case, name), given, token))

    def fetch(self, someone: Someone, case: Case, document: Document) -> bytes:
        """The paper, by the link on the page of its case."""
        page = self._look(someone, self._case_path(case))
        _expect_ok(page)
        path = f"/{self.desk}/documents/{document.pk}/"
        if path not in {urlsplit(link).path for link in page.links}:
            raise Refusal(HTTPStatus.NOT_FOUND, f"{page.url} has no link to {document}.")
        status, data = self.browsers[someone.key].download(path)
        if status != HTTPStatus.OK:
            raise Refusal(status, path)
        return data

    def enter_absence(self, someone: Someone, deputy: Someone, day: date) -> None:
        path = f"/{self.desk}/absences/"
        chosen = Person.objects.get(email=deputy.email).pk
        given = {
            "first_day": day,
            "last_day": day,
            "deputy": str(chosen),
            "reason": "見本 / sample",
        }
        self._press(someone, path, path, given)

    def _press(
        self, someone: Someone, page_path: str, form_path: str, given: Mapping[str, Any]
    ) -> Page:
        browser = self.browsers[someone.key]
        page = self._look(someone, page_path)
        _expect_ok(page)
        if form_path in {urlsplit(link).path for link in page.links}:  # it asks first who one is
            page = self._look(someone, form_path)
        try:
            answer = browser.submit(page.form_to(form_path), given)
            if _asks_in_place(answer, form_path):
                answer = self._prove_in_place(someone, answer.form_to(form_path))
        except CannotFill as error:
            raise Refusal(HTTPStatus.NOT_FOUND, str(error)) from error
        if _asks(answer):  # the session ended over the filling in, and nothing was done
            return self._press(someone, page_path, form_path, given)
        _expect_ok(answer)
        return answer

    # Who one is ------------------------------------------------------------------------------

    def _look(self, someone: Someone, path: str) -> Page:
        """A page, reached by way of whatever questions stand before it."""
        browser = self.browsers[someone.key]
        page = browser.get(path)
        if not _asks(page):
            return page
        with self.proving[someone.key]:
            page = browser.get(path)  # somebody else's deal may have answered meanwhile
            if _path(page) == SIGN_IN:
                self._enter(someone, browser)
                page = browser.get(path)
            page = self._answer_questions(someone, browser, page)
        if _asks(page):
            raise Refusal(
                HTTPStatus.UNAUTHORIZED, f"{page.url} asks again and again. {_said(page)}"
            )
        return page

    def _sign_in(self, someone: Someone, browser: Browser) -> None:
        with self.proving[someone.key]:
            self._enter(someone, browser)

    def _enter(self, someone: Someone, browser: Browser) -> None:
        account = self.accounts[someone.key]
        form = browser.get(SIGN_IN).form_to(SIGN_IN)
        page = browser.submit(form, {"login": account.email, "password": account.password})
        page = self._answer_questions(someone, browser, page)
        if page.status != HTTPStatus.OK or _asks(page):
            raise Refusal(page.status, f"{account.email} could not sign in. {_said(page)}")

    def _answer_questions(self, someone: Someone, browser: Browser, page: Page) -> Page:
        """Prove who one is, as often as the page asks: by the code of the moment, or the password."""
        for _attempt in range(ATTEMPTS):
            path = _path(page)
            if path not in QUESTIONS:
                break
            form = page.form_to(path)
            page = browser.submit(form, self._proof(someone, form))
        return page

    def _prove_in_place(self, someone: Someone, form: Form) -> Page:
        with self.proving[someone.key]:
            proof = self._proof(someone, form, IN_PLACE)
        return self.browsers[someone.key].submit(form, proof)

    def _proof(self, someone: Someone, form: Form, prefix: str = "") -> dict[str, str]:
        """What the form asks for: each code is typed once, even if its answer was lost."""
        account = self.accounts[someone.key]
        if f"{prefix}code" not in form.names:
            return {f"{prefix}password": account.password}
        moment = next(moments(after=self.spent.get(someone.key, 0)))
        self.spent[someone.key] = moment
        return {f"{prefix}code": codes.code_at(account.totp_secret, moment)}

    # Addresses -------------------------------------------------------------------------------

    def _case_path(self, case: Case) -> str:
        return f"/{self.desk}/{case.slug()}/{case.number}/"

    def _step_path(self, case: Case, name: str) -> str:
        return f"{self._case_path(case)}steps/{name}/"


def codes_of(account: Account) -> Iterator[str]:
    """Codes that have a chance: this moment's, the next one's, and then one after a wait.

    Each opens once; somebody who has just been here before must take a later one.
    """
    for moment in moments():
        yield codes.code_at(account.totp_secret, moment)


def moments(after: int = 0) -> Iterator[int]:
    """The moments of such codes, all later than `after`: each when it will be taken."""
    moment = max(codes.moment_now(), after + 1)
    while True:
        while moment > codes.moment_now() + app_settings.TOTP_TOLERANCE:
            time.sleep(LOOK_EVERY)
        yield moment
        moment += 1


def _asks(page: Page) -> bool:
    """Whether the page wants to know who one is, instead of what it was asked for."""
    return _path(page) in {SIGN_IN, *QUESTIONS}


def _asks_in_place(page: Page, form_path: str) -> bool:
    """Whether the form came back with the question in it, and all that was typed."""
    return any(
        name.startswith(IN_PLACE)
        for form in page.forms
        if urlsplit(form.action).path == form_path
        for name in form.names
    )


def _path(page: Page) -> str:
    return urlsplit(page.url).path


def _expect_ok(page: Page) -> None:
    if page.status != HTTPStatus.OK:
        raise Refusal(page.status, _said(page))


def _said(page: Page) -> str:
    return " ".join(dict.fromkeys(page.complaints))
