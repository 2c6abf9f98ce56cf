"""The player notices when a story goes wrong, and says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone
from django.utils.translation import override
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from cases.models import Contract, Request
from documents import uploads
from documents.models import Document
from fms_agency.demo import client, deals, ending, player, telling
from fms_agency.demo.accounts import Account
from fms_agency.demo.doors import GateDoor, Refusal
from fms_agency.demo.ending import Finding
from fms_agency.demo.files import sample_pdf
from fms_agency.demo.people import PEOPLE
from fms_agency.demo.player import Play, StoryBroken
from fms_agency.demo.portals import PortalDoor
from fms_agency.demo.samples import SUBMITTED
from fms_agency.demo.script import Deal, Door, Stamp, Turn, api, portal, resolved
from fms_agency.demo.table import table
from fms_agency.management.commands.play_deal import doors_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def told_in_english() -> Iterator[None]:
    with override("en"):
        yield


DRAFT = api("au.requester").begins(
    "request", "draft", **deals.FRIGATE_REQUEST | {"reference": Stamp("TEST")}
)


SUBMITTED_ANEW = (DRAFT, *SUBMITTED.turns[1:])


def story(*turns: Turn, **more: Any) -> Deal:
    return Deal("test", "A test", "試験", "en", turns, **more)


def at_the_gate(*turns: Turn, after: Callable[[], object] = lambda: None, **more: Any) -> Play:
    return Play(story(*turns, **more), dict.fromkeys(Door, GateDoor()), after)


def played(*turns: Turn) -> list[player.Told]:
    return list(at_the_gate(*turns).turns())


@pytest.mark.parametrize(
    ("turn", "why"),
    [
        (api("au.requester").takes("request", "submit"), "409 Attach the signed letter"),
        (api("ph.requester").takes("request", "submit"), "404"),
        (api("au.requester").takes("request", "attach_letter"), "422"),
        (api("au.requester").cannot("request", "attach_letter"), "422"),
        (api("au.requester").takes("contract", "accept"), "There is no contract yet"),
        (
            api("au.requester").cannot("request", "withdraw", reason="Enough"),
            "nobody stopped them",
        ),
    ],
)
def test_story_breaks_where_the_house_answers_otherwise(
    known: dict[str, Account], turn: Turn, why: str
) -> None:
    with pytest.raises(StoryBroken, match=why):
        played(DRAFT, turn)


def test_story_breaks_when_a_beginning_is_refused(known: dict[str, Account]) -> None:
    wrong = api("au.requester").begins("request", "draft", title="Only a title")

    with pytest.raises(StoryBroken, match="422"):
        played(wrong)


def test_refusal_that_moves_the_case_all_the_same_is_noticed(
    known: dict[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    def two_faced(door: GateDoor, who: Any, case: Any, name: str, given: Any) -> None:
        door.take(who, case, name, given)
        raise Refusal(403)

    monkeypatch.setattr(GateDoor, "try_anyway", two_faced)
    turn = api("au.requester").cannot("request", "withdraw", reason="Enough")

    with pytest.raises(StoryBroken, match="yet it moved"):
        played(DRAFT, turn)


def test_step_without_its_line_in_the_trail_is_noticed(
    known: dict[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GateDoor, "take", lambda *_: None)

    with pytest.raises(StoryBroken, match="shows no submit"):
        played(DRAFT, api("au.requester").takes("request", "submit"))


def test_reader_does_not_wait_for_ever(
    known: dict[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(player, "PAPER_PATIENCE", 0.2)

    with pytest.raises(StoryBroken, match="has no offer"):
        played(DRAFT, api("au.requester").reads("request", "offer"))


def test_reader_notices_other_bytes(
    known: dict[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GateDoor, "fetch", lambda *_: b"other bytes")

    reads = api("au.requester").reads("request", "request_letter")

    with pytest.raises(StoryBroken, match="not those that were stored"):
        played(*SUBMITTED_ANEW, reads)


def test_end_names_everything_that_does_not_hold(
    furnished: dict[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request alone is no deal: nothing was sent, and no paper was made."""
    play = at_the_gate(
        *SUBMITTED_ANEW,
        ends_as={"request": "answered"},
        papers=(api("au.requester").reads("request", "offer"),),
    )
    list(play.turns())
    play.cases["contract"] = Contract.objects.order_by("number")[0]
    monkeypatch.setattr(player, "PAPER_PATIENCE", 0.0)
    monkeypatch.setattr(ending, "balance", lambda *_: 5)

    found = list(ending.findings(play, patience=0.0))

    assert [finding.is_good for finding in found] == [False] * 5 + [True]
    assert found[2].detail.endswith(": submitted, not answered")


def test_end_waits_for_the_worker(
    furnished: dict[str, Account], work_off: Callable[[], None]
) -> None:
    play = at_the_gate(*SUBMITTED_ANEW)
    list(play.turns())
    play.after = work_off
    play.cases["contract"] = Contract.objects.order_by("number")[0]

    done, sent, *_rest = ending.findings(play, patience=20)

    assert done.is_good
    assert sent.is_good


def test_line_tells_who_did_what_in_the_listeners_language(known: dict[str, Account]) -> None:
    asked, attached, submitted, refused = played(
        *SUBMITTED_ANEW, portal("auditor").cannot("request", "decline", reason="No")
    )

    with override("ja"):
        told = telling.line(1, asked)
    assert told.startswith("  1 テイラー エマ, ")
    assert "TAYLOR Emma, Requester" in telling.line(2, attached)
    assert "draft → submitted" in telling.line(3, submitted)
    assert telling.line(4, refused).endswith("\n      404: not found")


