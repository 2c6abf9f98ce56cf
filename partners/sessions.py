"""Sessions in the database, read and written at the entrance whoever is signed in."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import OperationalError

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
        """Raises `UpdateError` if the session was ended meanwhile.

        Django says so as well when the database went away, and answers 400, as if the person had
        asked for something wrong: that is a fault of ours, whether or not the act was done.
        """
        try:
            with walls.entrance():
                super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, OperationalError):
                raise error.__context__ from None
            raise

    def delete(self, session_key: str | None = None) -> None:
        with walls.entrance():
            super().delete(session_key)
