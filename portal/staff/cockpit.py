"""The decision cockpit: queues of files, agreeing to several at once, and what a step would set off."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from approvals import queues, rules
from approvals.models import ApprovalFile
from approvals.models.file import State
from ledger.booked import by_transaction
from partners import policies
from partners.identity import confirmation
from portal.identity import freshly
from workflow.clocks import Reading
from workflow.deadlines import readings_of_many
from workflow.rehearsal import rehearse
from workflow.steps import Refused, steps_of, take

PAGE_SIZE = 50
# What the rehearsal of a step is given where a person would write a few words, or none.
FORESEEN = {
    "approve": {"opinion": ""},
    "agree": {"opinion": ""},
    "examine": {"finding": ""},
    "decide": {"opinion": "", "resolution": "–"},
}


@policies.staff
@require_GET
def cockpit(request: HttpRequest) -> HttpResponse:
    """The files of a queue, oldest first, then the dearest; how many each queue has."""
    person: Any = request.user
    chosen = request.GET.get("queue", "mine")
    if chosen not in queues.QUEUES:
        raise Http404
    label, rows_of = queues.QUEUES[chosen]
    rows = rows_of(person).select_related("nation").prefetch_related("steps__unit")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    clocks = readings_of_many(page.object_list)
    shown = [_shown(file, person, clocks.get(file.pk, [])) for file in page]
    context = {
        "chosen": chosen,
        "label": label,
        "tabs": _tabs(person, chosen),
        "page": page,
        "rows": shown,
        "any_bulk": any(row["bulk"] for row in shown),
        "is_proven": confirmation.is_fresh(request),
    }
    return render(request, "portal/staff/cockpit.html", context)


def _tabs(person: Any, chosen: str) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "url": f"{reverse('cockpit')}?queue={name}",
            "is_current": name == chosen,
            "count": rows_of(person).order_by().count() if name != "decided" else None,
        }
        for name, (label, rows_of) in queues.QUEUES.items()
    ]


def _shown(file: Any, person: Any, clocks: list[Reading]) -> dict[str, Any]:
    return {
        "file": file,
        "url": reverse("staff:case", args=["approvals", file.number]),
        "posts": [step.post for step in file.way if step.standing == "arrived"],
        "since": getattr(file, "waits_since", None) or file.changed_at,
        "clock": next(iter(clocks), None),
        "bulk": _may_agree_in_bulk(file, person),
    }


def _may_agree_in_bulk(file: Any, person: Any) -> bool:
    """Where the route allows it, and the person is asked as a unit."""
    return bool(
        file.bulk_concurrence
        and file.state == State.IN_CIRCULATION
        and rules.consulted.seat(person, file)
    )


@policies.staff
@require_GET
@freshly
def prove_for_several(request: HttpRequest) -> HttpResponse:
    """Back to the queue, once one has proved who one is."""
    return redirect("cockpit")


@policies.staff
@require_POST
def agree_to_several(request: HttpRequest) -> HttpResponse:
    """Agree to each of the chosen files; each is an act of its own."""
    person: Any = request.user
    if not confirmation.is_fresh(request):
        messages.error(request, _("Confirm who you are first, then choose the files again."))
        return redirect("cockpit")
    numbers = request.POST.getlist("file")[:PAGE_SIZE]
    done = 0
    for file in ApprovalFile.objects.visible_to(person).filter(number__in=numbers):
        if not _may_agree_in_bulk(file, person):
            continue
        try:
            take(file, "agree", by=person, opinion="")
        except Refused as refusal:
            messages.error(request, f"{file.number}: {refusal}")
        else:
            done += 1
    if done:
        messages.success(request, _("Agreed. Files: %(count)s") % {"count": done})
    elif not numbers:
        messages.error(request, _("Choose at least one file."))
    return redirect("cockpit")


@policies.staff
@require_GET
def foresee(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """What follows if the person takes this step now: taken, told and undone."""
    person: Any = request.user
    file = ApprovalFile.objects.visible_to(person).filter(number=number).first()
    if file is None or name not in FORESEEN:
        raise Http404
    told = rehearse(file, name, by=person, money=by_transaction, **FORESEEN[name])
    context = {"file": file, "told": told, "label": steps_of(ApprovalFile)[name].label}
    return render(request, "portal/staff/foreseen.html", context)


ROUTES: list[URLPattern] = [
    path("", cockpit, name="cockpit"),
    path("agree/", agree_to_several, name="agree_to_several"),
    path("agree/prove/", prove_for_several, name="prove_for_several"),
    path("<case_number:number>/<slug:name>/foreseen/", foresee, name="foresee"),
]
