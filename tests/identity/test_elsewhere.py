"""Sign-in at an issuer: whom the house lets in, and that it creates nobody."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.contrib.messages.storage.session import SessionStorage
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, RequestFactory
from pytest_django import Settings

from fms_agency import environment
from partners.identity.adapters import ForeignSignIn
from partners.models import Person
from tests.factories import MembershipFactory, PersonFactory, person
from workflow.models import Entry

pytestmark = pytest.mark.django_db
ISSUER = "https://issuer.example.jp"
PROVIDER = "oidc-test"


@pytest.fixture
def request_() -> Any:
    request: Any = RequestFactory().get("/sign-in/at/oidc-test/back/")
    request.session = Client().session
    request._messages = SessionStorage(request)
    return request


def arriving(
    email: str, *, verified: Any = True, subject: str = "sub-1", **state: Any
) -> SocialLogin:
    """What allauth hands over once the issuer has vouched for somebody."""
    login = SocialLogin(
        user=Person(email=email),
        account=SocialAccount(provider=PROVIDER, uid=subject),
        email_addresses=[EmailAddress(email=email, verified=verified, primary=True)],
    )
    login.user.pk = None
    login.state = state
    return login


def come(request: Any, login: SocialLogin) -> None:
    ForeignSignIn().pre_social_login(request, login)


def is_turned_away(request: Any, login: SocialLogin) -> bool:
    try:
        come(request, login)
    except ImmediateHttpResponse as answer:
        return answer.response["Location"] == "/sign-in/"
    return False


@pytest.fixture(autouse=True)
def an_issuer(settings: Settings) -> None:
    app = {"provider_id": PROVIDER, "name": "ID", "client_id": "c", "secret": "s"}
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"APPS": [{**app, "settings": {"server_url": ISSUER}}]}
    }


def test_verified_address_of_a_suppliers_person_is_connected(request_: Any, supplier: Any) -> None:
    login = arriving(supplier.email.upper())

    come(request_, login)

    kept = SocialAccount.objects.get()
    assert (kept.user, kept.provider, kept.uid) == (supplier, PROVIDER, "sub-1")
    assert login.user == supplier


def test_known_subject_is_who_they_are_whatever_their_address(request_: Any, supplier: Any) -> None:
    SocialAccount.objects.create(user=supplier, provider=PROVIDER, uid="sub-1")
    login = arriving("renamed@example.jp")
    login.user = None
    login.lookup()

    come(request_, login)

    assert login.user == supplier


@pytest.mark.parametrize("verified", [False, "false", None, 1])
def test_address_that_is_not_verified_is_nobody(
    request_: Any, supplier: Any, verified: Any
) -> None:
    assert is_turned_away(request_, arriving(supplier.email, verified=verified))
    assert not SocialAccount.objects.exists()


def test_stranger_is_turned_away_and_nobody_is_created(request_: Any, supplier: Any) -> None:
    before = Person.objects.count()

    assert is_turned_away(request_, arriving("stranger@example.jp"))
    assert Person.objects.count() == before


@pytest.mark.parametrize("role", ["case_manager", "opinion_giver", "requester"])
def test_others_do_not_come_this_way(request_: Any, role: str) -> None:
    assert is_turned_away(request_, arriving(person(role).email))


def test_supplier_who_is_staff_too_does_not_come_this_way(request_: Any, supplier: Any) -> None:
    MembershipFactory(person=supplier, role="case_manager")

    assert is_turned_away(request_, arriving(supplier.email))


def test_person_without_a_role_today_does_not_come_this_way(request_: Any) -> None:
    assert is_turned_away(request_, arriving(PersonFactory().email))


def test_known_subject_who_may_no_longer_sign_in_is_turned_away(
    request_: Any, supplier: Any
) -> None:
    SocialAccount.objects.create(user=supplier, provider=PROVIDER, uid="sub-1")
    supplier.is_active = False
    supplier.save()
    login = arriving(supplier.email)
    login.user = None
    login.lookup()

    assert is_turned_away(request_, login)


def test_issuer_is_no_way_to_connect_an_account_of_ones_choice(
    request_: Any, supplier: Any
) -> None:
    assert is_turned_away(request_, arriving(supplier.email, process="connect"))
    assert not SocialAccount.objects.exists()


def test_turning_away_is_a_line_in_the_trail(request_: Any) -> None:
    is_turned_away(request_, arriving("stranger@example.jp"))

    entry = Entry.objects.get()
    assert (entry.event, entry.actor_id, entry.given["with"]) == (
        "sign_in_failed",
        "unknown",
        "oidc",
    )
    assert "stranger" not in entry.body


def test_button_is_there_only_when_an_issuer_is_configured(settings: Settings) -> None:
    with_issuer = Client().get("/sign-in/").content.decode()
    settings.SOCIALACCOUNT_PROVIDERS = {}
    without = Client().get("/sign-in/").content.decode()

    assert [f"/sign-in/at/{PROVIDER}/" in page for page in (with_issuer, without)] == [True, False]


def test_address_of_an_issuer_that_is_not_configured_is_not_there(settings: Settings) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {}

    assert Client().post("/sign-in/at/oidc-test/").status_code == 404


def test_issuer_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "OIDC_ISSUER": f"{ISSUER}/",
        "OIDC_CLIENT_ID": "fms",
        "OIDC_CLIENT_SECRET": "secret",
    }.items():
        monkeypatch.setenv(name, value)

    app = environment.issuer("OIDC_ISSUER")["openid_connect"]["APPS"][0]

    assert app == {
        "provider_id": "oidc-9e5f1fd81b4661f6",
        "name": "GビズID",
        "client_id": "fms",
        "secret": "secret",
        "settings": {"server_url": ISSUER},
    }
    assert environment.origins("OIDC_ISSUER") == [ISSUER]


def test_other_issuer_is_another_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OIDC_CLIENT_ID", "fms")
    monkeypatch.setenv("OIDC_CLIENT_SECRET", "secret")
    found = set()
    for address in (ISSUER, "https://other.example.jp"):
        monkeypatch.setenv("OIDC_ISSUER", address)
        found.add(environment.issuer("OIDC_ISSUER")["openid_connect"]["APPS"][0]["provider_id"])

    assert len(found) == 2


def test_issuer_without_encryption_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OIDC_ISSUER", "http://issuer.example.jp")

    with pytest.raises(ImproperlyConfigured, match="must begin with https"):
        environment.issuer("OIDC_ISSUER")


def test_without_an_issuer_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OIDC_ISSUER", raising=False)

    assert (environment.issuer("OIDC_ISSUER"), environment.origins("OIDC_ISSUER")) == ({}, [])
