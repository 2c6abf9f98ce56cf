"""Label and handlers of a deal, and what the security officer oversees. No content is shown here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cases.models import Request
from partners import access, handling, policies
from partners.access import Permission
from partners.forms import AddHandler, ChangeLabel, RemoveHandler, WithWhy
from workflow.handling import EVERYBODYS
from workflow.steps import Refused, case_types

MOST_SHOWN = 200

ACTS: dict[str, tuple[type[WithWhy], Callable[..., None], str]] = {
    "label": (ChangeLabel, handling.put_under, "label"),
    "add": (AddHandler, handling.add_handler, "person"),
    "remove": (RemoveHandler, handling.remove_handler, "person"),
}


@policies.staff
@require_http_methods(["GET", "POST"])
def of_case(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    """Who handles the deal of a case, under which label; POST changes one of the two."""
    person: Any = request.user
    case = _case(slug, number, person)
    chosen = request.POST.get("act", "")
    forms = {name: form(case=case, prefix=name) for name, (form, *_more) in ACTS.items()}
    refusal = ""
    if chosen in ACTS:
        form_class, act, field = ACTS[chosen]
        form = forms[chosen] = form_class(request.POST, case=case, prefix=chosen)
        if form.is_valid():
            given = form.cleaned_data
            try:
                act(case, given[field], by=person, reason=given["reason"])
            except Refused as no:
                refusal = str(no)
            else:
                messages.success(request, _("Recorded in the trail, with your reason."))
                return redirect("handling", slug, number)
    context = {
        "case": case,
        "kind": case._meta.verbose_name,
        "handling_label": case.get_handling_display(),
        "handlers": handling.handlers_of(case),
        "forms": forms,
        "refusal": refusal,
        "sees_case": type(case)._default_manager.visible_to(person).filter(pk=case.pk).exists(),
    }
    status = 409 if refusal else 422 if any(form.errors for form in forms.values()) else 200
    return render(request, "portal/staff/handling/case.html", context, status=status)


@policies.security
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The deals whose label names their readers: number, label, how many handle them."""
    rows = Request.objects.exclude(handling__in=EVERYBODYS).order_by("-opened_at")[:MOST_SHOWN]
    shown = [{"case": row, "handlers": handling.handlers_of(row)} for row in rows]
    return render(request, "portal/staff/handling/overview.html", {"rows": shown})


def _case(slug: str, number: str, person: Any) -> Any:
    """The row if the person may see it, or oversees labels: then its number and label only."""
    for model in case_types():
        if model.slug() == slug:
            manager: Any = model._default_manager
            oversees = access.holds(person, Permission.HANDLING_OVERSEE)
            rows = manager.all() if oversees else manager.visible_to(person)
            row = rows.filter(number=number).first()
            if row is not None and handling.may_handle(person, row):
                return row
    raise Http404
