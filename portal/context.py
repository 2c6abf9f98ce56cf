"""What every page of the portal knows: whose desk it is, and where one can go from it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from approvals import queues
from partners import access, reference
from partners.access import Permission
from portal import delays
from portal.desks import DESKS
from workflow.tasks import is_broker_away


def desk(request: HttpRequest) -> dict[str, Any]:
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return {"desk": ""}
    name = desk_of(person)
    if not name:
        return {"desk": "", "navigation": []}
    told = _delay() if name == "staff" else {}
    return {"desk": name, "navigation": navigation(request, name), **told}


def _delay() -> dict[str, Any]:
    since = delays.late_since(timezone.now())
    return {"is_late": since is not None or is_broker_away(), "late_since": since}


def desk_of(person: Any) -> str:
    """`staff`, `supplier` or `partner`: where a person works; "" without a membership today."""
    if access.works_in(person, "agency", "ministry"):
        return "staff"
    if access.works_in(person, "contractor"):
        return "supplier"
    return "partner" if access.works_in(person, "nation") else ""


def navigation(request: HttpRequest, name: str) -> list[dict[str, Any]]:
    """My desk, then the lists of the case types of which the person's roles may see rows."""
    here = request.path
    front = reverse(f"{name}:desk")
    items = [{"label": _("My desk"), "url": front, "is_current": here == front}]
    if name == "staff" and access.reads_cases(request.user):
        items.append(_decisions(request))
    for kind in DESKS[name].types:
        if not kind.is_for(request.user):
            continue
        url = reverse(f"{name}:list", args=[kind.slug])
        items.append({"label": kind.label, "url": url, "is_current": here.startswith(url)})
    if name == "partner" or (name == "staff" and _looks_into_the_catalogue(request.user)):
        url = reverse(f"{name}:catalogue")
        items.append({"label": _("Catalogue"), "url": url, "is_current": here.startswith(url)})
    if name == "staff" and access.holds(request.user, Permission.FOLLOW_UP_MANAGE):
        items.append(_failures(here))
    if name == "staff" and access.holds(request.user, Permission.PEOPLE_MANAGE):
        url = reverse("people")
        label = pgettext("administration", "People")
        items.append({"label": label, "url": url, "is_current": here.startswith(url)})
    if name == "staff" and reference.works_with(request.user):
        url = reverse("reference")
        label = _("Reference data")
        items.append({"label": label, "url": url, "is_current": here.startswith(url)})
    if name == "staff" and access.holds(request.user, Permission.TRAIL_READ):
        url = reverse("staff:trail")
        items.append({"label": _("Trail"), "url": url, "is_current": here.startswith(url)})
    if name == "staff" and access.holds(request.user, Permission.HANDLING_OVERSEE):
        url = reverse("labelled")
        items.append({"label": _("Labelled deals"), "url": url, "is_current": here == url})
    return items


def _looks_into_the_catalogue(person: Any) -> bool:
    return access.reads_cases(person) or access.reads_reviews(person)


def _decisions(request: HttpRequest) -> dict[str, Any]:
    """The queues of files, with how many wait for the person."""
    url, count = reverse("cockpit"), queues.mine(request.user).order_by().count()
    is_current = request.path.startswith(url)
    return {"label": _("Decisions"), "url": url, "is_current": is_current, "count": count}


def _failures(here: str) -> dict[str, Any]:
    url = reverse("failures")
    label, count = _("Failed follow-ups"), delays.how_many_failed()
    return {"label": label, "url": url, "is_current": here.startswith(url), "count": count}
