"""Sign-in by OpenID Connect, with an issuer that answers by HTTP and can be told to lie."""

from __future__ import annotations

import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tests.factories import person
from tests.identity.conftest import visitor
from workflow.models import Entry

pytestmark = pytest.mark.django_db
PROVIDER, CLIENT, SECRET = "oidc-test", "this-house", "s3cret-of-this-house-at-the-issuer"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
STRANGE_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Issuer(ThreadingHTTPServer):
    """Says who somebody is, as OpenID Connect Core 1.0 wants it, unless it is told otherwise."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.address = f"http://127.0.0.1:{self.server_port}"
        self.subject, self.email, self.verified = "sub-1", "sales@example.jp", True
        self.claims: dict[str, Any] = {}  # changes to what the token says; None takes one away
        self.config: dict[str, Any] = {}
        self.about: dict[str, Any] = {}
        self.sign: Callable[[dict[str, Any]], str] = signed
        self.asked: dict[str, dict[str, str]] = {}
        self.given: list[str] = []

    def token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        says = {
            "iss": self.address,
            "sub": self.subject,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 60,
            "nonce": asked["nonce"],
            **self.claims,
        }
        self.given.append(self.sign({k: v for k, v in says.items() if v is not None}))
        return self.given[-1]


class Answers(BaseHTTPRequestHandler):
    server: Issuer

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, urlsplit(self.path).query
        if path == "/authorize":
            self._authorize({name: values[0] for name, values in parse_qs(query).items()})
            return
        issuer = self.server
        who = {"sub": issuer.subject, "email": issuer.email, "email_verified": issuer.verified}
        keys = {"keys": [published(KEY)]}
        self._say(
            {
                "/.well-known/openid-configuration": {
                    "issuer": issuer.address,
                    "authorization_endpoint": f"{issuer.address}/authorize",
                    "token_endpoint": f"{issuer.address}/token",
                    "userinfo_endpoint": f"{issuer.address}/userinfo",
                    "jwks_uri": f"{issuer.address}/keys",
                    **issuer.config,
                },
                "/keys": keys,
                "/userinfo": {**who, **issuer.about},
            }[path]
        )

    def do_POST(self) -> None:
        """A code is good once, for the client and the verifier it was asked for with."""
        length = int(self.headers["Content-Length"])
        given = {
            name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()
        }
        asked = self.server.asked.pop(given.get("code", ""), None)
        challenge = urlsafe_b64encode(sha256(given.get("code_verifier", "").encode()).digest())
        if (
            asked is None
            or (given["client_id"], given["client_secret"]) != (CLIENT, SECRET)
            or asked["redirect_uri"] != given["redirect_uri"]
            or asked["code_challenge_method"] != "S256"
            or asked["code_challenge"] != challenge.decode().rstrip("=")
        ):
            self._say({"error": "invalid_grant"}, status=400)
            return
        self._say(
            {"access_token": "a", "token_type": "Bearer", "id_token": self.server.token(asked)}
        )

    def _authorize(self, asked: dict[str, str]) -> None:
        code = f"code-{len(self.server.asked)}-{len(self.server.given)}"
        self.server.asked[code] = asked
        self.send_response(302)
        words = urlencode({"code": code, "state": asked["state"]})
        self.send_header("Location", f"{asked['redirect_uri']}?{words}")
        self.end_headers()

    def _say(self, what: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(what).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Says nothing."""


def signed(
    claims: dict[str, Any], key: Any = KEY, algorithm: str = "RS256", kid: str = "k1"
) -> str:
    return jwt.encode(claims, key, algorithm, headers={"kid": kid})


def published(key: Any) -> dict[str, Any]:
    words = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    return {**words, "kid": "k1", "alg": "RS256", "use": "sig"}


@pytest.fixture
def issuer(settings: Settings) -> Iterator[Issuer]:
    found = Issuer()
    thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    app = {"provider_id": PROVIDER, "name": "ID", "client_id": CLIENT, "secret": SECRET}
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "APPS": [{**app, "settings": {"server_url": found.address}}],
            "OAUTH_PKCE_ENABLED": True,
        }
    }
    yield found
    with suppress(OSError):
        found.shutdown()
    found.server_close()
    thread.join(10)


@pytest.fixture(autouse=True)
def known(supplier: Any) -> Any:
    """Somebody of a contractor, whom the house knows by the address that the issuer vouches for."""
    return supplier


