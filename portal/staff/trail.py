"""The trail as its auditors see it: does it still fit, what happened, and a proof of any line."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from partners import policies
from portal import names
from workflow import steps
from workflow.models import Entry, Leaf, Verification
from workflow.seal import telling
from workflow.seal.findings import What

PAGE_SIZE = 50


class Search(forms.Form):
    """Which lines: all four are optional."""

    event = forms.ChoiceField(
        label=pgettext_lazy("trail", "What"),
        required=False,
        choices=[("", pgettext_lazy("trail", "everything")), *Entry.Event.choices],
    )
    who = forms.CharField(label=_("Who"), required=False, max_length=100)
    case = forms.CharField(label=_("Case number"), required=False, max_length=32)
    day = forms.DateField(label=_("Day"), required=False)

    def rows(self) -> QuerySet[Entry]:
        rows = Entry.objects.order_by("-id")
        if not self.is_valid():
            return rows.none() if self.errors else rows
        asked = self.cleaned_data
        if asked["event"]:
            rows = rows.filter(event=asked["event"])
        if asked["who"]:
            rows = rows.filter(actor_name__icontains=asked["who"])
        if asked["case"]:
            rows = rows.filter(case_number__istartswith=asked["case"])
        if asked["day"]:
            begins = timezone.make_aware(datetime.combine(asked["day"], time.min))
            rows = rows.filter(at__gte=begins, at__lt=begins + timedelta(days=1))
        return rows


@policies.auditors
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    search = Search(request.GET)
    before = request.GET.get("before", "")
    rows = search.rows()
    if before.isascii() and before.isdecimal() and len(before) < 19:
        rows = rows.filter(id__lt=int(before))
    found = list(rows[: PAGE_SIZE + 1])
    standing = telling.standing()
    context = {
        "search": search,
        "standing": standing,
        "key": standing.key,
        "findings": shown_findings(standing.verified),
        "entries": shown(found[:PAGE_SIZE]),
        "following": _following(request, found),
        "is_first": not before,
    }
    return render(request, "portal/staff/trail.html", context)


def _following(request: HttpRequest, found: list[Entry]) -> str:
    """The address of the next page, from the last line of this one: new lines shift nothing."""
    if len(found) <= PAGE_SIZE:
        return ""
    query = request.GET.copy()
    query["before"] = str(found[PAGE_SIZE - 1].pk)
    return f"?{query.urlencode()}"


@policies.auditors
@require_GET
def entry(request: HttpRequest, uid: Any) -> HttpResponse:
    row = get_object_or_404(Entry, uid=uid)
    leaf = Leaf.objects.filter(source=Leaf.Source.ENTRY, source_id=row.pk).first()
    body = json.dumps(json.loads(row.body), ensure_ascii=False, indent=2)
    context = {"entry": shown([row])[0], "row": row, "leaf": leaf, "body": body}
    return render(request, "portal/staff/trail_entry.html", context)


@policies.auditors
@require_GET
def proof(request: HttpRequest, uid: Any) -> HttpResponse:
    """The proof as a file: whoever has the public key checks it without us."""
    try:
        made = telling.prove(get_object_or_404(Entry, uid=uid))
    except telling.NotSealed:
        raise Http404 from None
    response = JsonResponse(made, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="proof-{uid}.json"'
    return response


@policies.auditors
@require_POST
def verify_now(request: HttpRequest) -> HttpResponse:
    person: Any = request.user
    telling.ask_for_verification(person.official_name)
    messages.success(request, _t("The whole trail is being looked through."))
    return redirect("staff:trail")


# In words ------------------------------------------------------------------------------------


def shown(entries: list[Entry]) -> list[dict[str, Any]]:
    """Lines of the trail in the reader's words."""
    who = names.people(row.actor_id for row in entries)
    where = names.organisations(row.organisation for row in entries)
    papers = names.papers(row.subject for row in entries)
    return [
        {
            "uid": row.uid,
            "at": row.at,
            "event": row.get_event_display(),
            "label": papers.get(row.subject) or _label(row),
            "case": row.case_number,
            "kind": row.case_kind,
            "who": who.get(row.actor_id, row.actor_name),
            "role": names.role(row.role),
            "organisation": where.get(row.organisation, row.organisation),
            "note": row.note,
        }
        for row in entries
    ]


def _label(row: Entry) -> str:
    """The step as its case type calls it; for other lines what they are about."""
    known = next((model for model in steps.case_types() if model.kind() == row.case_kind), None)
    if known is None or not row.step:
        return row.subject
    declared = (steps.steps_of(known) | steps.beginnings_of(known)).get(row.step)
    return str(declared.label) if declared else row.step


def shown_findings(verified: Verification | None) -> list[dict[str, Any]]:
    """What the last look found, in the reader's words."""
    labels = dict(What.choices)
    found = verified.findings if verified else []
    return [{**one, "label": labels.get(one["what"], one["what"])} for one in found]


PAGES = [
    path("trail/", listing, name="trail"),
    path("trail/verify/", verify_now, name="trail_verify"),
    path("trail/<uuid:uid>/", entry, name="trail_entry"),
    path("trail/<uuid:uid>/proof/", proof, name="trail_proof"),
]
