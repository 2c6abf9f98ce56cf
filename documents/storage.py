"""Files under their own hash: the same bytes are the same file, and other bytes give it away."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings


class Damaged(Exception):
    """A stored file is missing or no longer has the content it was stored with."""


def place_of(digest: str) -> str:
    """The file's place below MEDIA_ROOT; two letters of folder keep listings short."""
    return f"{digest[:2]}/{digest}"


def store(data: bytes) -> str:
    """Keep the bytes and return their SHA-256. Once this returns they survive a power cut."""
    digest = sha256(data).hexdigest()
    target = Path(settings.MEDIA_ROOT) / place_of(digest)
    if not _holds(target, digest):
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(target, data)
    return digest


def read(digest: str) -> bytes:
    """The bytes stored under a hash, checked. Raises `Damaged`."""
    try:
        data = (Path(settings.MEDIA_ROOT) / place_of(digest)).read_bytes()
    except FileNotFoundError:
        raise Damaged(f"file {digest} is missing") from None
    if sha256(data).hexdigest() != digest:
        raise Damaged(f"file {digest} has changed since it was stored")
    return data


def is_there(digest: str) -> bool:
    return (Path(settings.MEDIA_ROOT) / place_of(digest)).exists()


def _holds(path: Path, digest: str) -> bool:
    return path.exists() and sha256(path.read_bytes()).hexdigest() == digest


def _write(target: Path, data: bytes) -> None:
    """Beside the target first: a half-written file never carries the final name."""
    with NamedTemporaryFile(dir=target.parent, prefix=".new-", delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(target)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """A rename is safe only when the folder itself is on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
