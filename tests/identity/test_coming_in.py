"""Who comes in, who does not, and what a stranger learns from it: nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from partners.identity import codes
from partners.models import Membership
from tests.factories import MembershipFactory, PersonFactory, person
from tests.identity.conftest import PASSWORD, SECRET, code, give_password, visitor
from workflow import walls

pytestmark = pytest.mark.django_db
Come = Callable[..., Client]


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def body(answer: Any, *typed: str) -> str:
    """The page without what differs from one visit to the next."""
    text = re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]*"', "", answer.content.decode())
    for word in typed:
        text = text.replace(word, "")
    return text


# Password and second factor ------------------------------------------------------------------


def test_supplier_comes_in_by_password(supplier: Any, entered: Come) -> None:
    assert entered(supplier).get("/supplier/").status_code == 200


def test_sign_in_leads_to_the_address_asked_for(supplier: Any) -> None:
    answer = give_password(visitor(), supplier, next="/supplier/quotes/")

    assert answer["Location"] == "/supplier/quotes/"


def test_sign_in_leads_to_no_other_house(supplier: Any) -> None:
    answer = give_password(visitor(), supplier, next="https://elsewhere.example/")

    assert answer["Location"] == "/"


def test_password_alone_opens_nothing_to_who_has_a_second_factor(clerk: Any) -> None:
    client = visitor()

    answer = give_password(client, clerk)

    assert (answer["Location"], is_in(client)) == ("/sign-in/code/", False)
    assert client.get("/staff/")["Location"] == "/sign-in/?next=/staff/"


def test_clerk_comes_in_by_code(clerk: Any, entered: Come, clock: Any) -> None:
    assert entered(clerk).get("/staff/").status_code == 200


@pytest.mark.parametrize("later", [-1, 1])
def test_code_of_the_neighbouring_moment_is_taken(clerk: Any, clock: Any, later: int) -> None:
    client = visitor()
    give_password(client, clerk)

    client.post("/sign-in/code/", {"code": code(later)})

    assert is_in(client)


@pytest.mark.parametrize("typed", ["000000", "", "12345678901234567890", "ab cd", "１２３４５６"])
def test_wrong_code_is_refused(clerk: Any, clock: Any, typed: str) -> None:
    client = visitor()
    give_password(client, clerk)

    answer = client.post("/sign-in/code/", {"code": typed})

    assert (answer.status_code, is_in(client)) == (200, False)


@pytest.mark.parametrize("later", [-2, 2])
def test_code_of_another_minute_is_refused(clerk: Any, clock: Any, later: int) -> None:
    client = visitor()
    give_password(client, clerk)

    client.post("/sign-in/code/", {"code": code(later)})

    assert not is_in(client)


def test_code_opens_once(clerk: Any, clock: Any, entered: Come) -> None:
    entered(clerk)
    second = visitor()
    give_password(second, clerk)

    answer = second.post("/sign-in/code/", {"code": code()})

    assert "has been used already" in answer.content.decode()
    assert not is_in(second)


def test_earlier_code_is_refused_after_a_later_one(clerk: Any, clock: Any) -> None:
    first, second = visitor(), visitor()
    for client in (first, second):
        give_password(client, clerk)
    first.post("/sign-in/code/", {"code": code(1)})

    second.post("/sign-in/code/", {"code": code()})

    assert (is_in(first), is_in(second)) == (True, False)


@pytest.mark.django_db(transaction=True)
def test_of_eight_at_once_with_the_same_code_one_comes_in(clerk: Any, clock: Any) -> None:
    @walls.entrance()
    def spend() -> bool:
        try:
            return codes.spend(clerk, code()) is not None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: spend(), range(8)))

    assert sorted(found) == [False] * 7 + [True]


def test_recovery_code_opens_once(clerk: Any, clock: Any) -> None:
    row = Authenticator.objects.get(user=clerk, type="recovery_codes")
    spare = row.wrap().get_unused_codes()[0]
    came = []
    for _ in range(2):
        client = visitor()
        give_password(client, clerk)
        client.post("/sign-in/code/", {"code": spare})
        came.append(is_in(client))

    assert came == [True, False]


def test_secrets_do_not_lie_open_in_the_database(clerk: Any) -> None:
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))

    assert SECRET not in kept


# Staff without a second factor ---------------------------------------------------------------


@pytest.mark.parametrize("role", ["case_manager", "opinion_giver"])
def test_staff_without_a_second_factor_is_led_to_set_it_up(role: str, entered: Come) -> None:
    client = entered(person(role, password=PASSWORD))

    led = [client.get(path)["Location"] for path in ("/", "/staff/", "/staff/contracts/")]

    assert led == ["/me/sign-in/"] * 3
    assert "Set up a second factor first" in client.get("/me/sign-in/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_set_up_opens_the_house(entered: Come, clock: Any) -> None:
    who = person("case_manager", password=PASSWORD)
    client = entered(who)
    secret = client.get("/me/sign-in/app/").context["form"].secret

    answer = client.post("/me/sign-in/app/", {"code": codes.code_at(secret, codes.moment_now())})

    assert answer["Location"] == "/me/sign-in/recovery-codes/"
    assert client.get("/staff/").status_code == 200
    page = client.get("/me/sign-in/recovery-codes/")
    assert len(page.context["unused_codes"]) == 10


@pytest.mark.django_db(transaction=True)
def test_code_that_set_the_app_up_opens_nothing_after_it(entered: Come, clock: Any) -> None:
    who = person("case_manager", password=PASSWORD)
    client, again = entered(who), visitor()
    secret = client.get("/me/sign-in/app/").context["form"].secret
    first, second = (codes.code_at(secret, codes.moment_now() + later) for later in (0, 1))
    client.post("/me/sign-in/app/", {"code": first})

    give_password(again, who)
    again.post("/sign-in/code/", {"code": first})
    came_in_with_the_first = is_in(again)
    again.post("/sign-in/code/", {"code": second})

    assert (came_in_with_the_first, is_in(again)) == (False, True)


def test_wrong_code_sets_nothing_up(entered: Come, clock: Any) -> None:
    client = entered(person("case_manager", password=PASSWORD))
    client.get("/me/sign-in/app/")

    answer = client.post("/me/sign-in/app/", {"code": "000000"})

    assert "This code is not correct" in answer.content.decode()
    assert not Authenticator.objects.exists()


def test_last_second_factor_of_staff_stays(clerk: Any, clock: Any, entered: Come) -> None:
    client = entered(clerk)

    answer = client.post("/me/sign-in/app/remove/")

    assert "The last second factor stays" in answer.content.decode()
    assert Authenticator.objects.filter(user=clerk, type="totp").exists()


def test_supplier_may_give_the_second_factor_up(supplier: Any, clock: Any, entered: Come) -> None:
    TOTP.activate(supplier, SECRET)
    client = entered(supplier)

    client.post("/me/sign-in/app/remove/")

    assert not Authenticator.objects.exists()


# What a stranger learns ----------------------------------------------------------------------


def test_page_is_the_same_whether_the_address_is_known(supplier: Any) -> None:
    nobody = PersonFactory.build(email="nobody@example.jp")
    former = person("requester", password=PASSWORD, email="former@example.jp", is_active=False)

    pages = [
        body(give_password(visitor(), who, password), who.email)
        for who, password in ((supplier, "wrong"), (nobody, "wrong"), (former, PASSWORD))
    ]

    assert pages[0] == pages[1] == pages[2]
    assert "The e-mail address or the password is not correct." in pages[0]


def test_password_is_hashed_whether_or_not_the_address_is_known(
    supplier: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slow part of an attempt is the hash; besides it a known address costs no query more."""
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: Any, password: str, salt: str, *args: Any) -> str:
        hashed.append(password)
        return encode(self, password, salt, *args)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    nobody = PersonFactory.build(email="nobody@example.jp")
    give_password(visitor(), PersonFactory.build(email="first@example.jp"))  # counts the address
    costs = []
    for who in (supplier, nobody):
        hashed.clear()
        with CaptureQueriesContext(connection) as queries:
            give_password(visitor(), who, "wrong")
        costs.append((len(hashed), len(queries)))

    assert costs[0] == costs[1]


