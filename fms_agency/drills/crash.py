"""`make drill-crash`: whole deals through the doors while the processes of the house are killed.

First each deal is played undisturbed. Then many are played at once, and a day drawn from a seed
kills web, worker, sealer, beat, broker and database, without warning; the crew starts them again.
In the end nothing may be lost, nothing may be there twice, the trail must verify, and every deal
must equal its undisturbed run.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from random import SystemRandom
from typing import TYPE_CHECKING

from fms_agency.drills.house import House, open_house
from fms_agency.drills.schedule import Day, Victim, counter_day, day
from fms_agency.house.bootstrap import Failure, say

if TYPE_CHECKING:
    from fms_agency.drills.drill import Drill
    from fms_agency.drills.inspection import Findings

MOST_DETAILS = 40
WITHOUT_OUTBOX = {"DJANGO_SETTINGS_MODULE": "fms_agency.drills.without_outbox"}
PROVEN = "The drill would have noticed."
NOT_PROVEN = "This drill would notice NOTHING: it proves nothing."
SOON_OVER = 15.0  # seconds of patience, where papers are lost and nobody need wait for them


@dataclass(frozen=True)
class Wanted:
    """What the caller asked for."""

    deals: int
    kills: int
    seed: int
    players: int
    patience: float
    with_delay: bool
    counter_proof: bool


def main(arguments: list[str]) -> int:
    wanted = read_arguments(arguments)
    again = f"--deals {wanted.deals} --kills {wanted.kills} --seed {wanted.seed}"
    say(f'To have this day again: make drill-crash ARGS="{again}"')
    today = day(wanted.seed, deals=wanted.deals, kills=wanted.kills)
    say(f"Schedule {today.digest}: {len(today.deals)} deals, {len(today.kills)} kills")
    try:
        with open_house({"DATABASE_POOL": str(wanted.players + 8)}) as house:
            return 0 if _holds(wanted, today, house) else 1
    except (Failure, OSError) as failure:
        say(f"Stopped. {failure}")
        return 1


def _holds(wanted: Wanted, today: Day, house: House) -> bool:
    # Django is set up only now, for the servers of this house.
    from fms_agency.demo import accounts
    from fms_agency.drills.bells import still_waiting
    from fms_agency.drills.drill import Drill, Manner, undisturbed
    from fms_agency.management.commands.play_deal import doors_of

    usual = Manner(wanted.players, wanted.patience)
    without = Manner(wanted.players, min(wanted.patience, SOON_OVER), still_waiting)

    def played(that: Day, manner: Manner) -> Findings:
        began, drill = time.monotonic(), Drill(house, doors, manner, that)
        found = drill.run(expected)
        print(report(drill, found, time.monotonic() - began), flush=True)
        return found

    with doors_of(house.address, accounts.read()) as doors:
        expected = undisturbed(house, doors, usual)
        if wanted.with_delay:
            house.reopen(WITHOUT_OUTBOX)
        found = played(today, without if wanted.with_delay else usual)
        say("Nothing is lost, nothing is there twice." if found.is_good else "NOT everything held.")
        if not found.is_good or not wanted.counter_proof:
            return found.is_good
        house.reopen(WITHOUT_OUTBOX)
        lost = played(counter_day(wanted.seed), without).lost
        say(f"Without the outbox: {len(lost)} lost. {PROVEN if lost else NOT_PROVEN}")
        return bool(lost)


# The report ----------------------------------------------------------------------------------


def report(drill: Drill, found: Findings, seconds: float) -> str:
    hits = ", ".join(f"{victim} {drill.killed[victim]}" for victim in Victim)
    lines = [
        ("schedule", drill.day.digest),
        ("deals", f"{len(drill.plays)} in {seconds:.0f} s, {drill.weather.steps} turns"),
        ("kills", f"{drill.killed.total()} ({hits})"),
        ("mended", f"{drill.mended} times"),
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
    parser.add_argument("--players", type=int, default=6, help="deals played at once")
    parser.add_argument("--patience", type=float, default=240.0, help="seconds for one answer")
    parser.add_argument(
        "--with-delay",
        action="store_true",
        help="without the outbox, to see that this drill would notice: it must go red",
    )
    parser.add_argument(
        "--counter-proof",
        action="store_true",
        help="play a few deals more without the outbox, and demand that something is lost",
    )
    return Wanted(**vars(parser.parse_args(arguments)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
