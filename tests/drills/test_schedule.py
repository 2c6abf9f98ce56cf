"""A plan of kills comes from its seed alone, and reaches everybody in the end."""

from __future__ import annotations

from fms_agency.drills.schedule import LATEST, SHARES, Victim, plan


def test_same_seed_gives_the_same_day() -> None:
    assert plan(7, kills=40, steps=1000) == plan(7, kills=40, steps=1000)
    assert plan(7, kills=40, steps=1000) != plan(8, kills=40, steps=1000)


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
