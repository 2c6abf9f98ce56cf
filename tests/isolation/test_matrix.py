"""Every address × every role × own, another's and no row × every method: nothing crosses.

Another's row answers as a missing row does, byte for byte once ids are masked, and no canary of
the other side stands in any body or header. An address with parameters that is not known here
fails the test.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.db.models import Q
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from documents.models import Document
from documents.papers import Paper
from notifications.models import Message
from notifications.notices import Notice
from partners import access, middleware
from partners.access import ROLES, Permission
from portal.desks import DESKS
from tests.api.conftest import caller
from tests.factories import person
from tests.isolation.world import Deal, canary, deal_of
from tests.people import enter
from workflow import steps, walls
from workflow.models import Entry, FollowUp

# Whose rows is asked here, not which lines: measured, its one transaction would last twice as long,
# and the seal's tests beside it wait for the oldest one.
pytestmark = [pytest.mark.django_db, pytest.mark.no_cover]

USUAL = ("get", "post")
METHODS = (*USUAL, "head", "put", "patch", "delete", "options")
OUTSIDE = [role.id for role in ROLES.values() if role.kind in {"nation", "contractor"}]
INSIDE = [role.id for role in ROLES.values() if role.kind in {"agency", "ministry"}]
# What an answer may say differently for two rows that are both out of sight.
MASKED = re.compile(
    rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|JP-[A-Z]{2,3}-\d\d-[A-Z]?\d{4}"
    rb"|[0-9a-f]{32}|[0-9A-Za-z]{64}"
    rb'|nonce="[^"]*"'
)
OWN_WORDS = {"Content-Security-Policy", "X-Request-Id", "Content-Length", "Set-Cookie", "Date"}


# Addresses -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Route:
    name: str
    kinds: frozenset[tuple[str, str]]  # each parameter with its kind

    @property
    def asks(self) -> set[str]:
        return {name for name, _kind in self.kinds}


def routes() -> list[Route]:
    return sorted(set(_walk(get_resolver(), "", frozenset())), key=lambda route: route.name)


def _walk(resolver: Any, space: str, asks: frozenset[tuple[str, str]]) -> Iterator[Route]:
    for one in resolver.url_patterns:
        asked = asks | {
            (name, type(one.pattern.converters.get(name)).__name__)
            for name in {*one.pattern.converters, *one.pattern.regex.groupindex}
        }
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from _walk(one, inner, asked)
        elif one.name:
            yield Route(f"{space}{one.name}", asked)


def addresses(route: Route, deal: Deal) -> list[str]:
    """Where a route leads to in a deal: the same places, in the same order, for every deal."""
    return [reverse(route.name, kwargs=place) for place in _places(route, deal)]


def _places(route: Route, deal: Deal) -> list[dict[str, Any]]:
    space, _, last = route.name.rpartition(":")
    if not route.asks:
        return [{}]
    if route.asks == {"pk"} and last in {"document", "document-file"}:
        return [{"pk": paper.pk} for paper in deal.papers.values()]
    if len(route.kinds) == 1 and (value := _any_value(route)):
        return [value]
    if last in OF_A_CASE:
        return [{"number": deal.cases[OF_A_CASE[last]].number}]
    if route.name in OF_A_FILE:
        return [{"number": deal.cases["approvals"].number, **OF_A_FILE[route.name]}]
    if route.asks in ({"number"}, {"number", "step"}):
        return list(_api_places(last, deal, route))
    if "slug" in route.asks:
        return list(_desk_places(space, deal, route))
    return KNOWN[route.name]


def _any_value(route: Route) -> dict[str, Any]:
    """A row of nobody's deal: whoever may not come in learns nothing of it either."""
    ((name, kind),) = route.kinds
    values = {"IntConverter": 1, "UUIDConverter": uuid4()}
    return {name: values[kind]} if kind in values else {}


