"""The demo world: one person for each role, ways in that work, and the same on a second start."""

from __future__ import annotations

import json
import stat
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from oauth2_provider.models import Application
from pytest_django import Settings

from cases.models import Bill, Contract, Quote, Request, Subcontract
from exports.models import Shipment, TransferReview
from fms_agency.demo import accounts, world
from fms_agency.demo.accounts import Account
from fms_agency.demo.people import PEOPLE
from partners.access import ROLES
from partners.models import Membership, Organisation, Person, organisation
from portal.demo import demo_accounts
from workflow.models import Entry

pytestmark = pytest.mark.django_db


def printed(command: str) -> str:
    output = StringIO()
    call_command(command, stdout=output)
    return output.getvalue()


def counted() -> dict[str, int]:
    models = (Organisation, Person, Membership, Application, Request, Contract, Entry)
    return {model.__name__: model._default_manager.count() for model in models}


def test_every_role_is_held_by_somebody(known: dict[str, Account]) -> None:
    held = set(Membership.objects.values_list("role", flat=True))

    assert held == set(ROLES)


def test_two_can_decide_where_four_eyes_are_asked_for() -> None:
    holders = Counter(someone.role for someone in PEOPLE.values())

    two = {
        *("case_manager", "export_control_officer", "contract_officer", "finance_officer"),
        "system_administrator",
    }
    assert {role: holders[role] for role in two} == dict.fromkeys(two, 2)


def test_contractors_are_samples_with_sound_corporate_numbers(known: dict[str, Account]) -> None:
    firms = Organisation.objects.filter(kind="contractor")

    for firm in firms:
        organisation.validate_corporate_number(firm.corporate_number)
    assert [firm.is_sample for firm in firms] == [True] * 3


def test_everybody_signs_in_with_the_password_of_the_house(known: dict[str, Account]) -> None:
    people = [
        authenticate(username=account.email, password=account.password)
        for account in known.values()
    ]

    assert [person and person.email for person in people] == [
        account.email for account in known.values()
    ]


def test_each_official_of_a_nation_has_a_client_of_their_own(known: dict[str, Account]) -> None:
    owners = dict(Application.objects.values_list("client_id", "user__email"))

    assert owners == {
        account.client_id: account.email for account in known.values() if account.client_id
    }


def test_secrets_lie_in_the_database_as_hashes_only(known: dict[str, Account]) -> None:
    stored = set(Application.objects.values_list("client_secret", flat=True))

    assert stored.isdisjoint(account.client_secret for account in known.values())


def test_second_start_changes_nothing(furnished: dict[str, Account]) -> None:
    before = counted()
    hashes = dict(Person.objects.values_list("email", "password"))

    again = world.build()

    assert again == furnished
    assert counted() == before
    assert dict(Person.objects.values_list("email", "password")) == hashes


def test_lost_accounts_file_gives_everybody_a_new_password(
    known: dict[str, Account], settings: Settings
) -> None:
    (settings.VAR_DIR / "demo_accounts.json").unlink()

    account = world.build()["case_manager"]

    assert authenticate(username=account.email, password=account.password) is not None


def test_agency_that_is_there_already_is_kept(db: None, settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    agency = Organisation.objects.create(kind="agency", name_ja="庁", name_en="Agency")

    world.build()

    assert list(Organisation.objects.filter(kind="agency")) == [agency]


def test_accounts_file_is_for_its_owner_only(known: dict[str, Account], settings: Settings) -> None:
    path = settings.VAR_DIR / "demo_accounts.json"

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_sign_in_page_shows_one_account_of_each_role(
    known: dict[str, Account], settings: Settings
) -> None:
    kept = json.loads((settings.VAR_DIR / "demo_accounts.json").read_text(encoding="utf-8"))

    shown = demo_accounts()

    assert sorted(account["role"] for account in shown) == sorted(ROLES)
    assert all(account in kept for account in shown)


def test_sample_cases_wait_on_every_kind_of_desk(furnished: dict[str, Account]) -> None:
    states = {
        model.__name__: Counter(model._default_manager.values_list("state", flat=True))
        for model in (Request, TransferReview, Contract, Subcontract, Quote, Shipment, Bill)
    }

    assert states == {
        "Request": {"submitted": 1, "returned": 1, "actionable": 2},
        "TransferReview": {"under_review": 1, "cleared": 1},
        "Contract": {"draft": 1, "under_approval": 1},
        "Subcontract": {"solicited": 2},
        "Quote": {"invited": 2, "submitted": 1, "not_taken": 1, "taken": 1},
        "Shipment": {},
        "Bill": {},
    }


def test_demo_world_is_refused_in_a_real_house(settings: Settings) -> None:
    settings.DEMO = False

    with pytest.raises(CommandError, match="not a demo"):
        call_command("demo_world")


def test_demo_world_says_how_many_people_there_are(
    furnished: dict[str, Account],
) -> None:
    assert printed("demo_world") == f"Demo world in place: {len(PEOPLE)} people.\n"


def test_demo_accounts_shows_one_person_for_each_role(known: dict[str, Account]) -> None:
    rows = printed("demo_accounts").splitlines()[1 : len(ROLES) + 1]

    assert [row.split("  ")[0] for row in rows] == [
        accounts._role_label(role, "en") for role in ROLES
    ]


def test_demo_accounts_names_the_remedy_before_there_is_a_world(
    settings: Settings, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path

    assert printed("demo_accounts") == (
        "No demo accounts yet: `manage.py demo_world` makes them.\n"
    )
