"""Commands that ask no server: analysts run them anywhere, with nothing set and nothing running."""

from __future__ import annotations

import secrets
from collections.abc import MutableMapping
from pathlib import Path
from tempfile import gettempdir

COMMANDS = {"price", "route", "schedule"}
# The reference files that ship with the house.
SHIPPED = Path(__file__).resolve().parent / "reference"


def stands_alone(words: list[str]) -> bool:
    """Whether the words of a command line ask for such a command."""
    return bool(words) and words[0] in COMMANDS


def furnish(environment: MutableMapping[str, str]) -> None:
    """What the settings ask for, where it is not set: addresses at which nobody answers."""
    environment.setdefault("SECRET_KEY", secrets.token_hex())
    environment.setdefault("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")
    environment.setdefault("CELERY_BROKER_URL", "memory://")
    environment.setdefault("VAR_DIR", gettempdir())
    environment.setdefault("DEMO", "1")  # log lines in words