OF_A_CASE = {"versions": "contracts", "schedule": "contracts", "estimate": "subcontracts"}
OF_A_FILE = {"foresee": {"name": "approve"}, "whole_file": {}}
# Addresses whose parameters name no case: the same for everybody.
KNOWN: dict[str, list[dict[str, Any]]] = {
    "account_reset_password_from_key": [{"uidb36": "0" * 32, "key": "set-password"}],
    "person_act": [
        {"pk": UUID(int=1), "act": act} for act in ("give", "end", "factor", "deactivate", "other")
    ],
    "lines_template": [{"extension": one} for one in ("csv", "xlsx", "other")],
    "reference_kind": [{"kind": "rate"}, {"kind": "other"}],
    "propose_row": [{"kind": "rate"}, {"kind": "other"}],
    **{
        name: [{"kind": "rate", "pk": 1}, {"kind": "other", "pk": 1}]
        for name in ("reference_row", "propose_version", "propose_end", "propose_withdrawal")
    },
    "indicators_file": [
        {"what": what, "extension": one}
        for what, one in (("states", "csv"), ("promises", "xlsx"), ("other", "csv"))
    ],
    "staff:export_catalogue": [{"extension": one} for one in ("csv", "xlsx", "other")],
    **{
        name: [{"article": "JP-RAD-001"}, {"article": "JP-XXX-999"}]
        for name in ("staff:article", "partner:article")
    },
    "openid_connect_login": [{"provider_id": "gbizid"}],
    "openid_connect_callback": [{"provider_id": "gbizid"}],
}


def _api_places(last: str, deal: Deal, route: Route) -> Iterator[dict[str, Any]]:
    slug = last.split("-", maxsplit=1)[0]
    place = {"number": deal.cases[slug].number}
    if "step" not in route.asks:
        yield place
        return
    for step in _steps(slug):
        yield place | {"step": step}


def _desk_places(space: str, deal: Deal, route: Route) -> Iterator[dict[str, Any]]:
    slugs = [kind.slug for kind in DESKS[space].types] if space in DESKS else list(SLUGS)
    if "number" in route.asks:
        for key, case in deal.cases.items():
            slug = SLUGS[key]
            if slug not in slugs:
                continue
            names = _steps(key) if "name" in route.asks else [""]
            for name in names:
                yield {"slug": slug, "number": case.number} | ({"name": name} if name else {})
        return
    for slug in slugs:
        more: list[dict[str, Any]] = [{}]
        if "extension" in route.asks:
            more = [{"extension": "csv"}, {"extension": "xlsx"}]
        if "name" in route.asks:
            more = [{"name": "draft"}, {"name": "open"}]
        yield from ({"slug": slug} | one for one in more)


SLUGS = {
    "requests": "requests",
    "indications": "indications",
    "contracts": "contracts",
    "reviews": "transferreviews",
    "subcontracts": "subcontracts",
    "quotes": "quotes",
    "invitations": "quotes",
    "shipments": "shipments",
    "changes": "changes",
    "requisitions": "requisitions",
    "bills": "bills",
    "approvals": "approvals",
}


def _steps(key: str) -> list[str]:
    model = next(m for m in steps.case_types() if m.slug() == SLUGS[key])
    return list(steps.steps_of(model))


# Walking -------------------------------------------------------------------------------------


@dataclass
class Walker:
    """Somebody with a browser and, for a nation, a program."""

    clients: list[tuple[Client, dict[str, str]]]
    seen: bytearray = field(default_factory=bytearray)
    calls: int = 0

    def ask(self, address: str, method: str) -> list[tuple[int, bytes, bytes]]:
        """The answers as status, masked body and masked headers."""
        answers = []
        for client, headers in self._fitting(address):
            keyed = headers | {"Idempotency-Key": uuid4().hex}
            response = getattr(client, method)(address, headers=keyed)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            told = b"\n".join(
                f"{name}: {value}".encode()
                for name, value in sorted(response.headers.items())
                if name not in OWN_WORDS
            )
            self.seen += b"\n".join((body, told, repr(response.cookies).encode()))
            self.calls += 1
            assert response.status_code < 500, f"{method} {address}"
            masked = MASKED.sub(b"#", body), MASKED.sub(b"#", told)
            answers.append((response.status_code, *masked))
        return answers

    def _fitting(self, address: str) -> list[tuple[Client, dict[str, str]]]:
        """A program asks the API, a browser everything else."""
        of_program = address.startswith(("/api/", "/o/")) and len(self.clients) > 1
        return self.clients[1:] if of_program else self.clients[:1]

    def has_seen(self, owner: str) -> bool:
        return canary(owner).encode() in self.seen


