"""Signing in, proving who one is, and how one signs in: allauth's views on the house's pages.

Their addresses and policies stand in `identity_urls`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.account.adapter import get_adapter
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.adapter import get_adapter as factors
from allauth.mfa.base import views as mfa
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount.adapter import get_adapter as issuers
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from partners.identity import confirmation, second_factor, sessions
from partners.identity.adapters import turned_away
from partners.identity.forms import ConfirmInPlaceForm, PasswordInPlaceForm
from partners.identity.issuer import NOT_BELIEVED, Issuer
from portal.demo import SampleCode, demo_accounts, sample_code
from workflow import refusals
from workflow.models import Case
from workflow.refusals import Refusal


class SignIn(account.LoginView):
    template_name = "portal/sign_in.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        request = self.request
        return super().get_context_data(**kwargs) | {
            "demo_accounts": demo_accounts() if settings.DEMO else [],
            "why_ended": request.session.pop(sessions.WHY_ENDED, ""),
            "issuers": issuers().list_providers(request)
            if settings.SOCIALACCOUNT_PROVIDERS
            else [],
            "next": get_next_redirect_url(request) or "",
        }


def to_the_issuer(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _with_the_issuer(OAuth2LoginView, request, provider_id)


def back_from_the_issuer(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _with_the_issuer(OAuth2CallbackView, request, provider_id)


def _with_the_issuer(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    """An issuer that does not answer, or not in a way to be believed, brings nobody in."""
    try:
        answer: HttpResponse = view.adapter_view(Issuer(request, provider_id))(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except NOT_BELIEVED:
        return turned_away(request)
    return answer


class Code(mfa.AuthenticateView):
    """The second factor at sign-in."""

    template_name = "portal/identity/code.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = self.stage.login.user
        return super().get_context_data(**kwargs) | {"sample": sample_code(person)}


def confirm(request: HttpRequest) -> HttpResponse:
    """To the page that asks for the strongest thing somebody has."""
    methods = get_adapter().get_reauthentication_methods(request.user)
    if not methods:
        messages.warning(
            request, _("Set up a second factor first: this has to be confirmed by it.")
        )
        return redirect("mfa_index")
    query = urlencode({"next": get_next_redirect_url(request) or reverse("mfa_index")})
    return redirect(f"{methods[0]['url']}?{query}")


class _Confirm:
    """What the three pages that ask who one is have in common."""

    template_name = "portal/identity/confirm.html"

    def _check_ratelimit(self, request: HttpRequest) -> None:
        """The forms count attempts themselves."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        context["next"] = get_next_redirect_url(self.request) or ""  # type: ignore[attr-defined]
        return context


class ConfirmByPassword(_Confirm, account.ReauthenticateView):
    """For somebody without a second factor."""


class ConfirmByCode(_Confirm, mfa.ReauthenticateView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"sample": sample_code(self.request.user)}


class ConfirmByPasskey(_Confirm, webauthn.ReauthenticateWebAuthnView):
    template_name = "portal/identity/confirm_by_passkey.html"

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form))


class HowISignIn(mfa.IndexView):
    template_name = "portal/identity/index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = self.request.user
        return super().get_context_data(**kwargs) | {
            "sessions": sessions.sessions_of(person),
            "is_needed": second_factor.is_needed(person),
            "has_second_factor": confirmation.has_second_factor(person),
            "passkeys_work": passkeys_work(self.request),
        }


def passkeys_work(request: HttpRequest) -> bool:
    """Browsers tie passkeys to a name: an address of digits has none."""
    try:
        ipaddress.ip_address(request.get_host().rsplit(":", 1)[0].strip("[]"))
    except ValueError:
        return True
    return False


class AddPasskey(webauthn.AddWebAuthnView):
    template_name = "portal/identity/add_passkey.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # allauth forgets the form that was refused, and with it what is wrong.
        return super().get_context_data(**kwargs) | kwargs | self._offered_form(kwargs)

    def _offered_form(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"form": given.get("form") or self.get_form()}


class RemovePasskey(webauthn.RemoveWebAuthnView):
    template_name = "portal/identity/remove_passkey.html"
    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        if not factors().can_delete_authenticator(self.get_object()):
            messages.error(self.request, factors().error_messages["cannot_delete_authenticator"])
            return redirect("mfa_index")
        return super().form_valid(form)


class RemoveApp(totp.DeactivateTOTPView):
    template_name = "portal/identity/remove_app.html"


class ChangePassword(account.PasswordChangeView):
    template_name = "portal/identity/change_password.html"

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if not request.user.has_usable_password():
            return redirect("account_reset_password")
        return super().dispatch(request, *args, **kwargs)


def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own sessions, perhaps on a device that is not at hand."""
    if not sessions.end_one(request.user, pk):
        raise Http404
    messages.success(request, _("The session is ended."))
    return redirect("mfa_index")


def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    response = redirect("account_login")
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


# Inside the form of a step -------------------------------------------------------------------


@dataclass(frozen=True)
class Proof:
    """The question who one is, inside the form of a step whose answer has grown old."""

    form: Any
    sample: SampleCode | None
    elsewhere: str


def asked_in_place(request: HttpRequest, step: str, case: Case | None = None) -> Proof | None:
    """None when the person has proved who they are by what came along; else what still asks."""
    has_factor = confirmation.has_second_factor(request.user)
    kind = ConfirmInPlaceForm if has_factor else PasswordInPlaceForm
    given = any(name.startswith("confirm-") for name in request.POST)
    form = kind(request.user, request.POST if given else None)
    if given and form.is_valid():
        form.save()
        return None
    if given:
        kind_of_case = case.kind() if case else ""
        refusals.note(Refusal("", rule="second factor", case=case, kind=kind_of_case, step=step))
    query = urlencode({"next": reverse("mfa_index")})
    return Proof(form, sample_code(request.user), f"{reverse('confirm')}?{query}")


def freshly(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Only for whoever has just proved who they are.

    Others are led to it and back before the form is shown. When that has grown old over the
    filling in, the form itself asks: a view that is given a `proof` shows what was typed, with it.
    """

    @wraps(view)
    def asked(request: HttpRequest, **names: Any) -> HttpResponse:
        if confirmation.is_fresh(request):
            return view(request, **names)
        if request.method == "GET":
            return second_factor.to_confirmation(request)
        proof = asked_in_place(request, names.get("act", view.__name__))
        return view(request, proof=proof, **names)

    return asked
