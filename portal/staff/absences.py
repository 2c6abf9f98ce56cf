"""The register of absences: who is away, and who decides in their place."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_POST

from partners import absences, policies
from partners.forms import EnterAbsence, WithReason
from partners.models import Absence
from workflow.steps import Refused


@policies.staff
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Who is away now or later; POST enters one's own absence, an administrator anybody's."""
    person: Any = request.user
    form = EnterAbsence(request.POST or None, person=person)
    refusal = ""
    if form.is_valid():
        try:
            absences.enter(by=person, **form.given)
        except Refused as no:
            refusal = str(no)
        else:
            messages.success(request, _t("Recorded in the trail, with your reason."))
            return redirect("absences")
    rows = Absence.objects.counting().filter(last_day__gte=timezone.localdate())
    context = {
        "form": form,
        "refusal": refusal,
        "rows": [
            {"row": row, "may_withdraw": absences.may_enter_for(row.person, person)}
            for row in rows.select_related("person", "deputy").order_by("first_day")
        ],
        "withdrawing": WithReason(),
    }
    status = 409 if refusal else 422 if form.errors else 200
    return render(request, "portal/staff/absences.html", context, status=status)


@policies.staff
@require_POST
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(Absence, pk=pk)
    form = WithReason(request.POST)
    if not form.is_valid():
        messages.error(request, _t("Say why, then withdraw it."))
        return redirect("absences")
    person: Any = request.user
    try:
        absences.withdraw(row, by=person, reason=form.cleaned_data["reason"])
    except Refused as no:
        messages.error(request, str(no))
    else:
        messages.success(request, _t("Recorded in the trail, with your reason."))
    return redirect("absences")


ROUTES: list[URLPattern] = [
    path("", register, name="absences"),
    path("<uuid:pk>/withdraw/", withdraw, name="withdraw_absence"),
]
