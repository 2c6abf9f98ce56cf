"""The partner API as a door: a nation's own program, with a token for each official."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from datetime import date
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import httpx
from django.core.serializers.json import DjangoJSONEncoder

from documents.models import Document
from fms_agency.demo.accounts import Account
from fms_agency.demo.browser import line_to
from fms_agency.demo.doors import Refusal
from fms_agency.demo.people import Someone
from fms_agency.demo.script import Attachment
from workflow.models import Case

_key: ContextVar[str] = ContextVar("idempotency_key", default="")


@contextmanager
def one_key() -> Iterator[Callable[[], None]]:
    """The same key for each call within, for whoever repeats an act whose answer was lost.

    What is given makes a new key, when it has become another act.
    """

    def anew() -> None:
        _key.set(uuid4().hex)

    before = _key.set(uuid4().hex)
    try:
        yield anew
    finally:
        _key.reset(before)


class ApiDoor:
    """Client credentials for each official, anew when a token is over; then JSON.

    Where a file goes along it is multipart.
    """

    def __init__(self, base_url: str, accounts: Mapping[str, Account]) -> None:
        self.base_url, self.accounts = base_url, accounts
        self.clients: dict[str, httpx.Client] = {}
        self.lines = ExitStack()

    def open_for(self, someone: Someone) -> None:
        if someone.key in self.clients:
            return
        client = self.lines.enter_context(line_to(self.base_url))
        client.headers["Accept-Language"] = someone.language
        self._take_token(someone, client)
        self.clients[someone.key] = client

    def enter_absence(self, someone: Someone, deputy: Someone, day: date) -> None:
        """The API has no register."""
        raise Refusal(HTTPStatus.NOT_FOUND, "absences")

    def _take_token(self, someone: Someone, client: httpx.Client) -> None:
        account = self.accounts[someone.key]
        answer = client.post(
            "/o/token/",
            data={"grant_type": "client_credentials"},
            auth=(account.client_id, account.client_secret),
        )
        _expect(answer, HTTPStatus.OK)
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def _call(self, someone: Someone, method: str, path: str, **words: Any) -> httpx.Response:
        """One call; whose token is over takes a new one and says the same again."""
        client = self.clients[someone.key]
        answer = client.request(method, path, **words)
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            self._take_token(someone, client)
            answer = client.request(method, path, **words)
        return answer

    def close(self) -> None:
        self.lines.close()

    def begin(
        self, someone: Someone, model: type[Case], name: str, given: Mapping[str, Any]
    ) -> str:
        answer = self._send(someone, f"/api/v1/{model.slug()}/", given)
        return str(answer.json()["number"])

    def take(self, someone: Someone, case: Case, name: str, given: Mapping[str, Any]) -> None:
        seen = {"version": case.version, **given}
        self._send(someone, f"/api/v1/{case.slug()}/{case.number}/steps/{name}/", seen)

    try_anyway = take

    def fetch(self, someone: Someone, case: Case, document: Document) -> bytes:
        """The paper, as a program finds it: by case and kind in the list, then its file."""
        asked = {"case": case.number, "kind": document.kind}
        listed = self._call(someone, "GET", "/api/v1/documents/", params=asked)
        _expect(listed, HTTPStatus.OK)
        shown = next(
            (row for row in listed.json()["results"] if row["id"] == str(document.pk)), None
        )
        if shown is None:
            raise Refusal(HTTPStatus.NOT_FOUND, f"The list of papers does not show {document}.")
        answer = self._call(someone, "GET", shown["file_url"])
        _expect(answer, HTTPStatus.OK)
        return answer.content

    def _send(self, someone: Someone, path: str, given: Mapping[str, Any]) -> httpx.Response:
        files = {
            name: (value.name, value.data, "application/pdf")
            for name, value in given.items()
            if isinstance(value, Attachment)
        }
        plain = {name: value for name, value in given.items() if name not in files}
        once = {"Idempotency-Key": _key.get() or uuid4().hex}
        if files:
            answer = self._call(someone, "POST", path, data=plain, files=files, headers=once)
        else:
            body = json.dumps(plain, cls=DjangoJSONEncoder, ensure_ascii=False).encode()
            headers = once | {"Content-Type": "application/json"}
            answer = self._call(someone, "POST", path, content=body, headers=headers)
        _expect(answer, HTTPStatus.OK, HTTPStatus.CREATED)
        return answer


def _expect(answer: httpx.Response, *statuses: HTTPStatus) -> None:
    if answer.status_code not in statuses:
        raise Refusal(answer.status_code, _why(answer))


def _why(answer: httpx.Response) -> str:
    """The problem's sentence, with what is wrong in which field."""
    try:
        problem = answer.json()
    except ValueError:
        return answer.text[:200]
    told = problem.get("detail") or problem.get("title") or problem.get("error") or ""
    errors = problem.get("errors")
    return f"{told} {json.dumps(errors, ensure_ascii=False) if errors else ''}".strip()
