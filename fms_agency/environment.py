"""Typed readers of the environment. Each fails loudly with the name of what is missing or wrong.

A value `NAME` may also be given as a file, `NAME_FILE`: secrets are mounted, not passed.
"""

import os
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SECONDS = {"s": 1, "min": 60, "hour": 3600, "day": 86400}


def text(name: str, default: str | None = None) -> str:
    if path := os.environ.get(f"{name}_FILE"):
        return _read(name, path)
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set {name} (or {name}_FILE) in the environment.")
    return value


def flag(name: str, default: bool) -> bool:
    value = text(name, "1" if default else "0").lower()
    if value not in {"0", "1", "true", "false"}:
        raise ImproperlyConfigured(f"{name} is {value!r}; write 1 or 0.")
    return value in {"1", "true"}


def number(name: str, default: int) -> int:
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}; write a whole number.") from None


def choice(name: str, default: str, known: set[str]) -> str:
    value = text(name, default)
    if value not in known:
        raise ImproperlyConfigured(f"{name} is {value!r}; write {' or '.join(sorted(known))}.")
    return value


def rate(name: str, default: str) -> tuple[int, int]:
    """`600/min` as so many requests in so many seconds."""
    most, _slash, unit = text(name, default).partition("/")
    if not most.isdecimal() or unit not in SECONDS:
        raise ImproperlyConfigured(f"{name} must be written as 600/min (s, min, hour or day).")
    return int(most), SECONDS[unit]


def names(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def folder(name: str, default: Path) -> Path:
    path = Path(text(name, str(default))).resolve()
    path.mkdir(parents=True, exist_ok=True)
    return path


def database(name: str) -> dict[str, Any]:
    """`postgres://user:password@host:port/name`, or `...@/name?host=/socket/folder`."""
    parts = urlsplit(text(name))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"{name} must begin with postgres:// (PostgreSQL only).")
    query = parse_qs(parts.query)
    return {
        "ENGINE": "workflow.database",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query["host"][0] if "host" in query else (parts.hostname or ""),
        "PORT": str(parts.port or query.get("port", [""])[0]),
    }


def database_tls(name: str) -> dict[str, str]:
    """How PostgreSQL has to prove itself: `?sslmode=verify-full&sslrootcert=/path/of/ca.pem`."""
    query = parse_qs(urlsplit(text(name)).query)
    known = ("sslmode", "sslrootcert", "sslcert", "sslkey")
    if unknown := set(query) - {"host", "port", *known}:
        raise ImproperlyConfigured(f"{name} says {', '.join(sorted(unknown))}, which is not read.")
    return {word: query[word][0] for word in known if word in query}


def broker(name: str) -> str:
    """A broker by TLS has to prove its name; kombu's own default believes anybody."""
    url = text(name)
    parts = urlsplit(url)
    if parts.scheme != "rediss":
        return url
    asked = parse_qs(parts.query).get("ssl_cert_reqs", [])
    if asked not in ([], ["required"]):
        raise ImproperlyConfigured(f"{name}: the broker's certificate is always checked.")
    return url if asked else f"{url}{'&' if parts.query else '?'}ssl_cert_reqs=required"


def issuer(name: str) -> dict[str, Any]:
    """An OpenID Connect issuer as allauth names it; without an address there is none.

    The provider's id comes from the address: what is kept with it is the pair of issuer and subject.
    """
    address = text(name, "").rstrip("/")
    if not address:
        return {}
    if urlsplit(address).scheme != "https":
        raise ImproperlyConfigured(f"{name} must begin with https://.")
    app = {
        "provider_id": f"oidc-{sha256(address.encode()).hexdigest()[:16]}",
        "name": text("OIDC_NAME", "GビズID"),
        "client_id": text("OIDC_CLIENT_ID"),
        "secret": text("OIDC_CLIENT_SECRET"),
        "settings": {"server_url": address},
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}


def origins(name: str) -> list[str]:
    """The origin of an address, for the list of those a form may lead to."""
    parts = urlsplit(text(name, ""))
    return [f"{parts.scheme}://{parts.netloc}"] if parts.netloc else []


def email(name: str, default: str) -> dict[str, Any]:
    """`file:///folder` writes each letter to a file; `smtp[s]://user:password@host:port` sends it."""
    parts = urlsplit(text(name, default))
    if parts.scheme == "file":
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": parts.path,
        }
    if parts.scheme not in {"smtp", "smtps"}:
        raise ImproperlyConfigured(f"{name} must begin with file:// or smtp:// or smtps://.")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or 25,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": 10,
    }


def _read(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE: {error}") from None
