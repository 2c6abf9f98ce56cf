"""docs/security.md, part 3, describes passwords, sessions, keys and costly work as the code has them."""

from __future__ import annotations

import ast
import re

import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.password_validation import get_default_password_validators

from documents.contents import bounded
from fms_agency import settings as written
from notifications import outgoing
from partners.identity import passwords
from tests.house.code import ROOT, modules, name_of, tree

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### ([^\n]+)\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))
# What the launcher, the demo and the drills make guards nothing that is not made anew with them.
TRIAL = ("fms_agency/house/", "fms_agency/demo/", "fms_agency/drills/")
CIPHERS = {"hashlib", "hmac", "secrets", "ssl", "cryptography", "salted_hmac", "compare_digest"}
STRENGTHS = {"SHA-256": 128, "SHA-512": 256, "HMAC-SHA-256": 256, "Ed25519": 128, "Fernet": 128}


def section(name: str) -> str:
    return SECTIONS[name]


def rows(name: str) -> list[list[str]]:
    found = re.findall(r"^\| (.*) \|$", section(name), re.MULTILINE)
    return [line.split(" | ") for line in found if not line.startswith("---")]


def test_words_that_no_password_may_hold_are_listed() -> None:
    text = " ".join(section("Passwords").split())

    listed = re.search(r"host's name: ([^.]+)\.", text)

    assert listed is not None
    assert tuple(listed[1].split(", ")) == passwords.WORDS
    lengths = [getattr(one, "min_length", None) for one in get_default_password_validators()]
    assert lengths[0] == 12
    assert "12 characters at least" in text


@pytest.mark.parametrize(
    ("name", "unit", "value"),
    [
        ("SESSION_IDLE_MINUTES", "minutes", 30),
        ("SESSION_ABSOLUTE_HOURS", "hours", 12),
        ("SESSIONS_PER_PERSON", "", 5),
        ("REAUTHENTICATION_SECONDS", "seconds", 300),
    ],
)
def test_sessions_last_as_described(name: str, unit: str, value: int) -> None:
    """What each setting is by default stands on the page, with the reason."""
    (row,) = [row for row in rows("Sessions") if f"(`{name}`)" in row[1]]
    source = (ROOT / "fms_agency" / "settings.py").read_text()

    assert (
        re.search(rf"\b{value} ?{unit} \(`{name}`\)", row[1]) or f"after {value} {unit}" in row[1]
    )
    assert f'{name} = env.number("{name}", {value})' in source
    assert len(row[2]) > 10


def test_token_lasts_as_described() -> None:
    (row,) = [row for row in rows("Sessions") if row[0] == "a token of the API"]

    assert row[1] == f"{settings.OAUTH2_PROVIDER['ACCESS_TOKEN_EXPIRE_SECONDS']} seconds"


def test_every_key_is_listed() -> None:
    """Every setting that is a key, every secret of an issuer: by its name."""
    source = "".join(
        (ROOT / "fms_agency" / name).read_text() for name in ("settings.py", "environment.py")
    )
    asked = set(re.findall(r'text\("(\w*(?:KEY|SECRET)\w*)"', source))
    listed = {row[0].strip("`") for row in rows("Keys")}

    assert asked == {"SECRET_KEY", "CONTEXT_KEY", "SEAL_KEY", "OIDC_CLIENT_SECRET"}
    assert asked <= listed


def test_every_use_of_a_cipher_is_listed() -> None:
    named = set(re.findall(r"`([\w/]+\.py)`", section("Keys")))
    using = {
        name_of(path)
        for path in modules()
        if not name_of(path).startswith(TRIAL) and CIPHERS & _imported(path)
    }

    assert len(using) > 10
    assert named - using - {"deploy/make_secrets.py", "deploy/verify_trail.py"} == set()
    assert using - named == set()


def _imported(path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module.partition(".")[0], *(alias.name for alias in node.names)}
    return found


def test_every_cipher_listed_is_of_128_bits() -> None:
    """In the table of where what is used; one-time codes of apps are as RFC 6238 wants them."""
    used = [row[1] for row in rows("Keys") if row[0].startswith("`") and row[0].endswith("py`")]
    named = re.findall(r"HMAC-SHA-\d+|SHA-\d+|Ed25519|Fernet|MD5|DES|RC4", " ".join(used))

    assert len(named) > 12
    assert [name for name in named if STRENGTHS.get(name, 0) < 128] == []


def test_passwords_are_hashed_as_described() -> None:
    """Tests hash at once; the house does not say otherwise, so Django's first hasher counts."""
    (row,) = [row for row in rows("Keys") if row[0] == "passwords"]
    hasher = PBKDF2PasswordHasher()

    assert not hasattr(written, "PASSWORD_HASHERS")
    assert (hasher.algorithm, hasher.digest().name) == ("pbkdf2_sha256", "sha256")
    assert row[1] == f"PBKDF2-SHA-256, {hasher.iterations:,} rounds"
    assert hasher.iterations >= 600_000


def test_costly_work_is_bounded_as_described() -> None:
    said = {row[0]: row[1] for row in rows("Costly work")}
    database = settings.DATABASES["default"]["OPTIONS"]["options"]

    assert said["reading an upload"].startswith(f"{bounded.SECONDS} seconds")
    assert f"{settings.CELERY_TASK_SOFT_TIME_LIMIT} seconds" in said["drawing a paper"]
    assert f"then {settings.CELERY_TASK_TIME_LIMIT}" in said["drawing a paper"]
    assert f"{written.MAIL_TIME_LIMIT} seconds a letter" in said["sending letters and messages"]
    assert f"{outgoing.SECONDS:.0f} a call" in said["sending letters and messages"]
    assert said["exporting a list"] == f"{written.EXPORT_LIMIT_ROWS:,} rows"
    assert "statement_timeout=30000 -c lock_timeout=5000" in database
    assert said["a query"] == "30 seconds, 5 for a lock"
    rates = {written.RATES[kind] for kind in ("person", "client", "address")}
    assert rates == {(600, 60)}
    assert said["asking too often"].startswith("600 a minute")


def test_places_of_costly_work_exist() -> None:
    places = [row[2].strip("`") for row in rows("Costly work")][1:]

    assert len(places) > 6
    assert [place for place in places if not (ROOT / place).exists()] == []
