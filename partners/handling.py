"""Acts on a deal's label and its list of handlers. Each is a line of the trail with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from partners import access
from partners.access import Permission
from partners.models import Handler, Person
from workflow import handling, walls
from workflow.models import Case, Entry
from workflow.steps import NotOpen, NotYours, case_types
from workflow.trail import record


def may_handle(person: Any, case: Any) -> bool:
    """Case managers who may know of the case; the security officer for every case."""
    if access.holds(person, Permission.HANDLING_OVERSEE):
        return True
    may = access.agency(Permission.HANDLING_WRITE)
    return may.concerns(person, case)


@walls.house()
@transaction.atomic
def put_under(case: Any, label: str, *, by: Any, reason: str) -> None:
    """Give the whole deal another label. Raises `NotYours` or `NotOpen`.

    Whoever of the agency has acted on the deal so far becomes a handler when readers are first
    named: they know of it already, and the list shows them.
    """
    _check(by, case)
    if why := handling.why_not_here(label):
        raise NotOpen(why)
    lower = handling.is_higher(case.handling, label)
    if lower and not access.holds(by, Permission.HANDLING_OVERSEE):
        raise NotYours(_("Only the security officer lowers a label."))
    _hold(case.deal_id)
    before = case.handling
    for rows in _rows_of(case.deal_id):
        rows.update(handling=label)
    case.handling = label
    handlers = _name_those_who_acted(case) if handling.is_restricted(label) else []
    _tell(case, by, reason, {"label": label, "before": before, "handlers": handlers})


@walls.house()
@transaction.atomic
def add_handler(case: Any, person: Person, *, by: Any, reason: str) -> None:
    """Let somebody of the agency or a ministry know of the deal."""
    _check(by, case)
    if person.pk == by.pk:
        raise NotYours(_("Nobody adds themselves. Ask the case manager or the security officer."))
    if not access.reads_cases(person) and not access.reads_reviews(person):
        raise NotOpen(_("This person's roles read no cases. Give them a role first."))
    Handler.objects.get_or_create(deal_id=case.deal_id, person=person, removed_at=None)
    _tell(case, by, reason, {"added": person.official_name})


@walls.house()
@transaction.atomic
def remove_handler(case: Any, person: Person, *, by: Any, reason: str) -> None:
    _check(by, case)
    rows = Handler.objects.now().filter(deal_id=case.deal_id, person=person)
    if rows.update(removed_at=timezone.now()):
        _tell(case, by, reason, {"removed": person.official_name})


def handlers_of(case: Any) -> QuerySet[Handler]:
    return Handler.objects.now().filter(deal_id=case.deal_id).select_related("person")


def candidates(case: Any) -> QuerySet[Person]:
    """People of the agency and the ministries who could be added."""
    roles = {
        role.id
        for role in access.ROLES.values()
        if {Permission.CASE_READ, Permission.REVIEW_READ} & set(role.permissions)
    }
    people = Person.objects.filter(is_active=True, memberships__role__in=roles).distinct()
    return people.exclude(pk__in=handlers_of(case).values("person"))


def note_reading(case: Any, person: Any) -> None:
    """A line of the trail for each time a page or an answer shows a case that names its readers."""
    if handling.is_restricted(case.handling):
        record(Entry.Event.RECORD_READ, by=person, capacity=access.capacity_of(person), case=case)


def _check(by: Any, case: Any) -> None:
    if not may_handle(by, case):
        raise NotYours(_("Your role does not include this step."))


def _tell(case: Any, by: Any, reason: str, given: dict[str, Any]) -> None:
    record(
        Entry.Event.ACCESS_CHANGED,
        by=by,
        capacity=access.capacity_of(by),
        case=case,
        subject=f"deal:{case.deal_id}",
        note=reason,
        given=given,
    )


def _rows_of(deal_id: Any) -> Iterator[QuerySet[Case]]:
    for model in case_types():
        yield model._default_manager.filter(deal_id=deal_id)


def _hold(deal_id: Any) -> None:
    """Lock the deal's cases first: what one of them is opening meanwhile is found afterwards."""
    for rows in _rows_of(deal_id):
        list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))


def _name_those_who_acted(case: Any) -> list[str]:
    cases = [pk for rows in _rows_of(case.deal_id) for pk in rows.values_list("pk", flat=True)]
    acted = Entry.objects.filter(case_id__in=cases, event=Entry.Event.STEP)
    ids = acted.exclude(actor_id="system").values_list("actor_id", flat=True)
    staff = Person.objects.filter(
        pk__in=list(set(ids)), memberships__organisation__kind__in=["agency", "ministry"]
    ).distinct()
    for person in staff:
        Handler.objects.get_or_create(deal_id=case.deal_id, person=person, removed_at=None)
    return [person.official_name for person in staff]
