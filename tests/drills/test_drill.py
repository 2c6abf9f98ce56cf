"""A day is played to its end: players play, a hand kills, and what did not hold is said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from django.core.mail.backends.filebased import EmailBackend
from pytest_django import Settings

from cases.models import Request
from fms_agency.demo.doors import GateDoor
from fms_agency.demo.ending import Finding
from fms_agency.demo.samples import RETURNED, SUBMITTED
from fms_agency.demo.script import Deal, Door, api
from fms_agency.drills import drill, inspection
from fms_agency.drills.account import Account, of_play
from fms_agency.drills.drill import Drill, Manner, undisturbed
from fms_agency.drills.house import House
from fms_agency.drills.patience import PatientPlay
from fms_agency.drills.schedule import Day, Kill, Victim, referenced
from fms_agency.house.bootstrap import Failure
from tests.drills.conftest import work_off
from workflow import walls
from workflow.database.base import DatabaseWrapper
from workflow.seal import attest
from workflow.seal.keys import signing_key
from workflow.seal.sealer import Sealer

pytestmark = pytest.mark.django_db(transaction=True)

DOORS = dict.fromkeys(Door, GateDoor())


@pytest.fixture(autouse=True)
def as_owner(the_house_acts: None, known: object) -> Iterator[None]:
    """The drill looks on as the owner of the tables, and so do its players."""
    with walls.within(walls.OWNER), pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseWrapper, "strict", False)
        yield


class Ward:
    """A house without processes: whoever mends it does what its worker and its sealer would do."""

    def __init__(self, *, away: int = 0, works: Callable[[], object] = lambda: None) -> None:
        self.hit: list[Victim] = []
        self.away, self.works, self.looked_after = away, works, 0

    def kill(self, kill: Kill) -> bool:
        """A victim that is `away` is being started again, so many times."""
        if self.away:
            self.away -= 1
            return False
        self.hit.append(kill.victim)
        return True

    def mend(self) -> bool:
        self.works()
        self.looked_after += 1
        return self.looked_after == 1


def drill_of(ward: Ward, *deals: Deal, kills: tuple[Kill, ...] = (), **manner: Any) -> Drill:
    usual = Manner(**{"players": 2, "patience": 5.0, **manner})
    named = tuple(referenced(deal, f"DRILL-1-{number}") for number, deal in enumerate(deals))
    return Drill(cast("House", ward), DOORS, usual, Day(named, kills))


def kill(victim: Victim, *, after: int) -> Kill:
    return Kill(after, victim, delay=0.0, pick=0.0)


# A day ---------------------------------------------------------------------------------------


def test_day_is_played_by_as_many_as_there_are_deals_for() -> None:
    day = drill_of(Ward(), SUBMITTED, RETURNED, SUBMITTED, players=7)

    day.play()

    assert Counter(Request.objects.values_list("reference", "state")) == {
        ("DRILL-1-0", "submitted"): 1,
        ("DRILL-1-1", "returned"): 1,
        ("DRILL-1-2", "submitted"): 1,
    }
    assert (len(day.plays), day.weather.steps, day.broken) == (3, 10, [])


def test_everybody_the_day_names_is_killed_if_need_be_after_the_last_deal() -> None:
    ward = Ward()
    day = drill_of(
        ward,
        SUBMITTED,
        kills=(kill(Victim.WEB, after=0), kill(Victim.BROKER, after=1), kill(Victim.WEB, after=99)),
    )

    day.play()

    assert ward.hit == [Victim.WEB, Victim.BROKER, Victim.WEB]
    assert day.killed == {Victim.WEB: 2, Victim.BROKER: 1}
    assert day.mended == 1


def test_victim_that_is_being_started_again_is_hit_in_a_later_round() -> None:
    ward = Ward(away=2)
    day = drill_of(ward, SUBMITTED, kills=(kill(Victim.SEALER, after=0),))

    day.play()

    assert (ward.away, ward.hit) == (0, [Victim.SEALER])


def test_long_day_tells_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(drill, "TELL_EVERY", -1.0)
    day = drill_of(Ward(), SUBMITTED)

    day.play()

    told = [line.partition("] ")[2] for line in capsys.readouterr().out.splitlines()]
    assert told[0] == "1 deals, 3 turns, 0 kills"
    assert told[-1].endswith("deals begun, 0 kills to come, 0 answers lost")


def test_story_that_breaks_is_said_with_its_turn_and_the_others_go_on() -> None:
    draft, *rest = SUBMITTED.turns
    broken = replace(SUBMITTED, turns=(draft, api("au.requester").takes("contract", "accept")))
    day = drill_of(Ward(), broken, replace(SUBMITTED, turns=(draft, *rest)), players=1)

    day.play()

    assert day.broken == [
        "SAMPLE-AU-001 contract accept: There is no contract yet; the play knows request."
    ]
    assert [play.is_broken for play in day.plays] == [True, False]


def test_surprise_of_a_player_is_named_by_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    def surprised(*_: Any) -> None:
        raise ZeroDivisionError("nobody expects it")

    monkeypatch.setattr(PatientPlay, "turn", surprised)
    day = drill_of(Ward(), SUBMITTED)

    day.play()

    assert day.broken == [
        "SAMPLE-AU-001 request draft: ZeroDivisionError: nobody expects it",
    ]


# Its end -------------------------------------------------------------------------------------


def test_drill_waits_until_nothing_is_on_its_way() -> None:
    left = [3, 2, 0]
    ward = Ward()

    assert drill_of(ward, on_its_way=lambda: left.pop(0)).drain() == 0
    assert (left, ward.looked_after) == ([], 2)


def test_what_is_still_on_its_way_when_patience_ends_is_counted() -> None:
    assert drill_of(Ward(), patience=0.0, on_its_way=lambda: 3).drain() == 3


@pytest.fixture
def sealer(known: object) -> Sealer:
    attest.reattest(reason="a test begins")
    return Sealer(signing_key())


@pytest.fixture
def mailbox(settings: Settings, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND = f"{EmailBackend.__module__}.{EmailBackend.__name__}"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    return tmp_path / "mail"


def test_day_that_was_worked_off_and_sealed_is_found_good(sealer: Sealer, mailbox: Path) -> None:
    def works() -> None:
        work_off()
        sealer.seal()

    rehearsal = drill_of(ward := Ward(works=works), SUBMITTED)
    rehearsal.play()
    rehearsal.drain()
    expected = {"SAMPLE-AU-001": of_play(rehearsal.plays[0])}
    day = Drill(
        cast("House", ward), DOORS, rehearsal.manner, Day((referenced(SUBMITTED, "DRILL-2"),), ())
    )

    found = day.run(expected)

    assert (found.lost, found.doubled, found.broken) == ([], [], [])
    assert found.counted["deals seen"] == 1
    assert found.counted["letters"] == found.counted["messages"] > 0


def test_day_says_what_broke_what_is_on_its_way_and_that_the_seal_is_behind(
    monkeypatch: pytest.MonkeyPatch, mailbox: Path
) -> None:
    monkeypatch.setattr(drill, "SEAL_PATIENCE", 0.0)
    monkeypatch.setattr(drill, "lag", lambda: timedelta(seconds=75))
    monkeypatch.setattr(inspection, "inspect", lambda played, mailbox: inspection.Findings())
    draft, *_ = SUBMITTED.turns
    off_course = replace(SUBMITTED, turns=(draft, api("au.requester").takes("contract", "accept")))
    day = drill_of(Ward(), off_course, patience=0.0, on_its_way=lambda: 2)

    found = day.run({})

    assert found.lost == ["2 follow-ups and messages were still on their way"]
    assert found.broken == [
        "SAMPLE-AU-001 contract accept: There is no contract yet; the play knows request.",
        "the seal was 75 s behind",
    ]


def test_drill_waits_until_every_line_is_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    behind = [timedelta(seconds=2), timedelta(seconds=1), timedelta()]
    monkeypatch.setattr(drill, "lag", lambda: behind.pop(0))
    ward = Ward()

    assert drill_of(ward)._await_seal() == 0.0
    assert (behind, ward.looked_after) == ([], 2)


# Each deal undisturbed -----------------------------------------------------------------------


def calm(deal: Deal, monkeypatch: pytest.MonkeyPatch, ward: Ward, **manner: Any) -> Any:
    monkeypatch.setattr(drill, "DEALS", {"calm": deal})
    usual = Manner(**{"players": 1, "patience": 20.0, **manner})
    return undisturbed(cast("House", ward), DOORS, usual)


def test_undisturbed_deal_is_counted_under_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A short one, which would leave two columns blank and is not asked how it ends."""
    monkeypatch.setattr(drill.ending, "findings", lambda play, patience: [])
    monkeypatch.setattr(Account, "blanks", lambda account: [])

    (account,) = (accounts := calm(SUBMITTED, monkeypatch, Ward(works=work_off))).values()

    assert list(accounts) == ["SAMPLE-AU-001"]
    assert account.states == {("request", "submitted"): 1}
    assert account.papers == {("request", "request_letter"): 1}


def test_undisturbed_deal_that_does_not_come_to_its_end_measures_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = replace(SUBMITTED, turns=(*SUBMITTED.turns, SUBMITTED.turns[-1]))

    with pytest.raises(Failure, match=r"to its end\. SAMPLE-AU-001 request submit"):
        calm(wrong, monkeypatch, Ward(works=work_off), patience=0.0)


def test_undisturbed_deal_that_ends_badly_measures_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bad = [Finding("Every case has come to its end", is_good=False, detail="request: submitted")]
    monkeypatch.setattr(drill.ending, "findings", lambda play, patience: bad)

    with pytest.raises(Failure) as failure:
        calm(SUBMITTED, monkeypatch, Ward(works=work_off))

    assert str(failure.value) == (
        "Undisturbed SAMPLE-AU-001: Every case has come to its end: request: submitted"
    )


def test_undisturbed_deal_that_leaves_something_uncounted_measures_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(drill.ending, "findings", lambda play, patience: [])

    with pytest.raises(Failure) as failure:
        calm(SUBMITTED, monkeypatch, Ward(works=work_off))

    assert str(failure.value) == "Undisturbed SAMPLE-AU-001 has no journals, deadlines."
