"""The ledger of document numbers: what went out under which number, and which are void."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_http_methods

from documents import numbers
from documents.models import DocumentNumber
from partners import access, policies
from partners.access import Permission
from partners.forms import WithReason
from partners.need_to_know import within_reach_by_label
from workflow.rights import Capacity
from workflow.steps import Refused

PAGE_SIZE = 50


@policies.staff
@require_GET
def ledger(request: HttpRequest) -> HttpResponse:
    person: Any = request.user
    rows = within_reach_by_label(DocumentNumber.objects.all(), person)
    context = {
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "may_void": bool(access.holds(person, Permission.NUMBER_VOID)),
    }
    return render(request, "portal/staff/numbers.html", context)


@policies.registrars
@require_http_methods(["GET", "POST"])
def void(request: HttpRequest, pk: int) -> HttpResponse:
    """Declare a number void; it stays in the ledger."""
    person: Any = request.user
    rows = within_reach_by_label(DocumentNumber.objects.all(), person)
    number = get_object_or_404(rows, pk=pk)
    form, refusal = WithReason(request.POST if request.method == "POST" else None), ""
    if form.is_valid():
        held = access.holds(person, Permission.NUMBER_VOID)[0]
        capacity = Capacity(held.role, held.organisation.name_en)
        try:
            numbers.void(number, by=person, capacity=capacity, **form.cleaned_data)
        except Refused as no:
            refusal = str(no)
        else:
            messages.success(request, _t("Recorded in the trail, with your reason."))
            return redirect("document_numbers")
    status = 409 if refusal else 422 if form.errors else 200
    context = {"number": number, "form": form, "refusal": refusal}
    return render(request, "portal/staff/void_number.html", context, status=status)


ROUTES: list[URLPattern] = [
    path("", ledger, name="document_numbers"),
    path("<int:pk>/void/", void, name="void_number"),
]
