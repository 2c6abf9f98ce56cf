"""Steps that sign ask who one is, at most five minutes before; and lose nothing that was typed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.urls import reverse

from partners.identity import codes
from tests.factories import ContractFactory, RequestFactory, bill_to_issue, person
from tests.identity.conftest import PASSWORD, SECRET, code, visitor
from tests.people import proven
from workflow.models import Entry

pytestmark = pytest.mark.django_db
Come = Callable[..., Client]
FIVE_MINUTES = 301


def issue(bill: Any) -> str:
    return reverse("staff:step", args=["bills", bill.number, "issue"])


def deposit(contract: Any) -> str:
    return reverse("staff:step", args=["contracts", contract.number, "record_deposit"])


def state_of(row: Any) -> str:
    return type(row).objects.get(pk=row.pk).state


@pytest.fixture
def stale(clerk: Any, clock: Any, entered: Come) -> Client:
    """The clerk's window, five minutes after they came in."""
    client = entered(clerk)
    clock.shift(FIVE_MINUTES)
    return client


def test_fresh_second_factor_signs(clerk: Any, clock: Any, entered: Come) -> None:
    bill = bill_to_issue()

    answer = entered(clerk).post(issue(bill), {"version": bill.version})

    assert (answer.status_code, state_of(bill)) == (303, "issued")


def test_form_is_shown_after_the_question(stale: Client) -> None:
    bill = bill_to_issue()

    asked = stale.get(issue(bill))
    page = stale.get(asked["Location"])
    confirmed = stale.post(page["Location"], {"code": code()})

    assert (
        asked["Location"] == f"/confirm/?next=%2Fstaff%2Fbills%2F{bill.number}%2Fsteps%2Fissue%2F"
    )
    assert page["Location"].startswith("/confirm/code/?next=")
    assert confirmed["Location"] == issue(bill)
    assert stale.get(issue(bill)).context["open_step"] == "issue"
    assert stale.post(issue(bill)).status_code == 303


def test_case_page_offers_the_question_instead_of_the_form(stale: Client) -> None:
    bill = bill_to_issue()

    page = stale.get(f"/staff/bills/{bill.number}/").content.decode()

    assert f'<form method="post" action="{issue(bill)}"' not in page
    assert f'href="{issue(bill)}"' in page
    assert "Asks first who you are." in page


def test_stale_form_comes_back_with_its_words_and_a_question(stale: Client) -> None:
    contract = ContractFactory(state="accepted")
    typed = {"amount": contract.deposit, "received_on": "2026-11-20", "bank_reference": "B-77"}

    answer = stale.post(deposit(contract), typed)

    page = answer.content.decode()
    assert (answer.status_code, state_of(contract)) == (422, "accepted")
    assert 'value="B-77"' in page
    assert 'name="confirm-code"' in page

    signed = stale.post(deposit(contract), {**typed, "confirm-code": code()})

    assert (signed.status_code, state_of(contract)) == (303, "in_execution")


def test_wrong_code_in_the_form_takes_no_step_and_loses_nothing(stale: Client) -> None:
    contract = ContractFactory(state="accepted")
    typed = {"amount": contract.deposit, "received_on": "2026-11-20", "bank_reference": "B-77"}

    answer = stale.post(deposit(contract), {**typed, "confirm-code": "000000"})

    page = answer.content.decode()
    assert (answer.status_code, state_of(contract)) == (422, "accepted")
    assert 'value="B-77"' in page
    assert "This code is not correct" in page


def test_code_of_the_sign_in_does_not_sign(clerk: Any, clock: Any, entered: Come) -> None:
    client, bill = entered(clerk), bill_to_issue()
    session = client.session
    session.update(proven(clerk, at=time.time() - FIVE_MINUTES))
    session.save()

    client.post(issue(bill), {"confirm-code": code()})

    assert state_of(bill) == "under_approval"


def test_password_proves_nothing_about_somebody_with_a_second_factor(stale: Client) -> None:
    answer = stale.post("/confirm/password/", {"password": PASSWORD})

    bill = bill_to_issue()
    assert answer["Location"] == "/confirm/code/"
    assert stale.post(issue(bill)).status_code == 422


