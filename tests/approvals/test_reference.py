"""A change of reference data is a matter like any other: put forward, decided by a post, applied with the decision."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils.translation import override

from approvals import actions, going, looking_after, papers, words
from approvals.models import ApprovalFile, ApprovalRoute, Signature
from approvals.models.file import APPROVED
from cases.models import Rate
from industry.models import Article
from notifications.models import Message
from partners import absences, reference
from partners.models import Nation, Person, Proposal
from tests.approvals.hands import NOTHING, file_of, fresh, propose, run_follow_ups
from tests.factories import name_readers, person
from workflow.models import Entry
from workflow.steps import NotOpen, NotYours, choices, take

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon", "director")]
STORIES = int(os.environ.get("FILES", "6"))
FIRST = date(2027, 4, 1)
WHY = "The committee has decided."


@pytest.fixture
def noon() -> Any:
    with time_machine.travel("2026-11-23T12:00:00+09:00", tick=False) as clock:
        yield clock


@pytest.fixture
def proposer() -> Person:
    return person("finance_officer", family_name="Sato", given_name="Hanako")


@pytest.fixture
def director() -> Person:
    """Whoever decides on changes of reference data, by the route that ships."""
    return person("director", unit="planning")


def deposit() -> Rate:
    return Rate.objects.get(code="deposit", valid_to=None)


def next_deposit(**fields: Any) -> Rate:
    columns = {"percent": Decimal(25), "valid_from": FIRST, "source": "memo 12", **fields}
    return Rate(code="deposit", **columns)


def next_version(by: Person) -> Proposal:
    return propose(next_deposit(), by=by, reason=WHY, instead_of=deposit())


def philippines(**fields: Any) -> Nation:
    row = Nation.objects.get(pk="PH")
    for name, value in fields.items():
        setattr(row, name, value)
    return row


def change(by: Person, **fields: Any) -> Proposal:
    return propose(philippines(**fields), by=by, reason=WHY, instead_of=philippines())


def last_day(by: Person) -> Proposal:
    given = {"row": deposit(), "last_day": FIRST, "source": "memo", "reason": WHY}
    held: Proposal = actions.put_forward(reference.propose_end, by=by, **given).subject
    return held


def withdrawal(by: Person) -> Proposal:
    row = Rate.objects.create(code="test", percent=1, valid_from=FIRST, source="memo")
    given = {"row": row, "reason": WHY}
    held: Proposal = actions.put_forward(reference.propose_withdrawal, by=by, **given).subject
    return held


def new_nation(by: Person) -> Proposal:
    names = {"name_ja": "新", "name_en": "New", "formal_ja": "新国", "formal_en": "New State"}
    row = Nation(code="XA", currency="XAX", source="memo", **names)
    return propose(row, by=by, reason=WHY)


# Put forward ---------------------------------------------------------------------------------


def test_proposing_puts_the_file_forward_in_one_act(proposer: Person, director: Person) -> None:
    file = file_of(next_version(proposer))

    assert (file.state, file.matter, file.amount, file.title) == (
        "awaiting_decision",
        "reference_change",
        0,
        "Rates: the agency's own · initial deposit",
    )
    assert (file.prepared_by, file.prepared_role) == (proposer.actor_id, "finance_officer")
    assert file.background == f"{WHY}\nSource: memo 12"
    lines = Entry.objects.filter(case_id=file.pk, event="step").order_by("version")
    assert [(line.step, line.actor_id) for line in lines] == [
        ("draft", "system"),
        ("put_forward", proposer.actor_id),
    ]


@pytest.mark.parametrize(
    ("proposed", "purpose"),
    [
        (
            next_version,
            "Let the proposed version of “Rates: the agency's own · initial deposit” count from April 1, 2027 on.",
        ),
        (
            last_day,
            "Let “Rates: the agency's own · initial deposit” end: its last day is April 1, 2027.",
        ),
        (
            withdrawal,
            "Withdraw “Rates: the agency's own · test”, which would begin on April 1, 2027.",
        ),
        (
            lambda by: change(by, currency="PHX", source="memo"),
            "Change “Nations: Philippines”: Currency, Source.",
        ),
        (new_nation, "Add “Nations: New”."),
    ],
)
def test_cover_sheet_says_what_is_asked(
    proposer: Person, proposed: Callable[[Person], Proposal], purpose: str
) -> None:
    assert file_of(proposed(proposer)).purpose == purpose


@pytest.mark.parametrize(
    ("proposed", "content"),
    [
        (
            next_version,
            {
                "change": {
                    "rate": {
                        "rate_set": "jp",
                        "code": "deposit",
                        "percent": "25",
                        "amount": None,
                        "currency": "",
                        "valid_from": "2027-04-01",
                        "valid_to": None,
                        "source": "memo 12",
                    }
                },
                "present": {
                    "rate": {
                        "rate_set": "jp",
                        "code": "deposit",
                        "percent": "20.0000",
                        "amount": None,
                        "currency": "",
                        "valid_from": "2026-04-01",
                        "valid_to": None,
                    }
                },
            },
        ),
        (last_day, {"change": {"last_day": "2027-04-01", "source": "memo"}}),
        (lambda by: change(by, currency="PHX"), {"change": {"nation": {"currency": "PHX"}}}),
    ],
)
def test_signatures_cover_what_is_proposed_and_the_row_as_it_is(
    proposer: Person, proposed: Callable[[Person], Proposal], content: dict[str, Any]
) -> None:
    file = file_of(proposed(proposer))

    found = file.content
    for kind in found["present"].values():
        assert kind.pop("source")
    assert found["change"] == content["change"]
    assert found["present"] == content.get("present", found["present"])


def test_new_row_has_no_row_beside_it(proposer: Person) -> None:
    assert list(file_of(new_nation(proposer)).content) == ["change"]


def test_nobody_hears_of_a_draft_whoever_decides_hears_of_the_file_the_proposer_of_the_end(
    proposer: Person, director: Person
) -> None:
    held = next_version(proposer)
    run_follow_ups()
    take(file_of(held), "decide", by=director, **NOTHING)
    run_follow_ups()

    told = Message.objects.order_by("created_at").values_list("recipient", "notice")
    assert list(told) == [(director.pk, "file_waits"), (proposer.pk, "file_decided")]
    assert (
        "Rates: the agency's own · initial deposit"
        in Message.objects.get(notice="file_waits").subject
    )


# Who -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "unit"),
    [
        ("director", "cases"),
        ("department_head", "planning"),
        ("president", "executive"),
        ("case_manager", None),
        ("auditor", None),
        ("system_administrator", None),
    ],
)
def test_nobody_decides_but_the_post_of_the_route(
    proposer: Person, role: str, unit: str | None
) -> None:
    file = file_of(next_version(proposer))

    for step, given in (("decide", NOTHING), ("abandon", {"reason": "No."})):
        with pytest.raises(NotYours):
            take(file, step, by=person(role, unit=unit), **given)
    assert (fresh(file).state, Rate.objects.filter(code="deposit").count()) == (
        "awaiting_decision",
        1,
    )


def test_proposer_who_alone_could_decide_proposes_nothing(director: Person) -> None:
    director.memberships.update(valid_to=date(2026, 11, 22))
    both = person("finance_officer", "director", unit="planning")

    with pytest.raises(NotOpen, match="“Director, Planning” is vacant, or you hold it"):
        next_version(both)

    assert not Proposal.objects.exists()
    assert not ApprovalFile.objects.exists()
    assert not Entry.objects.exists()


def test_proposer_who_holds_the_post_leaves_it_to_another_holder(director: Person) -> None:
    both = person("finance_officer", "director", unit="planning")
    file = file_of(next_version(both))

    with pytest.raises(NotYours, match="You drafted this file; others act on it"):
        take(file, "decide", by=both, **NOTHING)
    take(file, "decide", by=director, **NOTHING)

    assert deposit().percent == 25


def test_deputy_who_decides_is_named_with_whose_place_they_took(
    proposer: Person, director: Person
) -> None:
    deputy = person("director", unit="legal")
    days = {"first_day": date(2026, 11, 23), "last_day": date(2026, 11, 24)}
    absences.enter(director, deputy=deputy, reason="Leave.", by=director, **days)
    held = next_version(proposer)

    take(file_of(held), "decide", by=deputy, **NOTHING)

    lines = Entry.objects.filter(event="reference_changed", given__file=file_of(held).number)
    assert {(line.actor_id, line.on_behalf_of) for line in lines} == {
        (deputy.actor_id, director.official_name)
    }
    assert Proposal.objects.get().decided_by == deputy


@pytest.mark.parametrize(
    ("role", "is_shown"),
    [
        ("case_manager", True),
        ("inspector", True),
        ("opinion_giver", False),
        ("system_administrator", False),
        ("requester", False),
        ("contractor_sales", False),
    ],
)
def test_file_is_read_by_whoever_reads_cases(proposer: Person, role: str, is_shown: bool) -> None:
    file = file_of(next_version(proposer))

    assert ApprovalFile.objects.visible_to(person(role)).filter(pk=file.pk).exists() is is_shown


def test_label_hides_the_file_from_whoever_is_not_named(proposer: Person) -> None:
    file = file_of(next_version(proposer))
    manager, other = person("case_manager"), person("inspector")
    ApprovalFile._base_manager.filter(pk=file.pk).update(handling="handle_with_care")
    name_readers(fresh(file), manager)

    seen = [ApprovalFile.objects.visible_to(who).exists() for who in (manager, other, proposer)]

    assert seen == [True, False, True]


# The decision --------------------------------------------------------------------------------


def test_decision_applies_the_change_and_is_not_held_against_it(
    proposer: Person, director: Person
) -> None:
    held = next_version(proposer)

    act = take(file_of(held), "decide", by=director, **NOTHING)
    looking_after.look()
    run_follow_ups()

    held.refresh_from_db()
    assert (act.case.state, fresh(act.case).state) == ("decided", "kept")
    assert (held.is_confirmed, held.decided_by) == (True, director)
    assert deposit().percent == 25
    paper = papers.decided_file(fresh(act.case))
    assert [part["name"] for part in paper["sections"]] == [
        "改定案 / Proposed",
        "現行 / The row until now",
    ]
    assert [(row["en"], row["value"]) for row in paper["sections"][0]["rows"]] == [
        ("Set of rates", "当庁の率"),
        ("Rate", "初回預託金"),
        ("Percent", "25"),
        ("Limit or minimum", "–"),
        ("Currency of the limit", "–"),
        ("In force from", "2027-04-01"),
        ("Last day in force", "–"),
        ("Source", "memo 12"),
    ]


def test_file_that_somebody_reads_afterwards_stays_decided(
    proposer: Person, director: Person
) -> None:
    deputy = person("director", unit="legal")
    days = {"first_day": date(2026, 11, 23), "last_day": date(2026, 11, 24)}
    absences.enter(director, deputy=deputy, reason="Leave.", by=director, **days)
    file = file_of(next_version(proposer))
    take(file, "decide", by=deputy, **NOTHING)

    run_follow_ups()
    looking_after.look()

    assert (fresh(file).state, fresh(file).changes_since) == ("decided", [])


def test_what_stands_against_it_closes_the_decision_with_the_remedy(
    proposer: Person, director: Person, noon: Any
) -> None:
    file = file_of(next_version(proposer))
    noon.move_to("2027-04-01T09:00:00+09:00")

    with pytest.raises(NotOpen, match="The first day is tomorrow at the earliest"):
        take(file, "decide", by=director, **NOTHING)

    (shown,) = (choice for choice in choices(fresh(file), director) if choice.name == "decide")
    assert shown.why_not.startswith("The first day is tomorrow")
    assert not Signature.objects.exists()
    assert deposit().percent == 20


def test_row_that_changes_voids_what_was_put_forward_and_is_proposed_anew(
    proposer: Person, director: Person
) -> None:
    held = change(proposer, currency="PHX")
    file = file_of(held)
    philippines(currency="PHY").save()

    with pytest.raises(NotOpen, match="“Currency” has changed since"):
        take(file, "decide", by=director, **NOTHING)
    looking_after.look()
    run_follow_ups()
    with pytest.raises(NotOpen, match="Withdraw this, and propose it anew"):
        take(file, "put_forward", by=proposer)
    take(file, "withdraw", by=proposer, reason="It has changed.")

    held.refresh_from_db()
    assert (held.is_confirmed, held.decided_by, philippines().currency) == (False, proposer, "PHY")
    letter = Message.objects.get(recipient=proposer, notice="file_voided")
    assert "Currency: PHP → PHY" in letter.body_text
    assert file_of(change(proposer, currency="PHX")).state == "awaiting_decision"


@pytest.mark.parametrize(
    ("altered", "why"),
    [
        ({"currency": "PHY"}, "“Currency” has changed since"),
        ({"name_en": "The Philippines"}, "has changed since: Name in English"),
    ],
)
def test_row_is_looked_at_again_once_it_is_locked(
    proposer: Person,
    director: Person,
    altered: dict[str, str],
    why: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It changes between the guards of the decision and the lock."""
    file = file_of(change(proposer, currency="PHX"))
    sign = going.sign

    def alter_and_sign(*given: Any) -> None:
        philippines(**altered).save()
        sign(*given)

    monkeypatch.setattr(going, "sign", alter_and_sign)

    with pytest.raises(NotOpen, match=why):
        take(file, "decide", by=director, **NOTHING)

    assert (fresh(file).state, philippines().currency) == ("awaiting_decision", "PHP")
    assert not Signature.objects.exists()
    assert Proposal.objects.waiting().exists()


