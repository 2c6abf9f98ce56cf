"""How the estimated price of a purchase comes about: step by step of the cost method, for the agency alone."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from cases.cost_method import SOURCE
from cases.models import CostEstimate, Subcontract
from partners import policies
from partners.handling import note_reading

# The steps of `cases.cost_method`: what each is called, and how it is made.
STEPS = {
    "material": (_("direct material"), _("as given")),
    "processing": (_("processing"), _("hours × rate of processing")),
    "direct": (_("direct expenses"), _("as given")),
    "manufacturing_cost": (_("manufacturing cost"), _("material + processing + direct expenses")),
    "general": (_("general and selling expenses"), _("manufacturing cost × GC rate")),
    "total_cost": (_("total cost"), _("manufacturing cost + general and selling expenses")),
    "interest": (_("interest"), _("total cost × I rate")),
    "profit": (_("profit"), _("total cost × P rate")),
    "variation": (_("cost variation"), _("cost × adjustment rate")),
    "selling_direct": (_("direct selling expenses"), _("as given")),
    "price": (
        _("calculated price"),
        _("total cost + interest + profit + cost variation + direct selling expenses"),
    ),
    "tax": (_("consumption tax"), _("calculated price × tax rate")),
}


@policies.staff
@require_GET
def estimate(request: HttpRequest, number: str) -> HttpResponse:
    """Whoever reads the purchase in the agency reads it; 404 where nothing has been estimated."""
    person: Any = request.user
    case = get_object_or_404(Subcontract.objects.visible_to(person), number=number)
    rows = CostEstimate.objects.filter(line__subcontract=case)
    estimates = rows.select_related("line__contract_line__article")
    note_reading(case, person)
    context = {
        "case": case,
        "whole": case.estimated,
        "lines": [
            {
                "number": row.line.number,
                "name": row.line.article.name,
                "price": row.price,
                "basis": row.basis,
                "estimated_on": row.estimated_on,
                "why": [_told(step) for step in row.steps.steps],
            }
            for row in estimates
        ],
        "handling_label": case.get_handling_display(),
    }
    return render(request, "portal/staff/estimate.html", context)


def _told(step: Any) -> dict[str, Any]:
    name, rule = STEPS[step.field]
    return {
        "name": name,
        "amount": step.unrounded,
        "rule": rule,
        "rate": step.rate,
        "source": SOURCE,
    }


PAGES = [path("subcontracts/<case_number:number>/estimate/", estimate, name="estimate")]
