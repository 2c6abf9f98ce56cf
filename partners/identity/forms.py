"""What a person types to come in, to prove who they are, and to change how they sign in.

allauth's forms with the house's words, the house's counting of attempts and codes that are good
once. No answer tells whether an address is known.
"""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa.base import forms as codes_of_allauth
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from allauth.mfa.webauthn.internal import auth
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from partners.identity import attempts, codes, confirmation, letters

CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}


def password_rules() -> str:
    return " ".join(password_validators_help_texts())


def closed() -> ValidationError:
    return get_adapter().validation_error("too_many_login_attempts")


def wrong_code() -> ValidationError:
    return get_adapter().validation_error("incorrect_code")


class SignInForm(account.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.EmailField(
            label=_("E-mail address"),
            widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        )
        self.fields["password"].label = _("Password")
        _undress(self)
        self.order_fields(["login", "password"])


class PasswordAgainForm(account.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Password")
        _undress(self)


class ForgottenPasswordForm(forms.Form):
    """The letter is written for whatever address was typed; the worker knows whose it is."""

    email = forms.EmailField(
        label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )

    def save(self, request: Any, **_words: Any) -> str:
        email: str = self.cleaned_data["email"]
        if attempts.may_try(attempts.reset(email)):
            letters.write_reset(email)
        return email


class NewPasswordForm(account.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _call_new_passwords(self)


class ChangePasswordForm(account.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Present password")
        _call_new_passwords(self)

    def clean_oldpassword(self) -> str:
        """Guesses are counted here as at the entrance."""
        password: str = self.cleaned_data["oldpassword"]
        if not get_adapter().reauthenticate(self.user, password):
            raise get_adapter().validation_error("enter_current_password")
        return password


class _Code(codes_of_allauth.BaseAuthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = forms.CharField(
            label=_("One-time code"),
            help_text=_("Six digits from your authenticator app, or one of your recovery codes."),
            max_length=20,
            widget=forms.TextInput(attrs=CODE),
        )

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        subject = attempts.factor(self.user)
        if not attempts.may_try(subject, by=self.user):
            raise closed()
        spent = codes.spend(self.user, code)
        if spent is None:
            self._emit_authentication_failed(_main_factor(self.user))
            raise wrong_code()
        spent.user = self.user
        self.authenticator = spent
        attempts.give_back(subject)
        return code


class CodeForm(_Code, codes_of_allauth.AuthenticateForm):
    """The second factor at sign-in."""


class CodeAgainForm(_Code, codes_of_allauth.ReauthenticateForm):
    """The second factor, asked for again."""


class _Passkey(webauthn.AuthenticateWebAuthnForm):
    def clean_credential(self) -> Authenticator:
        credential = self.cleaned_data["credential"]
        subject = attempts.factor(self.user)
        if not attempts.may_try(subject, by=self.user):
            raise closed()
        auth.parse_authentication_response(credential)
        found: Authenticator = auth.complete_authentication(self.user, credential)
        attempts.give_back(subject)
        return found


class PasskeyForm(_Passkey):
    """A passkey at sign-in."""


class PasskeyAgainForm(_Passkey, webauthn.ReauthenticateWebAuthnForm):
    """A passkey, asked for again."""


class ActivateAppForm(totp.ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = forms.CharField(
            label=_("One-time code"),
            help_text=_("The six digits that the app shows now."),
            max_length=20,
            widget=forms.TextInput(attrs=CODE),
        )

    def clean_code(self) -> str:
        subject = attempts.factor(self.user)
        if not attempts.may_try(subject, by=self.user):
            raise closed()
        code: str = super().clean_code()
        attempts.give_back(subject)
        return code


class AddPasskeyForm(webauthn.AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the passkey")
        self.fields["name"].help_text = _("So that you recognise it: the device, for example.")
        self.fields["name"].max_length = 100


class ConfirmInPlaceForm(CodeAgainForm):
    """The one-time code inside the form of a step, when the last one has grown old."""

    prefix = "confirm"

    def __init__(self, person: Any, data: Any = None) -> None:
        super().__init__(data, user=person)


class PasswordInPlaceForm(PasswordAgainForm):
    """The same for somebody who has no second factor."""

    prefix = "confirm"

    def __init__(self, person: Any, data: Any = None) -> None:
        super().__init__(data, user=person)

    def save(self) -> None:
        confirmation.note_password(context.request)


def _main_factor(person: Any) -> Authenticator | None:
    rows = Authenticator.objects.filter(user_id=person.pk)
    return rows.filter(type=Authenticator.Type.TOTP).first() or rows.first()


def _call_new_passwords(form: forms.Form) -> None:
    form.fields["password1"].label = _("New password")
    form.fields["password1"].help_text = password_rules()
    form.fields["password2"].label = _("New password again")
    _undress(form)


def _undress(form: forms.Form) -> None:
    """A label inside its field goes away as one types: ours stand above."""
    for name, field in form.fields.items():
        field.widget.attrs.pop("placeholder", None)
        if name in {"password", "oldpassword"}:
            field.help_text = ""
