"""Officials of two nations, each with a client of their own, and what they may ask with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.http.response import HttpResponseBase
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application

from partners.models import Person
from tests.documents import files
from tests.factories import person

SECRET = "a-secret-of-the-client"
A_PDF = files.pdf()


def a_key() -> dict[str, str]:
    """A key of its own for each act, as a good client sends it."""
    return {"Idempotency-Key": uuid4().hex}


@dataclass(frozen=True)
class Caller:
    """A program of a nation: it sends its token with every request."""

    person: Person
    token: str
    language: str = ""

    def get(self, path: str, **query: Any) -> Any:
        return Client().get(self._below(path), query, headers=self._headers)

    def head(self, path: str) -> Any:
        return Client().head(self._below(path), headers=self._headers)

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        headers = self._headers | a_key() | more.pop("headers", {})
        return Client().post(
            self._below(path),
            {} if body is None else body,
            content_type=more.pop("content_type", "application/json"),
            headers=headers,
            **more,
        )

    def send_form(self, path: str, fields: dict[str, Any]) -> Any:
        return Client().post(self._below(path), fields, headers=self._headers | a_key())

    def _below(self, path: str) -> str:
        return path if path.startswith("/") else f"/api/v1/{path}"

    @property
    def _headers(self) -> dict[str, str]:
        asked = {"Accept-Language": self.language} if self.language else {}
        return {"Authorization": f"Bearer {self.token}"} | asked


def application(who: Person, **fields: Any) -> Application:
    return Application.objects.create(
        user=who,
        name=f"client of {who}",
        client_type="confidential",
        authorization_grant_type="client-credentials",
        **{"client_secret": SECRET, **fields},
    )


def caller(who: Person, language: str = "") -> Caller:
    token = f"token-of-{who.pk}"
    AccessToken.objects.create(
        application=application(who),
        token=token,
        scope="partner",
        expires=timezone.now() + timedelta(hours=1),
    )
    return Caller(who, token, language)


@pytest.fixture
def requester(db: None) -> Caller:
    return caller(person("requester"))


@pytest.fixture
def signatory(db: None) -> Caller:
    return caller(person("signatory"))


@pytest.fixture
def logistics(db: None) -> Caller:
    return caller(person("nation_logistics"))


@pytest.fixture
def australian(db: None) -> Caller:
    return caller(person("requester", "signatory", "nation_logistics", nation="AU"))


@pytest.fixture
def asked() -> dict[str, Any]:
    """What the Philippine air force asks for."""
    return {
        "title": "Air-surveillance radars",
        "reference": "DND-2026-118",
        "reference_date": "2026-04-01",
        "purpose": "new_capability",
        "end_user": "Philippine Air Force",
        "end_use": "Watching over the air space",
        "delivery_place": "Manila",
        "transport": "to_port",
        "terms_of_sale": "dependable_undertaking",
        "needed_by": "2028-03-31",
        "funding": "National budget",
        "signatory": "CRUZ Maria, Undersecretary",
        "contact": "REYES Jose",
        "remarks": "",
        "lines": [
            {"article": "JP-RAD-001", "quantity": 3},
            {"article": "JP-RAD-002", "quantity": 1, "remark": "with a lorry"},
        ],
    }


Problem = Callable[[HttpResponseBase], dict[str, Any]]


@pytest.fixture
def problem() -> Problem:
    """The body of a refusal, proven to be one, without what differs from call to call."""

    def read(response: Any) -> dict[str, Any]:
        assert response.headers["Content-Type"] == "application/problem+json", response.content
        body: dict[str, Any] = response.json()
        assert body["status"] == response.status_code
        assert len(body.pop("request_id")) == 32
        assert body.pop("instance") == response.wsgi_request.path
        return body

    return read
