"""Whole deals from request to closure, through the three doors, as the people of the demo world."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_django.live_server_helper import LiveServer

from fms_agency.demo import ending
from fms_agency.demo.accounts import Account
from fms_agency.demo.deals import DEALS
from fms_agency.demo.player import Play, Told
from fms_agency.demo.script import Deal, Turn
from fms_agency.management.commands.play_deal import doors_of

pytestmark = [
    *(pytest.mark.journey, pytest.mark.long),
    pytest.mark.no_cover,  # each room's own tests walk it; under measure a deal takes twice as long
    pytest.mark.django_db(transaction=True),
]


def refused(told: list[Told]) -> list[Turn]:
    return [one.turn for one in told if one.refusal]


@pytest.mark.parametrize("deal", DEALS.values(), ids=lambda deal: deal.name)
def test_deal_goes_from_request_to_closure(
    deal: Deal, live_server: LiveServer, known: dict[str, Account], work_off: Callable[[], None]
) -> None:
    with doors_of(live_server.url, known) as doors:
        play = Play(deal, doors, after=work_off)

        told = list(play.turns())
        found = list(ending.findings(play, patience=20))

    assert [one.turn for one in told] == list(deal.turns)
    assert refused(told) == [turn for turn in deal.turns if turn.act == "cannot"]
    assert [finding for finding in found if not finding.is_good] == []
