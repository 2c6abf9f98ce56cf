"""Addresses and readers that notices need: where a case stands in a desk's pages, and whose it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.functional import lazystr

from partners.access import Permission, carriers, people_with
from partners.need_to_know import those_who_may_know
from workflow.models import Case

People = Callable[[Any], list[Any]]


def anyones_path(case: Case) -> str:
    """Where readers of different desks find the case: each is led to their own page."""
    return reverse("case", args=[case.slug(), case.number])


def in_their_words(row: Any) -> Any:
    """The row's name, put into words only when a reader's language is known."""
    return lazystr(row)


def staff_path(case: Case) -> str:
    return reverse("staff:case", args=[case.slug(), case.number])


def partner_path(case: Case) -> str:
    return reverse("partner:case", args=[case.slug(), case.number])


def supplier_path(case: Case) -> str:
    return reverse("supplier:case", args=[case.slug(), case.number])


def staff_with(*permissions: Permission) -> People:
    """Everybody at the agency who holds one of the permissions and may know of the case."""
    return lambda case: those_who_may_know(people_with(_roles(permissions), kind="agency"), case)


def officials_with(*permissions: Permission) -> People:
    """Officials of the case's nation who hold one of the permissions."""
    return lambda case: people_with(_roles(permissions), kind="nation", nation=case.nation_id)


def officials_as(*roles: str) -> People:
    return lambda case: people_with(roles, kind="nation", nation=case.nation_id)


def firm_with(*permissions: Permission) -> People:
    """People of the case's contractor who hold one of the permissions."""
    return lambda case: people_with(_roles(permissions), id=case.contractor_id)


def _roles(permissions: tuple[Permission, ...]) -> list[str]:
    return sorted({role for permission in permissions for role in carriers(permission)})