def walker(who: Any) -> Walker:
    if who is None:
        return Walker([(Client(), {})])
    clients: list[tuple[Client, dict[str, str]]] = [(enter(Client(), who), {})]
    if any(ROLES[role].kind == "nation" for role in who.roles):
        token = caller(who).token
        clients.append((Client(), {"Authorization": f"Bearer {token}"}))
    return Walker(clients)


@dataclass(frozen=True)
class Worlds:
    ours: Deal
    theirs: Deal
    nowhere: Deal


@pytest.fixture
def worlds() -> Worlds:
    theirs = deal_of("AU")
    return Worlds(deal_of("PH"), theirs, theirs.missing())


def walk(one: Walker, deal: Deal, methods: tuple[str, ...]) -> None:
    for route in routes():
        if route.name in LEAVING:
            continue
        for address in addresses(route, deal):
            for method in methods:
                one.ask(address, method)


# Doors through which one leaves would end the walk.
LEAVING = {"sign_out", "account_logout"}


@pytest.mark.parametrize("role", OUTSIDE)
def test_other_side_answers_as_if_it_were_not_there(role: str, worlds: Worlds) -> None:
    one = walker(person(role))

    different = []
    for route in routes():
        if route.name in LEAVING or not {"number", "pk", "uid"} & route.asks:
            continue
        pairs = zip(addresses(route, worlds.theirs), addresses(route, worlds.nowhere), strict=True)
        for place, (theirs, nowhere) in enumerate(pairs):
            different += [
                f"{method} {theirs}"
                for method in (USUAL if place else METHODS)
                if theirs != nowhere and one.ask(theirs, method) != one.ask(nowhere, method)
            ]

    assert different == []
    assert not one.has_seen("AU")
    assert one.calls > 500


@pytest.mark.parametrize("role", OUTSIDE)
def test_own_pages_lists_exports_and_papers_hold_nothing_of_the_other_side(
    role: str, worlds: Worlds
) -> None:
    one = walker(person(role))

    walk(one, worlds.ours, ("get",))
    for slug in ("requests", "contracts", "changes", "shipments", "bills"):
        one.ask(f"/api/v1/{slug}/?q=zeisig", "get")
    for desk in ("partner", "supplier"):
        for kind in DESKS[desk].types:
            one.ask(reverse(f"{desk}:list", args=[kind.slug]) + "?q=zeisig", "get")

    assert not one.has_seen("AU")
    assert one.has_seen("PH")  # or nothing could have leaked


@pytest.mark.parametrize("role", [None, *INSIDE])
def test_whoever_reads_no_case_sees_none(role: str | None, worlds: Worlds) -> None:
    one = walker(role and person(role))
    reading = {Permission.CASE_READ, Permission.REVIEW_READ}
    reads = bool(role and reading & set(ROLES[role].permissions))

    walk(one, worlds.theirs, ("get",) if reads else ("get", "post", "head", "options"))

    assert one.has_seen("AU") == reads


# The second wall alone -----------------------------------------------------------------------


@pytest.fixture
def first_wall_down(monkeypatch: pytest.MonkeyPatch, worlds: Worlds) -> None:
    """The application's own filters let everything through; whoever asks is told apart by PostgreSQL."""
    nations, firms = access.nations_of, access.contractors_of
    makers = [deal.cases["quotes"].contractor_id for deal in (worlds.ours, worlds.theirs)]

    def all_nations(who: Any) -> list[str]:
        return [*nations(who), "PH", "AU"] if nations(who) else []

    def all_firms(who: Any) -> list[Any]:
        return [*firms(who), *makers] if firms(who) else []

    monkeypatch.setattr(access, "nations_of", all_nations)
    monkeypatch.setattr(access, "contractors_of", all_firms)


