"""Building the demo world: rows that are missing are added, what is there stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import (
    PBKDF2PasswordHasher,
    check_password,
    get_hasher,
    make_password,
)
from django.db import transaction
from django.db.models import Q
from django.utils.translation import override
from oauth2_provider.models import Application

from cases.models import Request
from fms_agency.demo import accounts
from fms_agency.demo.accounts import Account
from fms_agency.demo.doors import GateDoor
from fms_agency.demo.people import BODIES, PEOPLE, Someone
from fms_agency.demo.player import Play
from fms_agency.demo.samples import SAMPLES
from fms_agency.demo.script import Deal, Door
from industry.models import Article, ArticleMaker, ArticlePrice
from partners.identity.sealing import seal
from partners.models import Membership, Organisation, Person
from workflow import follow_ups
from workflow.models import FollowUp

SINCE = date(2026, 4, 1)
SAMPLE = "見本。実在の企業及び価格ではない。 Sample, no real firm or price."
MAKERS = {
    "electric": ("JP-RAD-001", "JP-RAD-002", "JP-RAD-101"),
    "heavy": ("JP-SHP-001",),
    "prototype": ("JP-COM-001",),
}
PRICED, PRICE = "JP-RAD-101", Decimal(12_000_000)


def build(samples: Sequence[Deal] = SAMPLES) -> dict[str, Account]:
    """People, their ways in, and a few sample cases. Running it again changes nothing."""
    known = accounts.kept_or_new()
    with transaction.atomic():
        organisations = {key: _organisation(key) for key in BODIES}
        _makers(organisations)
        people = _people(organisations)
        _give_password(list(people.values()), next(iter(known.values())).password)
        for key, account in known.items():
            if account.client_id:
                _application(people[key], account)
        _give_second_factors({people[key].pk: a.totp_secret for key, a in known.items()})
    accounts.write(known)
    for sample in samples:
        _play_once(sample)
    return known


def _organisation(key: str) -> Organisation:
    body = BODIES[key]
    fields = {
        "name_ja": body.name_ja,
        "nation_id": body.nation,
        "corporate_number": body.corporate_number,
        "address_ja": body.address_ja,
        "address_en": body.address_en,
        "is_sample": True,
    }
    if body.kind == "agency":  # a house has one, whatever it is called
        found = Organisation.objects.filter(kind="agency").first()
        if found:
            return found
    row, _new = Organisation.objects.get_or_create(
        kind=body.kind, name_en=body.name_en, defaults=fields
    )
    return row


def _makers(organisations: dict[str, Organisation]) -> None:
    """Who makes some articles of the catalogue, and what one of them costs."""
    articles = Article.objects.in_bulk(field_name="catalogue_number")
    for firm, numbers in MAKERS.items():
        for number in numbers:
            ArticleMaker.objects.get_or_create(
                article=articles[number],
                contractor=organisations[firm],
                role=ArticleMaker.Role.PRIME,
                valid_from=SINCE,
                defaults={"source": SAMPLE},
            )
    ArticlePrice.objects.get_or_create(
        article=articles[PRICED],
        basis=ArticlePrice.Basis.STANDARD,
        valid_from=SINCE,
        defaults={"source": SAMPLE, "amount": PRICE},
    )


def _people(organisations: dict[str, Organisation]) -> dict[str, Person]:
    """Everybody by key. A new person cannot sign in before the password is given."""
    emails = {someone.email for someone in PEOPLE.values()}
    known = {person.email: person for person in Person.objects.filter(email__in=emails)}
    newcomers = [
        (someone, _person(someone)) for someone in PEOPLE.values() if someone.email not in known
    ]
    Person.objects.bulk_create(person for _, person in newcomers)
    Membership.objects.bulk_create(
        Membership(
            person=person,
            organisation=organisations[someone.body],
            role=someone.role,
            unit_id=someone.unit or None,
            valid_from=SINCE,
        )
        for someone, person in newcomers
    )
    known |= {person.email: person for _, person in newcomers}
    return {key: known[someone.email] for key, someone in PEOPLE.items()}


def _person(someone: Someone) -> Person:
    return Person(
        email=someone.email,
        password=make_password(None),
        family_name=someone.family,
        given_name=someone.given,
        family_name_ja=someone.family_ja,
        given_name_ja=someone.given_ja,
        title=someone.title,
        language=someone.language,
    )


def _give_password(people: list[Person], password: str) -> None:
    """One hash for all: hashing is slow by design, and they share the password anyway."""
    hashes = {person.password for person in people}
    if len(hashes) == 1 and check_password(password, hashes.pop()):
        return
    Person.objects.filter(pk__in=[person.pk for person in people]).update(
        password=make_password(password)
    )


def _give_second_factors(secrets: dict[Any, str]) -> None:
    """The sample authenticator apps. Who has set up another one since keeps that."""
    rows = Authenticator.objects.filter(type=Authenticator.Type.TOTP, user__in=secrets)
    have = set(rows.values_list("user_id", flat=True))
    Authenticator.objects.bulk_create(
        Authenticator(user_id=pk, type=Authenticator.Type.TOTP, data={"secret": seal(secret)})
        for pk, secret in secrets.items()
        if secret and pk not in have
    )


def _application(person: Person, account: Account) -> None:
    """The person's own program at the API, with the secret of the accounts file."""
    row = Application.objects.filter(client_id=account.client_id).first() or Application(
        client_id=account.client_id,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
    )
    if row.user_id == person.pk and check_password(account.client_secret, row.client_secret):
        return
    row.user, row.name = person, f"{account.name}, {account.organisation}"
    row.client_secret = _hashed_secret(account.client_secret)
    row.save()


def _hashed_secret(secret: str) -> str:
    """Few rounds: 256 random bits cannot be guessed, so nothing has to slow the guessing down."""
    hasher = get_hasher()
    rounds = {"iterations": 1000} if isinstance(hasher, PBKDF2PasswordHasher) else {}
    return str(hasher.encode(secret, hasher.salt(), **rounds))


def _play_once(sample: Deal) -> None:
    """Through the gate like any other case; the reference tells whether it is there already."""
    if Request.objects.filter(reference=sample.name).exists():
        return
    gate = GateDoor()
    with override("en"):
        for _told in Play(sample, dict.fromkeys(Door, gate), after=_go_on).turns():
            pass


def _go_on() -> None:
    """What the next turn stands on; papers and letters are the worker's."""
    steps = Q(effect__startswith="approval:") | Q(effect__startswith="step:")
    for pk in FollowUp.objects.waiting().filter(steps).order_by("pk").values_list("pk", flat=True):
        follow_ups.run(pk)
