"""Every address of signing in, with its policy, in one place. Of allauth nothing else is served.

Its names stay as allauth calls them, since it looks its own addresses up by name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account import views as account
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.urls import URLPattern, path, re_path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from partners.policies import Policy, anybody, proving, signed_in
from portal import identity


def route(
    address: str, policy: Policy, view: Callable[..., Any], name: str, kind: Any = path
) -> URLPattern:
    found: URLPattern = kind(address, policy(never_cache(view)), name=name)
    return found


PAGES = "portal/identity"
ENTRANCE = [
    route("sign-in/", anybody, identity.SignIn.as_view(), "account_login"),
    route("sign-in/code/", anybody, identity.Code.as_view(), "mfa_authenticate"),
    route(
        "sign-in/password/",
        anybody,
        account.PasswordResetView.as_view(template_name=f"{PAGES}/forgotten.html"),
        "account_reset_password",
    ),
    route(
        "sign-in/password/sent/",
        anybody,
        account.PasswordResetDoneView.as_view(template_name=f"{PAGES}/forgotten_sent.html"),
        "account_reset_password_done",
    ),
    route(
        "^sign-in/password/(?P<uidb36>[0-9a-f]{32})-(?P<key>[0-9a-z-]{1,80})/$",
        anybody,
        account.PasswordResetFromKeyView.as_view(template_name=f"{PAGES}/new_password.html"),
        "account_reset_password_from_key",
        kind=re_path,
    ),
    route(
        "sign-in/password/changed/",
        anybody,
        account.PasswordResetFromKeyDoneView.as_view(
            template_name=f"{PAGES}/password_changed.html"
        ),
        "account_reset_password_from_key_done",
    ),
    route(
        "sign-in/at/<slug:provider_id>/",
        anybody,
        require_POST(identity.to_the_issuer),
        "openid_connect_login",
    ),
    route(
        "sign-in/at/<slug:provider_id>/back/",
        anybody,
        require_GET(identity.back_from_the_issuer),
        "openid_connect_callback",
    ),
    route("sign-out/", proving, require_POST(identity.sign_out), "sign_out"),
]
CONFIRMING = [
    route("confirm/", proving, require_GET(identity.confirm), "confirm"),
    route(
        "confirm/password/", proving, identity.ConfirmByPassword.as_view(), "account_reauthenticate"
    ),
    route("confirm/code/", proving, identity.ConfirmByCode.as_view(), "mfa_reauthenticate"),
    route(
        "confirm/passkey/",
        proving,
        identity.ConfirmByPasskey.as_view(),
        "mfa_reauthenticate_webauthn",
    ),
]
OWN = [
    route("me/sign-in/", proving, require_GET(identity.HowISignIn.as_view()), "mfa_index"),
    route(
        "me/sign-in/app/",
        proving,
        totp.ActivateTOTPView.as_view(template_name=f"{PAGES}/add_app.html"),
        "mfa_activate_totp",
    ),
    route("me/sign-in/app/remove/", signed_in, identity.RemoveApp.as_view(), "mfa_deactivate_totp"),
    route("me/sign-in/passkeys/add/", proving, identity.AddPasskey.as_view(), "mfa_add_webauthn"),
    route(
        "me/sign-in/passkeys/<int:pk>/remove/",
        signed_in,
        identity.RemovePasskey.as_view(),
        "mfa_remove_webauthn",
    ),
    route(
        "me/sign-in/recovery-codes/",
        signed_in,
        recovery_codes.ViewRecoveryCodesView.as_view(template_name=f"{PAGES}/recovery_codes.html"),
        "mfa_view_recovery_codes",
    ),
    route(
        "me/sign-in/recovery-codes/new/",
        signed_in,
        recovery_codes.GenerateRecoveryCodesView.as_view(
            template_name=f"{PAGES}/new_recovery_codes.html"
        ),
        "mfa_generate_recovery_codes",
    ),
    route(
        "me/sign-in/recovery-codes/file/",
        signed_in,
        recovery_codes.DownloadRecoveryCodesView.as_view(
            template_name=f"{PAGES}/recovery_codes.txt"
        ),
        "mfa_download_recovery_codes",
    ),
    route(
        "me/sign-in/password/",
        signed_in,
        identity.ChangePassword.as_view(),
        "account_change_password",
    ),
    route(
        "me/sign-in/sessions/<int:pk>/end/",
        signed_in,
        require_POST(identity.end_session),
        "end_session",
    ),
]
urlpatterns = [*ENTRANCE, *CONFIRMING, *OWN]
