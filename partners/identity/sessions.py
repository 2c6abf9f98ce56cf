"""How long a session lasts, how many one person has, and how one is ended from another.

A session without the time of its sign-in is over: nothing lasts by mistake.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from workflow.models import Entry
from workflow.trail import record

SIGNED_IN_AT, SEEN_AT, WHY_ENDED = "signed_in_at", "seen_at", "why_ended"
NOTED_EVERY = 60.0  # seconds: not every request writes the session anew
IDLE, TOO_LONG = "idle", "too_long"


class EndOldSessions:
    """Middleware: who has been away too long, or in for too long, is signed out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if SESSION_KEY in request.session:
            keep_or_end(request)
        return self.get_response(request)


def begin(session: SessionBase) -> None:
    """Note the time of a sign-in."""
    session[SIGNED_IN_AT] = session[SEEN_AT] = _now()


def keep_or_end(request: HttpRequest) -> None:
    why = _why_over(request.session)
    if why:
        logout(request)
        request.session[WHY_ENDED] = why
    elif _now() - request.session[SEEN_AT] > NOTED_EVERY:
        request.session[SEEN_AT] = _now()


def _why_over(session: SessionBase) -> str:
    began, seen = session.get(SIGNED_IN_AT, 0.0), session.get(SEEN_AT, 0.0)
    if _now() - began > settings.SESSION_ABSOLUTE_HOURS * 3600:
        return TOO_LONG
    return IDLE if _now() - seen > settings.SESSION_IDLE_MINUTES * 60 else ""


def _now() -> float:
    return timezone.now().timestamp()


# A person's sessions -------------------------------------------------------------------------


def sessions_of(person: Any) -> list[UserSession]:
    """Those that are still open, the latest first."""
    found: list[UserSession] = UserSession.objects.purge_and_list(person)
    return sorted(found, key=lambda row: row.created_at, reverse=True)


def end_surplus(person: Any) -> None:
    """Beyond SESSIONS_PER_PERSON the oldest end."""
    for row in sessions_of(person)[settings.SESSIONS_PER_PERSON :]:
        _end(row, person, note="more sessions than one person may have")


def end_one(person: Any, pk: int) -> bool:
    """End one of the person's own sessions. False if there is no such session."""
    row = UserSession.objects.filter(user=person, pk=pk).first()
    if row is None:
        return False
    _end(row, person, note="ended from another session")
    return True


def _end(row: UserSession, person: Any, note: str) -> None:
    record(Entry.Event.SIGNED_OUT, by=person, note=note, given={"from": row.ip})
    row.end()
