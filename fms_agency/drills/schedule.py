"""Which deals are played, and which process dies when: a day drawn from a seed, to be had again.

Nothing here asks the clock, the machine or the house: the same words give the same day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from itertools import cycle, islice
from random import Random

from fms_agency.demo.deals import DEALS
from fms_agency.demo.script import Deal


class Victim(StrEnum):
    WEB = "web"
    WEB_CHILD = "web child"
    WORKER = "worker"
    WORKER_CHILD = "worker child"
    BEAT = "beat"
    SEALER = "seal"
    BROKER = "broker"
    POSTGRES = "postgres"
    BACKEND = "backend"


# How often each is hit, for every hundred kills.
SHARES = {
    Victim.WEB: 13,
    Victim.WEB_CHILD: 6,
    Victim.WORKER: 14,
    Victim.WORKER_CHILD: 18,
    Victim.BEAT: 6,
    Victim.SEALER: 10,
    Victim.BROKER: 15,
    Victim.POSTGRES: 8,
    Victim.BACKEND: 10,
}
COUNTER_DEALS, COUNTER_KILLS = 4, 10
LATEST = 0.5  # seconds after the step at which a kill is due


@dataclass(frozen=True)
class Kill:
    """One SIGKILL: due when so many steps of all deals are done, and a moment later.

    `pick` in [0, 1) chooses among the children of a process.
    """

    after_steps: int
    victim: Victim
    delay: float
    pick: float


@dataclass(frozen=True)
class Day:
    """The deals, each under a reference nobody else uses, and the kills among their turns."""

    deals: tuple[Deal, ...]
    kills: tuple[Kill, ...]

    @property
    def turns(self) -> int:
        return sum(len(deal.turns) for deal in self.deals)

    @property
    def digest(self) -> str:
        """The day in sixteen characters: two runs with the same one meant to do the same."""
        lines = [f"{deal.name} {reference_of(deal)} {len(deal.turns)}" for deal in self.deals]
        lines += [f"{k.after_steps} {k.victim} {k.delay!r} {k.pick!r}" for k in self.kills]
        return sha256("\n".join(lines).encode()).hexdigest()[:16]


def day(seed: int, *, deals: int, kills: int) -> Day:
    """The demo's deals in turn, so many of them, and so many kills spread over their turns."""
    played = _deals(f"DRILL-{seed}", deals)
    turns = sum(len(deal.turns) for deal in played)
    return Day(played, tuple(plan(seed, kills=kills, steps=turns)))


def counter_day(seed: int) -> Day:
    """A short day on which a house without an outbox loses something: it is all about the broker."""
    deals = _deals(f"COUNTER-{seed}", COUNTER_DEALS)
    turns = sum(len(deal.turns) for deal in deals)
    kills = plan(seed, kills=COUNTER_KILLS, steps=turns // 2, shares={Victim.BROKER: 100})
    return Day(deals, tuple(kills))


def _deals(prefix: str, count: int) -> tuple[Deal, ...]:
    return tuple(
        referenced(deal, f"{prefix}-{number}")
        for number, deal in enumerate(islice(cycle(DEALS.values()), count))
    )


def plan(seed: int, *, kills: int, steps: int, shares: Mapping[Victim, int] = SHARES) -> list[Kill]:
    """The kills of a drill, in order, spread by chance over so many steps."""
    chance = Random(seed)
    moments = sorted(chance.randrange(steps) for _ in range(kills))
    return [Kill(moment, *_blow(chance, shares)) for moment in moments]


def _blow(chance: Random, shares: Mapping[Victim, int]) -> tuple[Victim, float, float]:
    (victim,) = chance.choices(list(shares), weights=list(shares.values()))
    return victim, round(chance.random() * LATEST, 3), chance.random()


def referenced(deal: Deal, reference: str) -> Deal:
    """The deal under a reference of its own: by it a request whose answer was lost is found again."""
    turns = (
        replace(turn, given={**turn.given, "reference": reference})
        if "reference" in turn.given
        else turn
        for turn in deal.turns
    )
    return replace(deal, turns=tuple(turns))


def reference_of(deal: Deal) -> str:
    return str(next(turn.given["reference"] for turn in deal.turns if "reference" in turn.given))
