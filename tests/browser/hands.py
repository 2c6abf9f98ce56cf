"""What a person's hands do with a page: open a step, fill a form, press, say yes.

`ChromiumDoor` lets the people of a deal's script act with these hands, at the desk of their kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import override
from playwright.sync_api import Locator, Page, Response

from documents.models import Document
from fms_agency.demo.accounts import Account
from fms_agency.demo.doors import Refusal
from fms_agency.demo.people import Someone
from fms_agency.demo.portals import QUESTIONS, codes_of
from fms_agency.demo.script import Attachment
from partners.models import Person
from workflow.models import Case
from workflow.steps import beginnings_of

WRONG = ".error-summary, .banner--error"


def fill(form: Locator, given: Mapping[str, Any]) -> None:
    """Type, tick, choose and attach what is given by the names of the fields."""
    for name, value in given.items():
        match value:
            case Mapping():
                fill(form, {f"{name}-{key}": part for key, part in value.items()})
            case [{}, *_]:
                fill(form, {f"{name}-{row}": part for row, part in enumerate(value)})
            case list():
                for part in value:
                    form.locator(f'[name="{name}"][value="{part}"]').check()
            case _:
                fill_one(form.locator(f'[name="{name}"]'), value)


def fill_one(field: Locator, value: Any) -> None:
    match value:
        case Attachment():
            field.set_input_files(
                {"name": value.name, "mimeType": "application/pdf", "buffer": value.data}
            )
        case bool():
            field.set_checked(value)
        case date():
            field.fill(value.isoformat())
        case _:
            type_or_choose(field, str(value))


def type_or_choose(field: Locator, text: str) -> None:
    kind = field.first.evaluate("field => field.type")
    match kind:
        case "radio":
            field.and_(field.page.locator(f'[value="{text}"]')).check()
        case "select-one":
            field.select_option(text)
        case _:
            field.fill(text)


def form_of_step(page: Page, step: str) -> Locator:
    return page.locator(f'form[action$="/steps/{step}/"]')


def open_step(page: Page, step: str) -> Locator:
    """The form of a step, unfolded if it has something to fill in."""
    form = form_of_step(page, step)
    folded = page.locator("details:not([open])", has=form)
    if folded.count():
        folded.locator("> summary").click()
    return form


def press(form: Locator) -> Response:
    """Send a form by its button, and say yes if the page asks whether one is sure."""
    page = form.page
    button = form.locator("button[type=submit]")
    if not form.get_attribute("data-confirm"):
        with page.expect_navigation() as arrival:
            button.click()
        return answer(arrival.value)
    button.click()
    dialog = page.get_by_role("dialog")
    with page.expect_navigation() as arrival:
        dialog.locator("button[value=yes]").click()
    return answer(arrival.value)


def answer(response: Response | None) -> Response:
    assert response is not None
    return response


class ChromiumDoor:
    """One desk of the portal in a window, at which its people sit down one after another.

    Everybody signs in once, by the form; after that their cookies come and go with them.
    """

    def __init__(self, desk: str, page: Page, accounts: Mapping[str, Account]) -> None:
        self.desk, self.page, self.accounts = desk, page, accounts
        self.cookies: dict[str, Any] = {}

    def open_for(self, someone: Someone) -> None:
        page, account = self.page, self.accounts[someone.key]
        page.context.clear_cookies()
        if someone.key in self.cookies:
            page.context.add_cookies(self.cookies[someone.key])
            return
        page.goto("/sign-in/")
        form = page.locator("form[method=post]", has=page.locator("[name=password]"))
        fill(form, {"login": account.email, "password": account.password})
        press(form)
        self._answer_questions(account)
        assert (urlsplit(page.url).path, page.locator("html").get_attribute("lang")) == (
            f"/{self.desk}/",
            someone.language,
        )
        self.cookies[someone.key] = page.context.cookies()

    def _answer_questions(self, account: Account) -> None:
        """Prove who one is, as long as the page asks."""
        codes = codes_of(account)
        while urlsplit(self.page.url).path in QUESTIONS:
            form = self.page.locator("main form[method=post]:visible").first
            asks_code = form.locator("[name=code]").count()
            fill(form, {"code": next(codes)} if asks_code else {"password": account.password})
            press(form)

    def close(self) -> None:
        """The window belongs to the test."""

    def begin(
        self, someone: Someone, model: type[Case], name: str, given: Mapping[str, Any]
    ) -> str:
        page = self.page
        with override(someone.language):
            label = str(beginnings_of(model)[name].label)
        page.goto(f"/{self.desk}/{model.slug()}/")
        page.get_by_role("main").get_by_role("link", name=label).click()
        form = page.locator("main form[method=post]")
        fill(form, given)
        press(form)
        self._expect_success()
        return urlsplit(page.url).path.rstrip("/").rpartition("/")[2]

    def take(self, someone: Someone, case: Case, name: str, given: Mapping[str, Any]) -> None:
        page = self.page
        self._go(self._path(case))
        asking = page.locator(f'a[href$="/steps/{name}/"]')
        if asking.count():  # it asks first who one is
            asking.click()
            self._answer_questions(self.accounts[someone.key])
        form = open_step(page, name)
        fill(form, given)
        press(form)
        self._expect_success()

    def try_anyway(self, someone: Someone, case: Case, name: str, given: Mapping[str, Any]) -> None:
        """Whoever knows the step's address gets the page without its form, or no page."""
        page = self.page
        self._go(f"{self._path(case)}steps/{name}/")
        if form_of_step(page, name).count() == 0:
            raise Refusal(
                HTTPStatus.CONFLICT, " ".join(page.locator(".steps__why").all_inner_texts())
            )

    def fetch(self, someone: Someone, case: Case, document: Document) -> bytes:
        page = self.page
        self._go(self._path(case))
        with page.expect_download() as download:
            page.locator(f'a[href$="/documents/{document.pk}/"]').click()
        return Path(download.value.path()).read_bytes()

    def enter_absence(self, someone: Someone, deputy: Someone, day: date) -> None:
        self._go(f"/{self.desk}/absences/")
        form = self.page.locator("main form[method=post]").last
        chosen = str(Person.objects.get(email=deputy.email).pk)
        fill(form, {"first_day": day, "last_day": day, "deputy": chosen, "reason": "sample"})
        press(form)
        self._expect_success()

    def _path(self, case: Case) -> str:
        return f"/{self.desk}/{case.slug()}/{case.number}/"

    def _go(self, path: str) -> None:
        status = answer(self.page.goto(path)).status
        if status != HTTPStatus.OK:
            raise Refusal(status)

    def _expect_success(self) -> None:
        wrong = self.page.locator(WRONG)
        if wrong.count() or not self.page.locator(".banner--success").count():
            raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, " ".join(wrong.all_inner_texts()))
