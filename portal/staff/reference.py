"""Reference data: what counts on a day and what counted before; changes are proposed by one, confirmed by another."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import DecimalField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners import access, policies, reference
from partners.access import ROLES, Permission
from partners.forms import AT_THE_END, Declining, ProposeEnd, ProposeRow
from partners.models import Person, Proposal
from portal import names
from portal.identity import Proof, freshly
from workflow.models import Dated, Entry
from workflow.steps import Refused


class Day(forms.Form):
    on = forms.DateField(label=_("In force on"), required=False)

    @property
    def chosen(self) -> Any:
        return (self.is_valid() and self.cleaned_data["on"]) or timezone.localdate()


def overview(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    kinds = [
        {
            "label": _label(kind),
            "url": reverse("reference_kind", args=[name]),
            "count": kind.objects.on(today).count(),
            "to_come": kind.objects.filter(valid_from__gt=today).count(),
        }
        for name, kind in reference.kinds().items()
    ]
    waiting = Proposal.objects.waiting().select_related("proposed_by")
    context = {
        "kinds": sorted(kinds, key=lambda one: str(one["label"])),
        "waiting": [_shown_proposal(one) for one in waiting],
        **_acts(request),
    }
    return render(request, "portal/staff/reference/overview.html", context)


def of_kind(request: HttpRequest, kind: str) -> HttpResponse:
    """The rows in force on a day, and those still to come."""
    model = _kind(kind)
    search = Day(request.GET)
    day = search.chosen
    context = {
        "kind": kind,
        "label": _label(model),
        "search": search,
        "day": day,
        "heads": _heads(model),
        "rows": _shown_rows(model.objects.on(day)),
        "to_come": _shown_rows(model.objects.filter(valid_from__gt=day)),
        **_acts(request),
    }
    return render(request, "portal/staff/reference/kind.html", context)


def one(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """A row with every version of it, newest first: who proposed, who confirmed, by which source."""
    row = get_object_or_404(_kind(kind), pk=pk)
    versions = list(reference.versions(row))
    waiting = Proposal.objects.waiting().filter(
        kind=kind, instead_of__in=[version.pk for version in versions]
    )
    told, latest = _told(versions), versions[0]
    context = {
        "kind": kind,
        "label": _label(type(row)),
        "title": _title(row),
        "latest": latest,
        "heads": _heads(type(row), of_versions=True),
        "versions": [
            {**shown, "told": told.get(shown["row"].pk, [])}
            for shown in _shown_rows(versions, of_versions=True)
        ],
        "waiting": [_shown_proposal(held) for held in waiting.select_related("proposed_by")],
        "has_ended": bool(latest.valid_to and latest.valid_to < timezone.localdate()),
        **_acts(request),
    }
    return render(request, "portal/staff/reference/row.html", context)


# Proposing -----------------------------------------------------------------------------------


def propose(
    request: HttpRequest, kind: str, pk: int | None = None, proof: Proof | None = None
) -> HttpResponse:
    """A new row, or the next version of one."""
    model = _kind(kind)
    before = get_object_or_404(model, pk=pk) if pk is not None else None
    form = ProposeRow(request.POST or None, kind=model, instead_of=before)
    words = {"label": _t("Propose the next version") if before else _t("Propose a new row")}
    words["hint"] = _t("It counts from its first day on, once a second person has confirmed it.")
    if before:
        words["hint"] += " " + _t("The present version then ends on the day before.")
    return _proposed(request, form, reference.propose, words, before, kind, proof)


def propose_end(
    request: HttpRequest, kind: str, pk: int, proof: Proof | None = None
) -> HttpResponse:
    row = get_object_or_404(_kind(kind), pk=pk)
    form = ProposeEnd(request.POST or None, row=row)
    words = {
        "label": _t("Propose a last day"),
        "hint": _t("After it nothing takes its place. Steps that need such a row are then closed."),
    }
    return _proposed(request, form, reference.propose_end, words, row, kind, proof)


def _proposed(
    request: HttpRequest,
    form: Any,
    do: Callable[..., Proposal],
    words: dict[str, str],
    row: Dated | None,
    kind: str,
    proof: Proof | None,
) -> HttpResponse:
    refusal = ""
    if form.is_valid() and not proof:
        try:
            proposal = do(by=_person(request), **form.given)
        except Refused as no:
            refusal = str(no)
        else:
            messages.success(
                request, _t("Proposed. It counts once somebody else has confirmed it.")
            )
            return redirect("proposal", proposal.pk)
    back = reverse("reference_row", args=[kind, row.pk]) if row else ""
    context = {
        "form": form,
        "proof": proof,
        "refusal": refusal,
        "kind_label": _label(_kind(kind)),
        "kind_url": reverse("reference_kind", args=[kind]),
        "back": back or reverse("reference_kind", args=[kind]),
        "title": _title(row) if row else "",
        "present": next(iter(_shown_rows([row])), None) if row else None,
        "heads": _heads(_kind(kind)),
        **words,
    }
    return render(
        request,
        "portal/staff/reference/propose.html",
        context,
        status=_status(refusal, form, proof),
    )


# Deciding ------------------------------------------------------------------------------------


def proposal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is proposed, for whoever wants to know. It is decided on a page of its own."""
    return _proposal_page(request, _proposal(pk), None)