@pytest.mark.parametrize("role", ["requester", "signatory", "contractor_sales"])
@pytest.mark.usefixtures("first_wall_down")
def test_second_wall_alone_leaks_nothing(role: str, worlds: Worlds) -> None:
    one = walker(person(role))

    for deal in (worlds.theirs, worlds.ours):
        walk(one, deal, ("get", "post"))

    assert not one.has_seen("AU")
    assert one.has_seen("PH")


@pytest.mark.parametrize("role", ["requester", "contractor_sales"])
@pytest.mark.usefixtures("first_wall_down")
def test_with_both_walls_down_the_walk_finds_the_leak(
    role: str, worlds: Worlds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the test above would prove nothing."""
    monkeypatch.setattr(middleware, "context_of", lambda who: walls.HOUSE)
    one = walker(person(role))

    walk(one, worlds.theirs, ("get",))

    assert one.has_seen("AU")


# What goes out by itself ---------------------------------------------------------------------


def test_papers_and_letters_of_one_side_hold_nothing_of_the_other(worlds: Worlds) -> None:
    deals = (worlds.ours, worlds.theirs)
    for deal in deals:
        inhabit(deal)
        for case in deal.cases.values():
            for declared in steps.steps_of(type(case)).values():
                set_off(case, declared, canary(deal.owner))

    said = {deal.owner: {side: told(deal, side) for side in SIDES} for deal in deals}

    for deal, other in (deals, deals[::-1]):
        assert [side for side in SIDES if canary(deal.owner) not in said[deal.owner][side]] == []
        assert [side for side in SIDES if canary(other.owner) in said[deal.owner][side]] == []
    made = set(Document.objects.filter(origin="made").values_list("kind", flat=True))
    assert made == {effect.kind for effect in EFFECTS if isinstance(effect, Paper)}
    assert mail.outbox == []  # letters wait for delivery; what they say stands in their rows


SIDES = ("nation", "contractor")
EFFECTS = [e for kind in steps.case_types() for s in steps.steps_of(kind).values() for e in s.then]


def inhabit(deal: Deal) -> None:
    """Somebody of each role outside the agency, on each side of the deal."""
    maker = deal.people["contractor_sales"].memberships.get().organisation
    for role in OUTSIDE:
        person(role, **({"nation": deal.owner} if role in NATIONS else {"firm": maker}))


NATIONS = {role.id for role in ROLES.values() if role.kind == "nation"}


def set_off(case: Any, declared: steps.Step, word: str) -> None:
    """Make the papers and write the letters of a step as if the case had just taken it."""
    if not any(isinstance(effect, Paper | Notice) for effect in declared.then):
        return
    if declared.name == "transfer":
        case.continued_in = case  # it is told where it goes on; nothing is saved
    with walls.house():
        entry = Entry(
            case_kind=case.kind(),
            case_id=case.pk,
            case_number=case.number,
            owner_code=case.owner_code,
            step=declared.name,
            to_state=case.state,
            version=next(VERSIONS),
            actor_id=str(uuid4()),
            actor_name=word,
            given=dict.fromkeys(declared.parameters, word),
        )
        entry.write()
        for position, effect in enumerate(declared.then):
            if isinstance(effect, Paper | Notice):
                row = FollowUp(entry=entry, position=position, effect=effect.key)
                effect.run(case, row)


VERSIONS = count(1000)


def told(deal: Deal, side: str) -> str:
    """Every letter and paper that reaches somebody of the nation or of its contractor."""
    maker = deal.people["contractor_sales"].memberships.get().organisation
    to = Q(recipient__memberships__organisation__nation_id=deal.owner)
    shown = Q(shown_to=deal.owner)
    if side == "contractor":
        to = Q(recipient__memberships__organisation=maker)
        shown = Q(for_contractor_id=maker.pk)
    letters = Message.objects.filter(to)
    papers = Document.objects.filter(shown, origin="made")
    assert letters.exists()
    assert papers.exists()
    words = [f"{row.subject}\n{row.body_text}\n{row.body_html}" for row in letters]
    for row in papers:
        text = subprocess.run(
            ["pdftotext", str(row.path), "-"], capture_output=True, text=True, check=True
        )
        words.append(f"{row.title}\n{row.file_name}\n{text.stdout}")
    return "\n".join(words)
