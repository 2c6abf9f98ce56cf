"""One day in an open house: players play deals at once, while a hand kills what the day says.

Imported only when Django is set up.
"""

from __future__ import annotations

import math
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.translation import override

from fms_agency.demo import ending
from fms_agency.demo.deals import DEALS
from fms_agency.demo.doors import DoorOfTheHouse
from fms_agency.demo.player import StoryBroken
from fms_agency.demo.script import Deal, Door
from fms_agency.drills import inspection
from fms_agency.drills.account import Account, of_play
from fms_agency.drills.house import House
from fms_agency.drills.inspection import Findings, Played
from fms_agency.drills.patience import PatientDoor, PatientPlay, Weather
from fms_agency.drills.schedule import Day, Kill, Victim, referenced
from fms_agency.drills.seen import every_case
from fms_agency.house.bootstrap import Failure, say
from workflow.seal.telling import lag

LOOK_EVERY = 0.05
TELL_EVERY = 15.0
DRAIN_PATIENCE = 300.0
SEAL_PATIENCE = 60.0


@dataclass(frozen=True)
class Manner:
    """How a day is played: so many deals at once, by people of such patience (seconds).

    `on_its_way` counts what has been asked for and has not come about yet.
    """

    players: int
    patience: float
    on_its_way: Callable[[], int] = inspection.still_waiting


class Drill:
    """One day, from the first turn to the inspection."""

    def __init__(
        self, house: House, doors: Mapping[Door, DoorOfTheHouse], manner: Manner, day: Day
    ) -> None:
        self.house, self.manner, self.day = house, manner, day
        self.weather = Weather(manner.patience)
        self.doors = {name: PatientDoor(door, self.weather) for name, door in doors.items()}
        self.plays: list[PatientPlay] = []
        self.broken: list[str] = []
        self.killed: Counter[Victim] = Counter()
        self.mended = 0

    def run(self, expected: dict[str, Account]) -> Findings:
        """Play the day, wait until nothing is on its way, and look through the house."""
        before = frozenset(case.pk for case in every_case())
        self.play()
        left, behind = self.drain(), self._await_seal()
        found = self._inspect(expected, before)
        found.broken += self.broken
        if left:
            found.lost.append(f"{left} follow-ups and messages were still on their way")
        if behind:
            found.broken.append(f"the seal was {behind:.0f} s behind")
        return found

    def play(self) -> None:
        """Players take deals from a pile; this thread kills, mends and tells."""
        say(f"{len(self.day.deals)} deals, {self.day.turns} turns, {len(self.day.kills)} kills")
        players = self._begin()
        waiting, told = list(self.day.kills), time.monotonic()
        while waiting or any(player.is_alive() for player in players):
            goes_on = any(player.is_alive() for player in players)
            waiting = self._kill_what_is_due(waiting, self.weather.steps if goes_on else math.inf)
            self._mend()
            if time.monotonic() - told > TELL_EVERY:
                told = time.monotonic()
                self._tell(len(waiting))
            time.sleep(LOOK_EVERY)

    def drain(self) -> int:
        """Wait until nothing is on its way; how much still was when patience ended."""
        say("Waiting until nothing is on its way …")
        until = time.monotonic() + min(DRAIN_PATIENCE, 2 * self.manner.patience)
        while (left := self.weather.looking(self.manner.on_its_way)) and time.monotonic() < until:
            self._mend()
            time.sleep(0.5)
        return left

    def _begin(self) -> Sequence[threading.Thread]:
        pile: queue.SimpleQueue[Deal] = queue.SimpleQueue()
        for deal in self.day.deals:
            pile.put(deal)
        players = [
            threading.Thread(target=self._play_from, args=[pile], daemon=True)
            for _ in range(min(self.manner.players, len(self.day.deals)))
        ]
        for player in players:
            player.start()
        return players

    def _kill_what_is_due(self, waiting: list[Kill], steps: float) -> list[Kill]:
        """Whoever is left when the last deal has ended is killed then: a day is what it says."""
        while waiting and steps >= waiting[0].after_steps:
            time.sleep(waiting[0].delay)
            if not self.house.kill(waiting[0]):
                break  # it is being started again: the next round hits it
            say(f"step {self.weather.steps}: SIGKILL to {waiting[0].victim}")
            self.killed[waiting[0].victim] += 1
            waiting = waiting[1:]
            self._mend()
        return waiting

    def _mend(self) -> None:
        self.mended += self.house.mend()

    def _play_from(self, pile: queue.SimpleQueue[Deal]) -> None:
        with override("en"):
            while True:
                try:
                    deal = pile.get_nowait()
                except queue.Empty:
                    break
                self._play(deal)
        connection.close()

    def _play(self, deal: Deal) -> None:
        play = PatientPlay(deal, self.doors, self.weather)
        self.plays.append(play)
        turn = None
        try:
            for turn in deal.turns:
                play.turn(turn)
        except Exception as error:  # the boundary of a thread: the drill is red, and says why
            play.is_broken = True
            kind = "" if isinstance(error, StoryBroken) else f"{type(error).__name__}: "
            where = f"{turn.case} {turn.step}" if turn else ""
            self.broken.append(f"{deal.name} {where}: {kind}{error}")
            say(f"A story broke: {self.broken[-1]}")

    def _await_seal(self) -> float:
        """Wait until every line is sealed; for how many seconds the oldest still waits."""
        until = time.monotonic() + SEAL_PATIENCE
        while (behind := self.weather.looking(lag)) and time.monotonic() < until:
            self._mend()
            time.sleep(0.2)
        return behind.total_seconds()

    def _inspect(self, expected: dict[str, Account], before: frozenset[UUID]) -> Findings:
        say("Looking through the house …")
        played = Played(len(self.day.deals), self.plays, expected, before)
        with override("en"):
            return inspection.inspect(played, Path(settings.EMAIL_FILE_PATH))

    def _tell(self, kills_left: int) -> None:
        lost = self.weather.met["answers lost"] + self.weather.met["answers 5xx"]
        say(
            f"{self.weather.steps} steps done, {len(self.plays)} deals begun,"
            f" {kills_left} kills to come, {lost} answers lost"
        )


def undisturbed(
    house: House, doors: Mapping[Door, DoorOfTheHouse], manner: Manner
) -> dict[str, Account]:
    """What there is of each deal when nobody dies. It must be a whole deal, or it measures nothing."""
    say(f"Each deal undisturbed: {', '.join(DEALS)}")
    deals = tuple(referenced(deal, f"CALM-{name}") for name, deal in DEALS.items())
    drill = Drill(house, doors, manner, Day(deals, ()))
    drill.play()
    if drill.broken or drill.drain():
        raise Failure(f"An undisturbed deal does not come to its end. {' '.join(drill.broken)}")
    return {play.deal.name: _whole(play, manner.patience) for play in drill.plays}


def _whole(play: PatientPlay, patience: float) -> Account:
    with override("en"):
        wrong = [f for f in ending.findings(play, patience) if not f.is_good]
    if wrong:
        raise Failure(f"Undisturbed {play.deal.name}: {wrong[0].what}: {wrong[0].detail}")
    account = of_play(play)
    if nothing := account.blanks():
        raise Failure(f"Undisturbed {play.deal.name} has no {', '.join(nothing)}.")
    return account
