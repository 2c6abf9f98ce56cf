"""Repeated failures close an account, an address, a second factor, for a while; and only for a while."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core import mail
from django.db import connections
from django.test import Client
from pytest_django import Settings

from partners.identity import attempts, codes, letters
from partners.identity.forms import CodeForm, PasskeyForm
from partners.models import Attempts, Letter
from tests.factories import PersonFactory, person
from tests.identity.conftest import PASSWORD, code, give_password, visitor
from workflow import walls
from workflow.models import Entry

pytestmark = pytest.mark.django_db
Come = Callable[..., Client]
WRONG = "This code is not correct, or has been used already."
TOO_MANY = "Too many failed attempts. Try again in a while."


def fail(who: Any, times: int) -> None:
    for _ in range(times):
        give_password(visitor(), who, "wrong")


def is_closed(answer: Any) -> bool:
    return answer.status_code == 200 and TOO_MANY in answer.content.decode()


def test_fifth_failure_still_leaves_the_right_password(supplier: Any) -> None:
    fail(supplier, 4)

    assert give_password(visitor(), supplier).status_code == 302


def test_after_five_failures_the_right_password_opens_nothing(supplier: Any) -> None:
    fail(supplier, 5)

    assert is_closed(give_password(visitor(), supplier))


def test_lock_out_ends(supplier: Any, clock: Any) -> None:
    fail(supplier, 6)
    clock.shift(15 * 60 + 1)

    assert give_password(visitor(), supplier).status_code == 302


def test_lock_out_lasts_until_then(supplier: Any, clock: Any) -> None:
    fail(supplier, 6)
    clock.shift(15 * 60 - 1)

    assert is_closed(give_password(visitor(), supplier))


def test_failures_long_ago_do_not_count(supplier: Any, clock: Any) -> None:
    fail(supplier, 4)
    clock.shift(15 * 60 + 1)
    fail(supplier, 4)

    assert give_password(visitor(), supplier).status_code == 302


def test_coming_in_ends_the_count(supplier: Any) -> None:
    for _ in range(3):
        fail(supplier, 4)
        assert give_password(visitor(), supplier).status_code == 302


def test_account_that_does_not_exist_closes_alike(db: None) -> None:
    nobody = PersonFactory.build(email="nobody@example.jp")
    fail(nobody, 5)

    assert is_closed(give_password(visitor(), nobody))


def test_account_is_the_same_however_it_is_written(supplier: Any) -> None:
    shouting = PersonFactory.build(email=" SALES@Example.jp")
    fail(shouting, 5)

    assert is_closed(give_password(visitor(), supplier))


def test_other_accounts_stay_open(supplier: Any, clerk: Any) -> None:
    fail(supplier, 6)

    assert give_password(visitor(), clerk).status_code == 302


def test_address_that_tries_many_accounts_closes(supplier: Any, settings: Settings) -> None:
    settings.LOCKOUT_ADDRESS_FAILURES = 3
    for number in range(3):
        fail(PersonFactory.build(email=f"guess{number}@example.jp"), 1)

    assert is_closed(give_password(visitor(), supplier))
    elsewhere = give_password(Client(REMOTE_ADDR="192.0.2.7"), supplier)
    assert elsewhere.status_code == 302


def test_address_gets_its_attempt_back_but_not_those_of_others(
    supplier: Any, settings: Settings
) -> None:
    settings.LOCKOUT_ADDRESS_FAILURES = 3
    fail(PersonFactory.build(email="guess@example.jp"), 2)
    assert [give_password(visitor(), supplier).status_code for _ in range(3)] == [302] * 3
    fail(PersonFactory.build(email="guess@example.jp"), 1)

    assert is_closed(give_password(visitor(), supplier))


def test_address_behind_a_proxy_is_believed_only_if_told_so(
    supplier: Any, settings: Settings
) -> None:
    def comes_from(address: str) -> str:
        give_password(visitor(**{"x-forwarded-for": address}), supplier, "wrong")
        return str(Entry.objects.filter(event="sign_in_failed").latest("id").given["from"])

    assert comes_from("192.0.2.7") == "127.0.0.1"
    settings.TRUSTED_PROXY_COUNT = 1
    assert comes_from("198.51.100.1, 192.0.2.7") == "192.0.2.7"


def test_second_factor_closes_by_itself(clerk: Any, clock: Any) -> None:
    client = visitor()
    give_password(client, clerk)
    for _ in range(5):
        client.post("/sign-in/code/", {"code": "000000"})
    give_password(client, clerk)  # the password being right again changes nothing

    assert is_closed(client.post("/sign-in/code/", {"code": code()}))


def test_guesses_while_an_app_is_set_up_are_counted(clock: Any, entered: Come) -> None:
    client = entered(person("case_manager", password=PASSWORD))
    secret = client.get("/me/sign-in/app/").context["form"].secret
    for _ in range(5):
        client.post("/me/sign-in/app/", {"code": "000000"})

    right = codes.code_at(secret, codes.moment_now())

    assert is_closed(client.post("/me/sign-in/app/", {"code": right}))


def test_guesses_with_a_passkey_are_counted_with_those_of_codes(clerk: Any, clock: Any) -> None:
    said = [
        PasskeyForm({"credential": '{"type": "public-key"}'}, user=clerk).errors["credential"]
        for _ in range(6)
    ]

    assert said == [[WRONG]] * 5 + [[TOO_MANY]]
    assert CodeForm({"code": code()}, user=clerk).errors == {"code": [TOO_MANY]}


def test_guesses_of_the_old_password_are_counted(supplier: Any, entered: Come) -> None:
    client = entered(supplier)
    typed = {"password1": "violet-walnut-willow", "password2": "violet-walnut-willow"}
    for _ in range(5):
        client.post("/me/sign-in/password/", {"oldpassword": "wrong", **typed})

    answer = client.post("/me/sign-in/password/", {"oldpassword": PASSWORD, **typed})

    assert is_closed(answer)


@pytest.mark.django_db(transaction=True)
def test_eight_guesses_at_once_are_eight_guesses() -> None:
    @walls.entrance()
    def guess() -> bool:
        try:
            return attempts.may_try(attempts.account("sales@example.jp"))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: guess(), range(8)))

    assert sorted(found) == [False] * 3 + [True] * 5


def test_counts_tell_nobody_who_was_tried(supplier: Any) -> None:
    fail(supplier, 1)

    kept = [row.subject for row in Attempts.objects.all()]
    assert len(kept) == 2
    assert not any("sales" in subject or "127.0.0.1" in subject for subject in kept)


def test_lock_out_is_one_line_in_the_trail(supplier: Any) -> None:
    fail(supplier, 8)

    entry = Entry.objects.filter(event="locked_out").get()
    assert entry.actor_id == "unknown"
    assert entry.given["what"] == "account"
    assert "sales" not in entry.body


# A forgotten password ------------------------------------------------------------------------


def ask_for_link(email: str) -> Any:
    return visitor().post("/sign-in/password/", {"email": email})


def link_of(who: Any) -> str:
    ask_for_link(who.email)
    letters.send_waiting()
    body = str(mail.outbox[-1].body)
    return next(word for word in body.split() if word.startswith("http"))


def choose(link: str, password: str) -> Any:
    client = visitor()
    path = link.removeprefix("http://127.0.0.1:8000")
    form = client.get(path)
    return client.post(form["Location"], {"password1": password, "password2": password})


def test_reset_answers_the_same_for_everybody(supplier: Any) -> None:
    answers = [ask_for_link(email) for email in (supplier.email, "nobody@example.jp")]

    assert [(a.status_code, a["Location"]) for a in answers] == [
        (302, "/sign-in/password/sent/")
    ] * 2
    assert Letter.objects.count() == 2


def test_letter_goes_only_to_whom_the_address_belongs(supplier: Any) -> None:
    former = PersonFactory(email="former@example.jp", is_active=False)
    for email in (supplier.email, former.email, "nobody@example.jp"):
        ask_for_link(email)

    gone = letters.send_waiting()

    assert (gone, [letter.to for letter in mail.outbox]) == (3, [[supplier.email]])
    assert not Letter.objects.exists()


def test_link_names_the_house_whatever_host_the_request_named(
    supplier: Any, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    Client(headers={"host": "evil.example"}).post("/sign-in/password/", {"email": supplier.email})
    letters.send_waiting()

    assert "http://127.0.0.1:8000/sign-in/password/" in mail.outbox[0].body
    assert "evil" not in mail.outbox[0].body


def test_new_password_opens_and_the_old_one_does_not(supplier: Any) -> None:
    answer = choose(link_of(supplier), "violet-walnut-willow")

    assert answer["Location"] == "/sign-in/password/changed/"
    assert give_password(visitor(), supplier).status_code == 200
    assert give_password(visitor(), supplier, "violet-walnut-willow").status_code == 302


def test_reset_keeps_the_second_factor(clerk: Any) -> None:
    choose(link_of(clerk), "violet-walnut-willow")

    answer = give_password(visitor(), clerk, "violet-walnut-willow")

    assert answer["Location"] == "/sign-in/code/"


def test_reset_signs_nobody_in_and_ends_what_was_open(supplier: Any, entered: Come) -> None:
    client = entered(supplier)

    choose(link_of(supplier), "violet-walnut-willow")

    assert client.get("/supplier/").status_code == 302


def test_link_works_once(supplier: Any) -> None:
    link = link_of(supplier)
    choose(link, "violet-walnut-willow")

    page = visitor().get(link.removeprefix("http://127.0.0.1:8000"))

    assert "This link is not valid any more" in page.content.decode()


def test_link_grows_old(supplier: Any, clock: Any) -> None:
    link = link_of(supplier)
    clock.shift(3601)

    page = visitor().get(link.removeprefix("http://127.0.0.1:8000"))

    assert "This link is not valid any more" in page.content.decode()


@pytest.mark.parametrize("weak", ["short", "password1234", "aaaaaaaaaaa"])
def test_weak_password_is_refused(supplier: Any, weak: str) -> None:
    assert choose(link_of(supplier), weak).status_code == 200
    assert give_password(visitor(), supplier).status_code == 302


def test_letters_about_one_address_come_to_an_end(supplier: Any) -> None:
    for _ in range(8):
        ask_for_link(supplier.email)

    assert Letter.objects.count() == 5


def test_letter_that_could_not_be_sent_waits(
    supplier: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_for_link(supplier.email)
    with monkeypatch.context() as patch:
        patch.setattr("partners.identity.letters._send", _no_mail_server)
        assert letters.send_waiting() == 0
    assert letters.send_waiting() == 0
    clock.shift(61)

    assert letters.send_waiting() == 1


def test_letter_is_given_up_after_eight_failures(
    supplier: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_for_link(supplier.email)
    monkeypatch.setattr("partners.identity.letters._send", _no_mail_server)
    gone = []
    for _ in range(8):
        gone.append(letters.send_waiting())
        clock.shift(3600)

    assert gone == [0] * 7 + [1]


def _no_mail_server(_row: Any) -> None:
    raise OSError("away")


def test_person_is_told_of_a_change(supplier: Any, entered: Come) -> None:
    client = entered(supplier)
    new = "violet-walnut-willow"
    typed = {"oldpassword": PASSWORD, "password1": new, "password2": new}

    client.post("/me/sign-in/password/", typed)
    letters.send_waiting()

    assert [letter.subject for letter in mail.outbox] == ["How you sign in has changed"]
    assert "The password of your account was changed." in mail.outbox[0].body
    assert client.get("/supplier/").status_code == 200
