"""Tokens, people and nations: who gets through the API's door."""

from __future__ import annotations

from base64 import b64encode
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken
from pytest_django import Settings

from partners.models import Membership
from tests.api.conftest import SECRET, Caller, Problem, application, caller
from tests.factories import MembershipFactory, agency, person

pytestmark = pytest.mark.django_db


def ask_for_token(client_id: str, secret: str = SECRET) -> Any:
    return Client().post(
        "/o/token/",
        {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret},
    )


def test_client_credentials_become_a_token_that_opens_the_door() -> None:
    client = application(person("requester"))

    token = ask_for_token(client.client_id).json()

    assert (token["token_type"], token["scope"]) == ("Bearer", "partner")
    answer = Client().get(
        "/api/v1/requests/", headers={"Authorization": f"Bearer {token['access_token']}"}
    )
    assert answer.status_code == 200


def test_a_wrong_secret_gets_no_token() -> None:
    client = application(person("requester"))

    answer = ask_for_token(client.client_id, "something else")

    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


def test_a_token_given_back_opens_nothing() -> None:
    client = application(person("requester"))
    token = ask_for_token(client.client_id).json()["access_token"]

    Client().post(
        "/o/revoke_token/",
        {"token": token, "client_id": client.client_id, "client_secret": SECRET},
    )

    headers = {"Authorization": f"Bearer {token}"}
    assert Client().get("/api/v1/requests/", headers=headers).status_code == 401


@pytest.mark.parametrize("path", ["authorize/", "introspect/", "applications/"])
def test_nothing_else_of_oauth_is_served(path: str) -> None:
    assert Client().get(f"/o/{path}").status_code == 404


def test_without_a_token_the_door_says_what_to_bring(problem: Problem) -> None:
    answer = Client().get("/api/v1/requests/", headers={"Accept-Language": "en"})

    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'
    assert problem(answer) == {
        "type": "urn:problem-type:fms:not-signed-in",
        "title": "Not signed in",
        "status": 401,
        "detail": "Authentication credentials were not provided.",
    }


@pytest.mark.parametrize("written", ["nonsense", "", "ключ".encode().decode("latin-1"), "a" * 5000])
def test_an_unknown_token_is_refused(written: str, problem: Problem) -> None:
    answer = Client().get("/api/v1/requests/", headers={"Authorization": f"Bearer {written}"})

    assert problem(answer)["type"] == "urn:problem-type:fms:not-signed-in"
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'


def test_a_token_in_the_address_is_no_token(requester: Caller) -> None:
    assert Client().get(f"/api/v1/requests/?access_token={requester.token}").status_code == 401


def test_an_expired_token_is_refused(requester: Caller) -> None:
    AccessToken.objects.update(expires=timezone.now() - timedelta(seconds=1))

    assert requester.get("requests/").status_code == 401


def test_a_token_of_another_scope_is_refused(requester: Caller) -> None:
    AccessToken.objects.update(scope="something")

    assert requester.get("requests/").status_code == 401


def test_somebody_who_may_no_longer_sign_in_is_refused(requester: Caller) -> None:
    requester.person.is_active = False
    requester.person.save()

    assert requester.get("requests/").status_code == 401


def test_a_client_of_nobody_is_refused(requester: Caller) -> None:
    AccessToken.objects.get().application.__class__.objects.update(user=None)

    assert requester.get("requests/").status_code == 401


def test_a_role_that_ended_yesterday_ends_at_the_next_request(
    requester: Caller, problem: Problem
) -> None:
    assert requester.get("requests/").status_code == 200
    Membership.objects.update(valid_to=timezone.localdate() - timedelta(days=1))

    answer = requester.get("requests/")

    assert problem(answer)["detail"] == (
        "Only clients of partner-nation officials may use this interface."
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("role", ["case_manager", "opinion_giver", "contractor_sales"])
def test_others_have_no_business_here(role: str) -> None:
    assert caller(person(role)).get("requests/").status_code == 403


def test_an_official_who_also_works_for_the_agency_is_kept_out(requester: Caller) -> None:
    MembershipFactory(
        person=requester.person,
        organisation=agency(),
        role="case_manager",
        valid_from=date(2026, 4, 1),
    )

    assert requester.get("requests/").status_code == 403


def test_a_session_of_the_portal_opens_nothing(requester: Caller) -> None:
    browser = Client()
    browser.force_login(requester.person)

    assert browser.get("/api/v1/requests/").status_code == 401


def test_a_client_that_asks_too_often_is_told_when_to_come_back(
    requester: Caller, signatory: Caller, problem: Problem, settings: Settings
) -> None:
    settings.RATES = settings.RATES | {"client": (2, 60)}

    answers = [requester.get("requests/") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert problem(answers[2])["type"] == "urn:problem-type:fms:too-many"
    assert 0 < int(answers[2].headers["Retry-After"]) <= 60
    assert signatory.get("requests/").status_code == 200


@pytest.mark.parametrize(
    ("preferred", "asked", "spoken"),
    [
        ("en", "", "en"),
        ("ja", "", "ja"),
        ("ja", "en-GB,fr;q=0.5", "en"),
        ("en", "ja", "ja"),
        ("ja", "fr", "ja"),
    ],
)
def test_the_answer_speaks_the_language_asked_for_or_preferred(
    preferred: str, asked: str, spoken: str
) -> None:
    answer = caller(person("requester", language=preferred), asked).get("requests/")

    assert answer.headers["Content-Language"] == spoken
    assert "Accept-Language" in answer.headers["Vary"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/o/token/", "/o/revoke_token/"])
def test_client_id_that_cannot_be_one_is_refused(client: Client, address: str) -> None:
    basic = "Basic " + b64encode(b"a\0:b").decode()

    typed = client.post(address, {"grant_type": "client_credentials", "client_id": "a\0"})
    coded = client.post(address, {"token": "x"}, headers={"Authorization": basic})

    assert [answer.status_code for answer in (typed, coded)] == [400, 400]
