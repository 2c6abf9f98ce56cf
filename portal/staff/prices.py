"""Why a price is what it is: each figure with its rule, the rate that counts and where that comes from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from cases import actions, charges
from cases.models import Change, Contract
from cases.pricing import CAS, NONRECURRING_COST, Price, Reason
from partners import policies
from partners.handling import note_reading
from workflow.steps import NotOpen

MODELS: dict[str, Any] = {"contracts": Contract, "changes": Change}
FIGURES = {
    "base": _("base price"),
    "procured_share": _("share bought by contract"),
    **{f"cas.{part}": charges.NAMES[part] for part in CAS},
    NONRECURRING_COST: charges.NAMES[NONRECURRING_COST],
    "line_value": _("line value"),
    "unit_value": _("value of a unit"),
    "packing": _("packing"),
    "transport": _("transport"),
    "administration": _("administrative charge"),
    "net": _("net"),
    "minimum_top_up": _("top-up to the least charge"),
    "other": _("other"),
    "total": _("total"),
}


@policies.staff
@require_GET
def price(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    """The page of a contract's or a change's price. Whoever reads the case reads it."""
    person: Any = request.user
    if slug not in MODELS:
        raise Http404
    rows = MODELS[slug].objects.visible_to(person)
    case = get_object_or_404(rows.exclude(total=None), number=number)
    note_reading(case, person)
    context = {"case": case, "slug": slug, "handling_label": case.get_handling_display()}
    return render(request, "portal/staff/price.html", context | _told(case))


def _told(case: Any) -> dict[str, Any]:
    try:
        found = actions.explained(case)
    except NotOpen as error:
        return {"trouble": str(error)}
    return {
        "lines": [
            {"number": line.number, "amount": line.line_value, "why": figures(line.why)}
            for line in found.lines
        ],
        "sums": figures(found.why),
        "is_the_same": _is_the_same(case, found),
    }


def _is_the_same(case: Any, found: Price) -> bool:
    """Whether the figures on the paper come out again."""
    charge = found.administration + found.minimum_top_up
    return (case.net, case.administrative_charge) == (found.net, charge)


def figures(why: Iterable[Reason]) -> list[dict[str, Any]]:
    return [
        {
            "name": FIGURES[reason.field],
            "amount": reason.unrounded,
            "is_share": reason.field == "procured_share",
            "rule": _t(reason.rule),
            "rate": reason.rate,
            "limit": reason.row.amount if reason.row else None,
            "limit_currency": reason.row.currency if reason.row else "",
            "valid_from": reason.valid_from,
            "source": reason.source,
        }
        for reason in why
    ]


PAGES = [path("<slug:slug>/<case_number:number>/price/", price, name="price")]