def go(client: Client) -> str:
    """Press the button: where the browser is sent."""
    return client.post(f"/sign-in/at/{PROVIDER}/")["Location"]


def come_back(issuer: Issuer, address: str) -> str:
    """What the issuer sends the browser back with."""
    line = HTTPConnection("127.0.0.1", issuer.server_port, timeout=5)
    line.request("GET", address.removeprefix(issuer.address))
    found = line.getresponse().headers["Location"]
    line.close()
    return found.removeprefix("http://testserver")


def sign_in(issuer: Issuer, client: Client | None = None) -> Client:
    client = client or visitor()
    client.get(come_back(issuer, go(client)))
    return client


def is_in(client: Client) -> bool:
    return client.get("/supplier/").status_code == 200


def turned_away() -> list[dict[str, Any]]:
    return list(
        Entry.objects.filter(event=Entry.Event.SIGN_IN_FAILED).values_list("given__with", flat=True)
    )


# Believed ------------------------------------------------------------------------------------


def test_supplier_comes_in_by_the_issuer(issuer: Issuer, known: Any) -> None:
    client = sign_in(issuer)

    assert is_in(client)
    line = Entry.objects.get(event=Entry.Event.SIGNED_IN)
    assert line.actor_id == known.actor_id
    assert turned_away() == []


def test_known_subject_comes_in_under_another_address(issuer: Issuer) -> None:
    sign_in(issuer)
    issuer.email, issuer.verified = "renamed@example.jp", False

    assert is_in(sign_in(issuer))


def test_issuer_is_asked_with_nonce_state_and_challenge(issuer: Issuer) -> None:
    asked = parse_qs(urlsplit(go(visitor())).query)

    assert set(asked) >= {"nonce", "state", "code_challenge", "redirect_uri"}
    assert asked["code_challenge_method"] == ["S256"]
    assert min(len(asked[name][0]) for name in ("nonce", "code_challenge")) == 43


def test_link_does_not_decide_what_the_issuer_is_asked(issuer: Issuer) -> None:
    words = urlencode({"auth_params": "prompt=none&nonce=x", "scope": "admin"})
    address = visitor().post(f"/sign-in/at/{PROVIDER}/?{words}")["Location"]

    asked = parse_qs(urlsplit(address).query)
    assert "prompt" not in asked
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}
    assert asked["nonce"] != ["x"]


# Not believed --------------------------------------------------------------------------------


def unsigned(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, None, "none", headers={"kid": "k1"})


def with_our_secret(claims: dict[str, Any]) -> str:
    return signed(claims, SECRET, "HS256")


def with_its_public_key(claims: dict[str, Any]) -> str:
    """The old trick: what everybody knows, as a key of both."""
    return signed(claims, json.dumps(published(KEY)), "HS256")


LIES: dict[str, dict[str, Any]] = {
    "for another client": {"claims": {"aud": "another-house"}},
    "for several, by another's asking": {"claims": {"aud": [CLIENT, "x"], "azp": "x"}},
    "for several, by nobody's asking": {"claims": {"aud": [CLIENT, "x"]}},
    "for nobody": {"claims": {"aud": None}},
    "of another issuer": {"claims": {"iss": "https://issuer.example.jp"}},
    "of no issuer": {"claims": {"iss": None}},
    "of yesterday": {"claims": {"exp": 1_700_000_000}},
    "without an end": {"claims": {"exp": None}},
    "of tomorrow": {"claims": {"iat": 4_000_000_000}},
    "of another sign-in": {"claims": {"nonce": "of-another"}},
    "of no sign-in": {"claims": {"nonce": None}},
    "about nobody": {"claims": {"sub": None}},
    "about somebody else than it says later": {"about": {"sub": "sub-2"}},
    "unsigned": {"sign": unsigned},
    "signed by somebody else": {"sign": lambda claims: signed(claims, STRANGE_KEY)},
    "signed with a key nobody knows": {"sign": lambda claims: signed(claims, kid="k2")},
    "signed with our own secret": {"sign": with_our_secret},
    "signed with its public key": {"sign": with_its_public_key},
    "no token": {"sign": lambda _claims: ""},
    "not a token": {"sign": lambda _claims: "a.b.c"},
    "from a house that calls itself otherwise": {"config": {"issuer": "https://issuer.example.jp"}},
    "from a house that does not say where to ask": {"config": {"jwks_uri": ""}},
    "an address it has not verified": {"verified": False},
    "an address it is not sure of": {"verified": "yes"},
    "an address of nobody": {"email": "nobody@example.jp"},
}


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.replace(" ", "-"))
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_what_does_not_prove_who_somebody_is_brings_nobody_in(issuer: Issuer, lie: str) -> None:
    client = visitor()
    address = go(client)
    for name, value in LIES[lie].items():
        setattr(issuer, name, value)

    answer = client.get(come_back(issuer, address))

    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/")
    assert not is_in(client)
    assert turned_away() == ["oidc"]
    assert not Entry.objects.filter(event=Entry.Event.SIGNED_IN).exists()


