"""No list answers questions about what it does not show; no body writes what it does not ask (T27, T2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.test import Client

from api.filters import AllowedFilters
from api.v1.catalogue import ArticleShown, Catalogue
from api.v1.documents import DocumentShown
from api.v1.kinds import KINDS
from documents.models import Document
from industry.models import Article
from partners.access import ROLES
from portal.desks import DESKS
from tests.api.conftest import Caller, caller
from tests.factories import (
    BillFactory,
    ChangeFactory,
    ContractFactory,
    IndicationFactory,
    RequestFactory,
    RequisitionFactory,
    ShipmentFactory,
    firm,
    person,
)
from tests.people import enter
from workflow.forms import form_of
from workflow.steps import beginnings_of

pytestmark = pytest.mark.django_db

LISTS = {
    **{slug: (kind.model, {known.name for known in kind.filters}) for slug, kind in KINDS.items()},
    "documents": (Document, {"case", "kind"}),
    "catalogue": (Article, {known.name for known in Catalogue.filters}),
}
OF_EVERY_LIST = {"cursor", "page_size"}
WAYS = ("{}", "{}__startswith", "-{}")
TRICKS = (
    "ordering",
    "order_by",
    "sort",
    "search",
    "expand",
    "fields",
    "include",
    "filter",
    "format",
)


def paths(model: type[Model], depth: int = 3) -> Iterator[str]:
    """The names of all columns that can be reached from a model, to a depth."""
    for field in model._meta.get_fields():
        yield field.name
        if depth > 1 and field.is_relation and isinstance(field.related_model, type):
            yield from (f"{field.name}__{name}" for name in paths(field.related_model, depth - 1))


@pytest.mark.parametrize("slug", LISTS)
def test_api_lists_are_narrowed_by_the_allow_list_alone(slug: str, requester: Caller) -> None:
    """A whole address holds many names: each of them must be named in the refusal."""
    model, allowed = LISTS[slug]
    asked = {way.format(name) for name in set(paths(model)) for way in WAYS} | set(TRICKS)
    forbidden = sorted(asked - allowed - OF_EVERY_LIST)

    assert len(forbidden) > 30
    for start in range(0, len(forbidden), 40):
        names = forbidden[start : start + 40]
        answer = requester.get(f"{slug}/", **dict.fromkeys(names, "a"))
        assert answer.status_code == 400
        refused = {error["field"] for error in answer.json()["errors"]}
        assert refused == {name[:80] for name in names}


@pytest.mark.parametrize("asked", ["q=a&q=b", "changed_since=&changed_since=", "cursor=a&cursor=b"])
def test_a_name_given_twice_is_refused_rather_than_chosen_from(
    asked: str, requester: Caller
) -> None:
    answer = requester.get(f"/api/v1/requests/?{asked}")

    assert answer.status_code == 400
    assert [error["code"] for error in answer.json()["errors"]] == ["repeated"]


def test_no_view_takes_an_order_or_a_search_of_the_framework() -> None:
    assert Catalogue.filter_backends == [AllowedFilters]
    for trick in ("ordering_fields", "search_fields", "filterset_fields"):
        assert not hasattr(Catalogue, trick)


@pytest.mark.parametrize("desk", DESKS)
def test_portal_lists_are_deaf_to_names_of_columns(desk: str) -> None:
    """Pages ignore what they do not know: the list is the same with and without it."""
    roles = {"staff": "auditor", "supplier": "contractor_sales", "partner": "requester"}
    client = Client()
    enter(client, person(roles[desk], firm=firm()))
    for make, state in (
        (RequestFactory, "submitted"), (ContractFactory, "offered"), (ShipmentFactory, "shipped")
    ):  # fmt: skip
        make(state=state)

    for kind in DESKS[desk].types:
        address = f"/{desk}/{kind.slug}/"
        names = sorted(set(paths(kind.model, 2)) - {"state", "q", "page"})
        asked = {way.format(name) for name in names for way in WAYS} | set(TRICKS)
        plain = client.get(address)
        asking = client.get(address, dict.fromkeys(asked, "zzz"))
        assert asking.status_code == 200
        assert [row["url"] for row in asking.context["rows"]] == [
            row["url"] for row in plain.context["rows"]
        ]


# Fields --------------------------------------------------------------------------------------

SHOWN: dict[str, Any] = {slug: kind.shows for slug, kind in KINDS.items()}
SHOWN |= {"documents": DocumentShown, "catalogue": ArticleShown}
MAKE = {
    "requests": lambda: RequestFactory(state="submitted"),
    "indications": lambda: IndicationFactory(state="sent"),
    "contracts": lambda: ContractFactory(state="offered"),
    "shipments": lambda: ShipmentFactory(state="shipped"),
    "changes": lambda: ChangeFactory(state="offered"),
    "requisitions": RequisitionFactory,
    "bills": lambda: BillFactory(state="issued"),
    "documents": lambda: RequestFactory(state="submitted"),
    "catalogue": lambda: None,
}
INNER = ("note", "assessment", "drafter", "handling", "digest", "risk", "margin", "cost")


@pytest.mark.parametrize("role", [role.id for role in ROLES.values() if role.kind == "nation"])
@pytest.mark.parametrize("slug", SHOWN)
def test_every_role_is_shown_the_listed_fields_and_no_others(slug: str, role: str) -> None:
    MAKE[slug]()

    rows = caller(person(role)).get(f"{slug}/").json()["results"]

    assert rows or role in {"nation_finance", "nation_logistics"}
    for row in rows:
        assert set(row) == set(SHOWN[slug].Meta.fields)
        assert [name for name in row for word in INNER if word in name] == []


def test_a_serializer_shows_and_never_reads() -> None:
    for shows in SHOWN.values():
        fields = shows().fields.values()
        assert [field.field_name for field in fields if not field.read_only] == []


def test_columns_of_the_row_are_not_accepted_as_extras(
    requester: Caller, asked: dict[str, Any]
) -> None:
    """Whatever a row has beside what the form asks is refused by name, and nothing is written."""
    model = KINDS["requests"].model
    taken = form_of(beginnings_of(model)["draft"]).base_fields
    extras = {name for name in paths(model, 1) if name not in taken}

    answer = requester.post("requests/", asked | dict.fromkeys(extras, "x"))

    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} == extras
    assert not model._default_manager.exists()


@pytest.mark.parametrize("step", ["submit", "withdraw", "revise"])
def test_columns_of_the_row_are_not_accepted_with_a_step(step: str, requester: Caller) -> None:
    request = RequestFactory(state="draft")
    extras = {name for name in paths(type(request), 1) if name != "version"}

    answer = requester.post(f"requests/{request.number}/steps/{step}/", dict.fromkeys(extras, "x"))

    assert answer.status_code in {400, 422}
    request = type(request).objects.get(pk=request.pk)
    assert (request.state, request.version) == ("draft", 0)


def test_paths_reach_where_a_leak_would_be() -> None:
    found = set(paths(KINDS["contracts"].model))

    assert {"request__nation__code", "lines__article__catalogue_number"} <= found
    with pytest.raises(FieldDoesNotExist):
        KINDS["contracts"].model._meta.get_field("no_such_column")