def test_file_that_was_given_up_frees_the_row(proposer: Person, director: Person) -> None:
    held = next_version(proposer)
    with pytest.raises(NotOpen, match="waits for a decision"):
        next_version(proposer)

    take(file_of(held), "abandon", by=director, reason="Not yet.")

    held.refresh_from_db()
    assert (held.is_confirmed, held.decided_by) == (False, director)
    assert held.reason_of_end() == "Not yet."
    assert file_of(next_version(proposer)).state == "awaiting_decision"


# In words ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value", "name", "told"),
    [
        ("change.rate.code", "deposit", "Rate", "initial deposit"),
        ("present.agreement.nation_id", "PH", "Nation", "Philippines"),
        ("present.agreement.in_force_on", None, "In force", "–"),
        (
            "present.approvalroute.steps",
            [{"kind": "decision", "unit": "legal", "rank": "director", "group": 1}],
            "Steps",
            "1 decision: Director, Legal",
        ),
        ("present.approvalroute.steps.1.rank", "director", "Steps", "director"),
        ("change.last_day", "2027-04-01", "last day", "2027-04-01"),
        ("change.rate.gone", "1", "gone", "1"),
        ("change.horoscope.sign", "lion", "sign", "lion"),
    ],
)
def test_columns_read_as_on_the_pages_of_reference_data(
    path: str, value: Any, name: str, told: str
) -> None:
    with override("en"):
        assert (words.field(path), words.value(value, path)) == (name, told)


