"""Reference data: what counts on a day and what counted before; a change is proposed and put to approval."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import CharField, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from approvals import actions
from approvals.models import ApprovalRoute
from partners import access, kinds, policies, reference
from partners.access import Permission
from partners.forms import ProposeEnd, ProposeRow, ProposeWithdrawal
from partners.models import Person, Proposal
from portal.identity import Proof, freshly
from portal.staff import routes
from portal.staff.reference_words import (
    changes_of,
    files_about,
    goes_on,
    heads,
    shown_proposal,
    shown_rows,
    shown_waiting,
    told_of,
)
from workflow.models import Dated, Reference
from workflow.steps import Refused

PAGE_SIZE = 50


class Day(forms.Form):
    on = forms.DateField(label=_("In force on"), required=False)

    @property
    def chosen(self) -> Any:
        return (self.is_valid() and self.cleaned_data["on"]) or timezone.localdate()


class Words(forms.Form):
    q = forms.CharField(label=_("Words"), required=False, max_length=100)

    def rows(self, kind: type[Reference]) -> QuerySet[Any]:
        """Rows in some text of which, or of the nation they belong to, each of the words stands."""
        rows = kind.objects.select_related(*_joined(kind))
        if not self.is_valid():
            return rows
        for word in self.cleaned_data["q"].split():
            rows = rows.filter(
                reduce(or_, (Q(**{f"{name}__icontains": word}) for name in _texts(kind)))
            )
        return rows


def overview(request: HttpRequest) -> HttpResponse:
    waiting = Proposal.objects.waiting().select_related("proposed_by")
    shown = [_shown_kind(name, kind) for name, kind in kinds.kinds().items()]
    context = {
        "kinds": sorted(shown, key=lambda one: str(one["label"])),
        "waiting": shown_waiting(waiting, request.user),
        **_acts(request),
    }
    return render(request, "portal/staff/reference/overview.html", context)


def _shown_kind(name: str, kind: type[Reference]) -> dict[str, Any]:
    today, rows = timezone.localdate(), kind.objects.all()
    shown = {"label": kinds.label_of(kind), "url": reverse("reference_kind", args=[name])}
    if not issubclass(kind, Dated):
        return shown | {"count": rows.count(), "to_come": 0}
    return shown | {
        "count": kind.objects.on(today).count(),
        "to_come": _to_come(kind, today).count(),
    }


def of_kind(request: HttpRequest, kind: str) -> HttpResponse:
    """Dated: the rows in force on a day, and those still to come. Undated: all, by words."""
    model = _kind(kind)
    context = {
        "kind": kind,
        "label": kinds.label_of(model),
        "heads": heads(model),
        **_acts(request),
    }
    if not issubclass(model, Dated):
        return _undated(request, model, context)
    search = Day(request.GET)
    context |= {
        "search": search,
        "day": search.chosen,
        "rows": shown_rows(model.objects.on(search.chosen)),
        "to_come": shown_rows(_to_come(model, search.chosen)),
    }
    return render(request, "portal/staff/reference/kind.html", context)


def _undated(request: HttpRequest, kind: type[Reference], context: dict[str, Any]) -> HttpResponse:
    search = Words(request.GET)
    page = Paginator(search.rows(kind), PAGE_SIZE).get_page(request.GET.get("page"))
    context |= {"search": search, "page": page, "rows": shown_rows(page)}
    return render(request, "portal/staff/reference/undated.html", context)


def one(request: HttpRequest, kind: str, pk: str) -> HttpResponse:
    """A row: who proposed and decided what of it, by which source; a dated one with every version."""
    row = _row(kind, pk)
    rows = list(reference.versions(row)) if isinstance(row, Dated) else [row]
    keys = [str(version.pk) for version in rows]
    waiting = Proposal.objects.waiting().filter(of_kind=kind, instead_of__in=keys)
    context = {
        "kind": kind,
        "label": kinds.label_of(type(row)),
        "title": kinds.title_of(row),
        "waiting": shown_waiting(waiting.select_related("proposed_by"), request.user),
        **_acts(request),
    }
    if isinstance(row, Dated):
        return _versions(request, row, rows, context)
    context |= {
        "shown": shown_rows([row])[0],
        "told": told_of([row], request.user).get(str(row.pk), []),
    }
    return render(request, "portal/staff/reference/undated_row.html", context)


def _versions(
    request: HttpRequest, row: Dated, rows: list[Any], context: dict[str, Any]
) -> HttpResponse:
    told, today = told_of(rows, request.user), timezone.localdate()
    latest = next((version for version in rows if not version.counts_never), None)
    context |= {
        "latest": latest,
        "may_change": latest and not (latest.valid_to and latest.valid_to < today),
        "may_withdraw": latest and latest.valid_from > today,
        "heads": heads(type(row), of_versions=True),
        "versions": [
            {**shown, "told": told.get(str(shown["row"].pk), [])}
            for shown in shown_rows(rows, of_versions=True)
        ],
    }
    return render(request, "portal/staff/reference/row.html", context)


# Proposing -----------------------------------------------------------------------------------


def propose(
    request: HttpRequest, kind: str, pk: str | None = None, proof: Proof | None = None
) -> HttpResponse:
    """A new row, the next version of a dated one, or a change of an undated one."""
    model = _kind(kind)
    before = _row(kind, pk) if pk is not None else None
    form = ProposeRow(request.POST or None, kind=model, instead_of=before)
    if routes.is_only_looked_at(request):
        form, proof = routes.still_typed(form), None
    words: dict[str, Any] = _words_of_proposing(model, is_new=before is None)
    if model is ApprovalRoute:
        words["would_go"] = routes.would_go(form)
    return _proposed(request, form, reference.propose, words, before, kind, proof)


def _words_of_proposing(kind: type[Reference], *, is_new: bool) -> dict[str, str]:
    dated = kinds.is_dated(kind)
    from_day = _t("It counts from its first day on, once its approval file has been decided.")
    at_once = _t("It counts as soon as its approval file has been decided.")
    if is_new:
        return {"label": _t("Propose a new row"), "hint": from_day if dated else at_once}
    if dated:
        ends = _t("The present version then ends on the day before.")
        return {"label": _t("Propose the next version"), "hint": f"{from_day} {ends}"}
    kept = _t("Papers that have been made stay as they are.")
    return {"label": _t("Propose a change"), "hint": f"{at_once} {kept}"}


def propose_end(
    request: HttpRequest, kind: str, pk: str, proof: Proof | None = None
) -> HttpResponse:
    row = _dated_row(kind, pk)
    form = ProposeEnd(request.POST or None, row=row)
    words = {
        "label": _t("Propose a last day"),
        "hint": _t("After it nothing takes its place. Steps that need such a row are then closed."),
    }
    return _proposed(request, form, reference.propose_end, words, row, kind, proof)


def propose_withdrawal(
    request: HttpRequest, kind: str, pk: str, proof: Proof | None = None
) -> HttpResponse:
    """That a row which has not begun never does."""
    row = _dated_row(kind, pk)
    form = ProposeWithdrawal(request.POST or None, row=row)
    words = {"label": _t("Propose to withdraw"), "hint": _hint_of_withdrawal(row)}
    if not form.is_bound:
        words["refusal"] = reference.why_not_withdrawn(row)
    return _proposed(request, form, reference.propose_withdrawal, words, row, kind, proof)


def _hint_of_withdrawal(row: Dated) -> str:
    hint = _t("It then never counts. That it was to begin stays in the trail.")
    return f"{hint} {goes_on(row)}".strip()


def _proposed(
    request: HttpRequest,
    form: Any,
    do: Callable[..., Proposal],
    words: dict[str, Any],
    row: Reference | None,
    kind: str,
    proof: Proof | None,
) -> HttpResponse:
    refusal = words.pop("refusal", "")
    if form.is_valid() and not proof:
        try:
            file = actions.put_forward(do, by=_person(request), **form.given)
        except Refused as no:
            refusal = str(no)
        else:
            messages.success(request, _t("Put forward. It counts once it has been decided."))
            return redirect("staff:case", "approvals", file.number)
    back = reverse("reference_row", args=[kind, row.pk]) if row else ""
    context = {
        "form": form,
        "proof": proof,
        "refusal": refusal,
        "kind_label": kinds.label_of(_kind(kind)),
        "kind_url": reverse("reference_kind", args=[kind]),
        "back": back or reverse("reference_kind", args=[kind]),
        "title": kinds.title_of(row) if row else "",
        "present": shown_rows([row])[0] if isinstance(row, Dated) else None,
        **words,
    }
    return render(
        request,
        "portal/staff/reference/propose.html",
        context,
        status=_status(refusal, form, proof),
    )


# What is proposed ----------------------------------------------------------------------------


def proposal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is proposed, and what has become of it. It is decided on the page of its file."""
    rows = Proposal.objects.select_related("proposed_by", "decided_by")
    held: Proposal = get_object_or_404(rows, pk=pk)
    shown = shown_proposal(held)
    context = {
        "proposal": held,
        "shown": shown,
        "file": files_about([held], request.user).get(held.pk),
        "changes": changes_of(held),
        "goes_on": "" if held.decided_at or not shown["is_withdrawal"] else goes_on(held.present),
        "why_given_up": held.reason_of_end() if held.is_confirmed is False else "",
    }
    return render(request, "portal/staff/reference/proposal.html", context)


