"""Queues of files: mine, my unit's, those others have, what I have decided, what I read afterwards.

Each is one query over steps of files; the counts are the queries' own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from approvals.models import ApprovalFile, Conflict, WayStep
from approvals.models.file import ON_ITS_WAY, WITH_DRAFTER, State
from approvals.rules import EVERY_ACT
from partners import posts
from partners.models import Membership
from workflow.approvals import Kind, Standing

Rows = QuerySet[Any]


def mine(person: Any) -> Rows:
    """Files at whose step I may act now, and those I am drafting; oldest first, then the dearest."""
    acted = WayStep.objects.filter(file=OuterRef("pk"), holder_id=person.actor_id)
    conflict = Conflict.objects.filter(file=OuterRef("pk"), actor_id=person.actor_id)
    here = WayStep.objects.filter(
        _at_my_posts(person),
        file=OuterRef("pk"),
        standing=Standing.ARRIVED,
        kind__in=EVERY_ACT,
    )
    to_act = (
        Q(state__in=ON_ITS_WAY)
        & ~Q(prepared_by=person.actor_id)
        & Exists(here)
        & ~Exists(acted)
        & ~Exists(conflict)
    )
    to_draft = Q(state__in=WITH_DRAFTER, prepared_by=person.actor_id)
    return _oldest_first(ApprovalFile.objects.filter(to_act | to_draft))


def of_unit(person: Any) -> Rows:
    """Files that wait for somebody of a unit of mine."""
    units = {row.unit_id for row in person.memberships_today if row.unit_id}
    here = WayStep.objects.filter(
        file=OuterRef("pk"), standing=Standing.ARRIVED, unit__in=units
    ).exclude(kind=Kind.CIRCULATION)
    rows = ApprovalFile.objects.filter(Exists(here), state__in=ON_ITS_WAY)
    return _oldest_first(rows)


def with_others(person: Any) -> Rows:
    """Files of mine, or signed by me, that wait for somebody else."""
    signed = WayStep.objects.filter(file=OuterRef("pk"), holder_id=person.actor_id)
    waiting = [*ON_ITS_WAY, State.ON_HOLD, State.RETURNED]
    rows = ApprovalFile.objects.filter(
        Q(prepared_by=person.actor_id) | Exists(signed), state__in=waiting
    ).exclude(state=State.RETURNED, prepared_by=person.actor_id)
    return _oldest_first(rows.exclude(pk__in=mine(person).order_by().values("pk")))


def decided_by(person: Any) -> Rows:
    """Files on which I have taken the decision, the newest first."""
    decision = WayStep.objects.filter(
        file=OuterRef("pk"), kind=Kind.DECISION, holder_id=person.actor_id
    )
    rows = ApprovalFile.objects.filter(Exists(decision), decided_at__isnull=False)
    found: Rows = rows.order_by("-decided_at", "pk")
    return found


def to_read(person: Any) -> Rows:
    """Decided files that were circulated to my unit, went on without me, or were decided for me."""
    units = {row.unit_id for row in person.memberships_today if row.unit_id}
    circulated = Q(kind=Kind.CIRCULATION, standing=Standing.ARRIVED, unit__in=units)
    passed = Q(awaits_reading=True, in_place_of_id="") & _at_own_posts(person)
    deputised = Q(awaits_reading=True, in_place_of_id=person.actor_id)
    steps = WayStep.objects.filter(circulated | passed | deputised, file=OuterRef("pk"))
    readable = [State.DECIDED, State.AWAITING_ISSUE, State.ISSUED]
    rows = ApprovalFile.objects.filter(Exists(steps), state__in=readable)
    found: Rows = rows.order_by("decided_at", "pk")
    return found


QUEUES: dict[str, tuple[str | Promise, Callable[[Any], Rows]]] = {
    "mine": (pgettext_lazy("queue", "Waiting for me"), mine),
    "unit": (pgettext_lazy("queue", "My unit's"), of_unit),
    "others": (pgettext_lazy("queue", "With others"), with_others),
    "read": (pgettext_lazy("queue", "To read"), to_read),
    "decided": (pgettext_lazy("queue", "Decided by me"), decided_by),
}


def _oldest_first(rows: Rows) -> Rows:
    here = Q(steps__standing=Standing.ARRIVED) & ~Q(steps__kind=Kind.CIRCULATION)
    since = Min("steps__arrived_at", filter=here)
    oldest = F("waits_since").asc(nulls_last=True)
    found: Rows = rows.annotate(waits_since=since).order_by(oldest, "-amount", "pk")
    return found


def _at_own_posts(person: Any) -> Q:
    found = Q(pk__in=[])
    for row in posts.of_person(person):
        found |= Q(unit=row.unit_id, rank=row.role)
    return found


def _at_my_posts(person: Any) -> Any:
    """Posts I hold, even on a day on which I am entered as absent; and those of whose deputy I am."""
    absences = [row.person_id for row in posts.deputised_by(person)]
    if not absences:
        return _at_own_posts(person)
    theirs = Membership.objects.on(timezone.localdate()).filter(
        person__in=absences, unit=OuterRef("unit"), role=OuterRef("rank")
    )
    return _at_own_posts(person) | Exists(theirs)
