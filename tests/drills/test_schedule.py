"""A day comes from its seed alone, and reaches everybody in the end."""

from __future__ import annotations

import os
import subprocess
import sys

from fms_agency.drills.schedule import (
    LATEST,
    SHARES,
    Victim,
    counter_day,
    day,
    plan,
    reference_of,
)
from fms_agency.house.bootstrap import ROOT

TODAY = "from fms_agency.drills.schedule import day; print(day(7, deals=20, kills=40).digest)"


def test_same_seed_gives_the_same_day() -> None:
    assert day(7, deals=20, kills=40) == day(7, deals=20, kills=40)
    assert plan(7, kills=40, steps=1000) != plan(8, kills=40, steps=1000)


def test_same_seed_gives_the_same_day_in_another_process() -> None:
    """Nothing of the process comes in: not its hashes, not its clock."""
    said = [
        subprocess.run(
            [sys.executable, "-c", TODAY],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    ]

    assert said == [day(7, deals=20, kills=40).digest] * 2


def test_digest_tells_days_apart() -> None:
    digests = {
        day(seed, deals=deals, kills=kills).digest
        for seed in (7, 8)
        for deals in (2, 3)
        for kills in (4, 5)
    }

    assert len(digests) == 8


def test_each_deal_has_a_reference_of_its_own() -> None:
    deals = day(7, deals=5, kills=0).deals

    assert [reference_of(deal) for deal in deals] == [f"DRILL-7-{number}" for number in range(5)]
    assert len({deal.name for deal in deals}) > 1


def test_kills_come_in_order_within_the_steps() -> None:
    kills = plan(1, kills=200, steps=50)

    moments = [kill.after_steps for kill in kills]
    assert moments == sorted(moments)
    assert len(kills) == 200
    assert {0 <= moment < 50 for moment in moments} == {True}
    assert {0 <= kill.delay <= LATEST and 0 <= kill.pick < 1 for kill in kills} == {True}


def test_everybody_is_hit_in_a_long_drill() -> None:
    assert {kill.victim for kill in plan(3, kills=500, steps=500)} == set(Victim)


def test_shares_are_per_cent() -> None:
    assert sum(SHARES.values()) == 100


def test_day_of_the_counter_proof_is_about_the_broker() -> None:
    today = counter_day(7)

    assert {kill.victim for kill in today.kills} == {Victim.BROKER}
    assert max(kill.after_steps for kill in today.kills) < today.turns / 2
    assert today == counter_day(7)
