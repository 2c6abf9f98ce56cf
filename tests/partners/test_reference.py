"""Reference data changes from a day to come on, by two people, and days that have counted stay."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from cases.models import Rate
from cases.models.rate import rate_on
from partners import reference
from partners.models import Person, Proposal
from partners.reference import confirm, decline, propose, propose_end
from tests.factories import ProposalFactory, person
from workflow.models import ApprovalRoute, Entry
from workflow.steps import NotOpen, NotYours

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
TODAY = date(2026, 11, 23)
FIRST = date(2027, 4, 1)
WHY = "The committee has decided."


@pytest.fixture
def today() -> Any:
    with time_machine.travel("2026-11-23T12:00:00+09:00", tick=False) as clock:
        yield clock


@pytest.fixture
def proposer() -> Person:
    return person("finance_officer", family_name="Sato", given_name="Hanako")


@pytest.fixture
def confirmer() -> Person:
    return person("director")


def deposit() -> Rate:
    return Rate.objects.get(code="deposit", valid_to=None)


def next_deposit(**fields: Any) -> Rate:
    columns = {"percent": Decimal(25), "valid_from": FIRST, "source": "memo 12", **fields}
    return Rate(code="deposit", **columns)


def changed() -> list[dict[str, Any]]:
    rows = Entry.objects.filter(subject__startswith="cases.rate:").order_by("pk")
    return [row.given["changed"] for row in rows]


# What comes of it ----------------------------------------------------------------------------


def test_next_version_counts_from_its_day_on_once_confirmed(
    proposer: Person, confirmer: Person
) -> None:
    before = deposit()
    proposal = propose(next_deposit(), by=proposer, reason=WHY, instead_of=before)
    assert rate_on(Rate.Code.DEPOSIT, FIRST) == 20

    confirm(proposal, by=confirmer)

    days = (date(2027, 3, 31), FIRST)
    assert [rate_on(Rate.Code.DEPOSIT, day) for day in days] == [20, 25]
    assert Rate.objects.get(pk=before.pk).percent == 20


def test_each_row_that_changes_is_a_line_with_both_people(
    proposer: Person, confirmer: Person
) -> None:
    proposal = propose(next_deposit(), by=proposer, reason=WHY, instead_of=deposit())
    confirm(proposal, by=confirmer)

    ended, begun = changed()
    assert ended == {"valid_to": {"from": None, "to": "2027-03-31"}}
    assert begun["percent"] == {"from": None, "to": "25.0000"}
    for line in Entry.objects.filter(subject__startswith="cases.rate:"):
        assert (line.actor_id, line.role, line.note) == (confirmer.actor_id, "director", WHY)
        assert line.given["proposed by"] == "SATO Hanako"
        assert line.given["proposal"] == str(proposal.pk)


def test_proposing_and_deciding_are_lines_of_their_own(proposer: Person, confirmer: Person) -> None:
    decline(ProposalFactory(proposed_by=proposer), by=confirmer, reason="Not yet.")
    confirm(propose(next_deposit(), by=proposer, reason=WHY, instead_of=deposit()), by=confirmer)

    lines = Entry.objects.filter(subject__startswith="partners.proposal:").order_by("pk")
    assert [(line.given["proposal"], line.role, line.note) for line in lines] == [
        ("declined", "director", "Not yet."),
        ("proposed", "finance_officer", WHY),
        ("confirmed", "director", WHY),
    ]


def test_row_ends_on_its_last_day(proposer: Person, confirmer: Person) -> None:
    row = deposit()
    confirm(propose_end(row, FIRST, by=proposer, source="memo", reason=WHY), by=confirmer)

    assert Rate.objects.get(pk=row.pk).valid_to == FIRST
    with pytest.raises(NotOpen):
        rate_on(Rate.Code.DEPOSIT, date(2027, 4, 2))


def test_new_row_changes_no_other(proposer: Person, confirmer: Person) -> None:
    row = ApprovalRoute(
        matter="foreign_offer",
        from_amount=Decimal(5_000_000_000),
        ranks=["president"],
        valid_from=FIRST,
        source="memo",
    )

    confirm(propose(row, by=proposer, reason=WHY), by=confirmer)

    assert ApprovalRoute.objects.get(valid_from=FIRST).ranks == ["president"]
    assert not ApprovalRoute.objects.exclude(valid_to=None).exists()


def test_declined_proposal_changes_nothing(confirmer: Person) -> None:
    proposal = ProposalFactory()

    decline(proposal, by=confirmer, reason="Not yet.")

    assert Proposal.objects.get().is_confirmed is False
    assert (Rate.objects.filter(code="deposit").count(), changed()) == (1, [])


def test_version_that_ends_before_it_is_replaced_keeps_its_last_day(
    proposer: Person, confirmer: Person
) -> None:
    row = deposit()
    confirm(propose_end(row, date(2026, 12, 31), by=proposer, source="-", reason="-"), by=confirmer)

    confirm(propose(next_deposit(), by=proposer, reason=WHY, instead_of=row), by=confirmer)

    assert Rate.objects.get(pk=row.pk).valid_to == date(2026, 12, 31)


# Who -----------------------------------------------------------------------------------------


def test_nobody_confirms_their_own_proposal() -> None:
    both = person("finance_officer", "director")
    proposal = propose(next_deposit(), by=both, reason=WHY, instead_of=deposit())

    with pytest.raises(NotYours, match="somebody else decides"):
        confirm(proposal, by=both)
    with pytest.raises(NotYours, match="somebody else decides"):
        decline(proposal, by=both, reason="-")
    assert changed() == []


@pytest.mark.parametrize("role", ["case_manager", "auditor", "system_administrator", "director"])
def test_only_whose_role_says_so_proposes(role: str) -> None:
    with pytest.raises(NotYours):
        propose(next_deposit(), by=person(role), reason=WHY, instead_of=deposit())
    with pytest.raises(NotYours):
        propose_end(deposit(), FIRST, by=person(role), source="-", reason=WHY)


@pytest.mark.parametrize("role", ["case_manager", "finance_officer", "legal_reviewer", "auditor"])
def test_only_whose_role_says_so_decides(role: str) -> None:
    proposal = ProposalFactory()

    with pytest.raises(NotYours):
        confirm(proposal, by=person(role))
    with pytest.raises(NotYours):
        decline(proposal, by=person(role), reason=WHY)


# When ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"valid_from": TODAY}, "tomorrow at the earliest"),
        ({"valid_to": date(2027, 3, 1)}, "cannot be before the first"),
    ],
)
def test_days_that_do_not_fit_are_refused(
    proposer: Person, fields: dict[str, Any], why: str
) -> None:
    with pytest.raises(NotOpen, match=why):
        propose(next_deposit(**fields), by=proposer, reason=WHY, instead_of=deposit())


def test_version_begins_after_the_one_before_it(proposer: Person) -> None:
    coming = next_deposit(valid_from=date(2028, 4, 1))

    assert "begins on 2028-04-01" in reference.why_not_row(next_deposit(), coming)


def test_two_versions_never_count_on_one_day(proposer: Person) -> None:
    with pytest.raises(NotOpen, match="Another version counts from 2026-04-01"):
        propose(next_deposit(), by=proposer, reason=WHY)


@pytest.mark.parametrize(
    ("last_day", "why"),
    [
        (date(2026, 11, 22), "today at the earliest"),
        (date(2029, 4, 1), "ends earlier already"),
    ],
)
def test_last_day_that_does_not_fit_is_refused(last_day: date, why: str) -> None:
    row = next_deposit(valid_from=date(2026, 4, 1), valid_to=date(2028, 3, 31))

    assert why in reference.why_not_end(row, last_day)


def test_row_does_not_end_before_it_begins() -> None:
    assert "before the first" in reference.why_not_end(next_deposit(), TODAY)


def test_one_change_of_a_row_waits_at_a_time(proposer: Person) -> None:
    propose_end(deposit(), FIRST, by=proposer, source="-", reason=WHY)

    with pytest.raises(NotOpen, match="waits for a decision"):
        propose(next_deposit(), by=proposer, reason=WHY, instead_of=deposit())


def test_decision_is_made_once(confirmer: Person) -> None:
    proposal = ProposalFactory()
    decline(proposal, by=confirmer, reason="-")

    with pytest.raises(NotOpen, match="decided on this already"):
        confirm(proposal, by=confirmer)


def test_confirmation_that_comes_too_late_changes_nothing(
    proposer: Person, confirmer: Person, today: Any
) -> None:
    proposal = propose(next_deposit(), by=proposer, reason=WHY, instead_of=deposit())
    today.move_to("2027-04-01T09:00:00+09:00")

    with pytest.raises(NotOpen, match="tomorrow at the earliest"):
        confirm(proposal, by=confirmer)
    assert (changed(), Proposal.objects.waiting().count()) == ([], 1)
