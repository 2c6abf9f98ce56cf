"""Where a file would go, with whoever holds each post: by the rows in force, or by one that is being typed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from approvals.models import ApprovalRoute
from approvals.models.route import route_on
from partners import kinds, policies, route_steps
from partners.forms import ProposeRow
from partners.models import Nation
from portal.staff.approvals import preview_of
from workflow.handling import Handling


class Question(forms.Form):
    matter = forms.ChoiceField(label=_("Matter"))
    amount = forms.DecimalField(
        label=_("Amount (yen)"), min_value=0, max_digits=18, decimal_places=0
    )
    nation = forms.ModelChoiceField(
        label=_("Nation"), queryset=Nation.objects.order_by("code"), required=False
    )
    label = forms.ChoiceField(
        label=_("Handling label"), choices=[("", "—"), *Handling.choices], required=False
    )
    on = forms.DateField(label=_("Day"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = ApprovalRoute.objects.order_by("matter").values_list("matter", flat=True).distinct()
        self.fields["matter"].choices = [  # type: ignore[attr-defined]
            (name, capfirst(kinds.name_of(name))) for name in known
        ]
        self.fields["on"].initial = timezone.localdate()


@policies.staff
@require_GET
def preview(request: HttpRequest) -> HttpResponse:
    form = Question(request.GET or None)
    found: dict[str, Any] = {}
    if form.is_valid():
        given = form.cleaned_data
        route = route_on(
            given["on"] or timezone.localdate(),
            matter=given["matter"],
            amount=given["amount"],
            nation=given["nation"].pk if given["nation"] else "",
            label=given["label"],
        )
        found = {
            "is_asked": True,
            "way": preview_of(route.steps),
            "why": [_t(why.text) % why.values for why in route.why],
            "consult_ministry": route.consult_ministry,
        }
    return render(request, "portal/staff/route.html", {"form": form, **found})


# A row that is being typed -------------------------------------------------------------------


def is_only_looked_at(request: HttpRequest) -> bool:
    """The editor asks where a file would go; nothing is proposed."""
    return "look" in request.POST


def still_typed(form: ProposeRow) -> ProposeRow:
    """The form as it stands, without what would be missing if it were sent."""
    fresh = ProposeRow(kind=form.kind, instead_of=form.instead_of)
    fresh.initial.update({name: form[name].value() for name in form.fields})
    return fresh


def would_go(form: ProposeRow) -> dict[str, Any]:
    """The way by the steps as they are typed, and why they make no route."""
    rows = form["steps"].value() or []
    steps, why = route_steps.read(route_steps.typed(rows))
    return {"way": preview_of(steps), "why_not": why if rows else ""}
