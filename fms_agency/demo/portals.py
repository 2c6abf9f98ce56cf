"""The portal's desks as doors: pages, forms and sessions, as a person meets them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa import app_settings
from django.conf import settings

from documents.models import Document
from fms_agency.demo.accounts import Account
from fms_agency.demo.browser import Browser, CannotFill, Page, line_to
from fms_agency.demo.doors import Refusal
from fms_agency.demo.people import Someone
from partners.identity import codes
from workflow.models import Case

SIGN_IN = "/sign-in/"
QUESTIONS = {"/sign-in/code/", "/confirm/code/", "/confirm/password/"}
ATTEMPTS = 4
LOOK_EVERY = 0.5  # seconds, while a code is too young


class PortalDoor:
    """One desk of the portal. Everybody has a browser of their own and signs in once."""

    def __init__(self, base_url: str, desk: str, accounts: Mapping[str, Account]) -> None:
        self.base_url, self.desk, self.accounts = base_url, desk, accounts
        self.browsers: dict[str, Browser] = {}
        self.lines = ExitStack()

    def open_for(self, someone: Someone) -> None:
        if someone.key in self.browsers:
            return
        browser = Browser(self.lines.enter_context(line_to(self.base_url, follows=True)))
        account = self.accounts[someone.key]
        form = browser.get(SIGN_IN).form_to(SIGN_IN)
        page = browser.submit(form, {"login": account.email, "password": account.password})
        page = _answer_questions(browser, page, account)
        if page.status != HTTPStatus.OK or _path(page) in {SIGN_IN, *QUESTIONS}:
            raise Refusal(page.status, f"{account.email} could not sign in. {_said(page)}")
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
        browser = self.browsers[someone.key]
        token = browser.client.cookies.get(settings.CSRF_COOKIE_NAME) or ""
        _expect_ok(browser.post_anyway(self._step_path(case, name), given, token))

    def fetch(self, someone: Someone, case: Case, document: Document) -> bytes:
        """The paper, by the link on the page of its case."""
        browser = self.browsers[someone.key]
        page = browser.get(self._case_path(case))
        _expect_ok(page)
        path = f"/{self.desk}/documents/{document.pk}/"
        if path not in {urlsplit(link).path for link in page.links}:
            raise Refusal(HTTPStatus.NOT_FOUND, f"{page.url} has no link to {document}.")
        status, data = browser.download(path)
        if status != HTTPStatus.OK:
            raise Refusal(status, path)
        return data

    def _press(
        self, someone: Someone, page_path: str, form_path: str, given: Mapping[str, Any]
    ) -> Page:
        browser = self.browsers[someone.key]
        page = browser.get(page_path)
        _expect_ok(page)
        if form_path in {urlsplit(link).path for link in page.links}:  # it asks first who one is
            page = _answer_questions(browser, browser.get(form_path), self.accounts[someone.key])
        try:
            answer = browser.submit(page.form_to(form_path), given)
        except CannotFill as error:
            raise Refusal(HTTPStatus.NOT_FOUND, str(error)) from error
        _expect_ok(answer)
        return answer

    def _case_path(self, case: Case) -> str:
        return f"/{self.desk}/{case.slug()}/{case.number}/"

    def _step_path(self, case: Case, name: str) -> str:
        return f"{self._case_path(case)}steps/{name}/"


def _answer_questions(browser: Browser, page: Page, account: Account) -> Page:
    """Prove who one is, as often as the page asks: by the code of the moment, or the password."""
    good = codes_of(account)
    for _attempt in range(ATTEMPTS):
        path = _path(page)
        if path not in QUESTIONS:
            break
        form = page.form_to(path)
        given = {"code": next(good)} if "code" in form.names else {"password": account.password}
        page = browser.submit(form, given)
    return page


def codes_of(account: Account) -> Iterator[str]:
    """Codes that have a chance: this moment's, the next one's, and then one after a wait.

    Each opens once; somebody who has just been here before must take a later one.
    """
    moment = codes.moment_now()
    while True:
        yield codes.code_at(account.totp_secret, moment)
        moment += 1
        while moment > codes.moment_now() + app_settings.TOTP_TOLERANCE:
            time.sleep(LOOK_EVERY)


def _path(page: Page) -> str:
    return urlsplit(page.url).path


def _expect_ok(page: Page) -> None:
    if page.status != HTTPStatus.OK:
        raise Refusal(page.status, _said(page))


def _said(page: Page) -> str:
    return " ".join(dict.fromkeys(page.complaints))
