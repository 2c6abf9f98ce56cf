"""Need-to-know: which rows of those a role reads a person may see, and who may be told.

A label that names its readers (`workflow.handling`) narrows the agency and the ministries to the
handlers of the deal and the auditor; whoever approves reads the approval file. Nations and contractors
see their own rows whatever the label.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from django.apps import apps
from django.db.models import Q, QuerySet

from partners import access
from partners.access import Permission
from workflow import handling
from workflow.steps import case_types

Rows = TypeVar("Rows", bound=QuerySet[Any])


def within_reach(rows: Rows, person: Any) -> Rows:
    """Of rows that the person's role reads, those that they may know of."""
    if access.holds(person, Permission.CASE_READ_ALL):
        return rows
    known = Q(handling__in=handling.EVERYBODYS) | Q(deal_id__in=_deals_of(person))
    known |= Q(pk__in=_emergencies().filter(person=person).values("target_id"))
    return rows.filter(known)


def within_reach_by_label(rows: Rows, person: Any) -> Rows:
    """Of rows that have a label and no deal: those whose label names no readers."""
    if access.holds(person, Permission.CASE_READ_ALL):
        return rows
    if not access.reads_cases(person):
        return rows.none()
    return rows.filter(handling__in=handling.EVERYBODYS)


def papers_of(cases: QuerySet[Any], person: Any) -> Q:
    """Papers of cases that the person sees, less those that name their readers where the case does not.

    These are for the deal's handlers: the label of a case may have been lowered, its papers keep theirs.
    """
    if access.holds(person, Permission.CASE_READ_ALL):
        return Q(case_id__in=cases.order_by().values("pk"))
    named = ~Q(handling__in=handling.EVERYBODYS) | Q(deal_id__in=_deals_of(person))
    return Q(handling__in=handling.EVERYBODYS, case_id__in=cases.order_by().values("pk")) | Q(
        case_id__in=cases.filter(named).order_by().values("pk")
    )


def those_who_may_know(people: Iterable[Any], case: Any) -> list[Any]:
    """Of people of the agency, those who may be told of the case."""
    if not handling.is_restricted(case.handling):
        return list(people)
    handlers = set(_handlers().filter(deal_id=case.deal_id).values_list("person_id", flat=True))
    return [who for who in people if who.pk in handlers]


def hidden_from(person: Any, number: str) -> Any:
    """The case of this number, if the person's role reads such cases but its label hides it."""
    for model in case_types():
        rows: Any = model._default_manager.filter(number=number)
        reads = (
            access.reads_reviews(person)
            if model.slug() == "reviews"
            else access.reads_cases(person)
        )
        row = rows.exclude(handling__in=handling.EVERYBODYS).first() if reads else None
        if row and not rows.visible_to(person).exists():
            return row
    return None


def emergency_of(person: Any, case: Any) -> Any:
    """The emergency access by which somebody sees the case, if one is running."""
    if not handling.is_restricted(case.handling) or not access.works_in(person, "agency"):
        return None
    return _emergencies().filter(person=person, target_id=case.pk).order_by("expires_at").last()


def _emergencies() -> Any:
    return apps.get_model("partners.EmergencyAccess").objects.running()


def _handlers() -> Any:
    return apps.get_model("partners.Handler").objects.now()


def _deals_of(person: Any) -> Any:
    return _handlers().filter(person=person).values("deal_id")