# Any story -----------------------------------------------------------------------------------


GIVEN: dict[str, dict[str, Any]] = {
    "put_forward": {},
    "decide": NOTHING,
    "return_to_drafter": {"reason": "Again."},
    "hold": {"reason": "Wait."},
    "resume": {},
    "declare_conflict": {"reason": "A relative."},
    "withdraw": {"reason": "Enough."},
    "abandon": {"reason": "Enough."},
}


def new_article(by: Person) -> Proposal:
    kind = {"kind": "article", "item_class": "part", "unit": "EA", "source": "memo"}
    row = Article(catalogue_number="JP-NEW-001", name_ja="新", name_en="New", **kind)
    return propose(row, by=by, reason=WHY)


def new_route(by: Person) -> Proposal:
    steps = [{"kind": "decision", "unit": "executive", "rank": "president", "group": 1}]
    columns = {"from_amount": Decimal(7), "steps": steps, "valid_from": FIRST, "source": "memo"}
    return propose(ApprovalRoute(matter="foreign_offer", **columns), by=by, reason=WHY)


PROPOSED = [
    next_version,
    last_day,
    withdrawal,
    new_nation,
    new_article,
    new_route,
    lambda by: change(by, currency="PHX"),
]


@pytest.mark.parametrize("seed", range(STORIES))
def test_each_proposal_ends_once_as_its_file_does(seed: int, proposer: Person) -> None:
    chance = random.Random(seed)
    people = [proposer, *(person("director", unit="planning") for _ in range(3))]
    held = chance.choice(PROPOSED)(proposer)

    for _ in range(30):
        _act(file_of(held), people, chance)
        looking_after.look()
        run_follow_ups()
        held = Proposal.objects.get()
        if held.decided_at:
            break

    file = file_of(held)
    lines = Entry.objects.filter(event="reference_changed", given__proposal=str(held.pk))
    assert held.is_confirmed is (file.state in APPROVED)
    assert lines.exists() is held.is_confirmed
    assert Entry.objects.filter(case_id=held.pk).count() == 2
    with pytest.raises((NotOpen, NotYours)):
        take(file, "decide", by=people[1], **NOTHING)


def _act(file: ApprovalFile, people: list[Person], chance: random.Random) -> None:
    able = [
        (who, choice.name)
        for who in people
        for choice in choices(file, who)
        if choice.is_open and choice.name in GIVEN
    ]
    who, step = chance.choice(able)
    take(file, step, by=who, **GIVEN[step])
