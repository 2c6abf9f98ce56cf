"""How the agency works: time in each state, promised days, what comes back and whose doing it is."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from hashlib import sha256
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from cases import indicators
from cases.groups import INDICATION, OfferGroup
from cases.indicators import Cause, Late, Period, Share, Stay
from documents import tables
from documents.tables import Table
from partners import policies
from partners.access import capacity_of
from partners.models import Nation
from portal import exporting
from portal.desk import CaseType
from portal.staff.desk import TYPES
from workflow.models import Entry
from workflow.trail import record

A_YEAR = 365
KINDS: dict[str, CaseType] = {kind.slug: kind for kind in TYPES}
GROUPS = {**dict(OfferGroup.choices), INDICATION: _("Price and availability")}
TURNS = {
    "agency": pgettext_lazy("whose turn", "agency"),
    "ministry": pgettext_lazy("whose turn", "ministries"),
    "nation": pgettext_lazy("whose turn", "nation"),
    "contractor": pgettext_lazy("whose turn", "contractor"),
}


class Asked(forms.Form):
    """Of which cases, and of what time: the last year of all requests, unless told otherwise."""

    kind = forms.ChoiceField(label=_("Time in the states of"), required=False)
    nation = forms.ModelChoiceField(
        Nation.objects.order_by("code"),
        label=_("Nation"),
        required=False,
        empty_label=_("all"),
        to_field_name="code",
    )
    first = forms.DateField(label=_("From"), required=False)
    last = forms.DateField(label=_("To"), required=False)

    def __init__(self, data: Any, *, person: Any) -> None:
        today = timezone.localdate()
        self.usual = Period(today - timedelta(days=A_YEAR), today)
        given = {"kind": "requests", "first": self.usual.first, "last": self.usual.last}
        super().__init__({**given, **{k: v for k, v in data.items() if v}})
        self.person = person
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (slug, kind.label) for slug, kind in KINDS.items() if kind.is_for(person)
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if first and last and last < first:
            self.add_error("last", _t("This day is before the first. Give a later one."))
        return given

    @property
    def period(self) -> Period:
        if not self.is_valid():
            return self.usual
        return Period(self.cleaned_data["first"], self.cleaned_data["last"])

    @property
    def kind_asked(self) -> CaseType:
        return KINDS[self.cleaned_data["kind"] if self.is_valid() else "requests"]

    def rows(self, kind: CaseType) -> QuerySet[Any]:
        """The cases that count: those the person may know of, of the nation asked for."""
        rows: QuerySet[Any] = kind.model._default_manager.visible_to(self.person)  # type: ignore[attr-defined]
        nation = self.cleaned_data.get("nation") if self.is_valid() else None
        if nation is None or not kind.nation:
            return rows
        return rows.filter(**{kind.nation: nation})


@policies.readers
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    asked = Asked(request.GET, person=request.user)
    requests, contracts = asked.rows(KINDS["requests"]), asked.rows(KINDS["contracts"])
    period = asked.period
    promised = indicators.promises(requests, period)
    kept = indicators.shares(promised, lambda one: "")
    context = {
        "asked": asked,
        "kind": asked.kind_asked,
        "stays": _bars_of_stays(indicators.stays(asked.rows(asked.kind_asked), period)),
        "kept": kept[0] if kept else Share("", 0, 0),
        "by_group": _named(indicators.shares(promised, lambda one: one.group), GROUPS),
        "by_nation": indicators.shares(promised, lambda one: str(one.request.nation)),
        "by_desk": indicators.shares(promised, lambda one: one.desk),
        "late": [_late(one) for one in indicators.late_now(requests, contracts)],
        "passes": [
            indicators.first_pass(requests, "requests", period),
            indicators.first_pass(asked.rows(KINDS["approvals"]), "approvals", period),
        ],
        "returns": _bars_of_causes(indicators.causes("return_for_correction", period, requests)),
        "delays": _bars_of_causes(indicators.causes("explain_delay", period, requests, contracts)),
        "exports": {what: exporting.ways_out(request, partial(_address, what)) for what in FILES},
    }
    return render(
        request, "portal/staff/indicators.html", context, status=422 if asked.errors else 200
    )


def _address(what: str, extension: str) -> str:
    return reverse("indicators_file", args=[what, extension])


def _named(found: list[Share], names: Any) -> list[Share]:
    return [Share(str(names.get(one.name, one.name)), one.of_all, one.good) for one in found]


def _bars_of_stays(found: list[Stay]) -> list[dict[str, Any]]:
    """Each with the lengths of its bars, in hundredths of the longest."""
    longest = max((stay.ninth or 0 for stay in found), default=0) or 1
    return [
        {
            "stay": stay,
            "turns": [str(TURNS[kind]) for kind in stay.whose],
            "median": round(100 * (stay.median or 0) / longest, 2),
            "ninth": round(100 * (stay.ninth or 0) / longest, 2),
        }
        for stay in found
        if stay.left or stay.there
    ]


def _bars_of_causes(found: list[Cause]) -> list[dict[str, Any]]:
    most = max((cause.times for cause in found), default=1)
    return [{"cause": cause, "length": round(100 * cause.times / most, 2)} for cause in found]


def _late(late: Late) -> dict[str, Any]:
    whose = indicators.turns(type(late.held_by), late.held_by.state)
    return {"late": late, "turns": [str(TURNS[kind]) for kind in whose]}


# As files ----------------------------------------------------------------------------------------


def _stays_table(asked: Asked) -> Table:
    columns = [
        _t("State"),
        _t("Whose turn"),
        _t("Left"),
        _t("Median (days)"),
        _t("Nine of ten (days)"),
        _t("There now"),
        _t("Oldest since"),
        _t("State (code)"),
    ]
    rows = [
        [
            stay.label,
            ", ".join(str(TURNS[kind]) for kind in stay.whose),
            stay.left,
            _tenths(stay.median),
            _tenths(stay.ninth),
            stay.there,
            stay.oldest,
            stay.state,
        ]
        for stay in indicators.stays(asked.rows(asked.kind_asked), asked.period)
    ]
    return Table(f"{_t('Indicators')} {asked.kind_asked.label}", columns, rows)


def _promises_table(asked: Asked) -> Table:
    columns = [
        _t("Number"),
        _t("Nation"),
        _t("Group"),
        _t("Desk"),
        _t("Answer expected by"),
        _t("Answered on"),
        _t("In time"),
        _t("Reason"),
    ]
    rows = [
        [
            one.request.number,
            str(one.request.nation),
            str(GROUPS.get(one.group, one.group)),
            one.desk,
            one.due_on,
            one.answered_on,
            _t("yes") if one.was_kept else _t("no"),
            one.why,
        ]
        for one in indicators.promises(asked.rows(KINDS["requests"]), asked.period)
    ]
    return Table(_t("Promised days"), columns, rows)


def _tenths(days: float | None) -> str | None:
    return None if days is None else f"{days:.1f}"


FILES = {"states": _stays_table, "promises": _promises_table}


@policies.readers
@require_GET
def as_file(request: HttpRequest, what: str, extension: str) -> HttpResponse:
    """What the page counts, as a table; that it was taken out stands in the trail."""
    if what not in FILES or extension not in tables.WRITERS:
        raise Http404
    person: Any = request.user
    asked = Asked(request.GET, person=person)
    write, content_type = tables.WRITERS[extension]
    table = FILES[what](asked)
    data = write(table)
    with transaction.atomic():
        record(
            Entry.Event.EXPORTED,
            by=person,
            capacity=capacity_of(person),
            subject=f"staff:indicators:{what}",
            given={"format": extension, "count": len(table.rows), "asked": request.GET.urlencode()},
            digest=sha256(data).hexdigest(),
        )
    return exporting.answer(data, title=table.title, extension=extension, content_type=content_type)


ROUTES = [
    path("", page, name="indicators"),
    path("<slug:what>.<slug:extension>", as_file, name="indicators_file"),
]