def test_line_tells_what_was_read_and_what_was_opened(known: dict[str, Account]) -> None:
    *_asked, read, _actionable, opened = played(
        *SUBMITTED_ANEW,
        api("au.requester").reads("request", "request_letter"),
        portal("case_manager").takes("request", "accept_as_actionable"),
        portal("export_control").takes("request", "open_transfer_review"),
    )

    assert "Letter of request" in telling.line(4, read)
    assert "read, SHA-256 fits" in telling.line(4, read)
    assert telling.line(6, opened).endswith(f"\n      opens {opened.opened[0]}")


def test_table_keeps_wide_characters_in_line() -> None:
    assert table([("会計", "x"), ("abc", "y")]) == "会計  x\nabc   y"


def test_finding_says_what_was_found_instead() -> None:
    assert telling.finding(Finding("Papers", is_good=True)) == "  ✓ Papers"
    assert telling.finding(Finding("Papers", False, "no offer")) == "  ✗ Papers: no offer"


def test_sample_letter_is_a_file_the_house_accepts() -> None:
    letter = SimpleUploadedFile("letter.pdf", sample_pdf("A (sample) \\ letter", "印"))

    assert uploads.validate(letter).content_type == "application/pdf"


# The command ---------------------------------------------------------------------------------


def test_play_deal_needs_a_demo_world(db: None, settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path

    with pytest.raises(CommandError, match="no demo accounts"):
        call_command("play_deal")


def test_play_deal_tells_the_turn_at_which_it_broke(
    live_server: LiveServer, known: dict[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = story(DRAFT, api("au.requester").takes("request", "submit"))
    monkeypatch.setitem(deals.DEALS, "radars", broken)
    output = StringIO()

    with pytest.raises(CommandError, match="Not everything held: test"):
        call_command("play_deal", base_url=live_server.url, deal="radars", stdout=output)

    assert output.getvalue().splitlines()[-1].startswith("  ✗ emma.taylor@defence.example.au: ")


def test_play_deal_tells_the_end(
    live_server: LiveServer, known: dict[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(deals.DEALS, "radars", story(DRAFT))
    monkeypatch.setattr(ending, "findings", lambda *_: [Finding("Everything", is_good=True)])
    output = StringIO()

    call_command("play_deal", base_url=live_server.url, deal="radars", stdout=output)

    assert "  ✓ Everything\n" in output.getvalue()


def test_wrong_password_ends_the_play(live_server: LiveServer, known: dict[str, Account]) -> None:
    wrong = {key: replace(account, password="wrong") for key, account in known.items()}

    with doors_of(live_server.url, wrong) as doors, pytest.raises(Refusal, match="sign in"):
        doors[Door.PORTAL].open_for(PEOPLE["auditor"])


def test_wrong_secret_ends_the_play(live_server: LiveServer, known: dict[str, Account]) -> None:
    wrong = {key: replace(account, client_secret="wrong") for key, account in known.items()}

    with doors_of(live_server.url, wrong) as doors, pytest.raises(Refusal, match="401"):
        doors[Door.API].open_for(PEOPLE["ph.requester"])


def test_step_without_a_button_cannot_be_pressed(
    live_server: LiveServer, furnished: dict[str, Account]
) -> None:
    case = Contract.objects.get(state="draft")

    with doors_of(live_server.url, furnished) as doors:
        doors[Door.PORTAL].open_for(PEOPLE["auditor"])
        with pytest.raises(Refusal, match="offers no form"):
            doors[Door.PORTAL].take(PEOPLE["auditor"], case, "price", {})


def test_paper_of_another_case_is_not_found(
    live_server: LiveServer, furnished: dict[str, Account]
) -> None:
    request = Request.objects.get(reference="SAMPLE-AU-001")
    foreign = Document.objects.get(
        case_number=Request.objects.get(reference="SAMPLE-PH-001").number
    )

    with doors_of(live_server.url, furnished) as doors:
        for door, who in ((Door.PORTAL, "auditor"), (Door.API, "au.requester")):
            doors[door].open_for(PEOPLE[who])
            with pytest.raises(Refusal, match="404"):
                doors[door].fetch(PEOPLE[who], request, foreign)


def test_damaged_paper_is_not_taken_for_a_paper(
    live_server: LiveServer, furnished: dict[str, Account]
) -> None:
    request = Request.objects.get(reference="SAMPLE-AU-001")
    letter = Document.objects.get(case_number=request.number)
    letter.path.write_bytes(b"other bytes")

    with doors_of(live_server.url, furnished) as doors:
        doors[Door.PORTAL].open_for(PEOPLE["auditor"])
        with pytest.raises(Refusal, match="500"):
            doors[Door.PORTAL].fetch(PEOPLE["auditor"], request, letter)


def test_answer_of_something_else_than_the_api_is_told_as_it_is() -> None:
    assert client._why(httpx.Response(502, text="Bad gateway")) == "Bad gateway"


def test_request_is_begun_in_the_web_view_as_well(
    live_server: LiveServer, known: dict[str, Account]
) -> None:
    """The player's nations use the API; the same form stands behind the page."""
    given = resolved(DRAFT.given, now=timezone.localtime(), number_of=str)
    rows = given.pop("lines")
    typed = given | {f"lines-0-{name}": value for name, value in rows[0].items()}

    with closing(PortalDoor(live_server.url, "partner", known)) as door:
        door.open_for(PEOPLE["au.requester"])
        number = door.begin(PEOPLE["au.requester"], Request, "draft", typed)

    assert Request.objects.get(number=number).title == given["title"]
