"""Passwords are long, last, and are none that a guesser tries first; secrets are rolled by the system."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.contrib.auth.hashers import MD5PasswordHasher, PBKDF2PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from pytest_django import Settings

from tests.factories import PersonFactory, person
from tests.identity.conftest import PASSWORD, give_password, visitor

LONG = "correct-horse-battery-staple-" * 40  # 1,160 characters
CHANGED = "/me/sign-in/"


def change(client: Any, new: str, old: str = PASSWORD) -> Any:
    return client.post(
        "/me/sign-in/password/", {"oldpassword": old, "password1": new, "password2": new}
    )


@pytest.mark.django_db
@pytest.mark.parametrize("length", [12, 64, 128, 1000])
def test_long_password_opens(supplier: Any, entered: Any, length: int) -> None:
    new = LONG[-length:]

    changed = change(entered(supplier), new)

    assert (changed.status_code, changed["Location"]) == (302, CHANGED)
    assert give_password(visitor(), supplier, new).status_code == 302
    assert give_password(visitor(), supplier, new[:-1]).status_code == 200


@pytest.mark.django_db
def test_short_password_is_refused(supplier: Any, entered: Any) -> None:
    assert change(entered(supplier), "amber-ancho").status_code == 200


@pytest.mark.django_db
def test_password_of_ten_years_ago_opens(supplier: Any) -> None:
    """No calendar makes anybody choose another one."""
    with time_machine.travel(timezone.now() + timedelta(days=3650)):
        answer = give_password(visitor(), supplier)

    assert (answer.status_code, answer["Location"]) == (302, "/")


@pytest.mark.parametrize(
    "password",
    [
        *(
            "my-Defence-2026",
            "ministry-of-nothing",
            "Bouei-Soubi-Cho",
            "防衛装備の十二文字以上",
            "PassWord-1234",
        ),
        *("portal-of-fudousan", "yamamotoyama", "takeshi.yamamoto", "takeshi.yamamoto@example"),
    ],
)
def test_password_that_anybody_would_try_here_is_refused(settings: Settings, password: str) -> None:
    """Words of the house, of its address, and of the person."""
    settings.PUBLIC_URL = "https://fms.fudousan.example.jp"
    who = PersonFactory.build(
        email="takeshi.yamamoto@example.jp", family_name="Yamamoto", given_name="Takeshi"
    )

    with pytest.raises(ValidationError):
        validate_password(password, who)
    validate_password(PASSWORD, who)


@pytest.mark.django_db
def test_refusal_reaches_the_page(supplier: Any, entered: Any) -> None:
    answer = change(entered(supplier), "my-defence-2026")

    assert "anybody would try first here" in answer.content.decode()


@pytest.mark.parametrize(
    "password", ["1234567890123", "administrator", "qwertyuiop12", "1q2w3e4r5t6y"]
)
def test_password_that_leaks_hold_is_refused(password: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password)

    assert "password_too_common" in {error.code for error in refused.value.error_list}


@pytest.mark.django_db
def test_weaker_hash_becomes_the_present_one_at_sign_in(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    who = person("contractor_sales")
    kept = []
    for weaker in (
        MD5PasswordHasher().encode(PASSWORD, "salt"),
        PBKDF2PasswordHasher().encode(PASSWORD, "salt", 1000),
    ):
        who.password = weaker
        who.save()
        assert give_password(visitor(), who).status_code == 302
        who.refresh_from_db()
        kept.append(who.password.split("$")[:2])

    assert kept == [["pbkdf2_sha256", str(PBKDF2PasswordHasher.iterations)]] * 2


def test_secrets_are_others_each_time_whatever_the_dice() -> None:
    """Whoever knows the state of Python's dice knows none of them."""
    rolled = []
    for _ in range(50):
        random.seed(1)
        rolled += [generate_totp_secret(), RecoveryCodes.generate_seed()]

    assert len(set(rolled)) == 100


@pytest.mark.django_db
def test_secrets_are_long_enough(clerk: Any) -> None:
    row = Authenticator.objects.get(user=clerk, type="recovery_codes")
    spare = row.wrap().get_unused_codes()

    assert len(generate_totp_secret()) * 5 >= 128  # base32
    assert len(spare) == len(set(spare)) == 10
    assert {(len(code), code.isdecimal()) for code in spare} == {(8, True)}
