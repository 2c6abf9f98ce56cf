"""How often somebody may ask: one count for all processes, a friendly refusal, a clear time to come back."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test import RequestFactory as Requests
from django.utils import timezone
from pytest_django import Settings

from partners import rates
from partners.models import RateCount
from tests.api.conftest import SECRET, application, caller
from tests.factories import person
from tests.people import enter
from tests.workflow.test_race import MANY, at_once


def limited(settings: Settings, kind: str, most: int) -> None:
    settings.RATES = settings.RATES | {kind: (most, 60)}


def basic(client_id: str, secret: str) -> dict[str, str]:
    code = b64encode(f"{client_id}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {code}"}


@pytest.mark.django_db(transaction=True)
def test_many_processes_share_one_count(settings: Settings) -> None:
    """Each thread has a connection of its own, as each process has."""
    limited(settings, "person", 5)

    waits = at_once([lambda: rates.wait("person", "somebody")] * MANY)

    assert sorted(bool(seconds) for seconds in waits) == [False] * 5 + [True] * 3
    assert RateCount.objects.get().count == MANY


@pytest.mark.django_db
def test_a_time_that_has_passed_counts_no_more(settings: Settings) -> None:
    limited(settings, "person", 1)
    assert (rates.wait("person", "a"), rates.wait("person", "a")) == (0, 60)

    RateCount.objects.update(ends_at=timezone.now() - timedelta(seconds=1))

    assert (rates.wait("person", "a"), rates.wait("person", "a")) == (0, 60)


@pytest.mark.django_db
def test_everybody_is_counted_apart(settings: Settings) -> None:
    limited(settings, "person", 1)
    limited(settings, "client", 1)

    waits = [rates.wait("person", "a"), rates.wait("person", "b"), rates.wait("client", "a")]

    assert waits == [0, 0, 0]


@pytest.mark.django_db
def test_names_of_strangers_are_not_written_down() -> None:
    rates.wait("token", "192.0.2.1")

    (row,) = RateCount.objects.all()
    assert "192.0.2.1" not in row.subject
    assert str(row) == f"{row.subject}: 1"


@pytest.mark.django_db
def test_counts_whose_time_has_passed_are_forgotten() -> None:
    rates.wait("person", "a")
    rates.wait("person", "b")
    RateCount.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    rates.wait("person", "c")

    assert rates.forget() == 2
    assert RateCount.objects.count() == 1


def test_what_cannot_be_counted_lets_read_and_keeps_secrets_shut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away() -> None:
        raise DatabaseError("away")

    monkeypatch.setattr(connection, "cursor", away)

    assert (rates.wait("person", "a"), rates.wait("token", "a", closed=True)) == (0, 60)


# Doors ---------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "headline"), [("en", "Too many requests"), ("ja", "要求の回数が多すぎます")]
)
def test_a_person_is_told_in_their_language_when_to_come_back(
    language: str, headline: str, settings: Settings
) -> None:
    limited(settings, "person", 2)
    client = Client()
    enter(client, person("case_manager", language=language))

    statuses = [client.get("/staff/").status_code for _ in range(2)]
    refused = client.get("/staff/")

    assert (statuses, refused.status_code) == ([200, 200], 429)
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert f"<h1>{headline}</h1>" in refused.content.decode()


@pytest.mark.django_db
def test_strangers_are_counted_by_address_and_the_health_check_never(settings: Settings) -> None:
    limited(settings, "address", 1)

    statuses = [Client().get("/sign-in/").status_code for _ in range(2)]

    assert statuses == [200, 429]
    assert Client().get("/healthz").status_code == 200


@pytest.mark.django_db
def test_a_client_is_refused_as_a_problem(settings: Settings) -> None:
    limited(settings, "client", 1)
    who = caller(person("requester"))

    statuses = [who.get("requests/").status_code for _ in range(2)]
    refused = who.get("requests/")

    assert statuses == [200, 429]
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["type"] == "urn:problem-type:fms:too-many"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60


@pytest.mark.django_db
def test_tokens_are_fetched_so_often_and_secrets_guessed_no_oftener(settings: Settings) -> None:
    limited(settings, "token", 2)
    client_id = application(person("requester")).client_id
    ask = {"grant_type": "client_credentials"}

    wrong = Client().post("/o/token/", ask, headers=basic(client_id, "guess"))
    right = Client().post("/o/token/", ask, headers=basic(client_id, SECRET))
    refused = Client().post("/o/token/", ask, headers=basic(client_id, SECRET))

    assert [wrong.status_code, right.status_code, refused.status_code] == [401, 200, 429]
    assert refused.json()["error"] == "temporarily_unavailable"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60


@pytest.mark.django_db
def test_tokens_are_guessed_so_often(settings: Settings) -> None:
    limited(settings, "token", 2)

    answers = [
        Client().get("/api/v1/requests/", headers={"Authorization": f"Bearer {n}"})
        for n in range(3)
    ]

    assert [answer.status_code for answer in answers] == [401, 401, 429]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "found"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "", "192.0.2.1"),
    ],
)
def test_only_our_own_proxies_are_believed(
    proxies: int, forwarded: str, found: str, settings: Settings
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    request: Any = Requests().get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)

    assert rates.address_of(request) == found
