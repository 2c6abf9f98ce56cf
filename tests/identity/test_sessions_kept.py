"""A session that cannot be written: because it was ended, or because the database is away."""

from __future__ import annotations

from contextlib import suppress

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.db import OperationalError, connection, transaction

from partners.sessions import SessionStore
from workflow import walls


def kept() -> SessionStore:
    session = SessionStore()
    session["seen"] = 1
    session.save()
    return session


def database_goes_away() -> None:
    with suppress(OperationalError), walls.within(walls.OWNER), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


@pytest.mark.django_db
def test_session_that_was_ended_elsewhere_is_told_as_that() -> None:
    session = kept()
    SessionStore().delete(session.session_key)

    with pytest.raises(UpdateError):
        session.save()


@pytest.mark.django_db(transaction=True)
def test_database_that_is_away_is_no_fault_of_whoever_asks() -> None:
    """Django would answer 400, as if the session had been ended: a 5xx says that nobody knows."""
    session = kept()

    with pytest.raises(OperationalError), transaction.atomic():
        database_goes_away()
        session.save()
