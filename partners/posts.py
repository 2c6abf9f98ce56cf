"""Posts: a rank in a unit. Who holds one today, who is away, and who may act in their place."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils import timezone

from partners import access
from partners.access import Permission
from workflow.approvals import RANKS

Post = tuple[str, str]  # unit, rank


def of_person(person: Any) -> list[Any]:
    """The person's memberships of today that are posts, their own before those they act for."""
    rows = [row for row in access.holds(person, Permission.APPROVAL_DECIDE) if row.unit_id]
    return sorted(rows, key=lambda row: row.is_acting)


def holders(posts: Iterable[Post], day: date) -> list[Any]:
    """Memberships by which somebody who may sign in holds one of the posts on a day."""
    wanted = Q(pk__in=[])
    for unit, rank in posts:
        wanted |= Q(unit=unit, role=rank)
    rows = _memberships().on(day).filter(wanted, person__is_active=True)
    found = rows.filter(organisation__kind="agency").select_related("person", "organisation")
    return list(found.order_by("is_acting", "id"))


def heads(unit: str, day: date) -> list[Any]:
    """Who holds the lowest rank of a unit that anybody holds: the first to hear what is late."""
    for rank in RANKS:
        if found := holders([(unit, rank)], day):
            return [row.person for row in found]
    return []


def decides_today(person: Any) -> bool:
    """Whether somebody may decide on files at all, whatever the post."""
    return bool(access.holds(person, Permission.APPROVAL_DECIDE))


def readers(unit: str, day: date) -> list[Any]:
    """Memberships in a unit on a day, whatever the role: who reads what is circulated to it."""
    rows = _memberships().on(day).filter(unit=unit, person__is_active=True)
    return list(rows.select_related("person", "organisation").order_by("id"))


def absences_on(day: date) -> QuerySet[Any]:
    model: Any = apps.get_model("partners.Absence")
    found: QuerySet[Any] = model.objects.on(day).select_related("person", "deputy")
    return found


def absence_of(person: Any) -> Any:
    """The absence of today of somebody who is here all the same, or None."""
    return absences_on(timezone.localdate()).filter(person=person.pk).first()


def deputised_by(person: Any) -> list[Any]:
    """Absences of today in which the person is the deputy, if they may decide on files at all."""
    if not decides_today(person):
        return []
    return list(absences_on(timezone.localdate()).filter(deputy=person))


def _memberships() -> Any:
    return apps.get_model("partners.Membership").objects
