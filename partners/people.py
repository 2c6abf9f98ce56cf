"""What an administrator does with people: roles given and taken, accounts opened and closed.

Each act is a line of the trail with its reason, and writes for the house. A role that lets its
holder decide over money or rights (`by_two`) waits as a `Grant` until a second administrator has
confirmed it. Whoever it concerns has no say in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from partners import access
from partners.access import ROLES, Permission
from partners.identity import confirmation, letters
from partners.models import Grant, Membership, Organisation, Person, Unit
from workflow import walls
from workflow.approvals import RANKS
from workflow.models import Entry
from workflow.rights import Capacity
from workflow.steps import NotOpen, NotYours
from workflow.trail import record

Event = Entry.Event
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Term:
    """A role in an organisation, a rank in a unit of it, from a day to a day (both count)."""

    organisation: Organisation
    role: str
    valid_from: date
    valid_to: date | None = None
    unit: Unit | None = None
    is_acting: bool = False

    @classmethod
    def of(cls, row: Grant) -> Term:
        """What a grant asks for."""
        return cls(**{field.name: getattr(row, field.name) for field in fields(cls)})

    @property
    def columns(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def said(self) -> dict[str, Any]:
        return {
            "which": self.role,
            "in": self.organisation.name_en,
            **({"unit": self.unit.code} if self.unit else {}),
            **({"acting": True} if self.is_acting else {}),
            "from": self.valid_from,
            "to": self.valid_to,
        }


def give(person: Person, term: Term, *, by: Person, reason: str) -> Membership | Grant:
    """A role at once, or as a grant that waits for a second administrator."""
    with _acting(by, on=person):
        if why := why_not_fitting(term) or why_not_beside(person, term):
            raise NotOpen(why)
        if ROLES[term.role].by_two:
            row: Membership | Grant = _ask(person, term, by, reason)
        else:
            row = _member(person, term, granted_by=by)
        done = "asked for" if isinstance(row, Grant) else "given"
        _tell(by, person, reason, {"role": done} | term.said)
        return row


def confirm(grant: Grant, *, by: Person) -> Membership:
    """The second administrator agrees: from now on the role counts."""
    with _deciding(grant, by) as held:
        term = Term.of(held)
        if why := why_not_beside(held.person, term):
            raise NotOpen(why)
        row = _member(held.person, term, granted_by=held.asked_by, confirmed_by=by)
        held.decide(by=by, is_confirmed=True)
        _tell(by, held.person, held.reason, {"role": "confirmed"} | term.said)
        return row


def refuse(grant: Grant, *, by: Person, reason: str) -> None:
    with _deciding(grant, by) as held:
        held.decide(by=by, is_confirmed=False)
        _tell(by, held.person, reason, {"role": "refused", "which": held.role})


def end(person: Person, membership: Membership, *, by: Person, last_day: date, reason: str) -> None:
    """`last_day` is the last on which the role counts: yesterday ends it at once.

    The days before stay as they were. A role that began today, or has not begun, then counts on no
    day; that it was held for some hours stands in the trail.
    """
    with _acting(by, on=person):
        held = Membership.objects.select_for_update().get(pk=membership.pk, person=person)
        if why := _why_not_end(held, last_day):
            raise NotOpen(why)
        held.valid_to = max(last_day, held.valid_from - ONE_DAY)
        held.save(update_fields=["valid_to"])
        _tell(by, person, reason, {"role": "ended", "which": held.role, "to": held.valid_to})


def deactivate(person: Person, *, by: Person, reason: str) -> None:
    """Nobody signs in with this account any more; what is open of it ends."""
    with _acting(by, on=person):
        _set_active(person, by, reason, is_active=False)
        _end_sessions(person)


def activate(person: Person, *, by: Person, reason: str) -> None:
    with _acting(by, on=person):
        _set_active(person, by, reason, is_active=True)


def invite(email: str, term: Term, *, by: Person, reason: str, **names: Any) -> Person:
    """A new account with its first role, and the letter in which a password is chosen."""
    with _acting(by):
        if Person.objects.filter(email=email.lower()).exists():
            raise NotOpen(_("Somebody with this e-mail address is known already."))
        person = Person.objects.create_user(email, **names)
        _tell(by, person, reason, {"account": "opened", "address": person.email})
        give(person, term, by=by, reason=reason)
        letters.write_invitation(person)
    return person


def reset_second_factor(person: Person, *, by: Person, reason: str) -> None:
    """The person has lost it: they set up another one when they sign in next. A letter says so."""
    with _acting(by, on=person):
        found = Authenticator.objects.filter(user=person)
        kinds = sorted(found.values_list("type", flat=True))
        if not kinds:
            raise NotOpen(_("No second factor is set up."))
        found.delete()
        _end_sessions(person)
        letters.write_changed(person, "second_factor_reset")
        what = {"what": "second factor reset", "was": kinds}
        _tell(by, person, reason, what, Event.CREDENTIAL_CHANGED)


# Which, and why not --------------------------------------------------------------------------


def with_second_factor(people: Iterable[Person]) -> set[Any]:
    """Ids of those who have set one up. The secrets themselves are not read."""
    with walls.house():
        rows = Authenticator.objects.filter(user__in=list(people), type__in=confirmation.FACTORS)
        return set(rows.values_list("user_id", flat=True))


def why_not_fitting(term: Term) -> str:
    if ROLES[term.role].kind != term.organisation.kind:
        return _("This role cannot be held in this organisation.")
    if term.role in RANKS and term.unit is None:
        return _("A rank is held in a unit. Choose the unit.")
    if term.is_acting and term.role not in RANKS:
        return _("Only a rank is acted for. Leave this open for other roles.")
    return ""


def why_not_beside(person: Person, term: Term) -> str:
    """Whether the person holds, on one of these days, a role that does not go with this one."""
    rows = Membership.objects.counting().filter(
        Q(valid_to=None) | Q(valid_to__gte=term.valid_from), person=person
    )
    if term.valid_to:
        rows = rows.filter(valid_from__lte=term.valid_to)
    same = rows.filter(organisation=term.organisation, role=term.role)
    if same.filter(unit=term.unit).exists():
        return _("The person holds this role already.")
    held = set(rows.values_list("role", flat=True))
    if held and any(ROLES[one].stands_alone for one in {term.role, *held}):
        return _(
            "System administrator, security officer and auditor hold no other role at the same "
            "time. End the other role first."
        )
    return ""


# Parts ---------------------------------------------------------------------------------------


@contextmanager
def _acting(by: Person, on: Person | None = None) -> Iterator[None]:
    """For the house, in one transaction, one act on a person after the other."""
    if not access.holds(by, Permission.PEOPLE_MANAGE):
        raise NotYours(_("Your role does not include this step."))
    if on is not None and on.pk == by.pk:
        raise NotYours(_("Nobody changes their own roles or account. Ask another administrator."))
    with walls.house(), transaction.atomic():
        if on is not None:
            Person.objects.select_for_update().get(pk=on.pk)
        yield


@contextmanager
def _deciding(grant: Grant, by: Person) -> Iterator[Grant]:
    with _acting(by, on=grant.person):
        rows = Grant.objects.select_related("person", "organisation", "asked_by")
        held = rows.select_for_update(of=("self",)).get(pk=grant.pk)
        if held.decided_at:
            raise NotOpen(_("Somebody has decided on this already."))
        if held.asked_by_id == by.pk:
            raise NotYours(_("You have asked for this role; another administrator decides on it."))
        yield held


def _ask(person: Person, term: Term, by: Person, reason: str) -> Grant:
    same = Grant.objects.waiting().filter(
        organisation=term.organisation, role=term.role, unit=term.unit
    )
    if same.filter(person=person).exists():
        raise NotOpen(_("This role has been asked for already and waits for confirmation."))
    return Grant.objects.create(person=person, asked_by=by, reason=reason, **term.columns)


def _member(person: Person, term: Term, **by: Person) -> Membership:
    return Membership.objects.create(person=person, **term.columns, **by)


def _why_not_end(held: Membership, last_day: date) -> str:
    if held.valid_to and held.valid_to <= last_day:
        return _("This role ends earlier already.")
    today = timezone.localdate()
    if last_day < today - ONE_DAY:
        return _("The last day can be yesterday at the earliest.")
    if today <= last_day < held.valid_from:
        return _("The last day cannot be before the first. Yesterday ends the role at once.")
    return ""


def _set_active(person: Person, by: Person, reason: str, *, is_active: bool) -> None:
    if not Person.objects.filter(pk=person.pk, is_active=not is_active).update(is_active=is_active):
        raise NotOpen(_("This is so already."))
    _tell(by, person, reason, {"account": "opened again" if is_active else "closed"})


def _end_sessions(person: Person) -> None:
    for row in UserSession.objects.filter(user=person):
        row.end()


def _tell(
    by: Person,
    person: Person,
    reason: str,
    given: dict[str, Any],
    event: Any = Event.ACCESS_CHANGED,
) -> None:
    row = access.holds(by, Permission.PEOPLE_MANAGE)[0]
    record(
        event,
        by=by,
        capacity=Capacity(row.role, row.organisation.name_en),
        subject=f"partners.person:{person.pk}",
        note=reason,
        given={"person": person.official_name} | given,
    )
