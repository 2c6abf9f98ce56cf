"""Playing a deal: each turn through its door, what changed, and how long it took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.apps import apps
from django.utils import timezone
from django.utils.translation import gettext as _

from approvals.models import ApprovalFile
from cases.models import Quote, Request
from documents.models import Document
from exports.models import TransferReview
from fms_agency.demo.doors import DoorOfTheHouse, Refusal
from fms_agency.demo.people import BODIES, PEOPLE, Someone
from fms_agency.demo.script import APPROVAL, Deal, Door, Turn, resolved
from partners.models import Absence
from workflow.models import Case, Entry
from workflow.steps import beginnings_of, steps_of

BEGINNINGS: dict[str, type[Case]] = {"request": Request}
REFUSED_WITH = {403, 404, 409}
PAPER_PATIENCE = 60.0  # seconds
LOOK_EVERY = 0.1


class StoryBroken(Exception):
    """A turn did not go as the script says."""


@dataclass(frozen=True)
class Told:
    """One turn as it happened, in the language of the moment."""

    turn: Turn
    who: Someone
    number: str
    label: str
    before: str
    after: str
    milliseconds: int
    opened: tuple[str, ...] = ()
    refusal: Refusal | None = None
    document: Document | None = None


class Play:
    """One deal being played. `after` runs after each turn: tests run the follow-ups there."""

    def __init__(
        self,
        deal: Deal,
        doors: Mapping[Door, DoorOfTheHouse],
        after: Callable[[], object] = lambda: None,
    ) -> None:
        self.deal = deal
        self.doors = doors
        self.after = after
        self.began = timezone.localtime()
        self.cases: dict[str, Case] = {}

    @property
    def patience(self) -> float:
        """Seconds for which a reader waits for the worker."""
        return PAPER_PATIENCE

    def turns(self) -> Iterator[Told]:
        """Play turn by turn. Raises `StoryBroken` at the first that goes wrong."""
        for turn in self.deal.turns:
            yield self.turn(turn)

    def turn(self, turn: Turn) -> Told:
        act = {
            "begins": self._begin,
            "takes": self._take,
            "cannot": self._is_refused,
            "reads": self._read,
            "away": self._go_away,
        }[turn.act]
        who = PEOPLE[turn.who]
        try:
            self.doors[turn.door].open_for(who)
            told = act(turn, who)
        except Refusal as refusal:
            raise StoryBroken(f"{who.email}: {turn.case} {turn.step}: {refusal}") from refusal
        self.after()
        return told

    def case(self, name: str) -> Case:
        """The case as it is now."""
        if name not in self.cases and name.startswith(APPROVAL):
            self.cases[name] = self._file_of(self.case(name.removeprefix(APPROVAL)))
        if name not in self.cases:
            raise StoryBroken(f"There is no {name} yet; the play knows {', '.join(self.cases)}.")
        known = self.cases[name]
        return type(known)._default_manager.get(pk=known.pk)

    # Acts ------------------------------------------------------------------------------------

    def _begin(self, turn: Turn, who: Someone) -> Told:
        model = BEGINNINGS[turn.case]
        clock = _Clock()
        number = self.doors[turn.door].begin(who, model, turn.step, self._given(turn))
        case = self._numbered(model, number)
        self.cases[turn.case] = case
        label = str(beginnings_of(model)[turn.step].label)
        return Told(turn, who, number, label, "", case.state_label, clock.milliseconds)

    def _take(self, turn: Turn, who: Someone) -> Told:
        case = self._moved_on(turn)
        clock = _Clock()
        self.doors[turn.door].take(who, case, turn.step, self._given(turn))
        milliseconds = clock.milliseconds
        entry = self._entry_after(case, turn)
        opened = tuple(self._remember_opened(entry))
        now = self.case(turn.case)
        label = _label(case, turn.step)
        return Told(
            turn,
            who,
            case.number,
            label,
            case.state_label,
            now.state_label,
            milliseconds,
            opened,
        )

    def _is_refused(self, turn: Turn, who: Someone) -> Told:
        case = self.case(turn.case)
        clock = _Clock()
        try:
            self.doors[turn.door].try_anyway(who, case, turn.step, self._given(turn))
        except Refusal as refusal:
            milliseconds = clock.milliseconds
            if refusal.status not in REFUSED_WITH:
                raise
            if self.case(turn.case).version != case.version:
                raise StoryBroken(f"{turn.case} {turn.step} was refused, yet it moved.") from None
            state, label = case.state_label, _label(case, turn.step)
            return Told(
                turn,
                who,
                case.number,
                label,
                state,
                state,
                milliseconds,
                refusal=refusal,
            )
        raise StoryBroken(f"{who.email} could {turn.step} the {turn.case}; nobody stopped them.")

    def _read(self, turn: Turn, who: Someone) -> Told:
        case = self.case(turn.case)
        document = self._paper(case, turn.step)
        clock = _Clock()
        data = self.doors[turn.door].fetch(who, case, document)
        milliseconds = clock.milliseconds
        if sha256(data).hexdigest() != document.sha256 or len(data) != document.size:
            raise StoryBroken(f"{document}: the bytes handed out are not those that were stored.")
        state = case.state_label
        label = document.label
        return Told(turn, who, case.number, label, state, state, milliseconds, document=document)

    def _go_away(self, turn: Turn, who: Someone) -> Told:
        """Enter an absence of today; one that is there already serves."""
        clock, deputy = _Clock(), PEOPLE[turn.given["deputy"]]
        if not self._is_away(who):
            self.doors[turn.door].enter_absence(who, deputy, self.began.date())
        label = _("away, deputy: %(deputy)s") % {"deputy": deputy.email}
        return Told(turn, who, "", label, "", "", clock.milliseconds)

    # Parts -----------------------------------------------------------------------------------

    def _moved_on(self, turn: Turn) -> Case:
        """The case once it stands where the step begins; another step may still lead it there."""
        until = time.monotonic() + self.patience
        while (case := self.case(turn.case)).state not in steps_of(type(case))[turn.step].sources:
            if time.monotonic() > until:
                break  # the house refuses, and says why
            self.after()
            time.sleep(LOOK_EVERY)
        return case

    def _is_away(self, who: Someone) -> bool:
        return bool(Absence.objects.on(self.began.date()).filter(person__email=who.email).exists())

    def _file_of(self, case: Case) -> ApprovalFile:
        """The newest approval file about a case; the worker may still be drafting it."""
        until = time.monotonic() + self.patience
        files = ApprovalFile.objects.filter(subject_id=case.pk)
        while not files.exists():
            if time.monotonic() > until:
                raise StoryBroken(f"{case.number} has no approval file.")
            self.after()
            time.sleep(LOOK_EVERY)
        found: ApprovalFile = files.latest("opened_at")
        return found

    def _given(self, turn: Turn) -> dict[str, Any]:
        given: dict[str, Any] = resolved(turn.given, now=self.began, number_of=self._number_of)
        return given

    def _number_of(self, name: str) -> str:
        return str(self.case(name).number)

    def _numbered(self, model: type[Case], number: str) -> Case:
        return model._default_manager.get(number=number)

    def _entry_after(self, case: Case, turn: Turn) -> Entry:
        """The line of the trail this turn must have written."""
        entry = case.trail.filter(version=case.version + 1, step=turn.step).first()
        if entry is None:
            raise StoryBroken(f"The trail of {case.number} shows no {turn.step}.")
        return entry

    def _remember_opened(self, entry: Entry) -> Iterator[str]:
        """Name the cases a step has opened, and give their numbers."""
        for name, case in self._opened_by(entry):
            self.cases[self._free_name(name)] = case
            yield case.number

    def _opened_by(self, entry: Entry) -> list[tuple[str, Case]]:
        """The cases a step has opened, each with what the script would call the first such."""
        found = []
        for name in entry.opened.split():
            kind, _, number = name.partition(":")
            case = apps.get_model(kind)._default_manager.get(number=number)
            found.append((_called(case), case))
        return found

    def _free_name(self, name: str) -> str:
        count = 1
        while (numbered := name if count == 1 else f"{name} {count}") in self.cases:
            count += 1
        return numbered

    def _paper(self, case: Case, kind: str) -> Document:
        """The newest version of a paper; the worker may still be making it."""
        until = time.monotonic() + self.patience
        while (found := Document.objects.of(case).latest(kind)) is None:
            if time.monotonic() > until:
                raise StoryBroken(f"{case.number} has no {kind} after {self.patience:.0f} s.")
            self.after()
            time.sleep(LOOK_EVERY)
        return found


class _Clock:
    def __init__(self) -> None:
        self._began = time.perf_counter()

    @property
    def milliseconds(self) -> int:
        return round((time.perf_counter() - self._began) * 1000)


def _label(case: Case, step: str) -> str:
    return str(steps_of(type(case))[step].label)


def _called(case: Any) -> str:
    if isinstance(case, Quote):
        firms = {body.corporate_number: body.key for body in BODIES.values()}
        return f"quote of {firms[case.contractor.corporate_number]}"
    return "review" if isinstance(case, TransferReview) else str(type(case)._meta.model_name)
