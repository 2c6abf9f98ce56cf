"""The versions of a contract: a list of them, and what differs between any two, field by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.utils.translation import override
from django.views.decorators.http import require_GET

from approvals import words
from cases import content
from cases.models import Contract
from documents import rendering
from documents.papers import common_values, in_both
from documents.serving import answer_volume
from partners.handling import note_reading
from partners.policies import Policy
from workflow.approvals import changes
from workflow.handling import in_both_languages
from workflow.rights import Capacity


def page_of(desk: str, policy: Policy, reader: Callable[[Any, None], Capacity]) -> URLPattern:
    """The address of the page on one desk; with `?paper=1` the comparison is a paper to keep."""

    def view(request: HttpRequest, number: str) -> HttpResponseBase:
        person: Any = request.user
        contract = get_object_or_404(Contract.objects.visible_to(person), number=number)
        note_reading(contract, person)
        versions = list(contract.versions.all())
        codes = {version.code: version for version in versions}
        after = codes.get(request.GET.get("to", ""), versions[-1] if versions else None)
        before = codes.get(request.GET.get("from", ""), _one_before(versions, after))
        if before and after and request.GET.get("paper"):
            return answer_volume(
                paper_of(contract, before, after),
                contract,
                [],
                by=person,
                capacity=reader(person, None),
                file_name=f"{contract.number}_{before.code}_{after.code}.pdf",
            )
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


def paper_of(contract: Contract, before: Any, after: Any) -> bytes:
    """What differs between two versions, field by field, in both languages."""
    japanese, english = (_in_language(code, before, after) for code in ("ja", "en"))
    made_at = max(before.since, after.since)
    with override("ja"):
        page = rendering.html(
            "documents/differences.html",
            common_values(contract.number, made_at, version=1)
            | {
                "label": in_both_languages(contract.handling),
                "nation": {
                    "name_ja": contract.nation.formal_ja,
                    "name_en": contract.nation.formal_en,
                },
                "title": contract.title,
                "before": in_both(lambda: before.title),
                "after": in_both(lambda: after.title),
                "differences": list(zip(japanese, english, strict=True)),
            },
        )
    return rendering.pdf(page, made_at=made_at)


def _in_language(code: str, before: Any, after: Any) -> list[dict[str, str]]:
    with override(code):
        return in_words(before.content, after.content)


def in_words(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, str]]:
    """Field by field what differs, as a reader says it."""
    told = (words.change(change.plain()) for change in changes(before, after))
    return [{"field": name, "before": old, "after": new} for name, old, new in told]


def facts_of_change(change: Any) -> dict[str, Any]:
    """What a change makes of its contract; nothing before its lines are written."""
    if change.total is None:
        return {"differences": []}
    return {"differences": in_words(content.before(change), content.after(change))}
