"""Failed follow-ups and messages: what was given up, and what is late, without a word of a case.

Shown are kind, number, effect, the class of the error, times and attempts; the system
administrator, who reads no case, may decide on them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.apps import apps
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from notifications import decisions as of_messages
from notifications.models import Message
from partners import access, policies
from partners.access import Permission
from portal.delays import too_long
from workflow import decisions as of_follow_ups
from workflow.models import FollowUp
from workflow.rights import Capacity
from workflow.steps import NotOpen

MOST = 200
WHAT: dict[str, str | Promise] = {
    "paper": gettext_lazy("paper"),
    "notice": gettext_lazy("messages to be written"),
    "step": gettext_lazy("step of another case"),
    "deadline": gettext_lazy("deadline"),
    "message": gettext_lazy("e-mail"),
}


class Reason(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


@dataclass(frozen=True)
class Failure:
    """One row of the page. `name` is the effect's name in the declarations."""

    pk: str
    number: str
    case_label: str
    what: str | Promise
    name: str
    error: str
    since: datetime
    tried: int
    again: str = ""
    drop: str = ""
    form: Reason | None = None


def listing(request: HttpRequest) -> HttpResponse:
    return _page(request)


def follow_up_again(request: HttpRequest, pk: int) -> HttpResponse:
    return _decided(request, lambda who: of_follow_ups.run_again(pk, **who))


def message_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _decided(request, lambda who: of_messages.run_again(pk, **who))


def follow_up_drop(request: HttpRequest, pk: int) -> HttpResponse:
    return _dropped(request, str(pk), lambda who: of_follow_ups.drop(pk, **who))


def message_drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _dropped(request, str(pk), lambda who: of_messages.drop(pk, **who))


def all_again(request: HttpRequest) -> HttpResponse:
    """Each by itself: one that somebody else has decided on meanwhile does not stop the others."""
    who, count = _who(request), 0
    for room, rows in (
        (of_follow_ups, FollowUp.objects.failed().order_by("entry_id", "position")),
        (of_messages, Message.objects.failed().order_by("created_at")),
    ):
        for pk in list(rows.values_list("pk", flat=True)):
            try:
                room.run_again(pk, **who)
                count += 1
            except NotOpen:
                continue
    said = ngettext("%(count)s runs again.", "%(count)s run again.", count) % {"count": count}
    messages.success(request, said)
    return redirect("failures")


# Parts ---------------------------------------------------------------------------------------


def _decided(request: HttpRequest, decide: Any) -> HttpResponse:
    try:
        decide(_who(request))
    except NotOpen as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Decided. It is in the trail under your name."))
    return redirect("failures")


def _dropped(request: HttpRequest, pk: str, drop: Any) -> HttpResponse:
    form = Reason(request.POST, prefix=pk)
    if not form.is_valid():
        return _page(request, form)
    return _decided(request, lambda who: drop(who | form.cleaned_data))


def _who(request: HttpRequest) -> dict[str, Any]:
    row = access.holds(request.user, Permission.FOLLOW_UP_MANAGE)[0]
    return {"by": request.user, "capacity": Capacity(row.role, row.organisation.name_en)}


def _page(request: HttpRequest, bound: Reason | None = None) -> HttpResponse:
    context = {
        "failed": [*_failed_follow_ups(bound), *_failed_messages(bound)],
        "late": [*_late_follow_ups(), *_late_messages()],
        "most": MOST,
    }
    return render(request, "portal/staff/failures.html", context, status=422 if bound else 200)


def _failed_follow_ups(bound: Reason | None) -> Iterator[Failure]:
    rows = FollowUp.objects.failed().select_related("entry").order_by("dead_at")
    for row in rows[:MOST]:
        yield _of_follow_up(row, row.dead_at or row.next_at, bound)


def _failed_messages(bound: Reason | None) -> Iterator[Failure]:
    for row in Message.objects.failed().order_by("created_at")[:MOST]:
        yield _of_message(row, bound)


def _late_follow_ups() -> Iterator[Failure]:
    late = timezone.now() - too_long()
    rows = FollowUp.objects.waiting().filter(entry__at__lt=late).select_related("entry")
    for row in rows.order_by("entry_id", "position")[:MOST]:
        yield _of_follow_up(row, row.entry.at, None)


def _late_messages() -> Iterator[Failure]:
    late = timezone.now() - too_long()
    rows = Message.objects.undelivered().filter(created_at__lt=late)
    for row in rows.order_by("created_at")[:MOST]:
        yield _of_message(row, None)


def _of_follow_up(row: FollowUp, since: datetime, bound: Reason | None) -> Failure:
    kind, _colon, name = row.effect.partition(":")
    return Failure(
        pk=str(row.pk),
        number=row.entry.case_number,
        case_label=_case_label(row.entry.case_kind),
        what=WHAT.get(kind, kind),
        name=name,
        error=_class_of(row.error),
        since=since,
        tried=row.attempts,
        again=reverse("follow_up_again", args=[row.pk]),
        drop=reverse("follow_up_drop", args=[row.pk]),
        form=_form(str(row.pk), bound),
    )


def _of_message(row: Message, bound: Reason | None) -> Failure:
    return Failure(
        pk=str(row.pk),
        number=row.case_number,
        case_label=_case_label(row.case_kind),
        what=WHAT["message"],
        name=row.notice,
        error=_class_of(row.error),
        since=row.created_at,
        tried=row.attempts,
        again=reverse("message_again", args=[row.pk]),
        drop=reverse("message_drop", args=[row.pk]),
        form=_form(str(row.pk), bound),
    )


def _form(pk: str, bound: Reason | None) -> Reason:
    return bound if bound is not None and bound.prefix == pk else Reason(prefix=pk)


def _case_label(kind: str) -> str:
    return str(apps.get_model(kind)._meta.verbose_name)


def _class_of(error: str) -> str:
    """`OSError: /papers is full` → `OSError`: the rest may tell of a case."""
    return error.partition(":")[0]


_guarded = policies.follow_ups
ROUTES: list[URLPattern] = [
    path("", _guarded(require_GET(listing)), name="failures"),
    path("again/", _guarded(require_POST(all_again)), name="all_again"),
    path(
        "follow-up/<int:pk>/again/", _guarded(require_POST(follow_up_again)), name="follow_up_again"
    ),
    path("follow-up/<int:pk>/drop/", _guarded(require_POST(follow_up_drop)), name="follow_up_drop"),
    path("message/<uuid:pk>/again/", _guarded(require_POST(message_again)), name="message_again"),
    path("message/<uuid:pk>/drop/", _guarded(require_POST(message_drop)), name="message_drop"),
]
