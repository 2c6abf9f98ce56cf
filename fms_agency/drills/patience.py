"""People who do not lose their heads: when an answer is lost they ask what became of the act.

Nobody takes a step twice blindly. A repeated step names the version of the case that the person
has seen, so that the gate refuses it if the first one arrived after all.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

import httpx
from django.db import InterfaceError, OperationalError, connection

from approvals.models import ApprovalFile
from cases.models import Request
from documents.models import Document
from fms_agency.demo.browser import CannotFill
from fms_agency.demo.client import one_key
from fms_agency.demo.doors import DoorOfTheHouse, Refusal
from fms_agency.demo.people import Someone
from fms_agency.demo.player import Play, StoryBroken
from fms_agency.demo.script import Deal, Door, Turn
from partners.models import Absence
from workflow.models import Case, Entry

T = TypeVar("T")

PAUSE = 0.25
NOT_YET = {404, 409}  # the step may open when a follow-up is done, or be done already


class Weather:
    """What the players met, and how long they stand it. Shared by all of them."""

    def __init__(self, patience: float) -> None:
        self.patience = patience
        self.met: Counter[str] = Counter()
        self.steps = 0
        self._lock = threading.Lock()

    def note(self, what: str) -> None:
        with self._lock:
            self.met[what] += 1

    def step_done(self) -> None:
        with self._lock:
            self.steps += 1

    def looking(self, look: Callable[[], T]) -> T:
        """Look into the database, again when it went away meanwhile."""
        until = time.monotonic() + self.patience
        while True:
            try:
                return look()
            except (OperationalError, InterfaceError):
                connection.close()
                if time.monotonic() > until:
                    raise
                self.note("looked again")
                time.sleep(PAUSE)

    def insisting(self, act: Callable[[], T], became: Callable[[], T | None]) -> T:
        """Act until there is an answer; after each lost one ask first what became of it."""
        until = time.monotonic() + self.patience
        while True:
            try:
                return act()
            except (httpx.TransportError, CannotFill) as error:
                why: Exception = error
                self.note("answers lost")
            except Refusal as refusal:
                why = refusal
                if refusal.status < 500 and refusal.status not in NOT_YET:
                    raise
                self.note("answers 5xx" if refusal.status >= 500 else "not yet")
            found = self.looking(became)
            if found is not None:
                self.note("was done already")
                return found
            if time.monotonic() > until:
                raise StoryBroken(f"{type(why).__name__}: {why}") from why
            time.sleep(PAUSE)


class PatientDoor:
    """A door of the house, seen by somebody patient. Players share it with its sessions."""

    def __init__(self, door: DoorOfTheHouse, weather: Weather) -> None:
        self.door, self.weather = door, weather
        self.entrance = threading.Lock()

    def open_for(self, someone: Someone) -> None:
        with self.entrance:
            self.weather.insisting(lambda: self.door.open_for(someone), _unknown)

    def close(self) -> None:
        self.door.close()

    def begin(
        self, someone: Someone, model: type[Case], name: str, given: Mapping[str, Any]
    ) -> str:
        def became() -> str | None:
            row = Request.objects.filter(reference=given["reference"]).first()
            return row.number if row else None

        def act() -> str:
            return self.door.begin(someone, model, name, given)

        with one_key():
            return self.weather.insisting(act, became)

    def take(self, someone: Someone, case: Case, name: str, given: Mapping[str, Any]) -> None:
        seen = case.version

        def act() -> bool:
            self.door.take(someone, case, name, {**given, "version": seen})
            return True

        def became() -> bool | None:
            """One look, so that a step arriving later makes the version we name an old one."""
            nonlocal seen
            later = dict(_entries_after(case).values_list("version", "step"))
            if (now := max(later, default=case.version)) != seen:
                seen = now
                new_key()  # the case has moved: what we send is another act
            return True if name in later.values() else None

        with one_key() as new_key:
            self.weather.insisting(act, became)

    def try_anyway(self, someone: Someone, case: Case, name: str, given: Mapping[str, Any]) -> None:
        """What must be refused: any refusal is the answer, only silence is not."""

        def act() -> Refusal | None:
            try:
                self.door.try_anyway(someone, case, name, given)
            except Refusal as refusal:
                if refusal.status >= 500:
                    raise
                return refusal
            return None

        with one_key():
            refusal = self.weather.insisting(act, _unknown)
        if refusal:
            raise refusal

    def enter_absence(self, someone: Someone, deputy: Someone, day: date) -> None:
        def act() -> bool:
            self.door.enter_absence(someone, deputy, day)
            return True

        def became() -> bool | None:
            return Absence.objects.on(day).filter(person__email=someone.email).exists() or None

        self.weather.insisting(act, became)

    def fetch(self, someone: Someone, case: Case, document: Document) -> bytes:
        return self.weather.insisting(lambda: self.door.fetch(someone, case, document), _unknown)


def _entries_after(case: Case) -> Any:
    steps = Entry.objects.filter(event=Entry.Event.STEP, case_id=case.pk)
    return steps.filter(version__gt=case.version)


def _unknown() -> None:
    """Nothing to look up: it does no harm to ask again."""


class PatientPlay(Play):
    """A play whose looks into the database survive its restarts."""

    def __init__(self, deal: Deal, doors: Mapping[Door, DoorOfTheHouse], weather: Weather) -> None:
        super().__init__(deal, doors)
        self.weather = weather
        self.is_broken = False

    @property
    def patience(self) -> float:
        """A worker that is killed again and again takes its time."""
        return self.weather.patience

    def turn(self, turn: Turn) -> Any:
        told = super().turn(turn)
        self.weather.step_done()
        return told

    def case(self, name: str) -> Case:
        return self.weather.looking(lambda: super(PatientPlay, self).case(name))

    def _file_of(self, case: Case) -> ApprovalFile:
        return self.weather.looking(lambda: super(PatientPlay, self)._file_of(case))

    def _is_away(self, who: Someone) -> bool:
        return self.weather.looking(lambda: super(PatientPlay, self)._is_away(who))

    def _entry_after(self, case: Case, turn: Turn) -> Entry:
        rows = _entries_after(case).filter(step=turn.step).order_by("version")
        entry: Entry | None = self.weather.looking(rows.first)
        if entry is None:
            raise StoryBroken(f"The trail of {case.number} shows no {turn.step}.")
        return entry

    def _opened_by(self, entry: Entry) -> list[tuple[str, Case]]:
        return self.weather.looking(lambda: super(PatientPlay, self)._opened_by(entry))

    def _numbered(self, model: type[Case], number: str) -> Case:
        return self.weather.looking(lambda: super(PatientPlay, self)._numbered(model, number))

    def _paper(self, case: Case, kind: str) -> Document:
        until = time.monotonic() + self.weather.patience
        while (found := self.weather.looking(lambda: _newest(case, kind))) is None:
            if time.monotonic() > until:
                raise StoryBroken(f"{case.number} has no {kind}.")
            time.sleep(PAUSE)
        return found


def _newest(case: Case, kind: str) -> Document | None:
    return Document.objects.of(case).latest(kind)
