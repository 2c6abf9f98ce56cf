"""The register of absences: everybody enters their own, an administrator anybody's. Each act is a line of the trail."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _t

from partners import access
from partners.access import Permission
from partners.models import Absence, Person
from workflow import walls
from workflow.models import Entry
from workflow.rights import Capacity
from workflow.steps import NotOpen, NotYours
from workflow.trail import record


def may_enter_for(person: Person, by: Person) -> bool:
    return person.pk == by.pk or bool(access.holds(by, Permission.PEOPLE_MANAGE))


def enter(
    person: Person,
    *,
    first_day: date,
    last_day: date,
    deputy: Person | None,
    reason: str,
    by: Person,
) -> Absence:
    """Somebody is away on these days (both count). Raises `NotYours` or `NotOpen`."""
    if not may_enter_for(person, by):
        raise NotYours(_t("Everybody enters their own absence, or an administrator does."))
    if why := why_not(person, first_day, last_day, deputy):
        raise NotOpen(why)
    with walls.house(), transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)
        if why := _why_not_beside(person, first_day, last_day):
            raise NotOpen(why)
        row: Absence = Absence.objects.create(
            person=person,
            first_day=first_day,
            last_day=last_day,
            deputy=deputy,
            reason=reason,
            registered_by=by,
        )
        _tell("entered", row, by, reason)
    return row


def withdraw(absence: Absence, *, by: Person, reason: str) -> None:
    """The person is there after all. What was done in their place stands."""
    if not may_enter_for(absence.person, by):
        raise NotYours(_t("Everybody enters their own absence, or an administrator does."))
    with walls.house(), transaction.atomic():
        held = Absence.objects.select_for_update().get(pk=absence.pk)
        if held.withdrawn_at:
            raise NotOpen(_t("This is so already."))
        held.withdrawn_at = timezone.now()
        held.save(update_fields=["withdrawn_at"])
        _tell("withdrawn", held, by, reason)


def why_not(person: Person, first_day: date, last_day: date, deputy: Person | None) -> str:
    """Why an absence cannot be entered so, as one sentence with the remedy."""
    if last_day < first_day:
        return _t("The last day cannot be before the first.")
    if last_day < timezone.localdate():
        return _t("This has passed already: enter days that are to come.")
    if deputy is None:
        return ""
    if deputy.pk == person.pk:
        return _t("Nobody is their own deputy. Choose somebody else.")
    if not access.holds(deputy, Permission.APPROVAL_DECIDE):
        return _t("A deputy holds a rank themselves. Choose somebody who decides on files.")
    return ""


def _why_not_beside(person: Person, first_day: date, last_day: date) -> str:
    rows = Absence.objects.counting().filter(person=person)
    other: Any = rows.filter(first_day__lte=last_day, last_day__gte=first_day).first()
    if other is None:
        return ""
    return _t("An absence from %(first)s to %(last)s is entered already. Withdraw it first.") % {
        "first": other.first_day,
        "last": other.last_day,
    }


def _tell(what: str, row: Absence, by: Person, reason: str) -> None:
    capacity = access.capacity_of(by)
    record(
        Entry.Event.ABSENCE_CHANGED,
        by=by,
        capacity=Capacity(capacity.role, capacity.organisation),
        subject=f"partners.absence:{row.pk}",
        note=reason,
        given={
            "absence": what,
            "person": row.person.official_name,
            "from": row.first_day,
            "to": row.last_day,
            "deputy": row.deputy.official_name if row.deputy else "",
        },
    )
