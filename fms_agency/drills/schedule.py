"""Which process dies when: a plan drawn from a seed, so that a bad day can be had again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Victim(StrEnum):
    WEB = "web"
    WEB_CHILD = "web child"
    WORKER = "worker"
    WORKER_CHILD = "worker child"
    BEAT = "beat"
    BROKER = "broker"
    POSTGRES = "postgres"
    BACKEND = "backend"


# How often each is hit, for every hundred kills.
SHARES = {
    Victim.WEB: 14,
    Victim.WEB_CHILD: 6,
    Victim.WORKER: 15,
    Victim.WORKER_CHILD: 20,
    Victim.BEAT: 8,
    Victim.BROKER: 17,
    Victim.POSTGRES: 8,
    Victim.BACKEND: 12,
}
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


def plan(seed: int, *, kills: int, steps: int) -> list[Kill]:
    """The kills of a drill, in order, spread by chance over so many steps."""
    chance = Random(seed)
    moments = sorted(chance.randrange(steps) for _ in range(kills))
    return [Kill(moment, *_blow(chance.random, chance)) for moment in moments]


def _blow(draw: Callable[[], float], chance: Random) -> tuple[Victim, float, float]:
    (victim,) = chance.choices(list(SHARES), weights=list(SHARES.values()))
    return victim, round(draw() * LATEST, 3), draw()