def confirm(request: HttpRequest, pk: UUID, proof: Proof | None = None) -> HttpResponse:
    """What somebody else has proposed; POST confirms it."""
    held = _proposal(pk)
    if request.method == "GET" or proof:
        return _proposal_page(request, held, Declining(), proof_to_confirm=proof)
    return _decided(request, held, Declining(), reference.confirm)


def decline(request: HttpRequest, pk: UUID, proof: Proof | None = None) -> HttpResponse:
    held, form = _proposal(pk), Declining(request.POST)
    if not form.is_valid() or proof:
        return _proposal_page(request, held, form, proof_to_decline=proof)
    return _decided(request, held, form, partial(reference.decline, **form.given))


def _decided(
    request: HttpRequest, held: Proposal, form: Declining, do: Callable[..., None]
) -> HttpResponse:
    try:
        do(held, by=_person(request))
    except Refused as no:
        return _proposal_page(request, held, form, str(no))
    messages.success(request, _t("Recorded in the trail."))
    return redirect("proposal", held.pk)


def _proposal_page(
    request: HttpRequest,
    held: Proposal,
    form: Declining | None,
    refusal: str = "",
    **proofs: Proof | None,
) -> HttpResponse:
    is_open = not held.decided_at and _acts(request)["may_confirm"]
    context = {
        "proposal": held,
        "shown": _shown_proposal(held),
        "changes": _changes(held),
        "form": form,
        "refusal": refusal,
        "may_decide": is_open and held.proposed_by_id != _person(request).pk,
        **proofs,
    }
    return render(
        request,
        "portal/staff/reference/proposal.html",
        context,
        status=_status(refusal, form, *proofs.values()),
    )


# In words ------------------------------------------------------------------------------------


def _label(kind: type[Dated]) -> str:
    return str(capfirst(str(kind._meta.verbose_name_plural)))


def _own(kind: type[Dated], *, of_versions: bool = False) -> list[Any]:
    """The columns that are the kind's own: neither days nor source, nor what all versions share."""
    others = {*AT_THE_END, *(reference.key_of(kind) if of_versions else ())}
    return [
        column
        for column in kind._meta.concrete_fields
        if not column.primary_key and column.name not in others
    ]


def _heads(kind: type[Dated], *, of_versions: bool = False) -> list[str]:
    return [_head(column) for column in _own(kind, of_versions=of_versions)]


def _head(column: Any) -> str:
    return str(capfirst(column.verbose_name))


def _value(row: Any, column: Any) -> str:
    value = getattr(row, column.name)
    if column.choices:
        return str(getattr(row, f"get_{column.name}_display")())
    if isinstance(value, Decimal):
        return f"{value.normalize():,f}"
    if isinstance(value, list):
        return " → ".join(str(ROLES[role].label) for role in value)
    return reference.name_of(str(value))


def _title(row: Dated) -> str:
    """What says which row it is; a number says little without its head."""
    key: list[Any] = [row._meta.get_field(name) for name in reference.key_of(type(row))]
    return " · ".join(
        f"{_head(column)} {_value(row, column)}"
        if isinstance(column, DecimalField)
        else _value(row, column)
        for column in key
    )


