"""The payment schedule of a contract: what is expected to be spent, what would be owed, and what is paid ahead."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_GET

from cases import payments
from cases.models import Contract
from cases.payments import NoSchedule
from partners import policies
from partners.handling import note_reading


@policies.staff
@require_GET
def schedule(request: HttpRequest, number: str) -> HttpResponse:
    """Whoever reads the contract reads it; `?letter_of_credit=` shows it the other way."""
    person: Any = request.user
    case = get_object_or_404(Contract.objects.visible_to(person), number=number)
    note_reading(case, person)
    asked = request.GET.get("letter_of_credit", "")
    chosen = {"yes": True, "no": False}.get(asked)
    context = {"case": case, "chosen": asked, "handling_label": case.get_handling_display()}
    try:
        found = payments.of(case, letter_of_credit=chosen)
    except NoSchedule as why:
        return render(request, "portal/staff/schedule.html", context | {"trouble": str(why)})
    context |= {
        "schedule": found,
        "rows": [
            {
                "payment": one,
                "paid": 100 * one.cumulative_paid / found.total,
                "spent": 100 * one.cumulative_disbursement / found.total,
            }
            for one in found.payments
        ],
        "begins_on": payments.accepted(case),
        "curve": payments.curve(case),
        "is_worksheet": bool(case.liability_points),
    }
    return render(request, "portal/staff/schedule.html", context)


PAGES = [path("contracts/<case_number:number>/schedule/", schedule, name="schedule")]
