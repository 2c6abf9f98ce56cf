"""People and their roles, for the system administrator. No word of a case stands here.

Each act has a page of its own, so that a second factor can be asked for before anything is typed.
When that has grown old meanwhile, the page asks again within the form and keeps what was typed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, reduce
from operator import or_
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners import people, policies
from partners.forms import EndRole, GiveRole, Invite, WithReason
from partners.models import Grant, Membership, Organisation, Person
from portal.identity import Proof, freshly
from workflow.steps import Refused

PAGE_SIZE = 50


@dataclass(frozen=True)
class PersonAct:
    """What can be done with a person: the form that asks, the function that does it."""

    label: str | Promise
    form: type[WithReason]
    do: Callable[..., Any]
    hint: str | Promise = ""


ACTS: dict[str, PersonAct] = {
    "give": PersonAct(
        _("Give a role"),
        GiveRole,
        people.give,
        _(
            "Approvers, finance officers, security officers, auditors and system administrators "
            "need the confirmation of a second administrator before the role counts."
        ),
    ),
    "end": PersonAct(_("End a role"), EndRole, people.end),
    "factor": PersonAct(
        _("Reset the second factor"),
        WithReason,
        people.reset_second_factor,
        _("For somebody who has lost it. Make sure who asks you. All their sessions end."),
    ),
    "deactivate": PersonAct(
        _("Close the account"),
        WithReason,
        people.deactivate,
        _("The person cannot sign in any more, and all their sessions end."),
    ),
    "activate": PersonAct(_("Open the account again"), WithReason, people.activate),
}


class Search(forms.Form):
    q = forms.CharField(label=_("Name or e-mail address"), required=False, max_length=100)
    kind = forms.ChoiceField(
        label=_("Organisation"),
        required=False,
        choices=[("", _("all")), *Organisation.Kind.choices],
    )

    def rows(self) -> QuerySet[Person]:
        rows = Person.objects.order_by("family_name", "given_name", "pk")
        if not self.is_valid():
            return rows.none() if self.errors else rows
        for word in self.cleaned_data["q"].split():
            rows = rows.filter(_holding(word))
        if kind := self.cleaned_data["kind"]:
            held = Membership.objects.on(timezone.localdate()).filter(organisation__kind=kind)
            rows = rows.filter(pk__in=held.values("person"))
        return rows


def listing(request: HttpRequest) -> HttpResponse:
    search = Search(request.GET)
    page = Paginator(search.rows().prefetch_related(_roles_today()), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    proven = people.with_second_factor(page.object_list)
    context = {
        "search": search,
        "page": page,
        "rows": [{"person": row, "has_factor": row.pk in proven} for row in page],
        "waiting": Grant.objects.waiting().select_related("person", "organisation", "asked_by"),
    }
    return render(request, "portal/staff/people/list.html", context)


def one(request: HttpRequest, pk: UUID) -> HttpResponse:
    person = get_object_or_404(Person, pk=pk)
    has_factor = bool(people.with_second_factor([person]))
    related = ("organisation", "unit", "granted_by", "confirmed_by")
    context = {
        "person": person,
        "is_oneself": person == request.user,
        "has_factor": has_factor,
        "memberships": person.memberships.select_related(*related).order_by("-valid_from", "-pk"),
        "waiting": person.grants.waiting().select_related("organisation", "asked_by"),
        "acts": _open_acts(person, has_factor=has_factor),
        "today": timezone.localdate(),
    }
    return render(request, "portal/staff/people/one.html", context)


def act(request: HttpRequest, pk: UUID, act: str, proof: Proof | None = None) -> HttpResponse:
    person = get_object_or_404(Person, pk=pk)
    if act not in ACTS:
        raise Http404
    chosen = ACTS[act]
    form = chosen.form(request.POST or None, person=person)
    refusal = ""
    if form.is_valid() and not proof:
        refusal = _refusal(request, lambda: chosen.do(person, by=_person(request), **form.given))
        if not refusal:
            return redirect("person", pk)
    words = {"label": chosen.label, "hint": chosen.hint, "person": person}
    return _asking(request, form, refusal, words, proof)


def invite(request: HttpRequest, proof: Proof | None = None) -> HttpResponse:
    form = Invite(request.POST or None)
    refusal = ""
    if form.is_valid() and not proof:
        refusal = _refusal(request, lambda: people.invite(by=_person(request), **form.given))
        if not refusal:
            return redirect("people")
    hint = _("They get a letter with a link under which they choose a password.")
    words = {"label": _("Invite somebody"), "hint": hint}
    return _asking(request, form, refusal, words, proof)


def confirm(request: HttpRequest, pk: UUID, proof: Proof | None = None) -> HttpResponse:
    """What another administrator has asked for; POST confirms it."""
    grant = _grant(pk)
    if request.method == "GET" or proof:
        return _grant_page(request, grant, WithReason(), proof_to_confirm=proof)
    if refusal := _refusal(request, lambda: people.confirm(grant, by=_person(request))):
        return _grant_page(request, grant, WithReason(), refusal)
    return redirect("person", grant.person_id)


def refuse(request: HttpRequest, pk: UUID, proof: Proof | None = None) -> HttpResponse:
    grant, form = _grant(pk), WithReason(request.POST)
    if not form.is_valid() or proof:
        return _grant_page(request, grant, form, proof_to_refuse=proof)
    do = partial(people.refuse, grant, by=_person(request), **form.given)
    if refusal := _refusal(request, do):
        return _grant_page(request, grant, form, refusal)
    return redirect("person", grant.person_id)


# Parts ---------------------------------------------------------------------------------------


def _person(request: HttpRequest) -> Person:
    person: Any = request.user  # the policy has let nobody else in
    return cast("Person", person)


def _refusal(request: HttpRequest, do: Callable[[], Any]) -> str:
    """Do it; "" when it is done, else why not."""
    try:
        do()
    except Refused as refusal:
        return str(refusal)
    messages.success(request, _t("Recorded in the trail, with your reason."))
    return ""


def _asking(
    request: HttpRequest,
    form: WithReason,
    refusal: str,
    words: dict[str, Any],
    proof: Proof | None,
) -> HttpResponse:
    status = 409 if refusal else 422 if form.errors or proof else 200
    context = {"form": form, "refusal": refusal, "proof": proof, **words}
    return render(request, "portal/staff/people/act.html", context, status=status)


def _grant(pk: UUID) -> Grant:
    rows = Grant.objects.select_related("person", "organisation", "asked_by", "decided_by")
    grant: Grant = get_object_or_404(rows, pk=pk)
    return grant


def _grant_page(
    request: HttpRequest,
    grant: Grant,
    form: WithReason,
    refusal: str = "",
    **proofs: Proof | None,
) -> HttpResponse:
    status = 409 if refusal else 422 if form.errors or any(proofs.values()) else 200
    may_decide = not grant.decided_at and request.user.pk not in {
        grant.asked_by_id,
        grant.person_id,
    }
    context = {"grant": grant, "form": form, "refusal": refusal, "may_decide": may_decide, **proofs}
    return render(request, "portal/staff/people/grant.html", context, status=status)


def _roles_today() -> Prefetch[Any]:
    rows = Membership.objects.on(timezone.localdate()).select_related("organisation", "unit")
    return Prefetch("memberships", queryset=rows, to_attr="roles_today")


def _holding(word: str) -> Q:
    names = ("family_name", "given_name", "family_name_ja", "given_name_ja", "email")
    return reduce(or_, (Q(**{f"{name}__icontains": word}) for name in names))


def _open_acts(person: Person, *, has_factor: bool) -> list[dict[str, Any]]:
    closed = {"activate"} if person.is_active else {"deactivate", "give"}
    if not has_factor:
        closed.add("factor")
    return [
        {"label": one.label, "url": reverse("person_act", args=[person.pk, name])}
        for name, one in ACTS.items()
        if name not in closed
    ]


def _acting(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    return policies.people(require_http_methods(["GET", "POST"])(freshly(view)))


ROUTES: list[URLPattern] = [
    path("", policies.people(require_GET(listing)), name="people"),
    path("new/", _acting(invite), name="invite"),
    path("grants/<uuid:pk>/", _acting(confirm), name="grant"),
    path(
        "grants/<uuid:pk>/refuse/",
        policies.people(require_POST(freshly(refuse))),
        name="refuse_grant",
    ),
    path("<uuid:pk>/", policies.people(require_GET(one)), name="person"),
    path("<uuid:pk>/<str:act>/", _acting(act), name="person_act"),
]