def _shown_rows(rows: Iterable[Any], *, of_versions: bool = False) -> list[dict[str, Any]]:
    return [
        {
            "row": row,
            "url": reverse("reference_row", args=[row._meta.model_name, row.pk]),
            "cells": [
                (_head(column), _value(row, column))
                for column in _own(type(row), of_versions=of_versions)
            ],
        }
        for row in rows
    ]


def _shown_proposal(held: Proposal) -> dict[str, Any]:
    before, after = reference.replaced(held), reference.row_of(held)
    words = {
        (True, True): _t("next version"),
        (False, True): _t("new row"),
        (True, False): pgettext("reference", "last day"),
    }
    return {
        "held": held,
        "kind": held.kind,
        "kind_label": _label(reference.kind_of(held)),
        "kind_url": reverse("reference_kind", args=[held.kind]),
        "row_url": reverse("reference_row", args=[held.kind, before.pk]) if before else "",
        "title": _title(after or before),
        "what": words[before is not None, after is not None],
        "from": after.valid_from if after else None,
        "to": after.valid_to if after else held.last_day,
    }


def _changes(held: Proposal) -> list[dict[str, str]]:
    """Each column of the kind's own, before and after."""
    before, after = reference.replaced(held), reference.row_of(held)
    if after is None:
        return []
    return [
        {
            "label": _head(column),
            "before": _value(before, column) if before else "",
            "after": _value(after, column),
        }
        for column in _own(type(after))
    ]


def _told(rows: Iterable[Any]) -> dict[int, list[dict[str, Any]]]:
    """What the trail says of rows, newest first, by their key."""
    subjects = {f"{row._meta.label_lower}:{row.pk}": row.pk for row in rows}
    lines = Entry.objects.filter(event=Entry.Event.REFERENCE_CHANGED, subject__in=subjects)
    found = list(lines.order_by("-id"))
    who = names.people(
        actor for line in found for actor in (line.actor_id, line.given.get("proposer", ""))
    )
    told: dict[int, list[dict[str, Any]]] = {}
    for line in found:
        told.setdefault(subjects[line.subject], []).append(
            {
                "at": line.at,
                "by": who.get(line.actor_id, line.actor_name),
                "is_ours": line.actor_id == "system",
                "proposed_by": who.get(
                    line.given.get("proposer", ""), line.given.get("proposed by", "")
                ),
                "why": line.note,
            }
        )
    return told


# Parts ---------------------------------------------------------------------------------------


def _kind(name: str) -> type[Dated]:
    if name not in reference.kinds():
        raise Http404
    return reference.kinds()[name]


def _proposal(pk: UUID) -> Proposal:
    rows = Proposal.objects.select_related("proposed_by", "decided_by")
    held: Proposal = get_object_or_404(rows, pk=pk)
    return held


def _person(request: HttpRequest) -> Person:
    person: Any = request.user  # the policy has let nobody else in
    return cast("Person", person)


def _acts(request: HttpRequest) -> dict[str, bool]:
    return {
        "may_propose": bool(access.holds(request.user, Permission.REFERENCE_PROPOSE)),
        "may_confirm": bool(access.holds(request.user, Permission.REFERENCE_CONFIRM)),
    }


def _status(refusal: str, form: forms.Form | None, *proofs: Proof | None) -> int:
    return 409 if refusal else 422 if (form and form.errors) or any(proofs) else 200


def _proposing(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    return policies.proposers(require_http_methods(["GET", "POST"])(freshly(view)))


ROUTES: list[URLPattern] = [
    path("", policies.staff(require_GET(overview)), name="reference"),
    path("proposals/<uuid:pk>/", policies.staff(require_GET(proposal)), name="proposal"),
    path(
        "proposals/<uuid:pk>/confirm/",
        policies.confirmers(require_http_methods(["GET", "POST"])(freshly(confirm))),
        name="confirm_proposal",
    ),
    path(
        "proposals/<uuid:pk>/decline/",
        policies.confirmers(require_POST(freshly(decline))),
        name="decline_proposal",
    ),
    path("<slug:kind>/", policies.staff(require_GET(of_kind)), name="reference_kind"),
    path("<slug:kind>/new/", _proposing(propose), name="propose_row"),
    path("<slug:kind>/<int:pk>/", policies.staff(require_GET(one)), name="reference_row"),
    path("<slug:kind>/<int:pk>/version/", _proposing(propose), name="propose_version"),
    path("<slug:kind>/<int:pk>/end/", _proposing(propose_end), name="propose_end"),
]