# Sessions ------------------------------------------------------------------------------------


def test_session_key_changes_at_sign_in(supplier: Any) -> None:
    client = visitor()
    client.get("/sign-in/")
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies["sessionid"] = str(session.session_key)
    before = session.session_key

    give_password(client, supplier)

    assert client.session.session_key != before
    assert visitor(cookie=f"sessionid={before}").get("/supplier/").status_code == 302


@pytest.mark.parametrize(
    ("minutes", "stays"), [(29, True), (31, False)], ids=["29 minutes", "31 minutes"]
)
def test_session_ends_when_nobody_is_there(
    supplier: Any, clock: Any, entered: Come, minutes: int, stays: bool
) -> None:
    client = entered(supplier)

    clock.shift(minutes * 60)

    assert (client.get("/supplier/").status_code == 200) is stays
    assert is_in(client) is stays


def test_session_that_is_used_goes_on_until_the_day_is_over(
    supplier: Any, clock: Any, entered: Come
) -> None:
    client = entered(supplier)

    answers = []
    for _ in range(25):
        clock.shift(29 * 60)
        answers.append(client.get("/supplier/").status_code)

    assert answers == [200] * 24 + [302]
    assert "The working day" in client.get("/sign-in/").content.decode()


def test_session_without_a_time_is_over(supplier: Any, entered: Come) -> None:
    client = entered(supplier)
    session = client.session
    del session["signed_in_at"]
    session.save()

    assert client.get("/supplier/").status_code == 302


