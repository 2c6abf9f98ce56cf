"""What the trail is told of signing in: allauth's signals, each as one line.

A failed sign-in is nobody's act: the actor is unknown, the account it was tried on is its subject,
and of what was typed only a keyed hash is kept.
"""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.account.authentication import get_authentication_records
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.signals import social_account_added
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from partners.identity import codes, confirmation, sessions
from partners.identity.attempts import UNKNOWN, short_hash
from partners.models import Person
from partners.rates import address_of
from workflow.models import Entry
from workflow.rights import Capacity
from workflow.trail import record

Event = Entry.Event


def capacity_of(person: Person) -> Capacity | None:
    row = next(iter(person.memberships_today), None)
    return Capacity(row.role, row.organisation.name_en) if row else None


def failed(request: HttpRequest, email: str) -> None:
    """A password that does not fit, or an address that is nobody's: the same line, the same time."""
    person = Person.objects.filter(email=email.lower()).first()
    record(
        Event.SIGN_IN_FAILED,
        by=UNKNOWN,
        subject=f"partners.person:{person.pk}" if person else "",
        given={"address": short_hash(email), "with": "password", "from": address_of(request)},
    )


def turned_away(request: HttpRequest) -> None:
    """Somebody came from a foreign issuer whom the house does not let in."""
    record(Event.SIGN_IN_FAILED, by=UNKNOWN, given={"with": "oidc", "from": address_of(request)})


@receiver(user_logged_in)
def begin_session(request: HttpRequest, **_more: Any) -> None:
    if hasattr(request, "session"):
        sessions.begin(request.session)


@receiver(account.user_logged_in)
def signed_in(request: HttpRequest, user: Person, **_more: Any) -> None:
    methods = [
        one.get("type") or one["method"] for one in get_authentication_records(request, user)
    ]
    record(
        Event.SIGNED_IN,
        by=user,
        capacity=capacity_of(user),
        given={"with": methods, "from": address_of(request)},
    )


@receiver(user_logged_out)
def signed_out(request: HttpRequest, user: Person | None, **_more: Any) -> None:
    if user is not None:
        record(Event.SIGNED_OUT, by=user, capacity=capacity_of(user))


@receiver(social_account_added)
def issuer_connected(sociallogin: SocialLogin, **_more: Any) -> None:
    _changed(sociallogin.user, f"{sociallogin.account.provider} connected")


@receiver(account.authentication_step_completed)
def confirmed(user: Person, method: str, **more: Any) -> None:
    if more.get("reauthenticated"):
        record(
            Event.CONFIRMED_IDENTITY,
            by=user,
            capacity=capacity_of(user),
            given={"with": more.get("type") or method},
        )


@receiver(mfa.authentication_failed)
def factor_failed(
    request: HttpRequest, user: Person, authenticator: Authenticator | None, **_more: Any
) -> None:
    kind = authenticator.type if authenticator else "webauthn"
    record(
        Event.SIGN_IN_FAILED,
        by=UNKNOWN,
        subject=f"partners.person:{user.pk}",
        given={"with": kind, "from": address_of(request)},
    )


@receiver(mfa.authenticator_added)
def factor_added(
    request: HttpRequest, user: Person, authenticator: Authenticator, **_more: Any
) -> None:
    if authenticator.type == Authenticator.Type.TOTP:
        codes.spend(user, request.POST["code"])  # what set the app up opens nothing after it
    if authenticator.type in confirmation.FACTORS:
        confirmation.note_second_factor(request, authenticator)
    _changed(user, f"{authenticator.type} added")


@receiver(mfa.authenticator_removed)
def factor_removed(user: Person, authenticator: Authenticator, **_more: Any) -> None:
    _changed(user, f"{authenticator.type} removed")


@receiver(mfa.authenticator_reset)
def factor_reset(user: Person, authenticator: Authenticator, **_more: Any) -> None:
    _changed(user, f"{authenticator.type} made anew")


@receiver([account.password_changed, account.password_set, account.password_reset])
def password_changed(user: Person, **_more: Any) -> None:
    _changed(user, "password changed")


def _changed(person: Person, what: str) -> None:
    record(
        Event.CREDENTIAL_CHANGED,
        by=person,
        capacity=capacity_of(person),
        subject=f"partners.person:{person.pk}",
        given={"what": what},
    )
