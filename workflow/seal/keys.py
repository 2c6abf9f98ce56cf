"""Where keys and copies of checkpoints are kept: outside the database, in `SEAL_FOLDER`.

The private key is handed to the sealer alone (`SEAL_KEY`); everybody else reads the public keys,
one per line, from `public_keys.txt`. A key that was replaced stays in that file.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

from workflow.seal.note import PublicKey, SigningKey


class NoKey(Exception):
    """The sealer was started without its key."""


def folder() -> Path:
    path = Path(settings.SEAL_FOLDER)
    path.mkdir(parents=True, exist_ok=True)
    return path


def signing_key() -> SigningKey:
    """The sealer's key. Raises `NoKey`, or `BadNote` when it cannot be read."""
    if not settings.SEAL_KEY:
        raise NoKey("Set SEAL_KEY_FILE: the sealer signs with the key in that file.")
    return SigningKey.read(settings.SEAL_KEY, settings.SEAL_ORIGIN)


def public_keys() -> list[PublicKey]:
    path = folder() / "public_keys.txt"
    if not path.exists():
        return []
    return [PublicKey.read(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def publish(key: PublicKey) -> None:
    """Add a public key to those with which checkpoints are checked."""
    if key not in public_keys():
        append(folder() / "public_keys.txt", f"{key}\n")


# The sealer's looks --------------------------------------------------------------------------


def mark_look(lag: timedelta) -> None:
    """Leave word that the sealer has looked, and how long the oldest line was waiting then."""
    draft = folder() / ".looked"
    draft.write_text(str(lag.total_seconds()), encoding="utf-8")
    draft.replace(folder() / "looked")


def lag_by_the_last_look(now: datetime) -> timedelta | None:
    """How long a line may be waiting now, without asking the database; None: nobody ever looked."""
    path = folder() / "looked"
    if not path.exists():
        return None
    since = now - datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    return timedelta(seconds=float(path.read_text(encoding="utf-8"))) + since


# Copies --------------------------------------------------------------------------------------


def copies_of(epoch: int) -> Path:
    return folder() / f"checkpoints-{epoch}.txt"


def read_copies(epoch: int) -> str:
    """What the file holds; bytes that are no text stay in it as signs that no note has."""
    path = copies_of(epoch)
    return path.read_text(encoding="utf-8", errors="surrogateescape") if path.exists() else ""


def notes_in(text: str) -> list[str]:
    """The signed notes of a file of copies: each is followed by an empty line."""
    parts = text.split("\n\n")
    pairs = zip(parts[::2], parts[1::2], strict=False)
    return [f"{head}\n\n{signatures}\n" for head, signatures in pairs]


def append(path: Path, text: str | bytes) -> None:
    """Once this returns, the text survives a power cut."""
    with path.open("ab") as file:
        file.write(text.encode() if isinstance(text, str) else text)
        file.flush()
        os.fsync(file.fileno())
