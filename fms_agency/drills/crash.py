"""`make drill-crash`: whole deals through the doors while the processes of the house are killed.

First each deal is played undisturbed. Then many are played at once, and a plan drawn from a seed
kills web, worker, beat, broker and database, without warning; the crew starts them again. In the
end nothing may be lost, nothing may be there twice, and every deal must equal its undisturbed run.
"""

from __future__ import annotations

import argparse
import queue
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING

from fms_agency.drills.house import House, open_house
from fms_agency.drills.schedule import Kill, Victim, plan
from fms_agency.house.bootstrap import Failure, say

if TYPE_CHECKING:
    from fms_agency.demo.script import Deal, Door
    from fms_agency.drills.account import Account
    from fms_agency.drills.inspection import Findings
    from fms_agency.drills.patience import PatientDoor, PatientPlay

LOOK_EVERY = 0.05
TELL_EVERY = 15.0
DRAIN_PATIENCE = 300.0
MOST_DETAILS = 40
WITHOUT_OUTBOX = "fms_agency.drills.without_outbox"


@dataclass(frozen=True)
class Wanted:
    """What the caller asked for."""

    deals: int
    kills: int
    seed: int
    players: int
    patience: float
    with_delay: bool


class Drill:
    """One drill in an open house."""

    def __init__(self, wanted: Wanted, house: House) -> None:
        from fms_agency.drills.patience import Weather  # Django is set up only now

        self.wanted, self.house = wanted, house
        self.weather = Weather(wanted.patience)
        self.plays: list[PatientPlay] = []
        self.stories_broken: list[str] = []

    def run(self) -> Findings:
        from django.conf import settings  # Django is set up only now

        from fms_agency.drills import inspection

        with self._doors() as doors:
            expected = self._undisturbed(doors)
            self._disturbed(doors)
        left = self._drain()
        found = inspection.inspect(self.plays, expected, Path(settings.EMAIL_FILE_PATH))
        found.broken += self.stories_broken
        if left:
            found.lost.append(f"{left} follow-ups and messages still waited at the end")
        return found

    def _undisturbed(self, doors: dict[Door, PatientDoor]) -> dict[str, Account]:
        from fms_agency.demo.deals import DEALS
        from fms_agency.drills.account import of_play

        say(f"Each deal undisturbed: {', '.join(DEALS)}")
        deals = [_referenced(deal, f"CALM-{name}") for name, deal in DEALS.items()]
        self._play_all(deals, [], doors)
        if self.stories_broken or self._drain():
            raise Failure(f"An undisturbed deal does not come to its end. {self.stories_broken}")
        calm, self.plays = self.plays, []
        return {play.deal.name: of_play(play) for play in calm}

    def _disturbed(self, doors: dict[Door, PatientDoor]) -> None:
        from fms_agency.demo.deals import DEALS

        deals = [
            _referenced(deal, f"DRILL-{self.wanted.seed}-{count}")
            for count, deal in enumerate(islice(cycle(DEALS.values()), self.wanted.deals))
        ]
        steps = sum(len(deal.turns) for deal in deals)
        self.weather.steps = 0
        kills = plan(self.wanted.seed, kills=self.wanted.kills, steps=steps)
        say(f"{len(deals)} deals, {steps} turns, {len(kills)} kills")
        self._play_all(deals, kills, doors)

    def _play_all(
        self, deals: Sequence[Deal], kills: Sequence[Kill], doors: dict[Door, PatientDoor]
    ) -> None:
        """Players take deals from a pile; this thread kills, mends and tells."""
        pile: queue.SimpleQueue[Deal] = queue.SimpleQueue()
        for deal in deals:
            pile.put(deal)
        players = [
            threading.Thread(target=self._play_from, args=[pile, doors], daemon=True)
            for _ in range(min(self.wanted.players, len(deals)))
        ]
        for player in players:
            player.start()
        waiting, told = list(kills), time.monotonic()
        while any(player.is_alive() for player in players):
            waiting = self._kill_what_is_due(waiting)
            self.house.mend()
            if time.monotonic() - told > TELL_EVERY:
                told = time.monotonic()
                self._tell(len(waiting))
            time.sleep(LOOK_EVERY)

    def _kill_what_is_due(self, waiting: list[Kill]) -> list[Kill]:
        while waiting and self.weather.steps >= waiting[0].after_steps:
            time.sleep(waiting[0].delay)
            if not self.house.kill(waiting[0]):
                break  # it is being started again: the next round hits it
            say(f"step {self.weather.steps}: SIGKILL to {waiting[0].victim}")
            waiting = waiting[1:]
            self.house.mend()
        return waiting

    def _play_from(self, pile: queue.SimpleQueue[Deal], doors: dict[Door, PatientDoor]) -> None:
        from django.db import connection
        from django.utils.translation import override

        with override("en"):
            while True:
                try:
                    deal = pile.get_nowait()
                except queue.Empty:
                    break
                self._play(deal, doors)
        connection.close()

    def _play(self, deal: Deal, doors: dict[Door, PatientDoor]) -> None:
        from fms_agency.demo.player import StoryBroken
        from fms_agency.drills.patience import PatientPlay

        play = PatientPlay(deal, doors, self.weather)
        self.plays.append(play)
        turn = None
        try:
            for turn in deal.turns:
                play.turn(turn)
        except Exception as error:  # the boundary of a thread: the drill is red, and says why
            play.is_broken = True
            kind = "" if isinstance(error, StoryBroken) else f"{type(error).__name__}: "
            where = f"{turn.case} {turn.step}" if turn else ""
            self.stories_broken.append(f"{deal.name} {where}: {kind}{error}")
            say(f"A story broke: {self.stories_broken[-1]}")

    def _drain(self) -> int:
        """Wait until nothing is on its way; how much still was when patience ended."""
        from fms_agency.drills.inspection import still_waiting

        until = time.monotonic() + min(DRAIN_PATIENCE, 2 * self.wanted.patience)
        while (left := self.weather.looking(still_waiting)) and time.monotonic() < until:
            self.house.mend()
            time.sleep(0.5)
        return left

    def _tell(self, kills_left: int) -> None:
        say(
            f"{self.weather.steps} steps done, {len(self.plays)} deals begun, {kills_left} kills to come, "
            f"{self.weather.met['answers lost'] + self.weather.met['answers 5xx']} answers lost"
        )

    @contextmanager
    def _doors(self) -> Iterator[dict[Door, PatientDoor]]:
        from fms_agency.demo import accounts
        from fms_agency.drills.patience import PatientDoor
        from fms_agency.management.commands.play_deal import doors_of

        with doors_of(self.house.address, accounts.read()) as doors:
            yield {name: PatientDoor(door, self.weather) for name, door in doors.items()}


