"""Sessions in the database, read and written at the entrance whoever is signed in."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db

from workflow import walls


class SessionStore(db.SessionStore):
    """A person's own wall has no way to sessions: nobody can read somebody else's."""

    def exists(self, session_key: str) -> bool:
        with walls.entrance():
            return super().exists(session_key)

    def load(self) -> dict[str, Any]:
        with walls.entrance():
            return super().load()

    def save(self, must_create: bool = False) -> None:
        with walls.entrance():
            super().save(must_create)

    def delete(self, session_key: str | None = None) -> None:
        with walls.entrance():
            super().delete(session_key)
