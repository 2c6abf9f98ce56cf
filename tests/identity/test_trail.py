"""What the trail is told of signing in: who, with what, from where; never what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from partners.identity import codes
from partners.identity.attempts import short_hash
from tests.factories import PersonFactory
from tests.identity.conftest import PASSWORD, code, give_password, visitor
from workflow.models import Entry

pytestmark = pytest.mark.django_db
Come = Callable[..., Client]


def lines() -> list[Any]:
    return list(Entry.objects.order_by("id"))


def told(entry: Any) -> tuple[Any, ...]:
    return entry.event, entry.actor_id, entry.role, entry.given


def test_coming_in_and_going_out(clerk: Any, clock: Any, entered: Come) -> None:
    entered(clerk).post("/sign-out/")

    who = clerk.actor_id
    assert [told(entry) for entry in lines()] == [
        ("signed_in", who, "finance_officer", {"with": ["password", "totp"], "from": "127.0.0.1"}),
        ("signed_out", who, "finance_officer", {}),
    ]


@pytest.mark.parametrize("known", [True, False])
def test_wrong_password_is_nobodys_act(supplier: Any, known: bool) -> None:
    who = supplier if known else PersonFactory.build(email="nobody@example.jp")

    give_password(visitor(), who, "wrong-secret")

    (entry,) = lines()
    hashed = short_hash(who.email)
    assert told(entry) == (
        "sign_in_failed",
        "unknown",
        "",
        {"address": hashed, "with": "password", "from": "127.0.0.1"},
    )
    assert entry.subject == (f"partners.person:{supplier.pk}" if known else "")
    assert who.email not in entry.body
    assert "wrong-secret" not in entry.body


def test_hash_of_an_address_is_keyed_and_the_same_however_it_is_written() -> None:
    hashes = {short_hash(text) for text in ("a@example.jp", " A@Example.JP ")}

    assert len(hashes) == 1
    assert len(hashes.pop()) == 16


def test_wrong_code_names_whose_account_it_was(clerk: Any, clock: Any) -> None:
    client = visitor()
    give_password(client, clerk)
    client.post("/sign-in/code/", {"code": "000000"})

    (entry,) = lines()
    assert (entry.event, entry.actor_id, entry.subject) == (
        "sign_in_failed",
        "unknown",
        f"partners.person:{clerk.pk}",
    )
    assert entry.given == {"with": "totp", "from": "127.0.0.1"}


def test_password_without_its_second_factor_is_no_sign_in(clerk: Any) -> None:
    give_password(visitor(), clerk)

    assert lines() == []


def test_session_that_ran_out_is_a_going_out(supplier: Any, clock: Any, entered: Come) -> None:
    client = entered(supplier)
    clock.shift(31 * 60)
    client.get("/supplier/")

    assert [entry.event for entry in lines()] == ["signed_in", "signed_out"]


def test_change_of_password_is_a_line(supplier: Any, entered: Come) -> None:
    new = "violet-walnut-willow"
    entered(supplier).post(
        "/me/sign-in/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )

    entry = lines()[-1]
    assert told(entry) == (
        "credential_changed",
        supplier.actor_id,
        "contractor_sales",
        {"what": "password changed"},
    )
    assert new not in entry.body


@pytest.mark.django_db(transaction=True)
def test_new_recovery_codes_are_a_line(clerk: Any, clock: Any, entered: Come) -> None:
    entered(clerk).post("/me/sign-in/recovery-codes/new/")

    assert lines()[-1].given == {"what": "recovery_codes made anew"}


@pytest.mark.django_db(transaction=True)
def test_set_up_is_a_line_for_the_app_and_one_for_the_recovery_codes(
    supplier: Any, clock: Any, entered: Come
) -> None:
    client = entered(supplier)
    secret = client.get("/me/sign-in/app/").context["form"].secret
    client.post("/me/sign-in/app/", {"code": codes.code_at(secret, codes.moment_now())})

    assert [entry.given for entry in lines()[1:]] == [
        {"what": "totp added"},
        {"what": "recovery_codes added"},
    ]
    assert not any(secret in entry.body for entry in lines())


def test_session_ended_from_another_is_a_line(supplier: Any, clock: Any, entered: Come) -> None:
    entered(supplier)
    clock.shift(1)
    own = entered(supplier)
    page = own.get("/me/sign-in/").content.decode()
    address = page.partition('action="/me/sign-in/sessions/')[2].partition('"')[0]

    own.post(f"/me/sign-in/sessions/{address}")

    assert (lines()[-1].event, lines()[-1].note) == ("signed_out", "ended from another session")


def test_code_is_in_no_line(clerk: Any, clock: Any, entered: Come) -> None:
    typed = code()
    entered(clerk)

    assert not any(typed in entry.body for entry in lines())
