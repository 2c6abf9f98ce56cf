"""What allauth asks the house: who may come in, with what, in which words.

Three adapters, one for each of its parts: accounts, second factors, and sign-in at somebody
else's door (OpenID Connect). Nobody signs up; nobody is created.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from partners import access, rates
from partners.identity import (
    attempts,
    confirmation,
    letters,
    lines,
    sealing,
    second_factor,
    sessions,
)
from partners.identity.issuer import Provider as Issued
from partners.models import Person

# What allauth says on its pages, in our words; what is not here is not said.
SAID = {
    "mfa/messages/totp_activated.txt": _("The authenticator app is set up."),
    "mfa/messages/totp_deactivated.txt": _("The authenticator app is removed."),
    "mfa/messages/webauthn_added.txt": _("The passkey is added."),
    "mfa/messages/webauthn_removed.txt": _("The passkey is removed."),
    "mfa/messages/recovery_codes_generated.txt": _("New recovery codes are made."),
    "account/messages/password_changed.txt": _("The password is changed."),
}


class SignIn(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The e-mail address or the password is not correct."),
        "incorrect_password": _("The password is not correct."),
        "enter_current_password": _("The password is not correct."),
        "incorrect_code": _("This code is not correct, or has been used already."),
        "too_many_login_attempts": _("Too many failed attempts. Try again in a while."),
        "invalid_password_reset": _("This link is not valid any more. Ask for a new one."),
    }

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Person | None:
        """The person, if the password fits and they may sign in: whatever is wrong looks alike."""
        email = str(credentials.get("email", ""))
        counted = attempts.account(email), attempts.address(self.get_client_ip(request))
        if not attempts.may_try(*counted):
            raise self.validation_error("too_many_login_attempts")
        person = authenticate(request, **credentials)
        AuthenticationBackend.unstash_authenticated_user()  # who may not sign in is nobody here
        if not isinstance(person, Person):
            lines.failed(request, email)
            return None
        attempts.give_back(*counted)
        return person

    def get_client_ip(self, request: HttpRequest) -> str:
        return rates.address_of(request)

    def reauthenticate(self, user: Any, password: str) -> bool:
        return self.authenticate(context.request, email=user.email, password=password) == user

    def post_login(self, request: HttpRequest, user: Any, **words: Any) -> HttpResponse:
        response = super().post_login(request, user, **words)
        request.session.save()  # or it would pass for one that is over
        sessions.end_surplus(user)
        return response

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        messages.error(request, self.error_messages["email_password_mismatch"])
        return redirect("account_login")

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_reauthentication_required(self, *, app: str, **words: Any) -> bool:
        return not confirmation.is_fresh(context.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """A password proves nothing about somebody who has a second factor."""
        methods = super().get_reauthentication_methods(user)
        stronger = [method for method in methods if method["id"] != "reauthenticate"]
        return [{**method, "description": _METHODS[method["id"]]} for method in stronger or methods]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        text = message or SAID.get(message_template or "")
        if text:
            messages.add_message(request, level, text, extra_tags=extra_tags)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        letters.write_changed(user, template_prefix.rpartition("/")[2])


_METHODS = {
    "reauthenticate": _("With your password"),
    "mfa_reauthenticate": _("With a one-time code"),
    "mfa_reauthenticate:webauthn": _("With a passkey"),
}


class SecondFactor(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": SignIn.error_messages["incorrect_code"],
        "cannot_delete_authenticator": _(
            "The last second factor stays: whoever works for the agency or a ministry needs one. "
            "Set up another one first."
        ),
        "cannot_generate_recovery_codes": _(
            "Recovery codes stand in for a second factor. Set one up first."
        ),
    }

    def encrypt(self, text: str) -> str:
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(encrypted_text)

    def get_totp_issuer(self) -> str:
        return gettext("Government Sales Case System")

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        rows = Authenticator.objects.filter(user=authenticator.user)
        others = rows.filter(type__in=confirmation.FACTORS).exclude(pk=authenticator.pk)
        return not second_factor.is_needed(authenticator.user) or others.exists()

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey %(number)s") % {"number": number}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        entity = super().get_public_key_credential_user_entity(user)
        return {**entity, "display_name": user.official_name}


class ForeignSignIn(DefaultSocialAccountAdapter):
    """Sign-in at an OpenID Connect issuer, for people of contractors who are known already.

    Their identity is the pair of issuer and subject, kept at the first visit, at which a verified
    e-mail address says who they are.
    """

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def get_provider(self, request: HttpRequest, provider: str, client_id: Any = None) -> Any:
        """Whoever it is, in the house's manner of believing."""
        found = super().get_provider(request, provider, client_id)
        return Issued(request, app=found.app)

    def get_requests_session(self) -> Any:
        """An issuer answers where it is asked."""
        session = super().get_requests_session()
        session.max_redirects = 0
        return session

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        person = sociallogin.user if sociallogin.is_existing else _by_verified_email(sociallogin)
        asks_to_sign_in = sociallogin.state.get("process") in {None, "", "login"}
        if person is None or not asks_to_sign_in or not _may_come_this_way(person):
            raise ImmediateHttpResponse(turned_away(request))
        if not sociallogin.is_existing:
            sociallogin.connect(request, person)

    def on_authentication_error(self, request: HttpRequest, *_args: Any, **_words: Any) -> None:
        raise ImmediateHttpResponse(turned_away(request))

    def send_notification_mail(self, template_prefix: str, user: Any, *_a: Any, **_w: Any) -> None:
        letters.write_changed(user, template_prefix.rpartition("/")[2])


def _by_verified_email(sociallogin: SocialLogin) -> Person | None:
    verified = [row.email.lower() for row in sociallogin.email_addresses if row.verified is True]
    found = list(Person.objects.filter(email__in=verified, is_active=True))
    return found[0] if len(found) == 1 else None


def _may_come_this_way(person: Any) -> bool:
    """An active person who works for a contractor today and neither for agency nor ministry."""
    return access.works_in(person, "contractor") and not second_factor.is_needed(person)


def turned_away(request: HttpRequest) -> HttpResponse:
    lines.turned_away(request)
    messages.error(request, gettext("You could not be signed in this way."))
    return redirect("account_login")
