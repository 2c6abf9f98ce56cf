"""Secrets of second factors lie in the database under a key that comes from SECRET_KEY."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.encoding import force_bytes


def seal(text: str) -> str:
    return _key().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Raises `cryptography.fernet.InvalidToken` when no key of this house fits."""
    return _key().decrypt(sealed.encode()).decode()


def _key() -> MultiFernet:
    """The present key seals; those before it still open."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(secret)) for secret in secrets])


def _derived(secret: str | bytes) -> bytes:
    return urlsafe_b64encode(sha256(b"second factors:" + force_bytes(secret)).digest())