# Parts ---------------------------------------------------------------------------------------


def _kind(name: str) -> type[Reference]:
    if name not in kinds.kinds():
        raise Http404
    return kinds.kinds()[name]


def _row(kind: str, pk: str) -> Any:
    model = _kind(kind)
    try:
        return get_object_or_404(model, pk=pk)
    except (ValueError, ValidationError) as not_a_key:
        raise Http404 from not_a_key


def _dated_row(kind: str, pk: str) -> Dated:
    row = _row(kind, pk)
    if not isinstance(row, Dated):
        raise Http404
    return row


def _to_come(kind: type[Dated], on: Any) -> QuerySet[Any]:
    rows: QuerySet[Any] = kind.objects.counting().filter(valid_from__gt=on)
    return rows


def _joined(kind: type[Reference]) -> list[str]:
    return [one.name for one in kinds.own_columns(kind) if one.is_relation]


def _texts(kind: type[Reference]) -> list[str]:
    own = [one.name for one in kinds.own_columns(kind) if isinstance(one, CharField)]
    return own + [f"{name}__{text}" for name in _joined(kind) for text in ("name_ja", "name_en")]


def _person(request: HttpRequest) -> Person:
    person: Any = request.user  # the policy has let nobody else in
    return cast("Person", person)


def _acts(request: HttpRequest) -> dict[str, bool]:
    return {"may_propose": bool(access.holds(request.user, Permission.REFERENCE_PROPOSE))}


def _status(refusal: str, form: forms.Form, proof: Proof | None) -> int:
    return 409 if refusal else 422 if form.errors or proof else 200


def _proposing(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    return policies.proposers(require_http_methods(["GET", "POST"])(freshly(view)))


ROUTES: list[URLPattern] = [
    path("", policies.staff(require_GET(overview)), name="reference"),
    path("proposals/<uuid:pk>/", policies.staff(require_GET(proposal)), name="proposal"),
    path("<slug:kind>/", policies.staff(require_GET(of_kind)), name="reference_kind"),
    path("<slug:kind>/new/", _proposing(propose), name="propose_row"),
    path("<slug:kind>/<slug:pk>/", policies.staff(require_GET(one)), name="reference_row"),
    path("<slug:kind>/<slug:pk>/version/", _proposing(propose), name="propose_version"),
    path("<slug:kind>/<slug:pk>/end/", _proposing(propose_end), name="propose_end"),
    path(
        "<slug:kind>/<slug:pk>/withdraw/", _proposing(propose_withdrawal), name="propose_withdrawal"
    ),
]
