"""Roles given and taken: what goes together, who may, who confirms, and what the trail says."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.utils import timezone

from partners import access, people
from partners.access import GRANTED_BY_TWO, ROLES, STANDING_ALONE
from partners.identity import letters
from partners.models import Grant, Letter, Membership, Person, Unit
from partners.people import Term
from tests.factories import MembershipFactory, agency, firm, person
from workflow.approvals import RANKS
from workflow.models import Entry
from workflow.steps import NotOpen, NotYours

pytestmark = pytest.mark.django_db

WHY = "Takes over from a colleague."


@pytest.fixture
def first() -> Person:
    return person("system_administrator")


@pytest.fixture
def second() -> Person:
    return person("system_administrator")


def term(role: str = "case_manager", **days: Any) -> Term:
    """A role in the agency; a rank is held in a unit of it."""
    unit = Unit.objects.get(code="cases") if role in RANKS else None
    return Term(agency(), role, **{"valid_from": timezone.localdate(), "unit": unit, **days})


def roles_of(who: Person) -> list[str]:
    return Person.objects.get(pk=who.pk).roles


def told() -> list[tuple[str, str, dict[str, Any]]]:
    rows = Entry.objects.order_by("pk")
    return [(row.event, row.role, row.given) for row in rows]


def test_who_decides_over_money_or_rights_is_granted_by_two() -> None:
    assert (
        sorted(
            {
                *("office_chief", "director", "department_head", "executive_director", "president"),
                *("finance_officer", "security_officer", "system_administrator", "auditor"),
            }
        )
        == GRANTED_BY_TWO
    )
    assert STANDING_ALONE == ["auditor", "security_officer", "system_administrator"]


def test_role_is_given_at_once_and_told(first: Person) -> None:
    newcomer, today = person(), timezone.localdate()

    people.give(newcomer, term(), by=first, reason=WHY)

    row = newcomer.memberships.get()
    assert (row.role, row.granted_by, row.confirmed_by) == ("case_manager", first, None)
    said = {
        "person": newcomer.official_name,
        "role": "given",
        "which": "case_manager",
        "in": agency().name_en,
        "from": today.isoformat(),
        "to": None,
    }
    assert told() == [("access_changed", "system_administrator", said)]
    assert Entry.objects.get().note == WHY


def test_rank_is_given_in_a_unit_and_in_none_by_itself(first: Person) -> None:
    with pytest.raises(NotOpen) as refusal:
        people.give(person(), term("director", unit=None), by=first, reason=WHY)

    assert str(refusal.value) == "A rank is held in a unit. Choose the unit."


@pytest.mark.parametrize("role", GRANTED_BY_TWO)
def test_sensitive_role_counts_once_another_has_confirmed(
    role: str, first: Person, second: Person
) -> None:
    newcomer = person()
    grant: Any = people.give(newcomer, term(role), by=first, reason=WHY)
    assert roles_of(newcomer) == []

    row = people.confirm(grant, by=second)

    assert roles_of(newcomer) == [role]
    assert (row.granted_by, row.confirmed_by) == (first, second)
    assert [given["role"] for _event, _role, given in told()] == ["asked for", "confirmed"]


def test_neither_who_asked_nor_whom_it_concerns_confirms(first: Person, second: Person) -> None:
    grant: Any = people.give(person(), term("president"), by=first, reason=WHY)
    concerned = MembershipFactory(person=grant.person, role="system_administrator").person

    for who in (first, concerned):
        with pytest.raises(NotYours):
            people.confirm(grant, by=who)
        with pytest.raises(NotYours):
            people.refuse(grant, by=who, reason=WHY)

    assert Grant.objects.get().decided_at is None


def test_refused_role_never_counts(first: Person, second: Person) -> None:
    grant: Any = people.give(person(), term("auditor"), by=first, reason=WHY)

    people.refuse(grant, by=second, reason="Not needed.")

    with pytest.raises(NotOpen, match="already"):
        people.confirm(grant, by=second)
    assert roles_of(grant.person) == []
    assert Entry.objects.latest("pk").note == "Not needed."


def test_same_role_is_asked_for_once(first: Person) -> None:
    newcomer = person()
    people.give(newcomer, term("director"), by=first, reason=WHY)

    with pytest.raises(NotOpen, match="waits"):
        people.give(newcomer, term("director"), by=first, reason=WHY)


@pytest.mark.parametrize("role", STANDING_ALONE)
@pytest.mark.parametrize(
    "other", ["case_manager", "finance_officer", "auditor", "security_officer"]
)
def test_role_that_stands_alone_goes_with_no_other(role: str, other: str, first: Person) -> None:
    for held, wanted in ((role, other), (other, role)):
        with pytest.raises(NotOpen):
            people.give(person(held), term(wanted), by=first, reason=WHY)


def test_roles_after_one_another_go_together(first: Person) -> None:
    officer, today = person("security_officer"), timezone.localdate()
    people.end(officer, officer.memberships.get(), by=first, last_day=today, reason=WHY)

    people.give(officer, term(valid_from=today + timedelta(days=1)), by=first, reason=WHY)

    assert roles_of(officer) == ["security_officer"]
    assert officer.memberships.count() == 2


def test_confirming_looks_again_at_what_is_held(first: Person, second: Person) -> None:
    newcomer = person()
    grant: Any = people.give(newcomer, term("auditor"), by=first, reason=WHY)
    people.give(newcomer, term("case_manager"), by=first, reason=WHY)

    with pytest.raises(NotOpen, match="no other role"):
        people.confirm(grant, by=second)


def test_role_fits_the_organisation(first: Person) -> None:
    with pytest.raises(NotOpen, match="organisation"):
        people.give(
            person(), Term(firm(), "case_manager", timezone.localdate()), by=first, reason=WHY
        )


def test_role_ends_at_once_but_not_in_the_past(first: Person) -> None:
    clerk, today = person("case_manager"), timezone.localdate()
    row = clerk.memberships.get()

    with pytest.raises(NotOpen, match="yesterday"):
        people.end(clerk, row, by=first, last_day=today - timedelta(days=2), reason=WHY)
    people.end(clerk, row, by=first, last_day=today - timedelta(days=1), reason=WHY)

    assert roles_of(clerk) == []
    with pytest.raises(NotOpen, match="earlier"):
        people.end(clerk, row, by=first, last_day=today, reason=WHY)


def test_role_that_begins_later_does_not_end_before(first: Person) -> None:
    clerk, today = person(), timezone.localdate()
    row = MembershipFactory(person=clerk, valid_from=today + timedelta(days=9))

    with pytest.raises(NotOpen, match="before the first"):
        people.end(clerk, row, by=first, last_day=today, reason=WHY)
    people.end(clerk, row, by=first, last_day=today - timedelta(days=1), reason=WHY)

    assert [row.counts_never for row in clerk.memberships.all()] == [True]
    assert people.why_not_beside(clerk, term("auditor")) == ""


def test_role_that_begins_today_is_ended_at_once_and_may_be_given_again(first: Person) -> None:
    clerk, today = person(), timezone.localdate()
    given: Any = people.give(clerk, term(), by=first, reason="A slip.")
    assert roles_of(clerk) == [term().role]

    people.end(clerk, given, by=first, last_day=today - timedelta(days=1), reason=WHY)
    assert roles_of(clerk) == []
    people.give(clerk, term(), by=first, reason=WHY)

    assert roles_of(clerk) == [term().role]
    assert [row.counts_never for row in clerk.memberships.order_by("pk")] == [True, False]


def test_role_that_stands_alone_and_was_ended_at_once_is_in_nobodys_way(first: Person) -> None:
    clerk, yesterday = person(), timezone.localdate() - timedelta(days=1)
    row = MembershipFactory(person=clerk, role="auditor", valid_from=timezone.localdate())

    people.end(clerk, row, by=first, last_day=yesterday, reason="A slip.")
    people.give(clerk, term(), by=first, reason=WHY)

    assert roles_of(clerk) == [term().role]


def test_closed_account_is_opened_again(first: Person) -> None:
    clerk = person("case_manager")

    people.deactivate(clerk, by=first, reason=WHY)
    assert roles_of(clerk) == []
    people.activate(clerk, by=first, reason=WHY)

    assert roles_of(clerk) == ["case_manager"]
    assert [given["account"] for _event, _role, given in told()] == ["closed", "opened again"]
    with pytest.raises(NotOpen):
        people.activate(clerk, by=first, reason=WHY)


def test_invited_person_gets_a_role_and_a_letter(first: Person) -> None:
    names = {"family_name": "Ogawa", "given_name": "Rei", "language": "ja"}

    who = people.invite("Rei@Example.jp", term(), by=first, reason=WHY, **names)

    assert (who.email, who.has_usable_password(), who.roles) == (
        "rei@example.jp",
        False,
        ["case_manager"],
    )
    assert [(row.kind, row.address) for row in Letter.objects.all()] == [("invited", who.email)]
    with pytest.raises(NotOpen, match="known"):
        people.invite("rei@example.jp", term(), by=first, reason=WHY, **names)


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        ("ja", "アカウントを開設しました", "パスワードを設定してください"),
        ("en", "An account has been opened for you", "Choose your password here"),
    ],
)
def test_letter_to_somebody_new_speaks_of_the_account_and_of_no_forgotten_password(
    language: str, subject: str, words: str, first: Person
) -> None:
    names = {"family_name": "Ogawa", "given_name": "Rei", "language": language}
    people.invite("rei@example.jp", term(), by=first, reason=WHY, **names)

    letters.send_waiting()

    (letter,) = mail.outbox
    assert (letter.subject, letter.to) == (subject, ["rei@example.jp"])
    assert words in letter.body
    assert "/sign-in/password/" in letter.body
    assert "Somebody, probably you" not in letter.body


def test_lost_second_factor_is_reset_and_told(first: Person) -> None:
    clerk = person("case_manager")
    Authenticator.objects.create(user=clerk, type="totp", data={"secret": "x"})
    assert people.with_second_factor([clerk, first]) == {clerk.pk}

    people.reset_second_factor(clerk, by=first, reason=WHY)

    assert people.with_second_factor([clerk]) == set()
    assert Letter.objects.get().words == {"what": "second_factor_reset"}
    said = {"person": clerk.official_name, "what": "second factor reset", "was": ["totp"]}
    assert told() == [("credential_changed", "system_administrator", said)]
    with pytest.raises(NotOpen):
        people.reset_second_factor(clerk, by=first, reason=WHY)


def test_nobody_does_it_to_themselves(first: Person) -> None:
    row = first.memberships.get()

    for act, more in (
        (people.give, {"term": term()}),
        (people.end, {"membership": row, "last_day": date(2030, 1, 1)}),
        (people.deactivate, {}),
        (people.reset_second_factor, {}),
    ):
        with pytest.raises(NotYours, match="own roles"):
            act(first, by=first, reason=WHY, **more)

    assert told() == []


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"system_administrator"}))
def test_only_administrators_give_roles(role: str) -> None:
    with pytest.raises(NotYours):
        people.give(person(), term(), by=person(role), reason=WHY)

    assert Membership.objects.filter(granted_by__isnull=False).count() == 0


def test_administrator_reads_no_case(first: Person) -> None:
    assert not access.reads_cases(first)
    assert not access.reads_reviews(first)
