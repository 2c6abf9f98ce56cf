"""An OpenID Connect issuer, believed as far as it proves what it says (OpenID Connect Core 3.1.3.7).

allauth walks the way to the issuer and back: state, PKCE, the code for a token. What it leaves out
stands here: the signature of the token, a nonce that binds it to this browser's request, and that
the issuer's two answers speak of the same person.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest

# Signed with a key of the issuer's own: never with our secret, never with nothing.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
CLAIMS = ["iss", "sub", "aud", "exp", "iat", "nonce"]
CLOCKS_DIFFER = 30  # seconds
# What goes wrong on the way: no answer, or none that holds.
NOT_BELIEVED = (OAuth2Error, OSError)
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")


def nonce_of(verifier: str) -> str:
    """Known to whoever holds the session in which the way to the issuer began."""
    return urlsafe_b64encode(sha256(f"nonce:{verifier}".encode()).digest()).decode().rstrip("=")


class Issuer(OpenIDConnectOAuth2Adapter):
    verifier = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        config: dict[str, Any] = super().openid_config
        expected = self.get_provider().app.settings["server_url"]
        if str(config.get("issuer", "")).rstrip("/") != expected:
            raise OAuth2Error("The issuer calls itself otherwise.")
        if not all(config.get(name) for name in ENDPOINTS):
            raise OAuth2Error("The issuer does not say where to ask.")
        return config

    def get_access_token_data(
        self, request: HttpRequest, app: SocialApp, client: Any, pkce_code_verifier: str = ""
    ) -> dict[str, Any]:
        self.verifier = pkce_code_verifier
        data: dict[str, Any] = super().get_access_token_data(
            request, app, client, pkce_code_verifier=pkce_code_verifier
        )
        return data

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **given: Any
    ) -> SocialLogin:
        proven = self._proven(app, given["response"].get("id_token") or "")
        about = self._fetch_user_info(token.token)
        if about.get("sub") != proven["sub"]:
            raise OAuth2Error("The issuer's answers are about two people.")
        said = {"userinfo": about, "id_token": proven}
        return self.get_provider().sociallogin_from_response(request, said)

    def _proven(self, app: SocialApp, written: str) -> dict[str, Any]:
        """What the token says. Raises `OAuth2Error` if it proves nothing to us, now."""
        try:
            said: dict[str, Any] = jwt.decode(
                written,
                self._key(jwt.get_unverified_header(written)),
                algorithms=ALGORITHMS,
                audience=app.client_id,
                issuer=self.openid_config["issuer"],
                leeway=CLOCKS_DIFFER,
                options={"require": CLAIMS},
            )
        except jwt.PyJWTError as error:
            raise OAuth2Error("The token does not hold.") from error
        except LookupError as error:
            raise OAuth2Error(
                "The token is signed with a key that the issuer does not publish."
            ) from error
        expected = nonce_of(self.verifier).encode()
        if not secrets.compare_digest(str(said["nonce"]).encode(), expected):
            raise OAuth2Error("The token belongs to another sign-in.")
        if not _is_for(app.client_id, said):
            raise OAuth2Error("The token was made for another client.")
        return said

    def _key(self, head: dict[str, Any]) -> jwt.PyJWK:
        """The issuer's key of that name, as it publishes it now."""
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
            found: jwt.PyJWK = jwt.PyJWKSet.from_dict(answer.json())[head["kid"]]
        return found


class Provider(OpenIDConnectProvider):
    oauth2_adapter_class = Issuer

    def get_pkce_params(self) -> dict[str, str]:
        words: dict[str, str] = super().get_pkce_params()
        return words | {"nonce": nonce_of(words["code_verifier"])}

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, str]:
        """What the issuer is asked is the house's decision, not that of a link to it."""
        words: dict[str, str] = self.get_auth_params()
        return words

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        scope: list[str] = self.get_scope()
        return scope


def _is_for(client_id: str, said: dict[str, Any]) -> bool:
    """Made for us alone, or, among several, by our asking."""
    audience = said["aud"] if isinstance(said["aud"], list) else [said["aud"]]
    party = said.get("azp", client_id if len(audience) == 1 else "")
    return bool(party == client_id)