def test_sixth_session_ends_the_first(supplier: Any, clock: Any, entered: Come) -> None:
    clients = []
    for _ in range(6):
        clients.append(entered(supplier))
        clock.shift(1)

    assert [c.get("/supplier/").status_code for c in clients] == [302] + [200] * 5


def test_session_is_ended_from_another(supplier: Any, clock: Any, entered: Come) -> None:
    stolen = entered(supplier)
    clock.shift(1)
    own = entered(supplier)
    own.get("/me/sign-in/")
    other = UserSession.objects.get(session_key=stolen.session.session_key)

    own.post(f"/me/sign-in/sessions/{other.pk}/end/")

    assert [stolen.get("/supplier/").status_code, own.get("/supplier/").status_code] == [302, 200]


def test_session_of_somebody_else_is_not_there(
    supplier: Any, clerk: Any, clock: Any, entered: Come
) -> None:
    theirs, own = entered(clerk), entered(supplier)
    row = UserSession.objects.get(session_key=theirs.session.session_key)

    assert own.post(f"/me/sign-in/sessions/{row.pk}/end/").status_code == 404
    assert theirs.get("/staff/").status_code == 200


def test_person_who_may_no_longer_sign_in_is_out_at_the_next_request(
    supplier: Any, entered: Come
) -> None:
    client = entered(supplier)
    supplier.is_active = False
    supplier.save()

    assert client.get("/supplier/")["Location"] == "/sign-in/?next=/supplier/"


def test_role_taken_away_closes_the_desk_at_the_next_request(supplier: Any, entered: Come) -> None:
    client = entered(supplier)
    assert client.get("/supplier/").status_code == 200

    Membership.objects.filter(person=supplier).delete()

    assert client.get("/supplier/").status_code == 403


def test_somebody_who_becomes_staff_needs_a_second_factor_at_once(
    supplier: Any, entered: Come
) -> None:
    client = entered(supplier)
    MembershipFactory(person=supplier, role="case_manager")

    assert client.get("/supplier/")["Location"] == "/me/sign-in/"


def test_sign_out_leaves_nothing_behind(supplier: Any, entered: Come) -> None:
    client = entered(supplier)
    key = client.session.session_key

    answer = client.post("/sign-out/")

    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert visitor(cookie=f"sessionid={key}").get("/supplier/").status_code == 302


def test_signing_out_by_a_mere_link_does_nothing(supplier: Any, entered: Come) -> None:
    client = entered(supplier)

    assert client.get("/sign-out/").status_code == 405
    assert is_in(client)


@pytest.mark.parametrize("path", ["/sign-in/", "/sign-in/password/"])
def test_pages_of_the_entrance_are_not_kept(path: str, db: None) -> None:
    assert "no-store" in visitor().get(path)["Cache-Control"]


@pytest.mark.parametrize(
    "path", ["/accounts/signup/", "/accounts/login/", "/accounts/email/", "/sign-up/"]
)
def test_nobody_signs_up(path: str, db: None) -> None:
    assert visitor().get(path).status_code == 404
