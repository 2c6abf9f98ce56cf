"""A tiny browser without script: it reads the forms of a page and posts what a person fills in."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from fms_agency.demo.script import Attachment

TIMEOUT = 60.0
SILENT = {"submit", "button", "reset", "image"}
TELLING = {"error-summary", "banner__body"}  # where a page says what is wrong
# Elements without an end tag would upset the count of what is open.
VOID = {"input", "br", "hr", "img", "meta", "link", "wbr", "col", "area", "source"}

Attributes = dict[str, str | None]


class CannotFill(Exception):
    """The page does not offer what somebody wants to fill in or press."""


@dataclass
class Form:
    """A form of a page: where it goes, what it holds, and what may be filled in."""

    action: str
    values: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def filled(self, given: Mapping[str, Any]) -> tuple[dict[str, list[str]], dict[str, Any]]:
        """Data and files to post: what the page holds, with what the person gives on top."""
        data: dict[str, list[str]] = {}
        for name, value in self.values:
            data.setdefault(name, []).append(value)
        files: dict[str, Any] = {}
        for name, value in _typed(given):
            self._check(name)
            if isinstance(value, Attachment):
                files[name] = (value.name, value.data, "application/pdf")
            else:
                data[name] = value
        return data, files

    def _check(self, name: str) -> None:
        if name not in self.names:
            known = ", ".join(sorted(self.names - {"csrfmiddlewaretoken"}))
            raise CannotFill(f"The form {self.action} has no “{name}”; it has: {known}.")


@dataclass(frozen=True)
class Page:
    """What came back: the forms, the links, and the sentences that tell what is wrong."""

    url: str
    status: int
    forms: list[Form]
    links: list[str]
    complaints: list[str]

    def form_to(self, path: str) -> Form:
        for form in self.forms:
            if urlsplit(form.action).path == path:
                return form
        raise CannotFill(f"{self.url} offers no form to {path}.")


@cache
def _trusted() -> ssl.SSLContext:
    """Reading the certificates takes longer than a step, so everybody shares them."""
    return httpx.create_ssl_context()


def line_to(base_url: str, *, follows: bool = False) -> httpx.Client:
    """One person's connection to the house, with cookies of its own."""
    return httpx.Client(
        base_url=base_url, timeout=TIMEOUT, follow_redirects=follows, verify=_trusted()
    )


class Browser:
    """One person's window: cookies, pages and forms."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def get(self, path: str) -> Page:
        return page_of(self.client.get(path))

    def submit(self, form: Form, given: Mapping[str, Any]) -> Page:
        data, files = form.filled(given)
        return page_of(self.client.post(form.action, data=data, files=files or None))

    def post_anyway(self, path: str, given: Mapping[str, Any], token: str) -> Page:
        """Post by hand what no page offers, as somebody would who tries it on."""
        texts = {name: value for name, value in _typed(given) if not isinstance(value, Attachment)}
        return page_of(self.client.post(path, data=texts, headers={"X-CSRFToken": token}))

    def download(self, path: str) -> tuple[int, bytes]:
        response = self.client.get(path)
        return response.status_code, response.content


def page_of(response: httpx.Response) -> Page:
    reader = _Reader(str(response.url))
    if "html" in response.headers.get("content-type", ""):
        reader.feed(response.text)
    reader.close()
    said = [" ".join(text.split()) for text in reader.complaints]
    return Page(
        str(response.url),
        response.status_code,
        reader.forms,
        reader.links,
        [t for t in said if t],
    )


def _typed(given: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """What a person types, as a form posts it: lines become `lines-1`, ticks become `on`."""
    typed: list[tuple[str, Any]] = []
    for name, value in given.items():
        match value:
            case Mapping():
                typed += [(f"{name}-{key}", [_text(item)]) for key, item in value.items()]
            case Attachment():
                typed.append((name, value))
            case list():
                typed.append((name, [_text(item) for item in value]))
            case False:
                typed.append((name, []))
            case _:
                typed.append((name, [_text(value)]))
    return typed


def _text(value: Any) -> str:
    match value:
        case True:
            return "on"
        case date():
            return value.isoformat()
        case _:
            return str(value)


class _Reader(HTMLParser):
    """Collects forms as a browser without script would post them untouched."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.complaints: list[str] = []
        self._form: Form | None = None
        self._textarea: str | None = None
        self._select: tuple[str, list[tuple[str, bool]]] | None = None
        self._text = ""
        self._open: list[str] = []
        self._complaining_at: int | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag not in VOID:
            self._open.append(tag)
        self._listen(found)
        match tag:
            case "a" if found.get("href"):
                self.links.append(urljoin(self.url, found["href"] or ""))
            case "form":
                self._form = Form(urljoin(self.url, found.get("action") or ""))
                self.forms.append(self._form)
            case "input" if self._form is not None:
                self._input(self._form, found)
            case "textarea" if self._form is not None and found.get("name"):
                self._textarea, self._text = found["name"], ""
            case "select" if self._form is not None and found.get("name"):
                self._select = (found["name"] or "", [])
            case "option" if self._select is not None:
                self._select[1].append((found.get("value") or "", "selected" in found))

    def handle_endtag(self, tag: str) -> None:
        self._close_to(tag)
        match tag:
            case "form":
                self._form = None
            case "textarea" if self._form is not None and self._textarea:
                # The first line break after the tag belongs to the markup, not to the text.
                self._hold(self._form, self._textarea, self._text.removeprefix("\n"))
                self._textarea = None
            case "select" if self._form is not None and self._select:
                name, options = self._select
                chosen = [value for value, is_chosen in options if is_chosen]
                self._form.names.add(name)
                for value in chosen or [value for value, _ in options[:1]]:
                    self._hold(self._form, name, value)
                self._select = None

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._text += data
        if self._complaining_at is not None:
            self.complaints[-1] += f" {data}"

    def _input(self, form: Form, found: Attributes) -> None:
        name, kind = found.get("name"), (found.get("type") or "text").lower()
        if not name or kind in SILENT or "disabled" in found:
            return
        form.names.add(name)
        if kind == "file" or (kind in {"checkbox", "radio"} and "checked" not in found):
            return
        default = "on" if kind in {"checkbox", "radio"} else ""
        self._hold(form, name, found["value"] or "" if "value" in found else default)

    def _hold(self, form: Form, name: str, value: str) -> None:
        form.names.add(name)
        form.values.append((name, value))

    def _listen(self, found: Attributes) -> None:
        """From an element that tells what is wrong until it is closed."""
        classes = set((found.get("class") or "").split())
        if self._complaining_at is None and (classes & TELLING or found.get("role") == "alert"):
            self._complaining_at = len(self._open)
            self.complaints.append("")

    def _close_to(self, tag: str) -> None:
        if tag not in self._open:
            return
        while self._open.pop() != tag:
            pass
        if self._complaining_at is not None and len(self._open) < self._complaining_at:
            self._complaining_at = None
