"""People at the entrance: with a password, with an authenticator app, with a clock that is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from partners.identity import codes
from tests.factories import person

PASSWORD = "amber-anchor-apple-arrow"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[Any]:
    """Noon of a Tuesday in Tokyo; `clock.shift(seconds)` lets time pass."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def supplier(db: None) -> Any:
    return person("contractor_sales", password=PASSWORD, email="sales@example.jp")


@pytest.fixture
def clerk(db: None) -> Any:
    """Somebody of the agency, with an authenticator app."""
    who = person("finance_officer", password=PASSWORD, email="clerk@example.jp")
    TOTP.activate(who, SECRET)
    RecoveryCodes.activate(who)
    return who


def code(later: int = 0) -> str:
    """The app's code now, or some 30 seconds later."""
    return codes.code_at(SECRET, codes.moment_now() + later)


def visitor(**headers: str) -> Client:
    """Somebody whose browser asks for English."""
    return Client(headers={"accept-language": "en", **headers})


def give_password(client: Client, who: Any, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/sign-in/", {"login": who.email, "password": password, **more})


@pytest.fixture
def entered() -> Callable[..., Client]:
    """Somebody who has come in by the entrance, second factor and all."""

    def come_in(who: Any, client: Client | None = None, **more: Any) -> Client:
        client = client or visitor()
        answer = give_password(client, who, **more)
        if answer["Location"].startswith("/sign-in/code/"):
            answer = client.post("/sign-in/code/", {"code": code()})
        assert answer.status_code == 302, answer.content.decode()
        return client

    return come_in