def _referenced(deal: Deal, reference: str) -> Deal:
    """The deal under a reference nobody else uses: by it a lost request is found again."""
    turns = (
        replace(turn, given={**turn.given, "reference": reference})
        if "reference" in turn.given
        else turn
        for turn in deal.turns
    )
    return replace(deal, turns=tuple(turns))


# The report ----------------------------------------------------------------------------------


def report(wanted: Wanted, drill: Drill, found: Findings, seconds: float) -> str:
    hits = ", ".join(f"{victim} {drill.house.killed[victim]}" for victim in Victim)
    lines = [
        ("seed", wanted.seed),
        ("deals", f"{len(drill.plays)} in {seconds:.0f} s, {drill.weather.steps} turns"),
        ("kills", f"{drill.house.killed.total()} of {wanted.kills} ({hits})"),
        ("mended", f"{drill.house.mended} times"),
        *sorted(drill.weather.met.items()),
        *found.counted.items(),
        ("LOST", len(found.lost)),
        ("DOUBLED", len(found.doubled)),
        ("BROKEN", len(found.broken)),
    ]
    width = max(len(name) for name, _ in lines)
    table = [f"  {name:<{width}}  {value}" for name, value in lines]
    details = [f"  ✗ {text}" for text in (*found.broken, *found.doubled, *found.lost)]
    return "\n".join([*table, *details[:MOST_DETAILS]])


def read_arguments(arguments: list[str]) -> Wanted:
    parser = argparse.ArgumentParser(prog="make drill-crash", description=__doc__)
    parser.add_argument("--deals", type=int, default=20)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000))
    parser.add_argument("--players", type=int, default=4, help="deals played at once")
    parser.add_argument("--patience", type=float, default=120.0, help="seconds for one answer")
    parser.add_argument(
        "--with-delay",
        action="store_true",
        help="without the outbox, to see that this drill would notice",
    )
    return Wanted(**vars(parser.parse_args(arguments)))


def main(arguments: list[str]) -> int:
    wanted = read_arguments(arguments)
    again = f"--deals {wanted.deals} --kills {wanted.kills} --seed {wanted.seed}"
    say(f'To have this day again: make drill-crash ARGS="{again}"')
    settings = {"DATABASE_POOL": str(wanted.players + 8)}
    if wanted.with_delay:
        settings["DJANGO_SETTINGS_MODULE"] = WITHOUT_OUTBOX
    try:
        with open_house(settings) as house:
            began = time.monotonic()
            drill = Drill(wanted, house)
            found = drill.run()
            print(report(wanted, drill, found, time.monotonic() - began), flush=True)
    except (Failure, OSError) as failure:
        say(f"Stopped. {failure}")
        return 1
    say("Nothing is lost and nothing is there twice." if found.is_good else "NOT everything held.")
    return 0 if found.is_good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
