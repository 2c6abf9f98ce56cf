"""What the page of a request shows besides its lines, for the nation and for the agency alike."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.db.models import DateField, Field, JSONField
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.views.decorators.http import require_GET

from cases import line_tables
from cases.models import Request, Requisition
from cases.models.request import DualUse, Support, Waiver
from documents import tables
from partners import policies
from portal import exporting
from portal.templatetags.portal import day

ASKED = (
    *("reference", "reference_date", "received_on", "purpose", "answer_wanted", "end_user"),
    *("end_use", "sole_source", "support", "spares_years", "dual_use", "concept", "needed_by"),
    *("performance_until", "delivery_place", "transport", "freight_forwarder", "packing"),
    *("funding", "terms_of_sale", "payment_wish", "waivers", "offset", "budget_limit"),
    *("offer_by", "validity_days", "release_granted", "security_plan", "signatory", "contact"),
    *("copies_to", "remarks"),
)
SEVERAL: Mapping[str, Any] = MappingProxyType(
    {"support": Support, "dual_use": DualUse, "waivers": Waiver}
)
INSTANTS = ("submitted_at", "acknowledged_at", "actionable_at", "complete_at")


def facts_of_requisition(requisition: Requisition, person: Any) -> dict[str, Any]:
    """What is ordered, on which ceiling, and what is left of it."""
    ceiling = requisition.contract.lines.select_related("article").get(number=requisition.under)
    return {
        "lines": requisition.lines.select_related("article"),
        "ceiling": ceiling,
        "left": (ceiling.amount or 0) - ceiling.drawn,
    }


def facts_of_request(request: Request) -> dict[str, Any]:
    """What is said, what is missing, since when it stands where it stands, and what was asked about it."""
    missing = set(request.missing_to_begin())
    return {
        "asked": [
            {"label": _label(name), "value": value, "is_missing": name in missing}
            for name in ASKED
            if (value := _value(request, name)) or name in missing
        ],
        "checklist": request.checklist,
        "points": [
            {
                "label": str(point.item),
                "needed": point.item.get_needed_display(),
                "is_filled": point.is_filled,
                "counts": point.counts,
                "missing": ", ".join(request.name_of(name) for name in point.missing),
                "why": point.item.why,
            }
            for point in request.checklist.points
        ],
        "instants": [{"label": _label(name), "at": getattr(request, name)} for name in INSTANTS],
        "questions": request.questions.all(),
        "continues": request.continues.all(),
    }


def _label(name: str) -> str:
    return str(capfirst(_column(name).verbose_name))


def _column(name: str) -> Field[Any, Any]:
    column: Any = Request._meta.get_field(name)
    return column  # type: ignore[no-any-return]


def _value(request: Request, name: str) -> str:
    column, value = _column(name), getattr(request, name)
    if value in ("", None, []):
        return ""
    if isinstance(column, JSONField):
        return ", ".join(str(SEVERAL[name](one).label) for one in value)
    if isinstance(column, DateField):
        return str(day(value))
    if name == "budget_limit":
        return f"{request.budget_currency} {value:,f}"
    return str(capfirst(getattr(request, f"get_{name}_display")()) if column.choices else value)


@policies.signed_in
@require_GET
def lines_template(request: HttpRequest, extension: str) -> HttpResponse:
    """An empty table for the lines of a request, with headings in the reader's language."""
    if extension not in tables.WRITERS:
        raise Http404
    write, content_type = tables.WRITERS[extension]
    table = line_tables.template()
    return exporting.answer(
        write(table), title=table.title, extension=extension, content_type=content_type
    )
