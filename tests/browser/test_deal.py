"""The first deal in a real browser: staff in Japanese, the nation on its own pages in English."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fms_agency.demo import ending
from fms_agency.demo.accounts import Account
from fms_agency.demo.deals import RADARS
from fms_agency.demo.doors import DoorOfTheHouse
from fms_agency.demo.player import Play
from fms_agency.demo.script import Door
from tests.browser.conftest import Window
from tests.browser.hands import ChromiumDoor

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.django_db(transaction=True)]


def test_deal_goes_from_request_to_closure_on_pages(
    open_window: Window, known: dict[str, Account], work_off: Callable[[], None]
) -> None:
    doors: dict[Door, DoorOfTheHouse] = {
        Door.PORTAL: ChromiumDoor("staff", open_window(), known),
        Door.SUPPLIER: ChromiumDoor("supplier", open_window(), known),
        Door.API: ChromiumDoor("partner", open_window(), known),
    }
    play = Play(RADARS, doors, after=work_off)

    told = list(play.turns())
    found = list(ending.findings(play, patience=20))

    assert [one.turn for one in told] == list(RADARS.turns)
    assert [one.turn for one in told if one.refusal] == [
        turn for turn in RADARS.turns if turn.act == "cannot"
    ]
    assert [finding for finding in found if not finding.is_good] == []