def test_session_of_before_the_second_factor_does_not_sign_by_password(
    clock: Any, entered: Come
) -> None:
    """Whoever sets one up in one window has not given it in the other."""
    signatory = person("signatory", password=PASSWORD)
    client, contract = entered(signatory), ContractFactory(state="offered")
    TOTP.activate(signatory, SECRET)

    answer = client.post(
        reverse("partner:step", args=["contracts", contract.number, "accept"]),
        {"signed_by": "A. Reyes"},
    )

    assert (answer.status_code, state_of(contract)) == (422, "offered")


def test_nation_without_a_second_factor_signs_by_password(clock: Any, entered: Come) -> None:
    signatory = person("signatory", password=PASSWORD)
    client, contract = entered(signatory), ContractFactory(state="offered")
    address = reverse("partner:step", args=["contracts", contract.number, "accept"])
    clock.shift(FIVE_MINUTES)
    typed = {"signed_by": "A. Reyes"}

    asked = client.post(address, typed)
    wrong = client.post(address, {**typed, "confirm-password": "wrong"})
    before = state_of(contract)
    signed = client.post(address, {**typed, "confirm-password": PASSWORD})

    assert 'name="confirm-password"' in asked.content.decode()
    assert [asked.status_code, wrong.status_code, signed.status_code] == [422, 422, 303]
    assert (before, state_of(contract)) == ("offered", "accepted")


def test_step_that_does_not_sign_asks_nothing(clock: Any, entered: Come) -> None:
    requester = person("requester", password=PASSWORD)
    client, request = entered(requester), RequestFactory(state="draft")
    clock.shift(FIVE_MINUTES)

    answer = client.get(reverse("partner:step", args=["requests", request.number, "submit"]))

    assert answer.status_code == 200


def test_guesses_inside_a_form_are_counted(stale: Client) -> None:
    bill = bill_to_issue()
    for _ in range(5):
        stale.post(issue(bill), {"confirm-code": "000000"})

    answer = stale.post(issue(bill), {"confirm-code": code()})

    assert "Too many failed attempts" in answer.content.decode()
    assert (answer.status_code, state_of(bill)) == (422, "under_approval")


def test_confirmation_leads_to_no_other_house(stale: Client) -> None:
    answer = stale.post("/confirm/code/?next=https://elsewhere.example/", {"code": code()})

    assert answer["Location"] == "/"


def test_confirmation_is_a_line_in_the_trail(stale: Client, clerk: Any) -> None:
    stale.post("/confirm/code/", {"code": code()})

    entry = Entry.objects.filter(event="confirmed_identity").get()
    assert (entry.actor_id, entry.role, entry.given) == (
        clerk.actor_id,
        "finance_officer",
        {"with": "totp"},
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/me/sign-in/app/remove/"),
        ("get", "/me/sign-in/recovery-codes/"),
        ("post", "/me/sign-in/recovery-codes/new/"),
        ("get", "/me/sign-in/recovery-codes/file/"),
        ("get", "/me/sign-in/passkeys/add/"),
    ],
)
def test_changes_of_how_one_signs_in_ask_again(stale: Client, method: str, path: str) -> None:
    answer = getattr(stale, method)(path)

    assert answer["Location"].startswith("/confirm/code/")


def test_person_with_nothing_to_prove_is_led_to_set_it_up(entered: Come, clock: Any) -> None:
    """Somebody who always comes by way of an issuer has no password here."""
    signatory = person("signatory", password=PASSWORD)
    client, contract = entered(signatory), ContractFactory(state="offered")
    session = client.session
    session.update(proven(signatory, at=0.0))
    signatory.set_unusable_password()
    signatory.save()
    session["_auth_user_hash"] = signatory.get_session_auth_hash()
    session.save()

    asked = client.get(reverse("partner:step", args=["contracts", contract.number, "accept"]))
    led = client.get(asked["Location"])

    assert led["Location"] == "/me/sign-in/"


def test_desk_of_a_visitor_asks_for_sign_in_first() -> None:
    bill = bill_to_issue()

    assert visitor().post(issue(bill))["Location"].startswith("/sign-in/?next=")
    assert state_of(bill) == "under_approval"


def test_code_that_waits_is_told_with_its_wait(clerk: Any, clock: Any) -> None:
    row = clerk.authenticator_set.get(type="totp")
    first = codes.next_code(row)
    codes.spend(clerk, code())
    row.refresh_from_db()
    second = codes.next_code(row)
    codes.spend(clerk, code(1))
    row.refresh_from_db()

    third, wait = codes.next_code(row)

    assert (first, second) == ((code(), 0), (code(1), 0))
    assert (third, wait) == (code(2), 30)
