"""Who may act at a step of a file: who holds the post today, who acts for it, and deputies of the absent.

Nobody acts who drafted the file, has acted at another step of it, or has declared a conflict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _t

from partners import posts
from workflow.approvals import Kind, Standing
from workflow.rights import Capacity


@dataclass(frozen=True)
class Seat:
    """The right to act at a step: by one's own post, or in the place of somebody who is away."""

    step: Any
    person: Any
    membership: Any
    in_place_of: Any = None

    @property
    def capacity(self) -> Capacity:
        whose = self.in_place_of.official_name if self.in_place_of else ""
        return Capacity(self.membership.role, self.membership.organisation.name_en, whose)


def at(steps: Sequence[Any], file: Any) -> list[Seat]:
    """Everybody who may act at one of the steps today."""
    out = left_out(file)
    return [seat for seat in _everybody_at(steps) if seat.person.actor_id not in out]


def of(person: Any, steps: Iterable[Any]) -> list[Seat]:
    """The steps at which the person could act, without looking at what they have done on the file."""
    steps = list(steps)
    own = {(row.unit_id, row.role): row for row in reversed(posts.of_person(person))}
    found = [
        Seat(step, person, own[step.unit_id, step.rank])
        for step in steps
        if (step.unit_id, step.rank) in own
    ]
    taken = {seat.step.pk for seat in found}
    return found + [seat for seat in _as_deputy(person, steps) if seat.step.pk not in taken]


def reads_at(person: Any, steps: Iterable[Any]) -> list[Seat]:
    """Steps of circulation to a unit of the person's, or to their post."""
    rows = {row.unit_id: row for row in getattr(person, "memberships_today", ()) if row.unit_id}
    return [Seat(step, person, rows[step.unit_id]) for step in steps if step.unit_id in rows]


def steps_within_sight(person: Any) -> QuerySet[Any]:
    """Steps at which the person has acted, may act or reads: by their posts, their units, as deputy."""
    rows, today = apps.get_model("approvals.WayStep").objects, timezone.localdate()
    memberships = apps.get_model("partners.Membership").objects.on(today)
    here = {"unit": OuterRef("unit"), "role": OuterRef("rank")}
    away = posts.absences_on(today).filter(deputy=person.pk).values("person")
    own = memberships.filter(person=person.pk)
    reached = ~Q(standing=Standing.NOT_ARRIVED) & (
        Exists(own.filter(**here)) | Exists(memberships.filter(person__in=away, **here))
    )
    circulated = Q(kind=Kind.CIRCULATION) & Exists(own.filter(unit=OuterRef("unit")))
    found: QuerySet[Any] = rows.filter(Q(holder_id=person.actor_id) | reached | circulated)
    return found.order_by()


def names_at(steps: Sequence[Any]) -> dict[Any, str]:
    """Who holds the post of each step today, or acts for whoever is away, by the step's key."""
    found: dict[Any, list[str]] = {step.pk: [] for step in steps}
    for seat in _everybody_at(steps):
        found[seat.step.pk].append(str(seat.person))
    return {pk: ", ".join(names) for pk, names in found.items()}


def left_out(file: Any) -> set[str]:
    """Ids of those who take no further part in a file."""
    acted = {step.holder_id for step in file.way if step.holder_id}
    return {file.prepared_by, *acted, *file.conflicted}


def why_left_out(person: Any, file: Any) -> str:
    """Why somebody who holds a post of the way does not act on the file, or ""."""
    if person.actor_id == file.prepared_by:
        return _t("You drafted this file; others act on it.")
    if person.actor_id in file.conflicted:
        return _t("You have declared a conflict of interest in this file.")
    if any(step.holder_id == person.actor_id for step in file.way):
        return _t("You have acted on this file already; nobody acts on it twice.")
    return ""


def _everybody_at(steps: Sequence[Any]) -> Iterator[Seat]:
    today = timezone.localdate()
    held = posts.holders({(step.unit_id, step.rank) for step in steps}, today)
    away = {row.person_id: row for row in posts.absences_on(today)} if held else {}
    for step in steps:
        for row in held:
            if (row.unit_id, row.role) != (step.unit_id, step.rank):
                continue
            absence = away.get(row.person_id)
            if absence is None:
                yield Seat(step, row.person, row)
            elif absence.deputy and posts.decides_today(absence.deputy):
                yield Seat(step, absence.deputy, row, row.person)


def _as_deputy(person: Any, steps: Sequence[Any]) -> Iterator[Seat]:
    """Steps at the posts of those who are away today and have named this deputy."""
    absences = posts.deputised_by(person) if steps else []
    if not absences:
        return
    who = {absence.person_id for absence in absences}
    today = timezone.localdate()
    held = [
        row
        for row in posts.holders({(step.unit_id, step.rank) for step in steps}, today)
        if row.person_id in who
    ]
    for step in steps:
        for row in held:
            if (row.unit_id, row.role) == (step.unit_id, step.rank):
                yield Seat(step, person, row, row.person)