def test_way_that_began_in_another_browser_ends_nowhere(issuer: Issuer) -> None:
    """Or a link could sign somebody in as somebody else."""
    mine, theirs = visitor(), visitor()
    go(mine)
    back = come_back(issuer, go(theirs))

    mine.get(back)

    assert not is_in(mine)
    assert turned_away() == ["oidc"]


def test_answer_is_good_once(issuer: Issuer) -> None:
    client = visitor()
    back = come_back(issuer, go(client))
    client.get(back)
    client.post("/sign-out/")

    client.get(back)

    assert not is_in(client)
    assert turned_away() == ["oidc"]


def test_token_of_an_earlier_sign_in_is_refused(issuer: Issuer) -> None:
    sign_in(issuer)
    (earlier,) = issuer.given
    issuer.sign = lambda _claims: earlier

    assert not is_in(sign_in(issuer))
    assert turned_away() == ["oidc"]


def test_code_of_one_browser_is_worth_nothing_in_another(issuer: Issuer) -> None:
    """It was asked for with a verifier that only the first one's session knows."""
    mine, theirs = visitor(), visitor()
    state = parse_qs(urlsplit(come_back(issuer, go(mine))).query)["state"][0]
    code = parse_qs(urlsplit(come_back(issuer, go(theirs))).query)["code"][0]

    mine.get(f"/sign-in/at/{PROVIDER}/back/?{urlencode({'code': code, 'state': state})}")

    assert not is_in(mine)
    assert turned_away() == ["oidc"]


def test_issuer_that_is_away_brings_nobody_in(issuer: Issuer) -> None:
    client = visitor()
    back = come_back(issuer, go(client))
    issuer.shutdown()
    issuer.server_close()

    going, coming = visitor().post(f"/sign-in/at/{PROVIDER}/"), client.get(back)

    assert [answer["Location"] for answer in (going, coming)] == ["/sign-in/", "/sign-in/"]
    assert not is_in(client)


# Sessions ------------------------------------------------------------------------------------


def test_nobody_is_signed_in_without_pressing_the_button(issuer: Issuer) -> None:
    client = visitor()

    answers = [client.get(f"/sign-in/at/{PROVIDER}/"), client.get(f"/sign-in/at/{PROVIDER}/back/")]

    assert answers[0].status_code == 405
    assert answers[1]["Location"] == "/sign-in/"
    assert issuer.asked == {}
    assert not is_in(client)


def test_session_of_ours_ends_whatever_the_issuers_does(issuer: Issuer) -> None:
    client = sign_in(issuer)

    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        over = is_in(client)
        again = is_in(sign_in(issuer, client))

    assert (over, again) == (False, True)
    assert len(issuer.given) == 2


def test_strength_that_the_issuer_claims_is_not_believed(issuer: Issuer) -> None:
    """What asks for a proof asks here: a password or a second factor of the house."""
    issuer.claims = {"amr": ["mfa", "hwk"], "acr": "high", "auth_time": int(time.time())}
    client = sign_in(issuer)

    asked = client.get("/me/sign-in/passkeys/add/")

    assert is_in(client)
    assert asked["Location"].startswith("/confirm/")


@pytest.mark.parametrize("role", ["case_manager", "security_officer", "requester"])
def test_who_is_no_supplier_does_not_come_this_way(issuer: Issuer, role: str) -> None:
    person(role, email="other@example.jp")
    issuer.email = "other@example.jp"

    client = sign_in(issuer)

    assert client.get("/")["Location"].startswith("/sign-in/")
    assert turned_away() == ["oidc"]
