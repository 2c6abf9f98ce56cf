"""Reference data changes from a day to come on, once that is decided; days that have counted stay."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from approvals import actions, looking_after
from approvals.models import ApprovalRoute
from cases.models import Rate
from cases.models.rate import rate_on
from industry.models import Article
from partners import reference
from partners.models import Agreement, Nation, Person, Proposal
from tests.approvals.hands import NOTHING, file_of, propose, with_file
from tests.factories import ProposalFactory, person
from workflow.models import Entry
from workflow.steps import NotOpen, NotYours, take

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today", "confirmer")]
TODAY = date(2026, 11, 23)
FIRST = date(2027, 4, 1)
WHY = "The committee has decided."
DECIDED_BY_THE_PRESIDENT = [
    {"kind": "decision", "unit": "executive", "rank": "president", "group": 1}
]


@pytest.fixture
def today() -> Any:
    with time_machine.travel("2026-11-23T12:00:00+09:00", tick=False) as clock:
        yield clock


@pytest.fixture
def proposer() -> Person:
    return person("finance_officer", family_name="Sato", given_name="Hanako")


@pytest.fixture
def confirmer() -> Person:
    return person("director", unit="planning")


def propose_end(row: Rate, last_day: date, *, by: Person, **given: Any) -> Proposal:
    given |= {"row": row, "last_day": last_day}
    held: Proposal = actions.put_forward(reference.propose_end, by=by, **given).subject
    return held


def propose_withdrawal(row: Rate, *, by: Person, reason: str) -> Proposal:
    file = actions.put_forward(reference.propose_withdrawal, by=by, row=row, reason=reason)
    held: Proposal = file.subject
    return held


def confirm(held: Proposal, *, by: Person) -> None:
    take(file_of(held), "decide", by=by, **NOTHING)


def decline(held: Proposal, *, by: Person, reason: str) -> None:
    take(file_of(held), "abandon", by=by, reason=reason)


def deposit() -> Rate:
    return Rate.objects.get(code="deposit", valid_to=None)


def next_deposit(**fields: Any) -> Rate:
    columns = {"percent": Decimal(25), "valid_from": FIRST, "source": "memo 12", **fields}
    return Rate(code="deposit", **columns)


def changed() -> list[dict[str, Any]]:
    rows = Entry.objects.filter(subject__startswith="cases.rate:").order_by("pk")
    return [row.given["changed"] for row in rows]


# What comes of it ----------------------------------------------------------------------------


def test_next_version_counts_from_its_day_on_once_decided(
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
        assert line.given["file"] == file_of(proposal).number


def test_proposing_and_what_comes_of_it_are_lines_of_their_own(
    proposer: Person, confirmer: Person
) -> None:
    first = with_file(ProposalFactory(proposed_by=proposer))
    decline(first, by=confirmer, reason="Not yet.")
    second = propose(next_deposit(), by=proposer, reason=WHY, instead_of=deposit())
    confirm(second, by=confirmer)

    lines = Entry.objects.filter(subject__startswith="partners.proposal:").order_by("pk")
    numbers = [file_of(held).number for held in (first, second)]
    assert [
        (line.given["proposal"], line.given.get("file"), line.role, line.note) for line in lines
    ] == [
        ("given up", numbers[0], "director", "Not yet."),
        ("proposed", None, "finance_officer", WHY),
        ("decided", numbers[1], "director", WHY),
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
        steps=DECIDED_BY_THE_PRESIDENT,
        valid_from=FIRST,
        source="memo",
    )

    confirm(propose(row, by=proposer, reason=WHY), by=confirmer)

    assert ApprovalRoute.objects.get(valid_from=FIRST).steps == DECIDED_BY_THE_PRESIDENT
    assert not ApprovalRoute.objects.exclude(valid_to=None).exists()


def test_proposal_that_is_given_up_changes_nothing(confirmer: Person) -> None:
    proposal = with_file(ProposalFactory())

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


# Withdrawn -----------------------------------------------------------------------------------


def second(row: Rate, proposer: Person, confirmer: Person, **fields: Any) -> Rate:
    """The next version of a row, proposed and confirmed."""
    version = next_deposit(**fields)
    confirm(propose(version, by=proposer, reason=WHY, instead_of=row), by=confirmer)
    found: Rate = Rate.objects.get(code="deposit", valid_from=version.valid_from)
    return found


def test_version_that_is_withdrawn_never_counts_and_the_one_before_goes_on(
    proposer: Person, confirmer: Person
) -> None:
    first = deposit()
    row = second(first, proposer, confirmer)

    confirm(propose_withdrawal(row, by=proposer, reason=WHY), by=confirmer)

    assert [rate_on(Rate.Code.DEPOSIT, day) for day in (date(2027, 3, 31), FIRST)] == [20, 20]
    row.refresh_from_db()
    assert (row.counts_never, row.valid_to) == (True, date(2027, 3, 31))
    withdrawn, resumed = changed()[-2:]
    assert withdrawn == {"valid_to": {"from": None, "to": "2027-03-31"}}
    assert resumed == {"valid_to": {"from": "2027-03-31", "to": None}}
    told = Entry.objects.filter(subject=f"cases.rate:{row.pk}").first()
    assert told is not None
    assert (told.actor_id, told.note) == (confirmer.actor_id, WHY)
    assert told.given["proposed by"] == "SATO Hanako"


def test_version_before_gets_back_the_last_day_it_had(proposer: Person, confirmer: Person) -> None:
    first = deposit()
    last = date(2028, 3, 31)
    confirm(propose_end(first, last, by=proposer, source="-", reason="-"), by=confirmer)
    row = second(first, proposer, confirmer, valid_to=date(2030, 3, 31))

    confirm(propose_withdrawal(row, by=proposer, reason=WHY), by=confirmer)

    first.refresh_from_db()
    assert first.valid_to == last


def test_row_that_replaced_none_is_withdrawn_alone(proposer: Person, confirmer: Person) -> None:
    first = deposit()
    confirm(
        propose_end(first, date(2027, 3, 31), by=proposer, source="-", reason="-"), by=confirmer
    )
    row = second(first, proposer, confirmer)

    confirm(propose_withdrawal(row, by=proposer, reason=WHY), by=confirmer)

    first.refresh_from_db()
    assert first.valid_to == date(2027, 3, 31)


def test_row_that_shipped_with_the_house_is_withdrawn_alone(
    proposer: Person, confirmer: Person
) -> None:
    row = Rate.objects.create(code="test", percent=1, valid_from=FIRST, source="memo")

    confirm(propose_withdrawal(row, by=proposer, reason=WHY), by=confirmer)

    row.refresh_from_db()
    assert row.counts_never


def test_day_of_a_withdrawn_row_is_free_again(proposer: Person, confirmer: Person) -> None:
    first = deposit()
    row = second(first, proposer, confirmer)
    confirm(propose_withdrawal(row, by=proposer, reason=WHY), by=confirmer)
    first.refresh_from_db()

    confirm(
        propose(next_deposit(percent=Decimal(30)), by=proposer, reason=WHY, instead_of=first),
        by=confirmer,
    )

    assert rate_on(Rate.Code.DEPOSIT, FIRST) == 30
    earlier = next_deposit(valid_from=date(2027, 3, 31))
    assert "begins on 2027-04-01" in reference.why_not_row(
        earlier, Rate.objects.get(code="deposit", percent=30)
    )


def test_what_counts_already_is_not_withdrawn(
    proposer: Person, confirmer: Person, today: Any
) -> None:
    row = second(deposit(), proposer, confirmer)
    proposal = propose_withdrawal(row, by=proposer, reason=WHY)
    today.move_to("2027-04-01T09:00:00+09:00")

    with pytest.raises(NotOpen, match=r"counts since 2027-04-01\. Propose a last day"):
        confirm(proposal, by=confirmer)
    with pytest.raises(NotOpen, match="counts since"):
        propose_withdrawal(deposit(), by=proposer, reason=WHY)


def test_later_version_is_withdrawn_first(proposer: Person, confirmer: Person) -> None:
    row = second(deposit(), proposer, confirmer)
    second(row, proposer, confirmer, valid_from=date(2028, 4, 1))
    row.refresh_from_db()

    with pytest.raises(NotOpen, match=r"begins on 2028-04-01\. Withdraw that one first"):
        propose_withdrawal(row, by=proposer, reason=WHY)


def test_nothing_comes_of_a_withdrawn_row_any_more(proposer: Person, confirmer: Person) -> None:
    row = second(deposit(), proposer, confirmer)
    confirm(propose_withdrawal(row, by=proposer, reason=WHY), by=confirmer)
    row.refresh_from_db()

    assert "has been withdrawn" in reference.why_not_withdrawn(row)
    assert "has been withdrawn" in reference.why_not_end(row, date(2029, 1, 1))
    later = next_deposit(valid_from=date(2029, 4, 1))
    assert "has been withdrawn" in reference.why_not_row(later, row)


# Undated rows --------------------------------------------------------------------------------


def philippines(**fields: Any) -> Nation:
    row = Nation.objects.get(pk="PH")
    for name, value in fields.items():
        setattr(row, name, value)
    return row


def test_undated_row_changes_by_what_was_proposed_and_nothing_else(
    proposer: Person, confirmer: Person
) -> None:
    proposal = propose(
        philippines(name_en="The Philippines", source="memo 5"),
        by=proposer,
        reason=WHY,
        instead_of=philippines(),
    )
    Nation.objects.get(pk="PH").save()
    other = philippines(currency="PHX")
    other.save()
    assert philippines().name_en == "Philippines"
    assert proposal.title() == "Philippines"

    with pytest.raises(NotOpen, match="has changed since: Currency"):
        confirm(proposal, by=confirmer)
    looking_after.look()
    take(file_of(proposal), "put_forward", by=proposer)
    confirm(proposal, by=confirmer)

    assert (philippines().name_en, philippines().currency) == ("The Philippines", "PHX")
    assert proposal.columns["name_en"] == {"from": "Philippines", "to": "The Philippines"}
    assert set(proposal.columns) == {"name_en", "source"}
    line = Entry.objects.filter(subject="partners.nation:PH").first()
    assert line is not None
    assert line.given["changed"] == proposal.columns
    assert (line.given["proposed by"], line.note) == ("SATO Hanako", WHY)


def test_change_of_what_has_changed_since_is_refused(proposer: Person, confirmer: Person) -> None:
    proposal = propose(
        philippines(currency="PHX"), by=proposer, reason=WHY, instead_of=philippines()
    )
    philippines(currency="PHY").save()

    with pytest.raises(NotOpen, match="“Currency” has changed since"):
        confirm(proposal, by=confirmer)
    assert philippines().currency == "PHY"


def test_change_of_nothing_or_to_nonsense_is_refused(proposer: Person) -> None:
    with pytest.raises(NotOpen, match="Nothing changes"):
        propose(philippines(), by=proposer, reason=WHY, instead_of=philippines())
    with pytest.raises(NotOpen, match="three capital letters"):
        propose(philippines(currency="php"), by=proposer, reason=WHY, instead_of=philippines())


def test_new_undated_row_is_one_of_its_own(proposer: Person, confirmer: Person) -> None:
    article = {"kind": "article", "item_class": "part", "source": "memo", "unit": "EA"}
    new = Article(catalogue_number="JP-NEW-001", name_ja="新", name_en="New", **article)
    first, twice = (propose(new, by=proposer, reason=WHY) for _again in range(2))

    confirm(first, by=confirmer)

    assert Article.objects.get(catalogue_number="JP-NEW-001").name_en == "New"
    with pytest.raises(NotOpen, match="in the catalogue already"):
        confirm(twice, by=confirmer)


def test_new_nation_does_not_write_over_one_that_is_known(
    proposer: Person, confirmer: Person
) -> None:
    words = {"name_ja": "新", "formal_ja": "新", "formal_en": "X", "currency": "XAX"}
    held = propose(
        Nation(code="XA", name_en="New", source="memo", **words), by=proposer, reason=WHY
    )
    Nation.objects.create(code="XA", name_en="Old", source="memo", **words)

    with pytest.raises(NotOpen, match="known already"):
        confirm(held, by=confirmer)
    assert Nation.objects.get(pk="XA").name_en == "Old"


def test_day_of_an_agreement_is_read_back_as_a_day(proposer: Person, confirmer: Person) -> None:
    row = Agreement.objects.get(nation="PH")
    later = Agreement.objects.get(nation="PH")
    later.in_force_on, later.is_verified = date(2030, 1, 1), True

    proposal = propose(later, by=proposer, reason=WHY, instead_of=row)
    confirm(proposal, by=confirmer)

    row.refresh_from_db()
    assert (row.in_force_on, row.is_verified) == (date(2030, 1, 1), True)
    assert (proposal.before().in_force_on, proposal.after().is_verified) == (
        Agreement(in_force_on=date(2016, 4, 26)).in_force_on,
        True,
    )


# Who -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["case_manager", "auditor", "system_administrator", "director"])
def test_only_whose_role_says_so_proposes(role: str) -> None:
    with pytest.raises(NotYours):
        propose(next_deposit(), by=person(role), reason=WHY, instead_of=deposit())
    with pytest.raises(NotYours):
        propose_end(deposit(), FIRST, by=person(role), source="-", reason=WHY)
    with pytest.raises(NotYours):
        propose_withdrawal(next_deposit(), by=person(role), reason=WHY)
    assert not Proposal.objects.exists()


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


def test_decision_that_comes_too_late_changes_nothing(
    proposer: Person, confirmer: Person, today: Any
) -> None:
    proposal = propose(next_deposit(), by=proposer, reason=WHY, instead_of=deposit())
    today.move_to("2027-04-01T09:00:00+09:00")

    with pytest.raises(NotOpen, match="tomorrow at the earliest"):
        confirm(proposal, by=confirmer)
    assert (changed(), Proposal.objects.waiting().count()) == ([], 1)
