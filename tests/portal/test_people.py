"""The pages on which administrators look after people and their roles."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from partners.access import ROLES
from partners.models import Grant, Letter, Membership, Person
from tests.factories import GrantFactory, agency, person
from tests.people import enter, proven
from tests.portal.test_pages import signed_in
from workflow.models import Entry

pytestmark = pytest.mark.django_db

ADMINISTRATOR = "system_administrator"
QUERIES = 12
PASSWORD = "violet-walnut-willow"
WHY = "Takes over from a colleague."


@pytest.fixture
def administrator() -> Client:
    return signed_in(ADMINISTRATOR)


@pytest.fixture
def clerk() -> Person:
    return person("case_manager", family_name="Ogawa", email="ogawa@example.jp")


def act_on(who: Person, act: str) -> str:
    return reverse("person_act", args=[who.pk, act])


def role_typed(role: str = "inspector", **typed: Any) -> dict[str, Any]:
    today = timezone.localdate().isoformat()
    return {"organisation": agency().pk, "role": role, "valid_from": today, "reason": WHY, **typed}


def addresses(who: Person) -> list[str]:
    grant = GrantFactory(person=who)
    names = ("give", "end", "factor", "deactivate", "activate")
    return [
        reverse("people"),
        reverse("invite"),
        reverse("person", args=[who.pk]),
        reverse("grant", args=[grant.pk]),
        *(act_on(who, name) for name in names),
    ]


def test_list_of_three_asks_as_often_as_a_list_of_one(
    administrator: Client, django_assert_num_queries: Any
) -> None:
    def ask() -> int:
        return len(administrator.get(reverse("people") + "?q=ogawa").context["rows"])

    def one_more() -> None:
        GrantFactory(person=person("case_manager", family_name="Ogawa"))

    one_more()
    ask()  # the first page of a session also writes it
    with django_assert_num_queries(QUERIES):
        assert ask() == 1
    one_more()
    one_more()

    with django_assert_num_queries(QUERIES):
        assert ask() == 3


def test_list_is_searched_by_name_address_and_organisation(
    administrator: Client, clerk: Person
) -> None:
    person("requester", family_name="Santos")

    def found(query: str) -> list[Any]:
        return [
            row["person"] for row in administrator.get(reverse("people") + query).context["rows"]
        ]

    assert found("?q=ogawa@example.jp") == [clerk]
    assert [row.family_name for row in found("?kind=nation")] == ["Santos"]
    assert found("?q=nobody") == []
    assert found("?kind=moon") == []


def test_list_tells_how_somebody_signs_in(administrator: Client, clerk: Person) -> None:
    page = administrator.get(reverse("people") + "?q=ogawa").content.decode()

    for told in (clerk.email, "Case manager", "not set up", "open"):
        assert told in page


def test_role_is_given_on_a_page(administrator: Client, clerk: Person) -> None:
    answer = administrator.post(act_on(clerk, "give"), role_typed())

    assert answer["Location"] == reverse("person", args=[clerk.pk])
    assert sorted(Person.objects.get(pk=clerk.pk).roles) == ["case_manager", "inspector"]
    page = administrator.get(answer["Location"]).content.decode()
    assert "Inspector" in page
    assert Entry.objects.filter(event="access_changed").get().note == WHY


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"role": "auditor"}, "hold no other role"),
        ({"role": "director"}, "A rank is held in a unit. Choose the unit."),
        ({"is_acting": "on"}, "Only a rank is acted for."),
        ({"role": "requester"}, "cannot be held in this organisation"),
        ({"valid_to": "2020-01-01"}, "cannot be before the first"),
        ({"valid_from": "2020-01-01"}, "from today at the earliest"),
        ({"reason": ""}, "error-summary"),
    ],
)
def test_what_cannot_be_given_is_told_in_the_form(
    typed: dict[str, str], told: str, administrator: Client, clerk: Person
) -> None:
    answer = administrator.post(act_on(clerk, "give"), role_typed(**typed))

    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    assert told in answer.content.decode()
    assert clerk.memberships.count() == 1


def test_four_eyes_give_a_sensitive_role(administrator: Client) -> None:
    newcomer = person()
    administrator.post(act_on(newcomer, "give"), role_typed("president", unit="executive"))
    grant = Grant.objects.get()
    address = reverse("grant", args=[grant.pk])

    assert address in administrator.get(reverse("people")).content.decode()
    own = administrator.get(address)
    assert "Confirm the role" not in own.content.decode()
    assert administrator.post(address).status_code == 409
    other = signed_in(ADMINISTRATOR)
    assert "Confirm the role" in other.get(address).content.decode()
    assert other.post(address)["Location"] == reverse("person", args=[newcomer.pk])

    assert Person.objects.get(pk=newcomer.pk).roles == ["president"]
    assert "confirmed" in other.get(address).content.decode()


def test_second_administrator_refuses_with_a_reason() -> None:
    grant, other = GrantFactory(), signed_in(ADMINISTRATOR)
    address = reverse("refuse_grant", args=[grant.pk])

    assert other.post(address, {"reason": ""}).status_code == 422
    assert other.post(address, {"reason": "Not needed."}).status_code == 302

    assert "refused" in other.get(reverse("grant", args=[grant.pk])).content.decode()
    assert other.post(address, {"reason": "Again."}).status_code == 409
    assert Membership.objects.filter(person=grant.person).count() == 0


def test_role_is_ended_and_account_closed_and_opened(administrator: Client, clerk: Person) -> None:
    row, today = clerk.memberships.get(), timezone.localdate()

    ended = administrator.post(
        act_on(clerk, "end"), {"membership": row.pk, "last_day": today.isoformat(), "reason": WHY}
    )
    for act, is_active in (("deactivate", False), ("activate", True)):
        assert administrator.post(act_on(clerk, act), {"reason": WHY}).status_code == 302
        assert Person.objects.get(pk=clerk.pk).is_active == is_active

    assert ended.status_code == 302
    assert Membership.objects.get(pk=row.pk).valid_to == today
    assert administrator.post(act_on(clerk, "activate"), {"reason": WHY}).status_code == 409


def test_closed_account_is_out_at_once(administrator: Client, clerk: Person) -> None:
    theirs = enter(Client(), clerk)
    assert theirs.get(reverse("staff:desk")).status_code == 200

    administrator.post(act_on(clerk, "deactivate"), {"reason": WHY})

    assert theirs.get(reverse("staff:desk")).status_code == 302


def test_somebody_is_invited(administrator: Client) -> None:
    typed = role_typed(email="Rei@example.jp", family_name="Ono", given_name="Rei", language="ja")

    answer = administrator.post(reverse("invite"), typed)
    again = administrator.post(reverse("invite"), typed)

    assert answer["Location"] == reverse("people")
    assert Person.objects.get(email="rei@example.jp").roles == ["inspector"]
    letter = Letter.objects.get()
    assert (letter.kind, letter.address) == ("invited", "rei@example.jp")
    assert again.status_code == 422
    assert "known already" in again.content.decode()


def test_own_page_offers_nothing() -> None:
    oneself = person(ADMINISTRATOR)
    client = enter(Client(), oneself)

    page = client.get(reverse("person", args=[oneself.pk])).content.decode()

    assert act_on(oneself, "give") not in page
    assert client.post(act_on(oneself, "deactivate"), {"reason": WHY}).status_code == 409


def test_identity_is_confirmed_anew_before_each_act(clerk: Person) -> None:
    oneself = person(ADMINISTRATOR)
    client, grant = enter(Client(), oneself), GrantFactory()
    session = client.session
    session.update(proven(oneself, at=time.time() - 3600))
    session.save()

    for address in (act_on(clerk, "give"), reverse("invite"), reverse("grant", args=[grant.pk])):
        assert client.get(address)["Location"].startswith(reverse("confirm"))
        assert client.post(address, role_typed()).status_code == 422

    assert client.get(reverse("people")).status_code == 200
    assert (clerk.memberships.count(), Grant.objects.waiting().count()) == (1, 1)


def test_what_was_typed_is_kept_while_it_is_asked_who_one_is(clerk: Person) -> None:
    oneself = person(ADMINISTRATOR, password=PASSWORD)
    client = enter(Client(), oneself)
    session = client.session
    session.update(proven(oneself, at=time.time() - 3600))
    session.save()
    typed = role_typed(reason="Takes over the desk of Ms. Ueda.")

    asked = client.post(act_on(clerk, "give"), typed)
    page = asked.content.decode()
    assert asked.status_code == 422
    assert "Takes over the desk of Ms. Ueda." in page
    assert "data-proof" in page
    assert clerk.memberships.count() == 1

    wrong = client.post(act_on(clerk, "give"), typed | {"confirm-password": "no such word"})
    assert (wrong.status_code, clerk.memberships.count()) == (422, 1)
    right = client.post(act_on(clerk, "give"), typed | {"confirm-password": PASSWORD})

    assert right["Location"] == reverse("person", args=[clerk.pk])
    assert sorted(Person.objects.get(pk=clerk.pk).roles) == ["case_manager", "inspector"]


def test_reason_of_a_refusal_is_kept_while_it_is_asked_who_one_is() -> None:
    oneself = person(ADMINISTRATOR, password=PASSWORD)
    client, grant = enter(Client(), oneself), GrantFactory()
    session = client.session
    session.update(proven(oneself, at=time.time() - 3600))
    session.save()
    address, typed = reverse("refuse_grant", args=[grant.pk]), {"reason": "Not needed this year."}

    page = client.post(address, typed).content.decode()
    assert "Not needed this year." in page
    assert page.count("data-proof") == 1
    client.post(address, typed | {"confirm-password": PASSWORD})

    assert Grant.objects.get().is_confirmed is False


def test_unknown_act_is_no_page(administrator: Client, clerk: Person) -> None:
    assert administrator.get(act_on(clerk, "promote")).status_code == 404


@pytest.mark.parametrize("role", sorted(set(ROLES) - {ADMINISTRATOR}))
def test_other_roles_have_no_such_pages(role: str, clerk: Person) -> None:
    client = signed_in(role)

    for address in addresses(clerk):
        assert client.get(address).status_code == 403
        assert client.post(address, role_typed()).status_code in {403, 405}

    assert clerk.memberships.count() == 1


def test_administrator_sees_every_page(administrator: Client, clerk: Person) -> None:
    for address in addresses(clerk):
        assert administrator.get(address).status_code == 200
