"""The versions of a contract: a list of them, and what differs between any two, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from approvals import words
from cases import content
from cases.models import Contract
from partners.handling import note_reading
from partners.policies import Policy
from workflow.approvals import changes


def page_of(desk: str, policy: Policy) -> URLPattern:
    """The address of the page on one desk."""

    def view(request: HttpRequest, number: str) -> HttpResponse:
        person: Any = request.user
        contract = get_object_or_404(Contract.objects.visible_to(person), number=number)
        note_reading(contract, person)
        versions = list(contract.versions.all())
        codes = {version.code: version for version in versions}
        after = codes.get(request.GET.get("to", ""), versions[-1] if versions else None)
        before = codes.get(request.GET.get("from", ""), _one_before(versions, after))
        context = {
            "desk": desk,
            "contract": contract,
            "versions": list(reversed(versions)),
            "before": before,
            "after": after,
            "differences": in_words(before.content, after.content) if before and after else [],
        }
        return render(request, "portal/versions.html", context)

    return path(
        "contracts/<case_number:number>/versions/", policy(require_GET(view)), name="versions"
    )


def _one_before(versions: list[Any], version: Any) -> Any:
    place = versions.index(version) if version else 0
    return versions[place - 1] if place else version


def in_words(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, str]]:
    """Field by field what differs, as a reader says it."""
    told = (words.change(change.plain()) for change in changes(before, after))
    return [{"field": name, "before": old, "after": new} for name, old, new in told]


def facts_of_change(change: Any) -> dict[str, Any]:
    """What a change makes of its contract; nothing before its lines are written."""
    if change.total is None:
        return {"differences": []}
    return {"differences": in_words(content.before(change), content.after(change))}
