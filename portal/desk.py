"""What the three desks have in common: a list, a case page, a step. Each desk names its case types.

A view gets its row through `visible_to`, checks the step's form, calls the gate, and answers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from documents import tables
from documents.models import Document
from documents.serving import answer as serve
from partners import access
from partners.access import ROLES
from partners.handling import may_handle, note_reading
from partners.identity import confirmation, second_factor
from partners.need_to_know import emergency_of
from partners.policies import Policy
from portal import exporting, names
from portal.identity import Proof, asked_in_place
from workflow import steps
from workflow.forms import form_for, form_of
from workflow.handling import is_restricted
from workflow.models import Case, Entry
from workflow.rights import Capacity
from workflow.search import matching
from workflow.steps import Act, Choice, NoSuchStep, NotYours, Refused, Step
from workflow.trail import record

PAGE_SIZE = 25
MOST_ENTRIES = 200
STEP_DONE = 303


@dataclass(frozen=True)
class CaseType:
    """A case type on a desk: which columns its list shows, what its page needs besides the row."""

    model: type[Case]
    label: str | Promise
    columns: Sequence[str]
    related: Sequence[str] = ()
    facts: Callable[[Any, Any], Mapping[str, Any]] = lambda case, person: {}
    nation: str = "nation"
    shows_trail: bool = True
    hidden_states: Collection[str] = ()

    @property
    def slug(self) -> str:
        return self.model.slug()

    @property
    def model_label(self) -> str:
        """What one case of the type is called."""
        return str(self.model._meta.verbose_name)

    def rows(self, person: Any) -> Any:
        """The rows a person may see, with what the list and the page read from them."""
        visible = self.model._default_manager.visible_to(person)  # type: ignore[attr-defined]
        return visible.select_related(*self.related)

    def is_for(self, person: Any) -> bool:
        """Whether the person's roles may see rows of the type at all; asks for none.

        Every page asks this of every type, and the answer is one for all who stand alike.
        """
        asked = self.model, access.standing_of(person)
        if asked not in _SEEN:
            visible = self.model._default_manager.visible_to(person)  # type: ignore[attr-defined]
            _SEEN[asked] = not visible.query.is_empty()
        return _SEEN[asked]


_SEEN: dict[tuple[type[Case], frozenset[Any]], bool] = {}


class Found(NamedTuple):
    """The rows of a list, and what they were searched by."""

    rows: Any
    words: str
    states: list[str]


@dataclass(frozen=True)
class Desk:
    """A door for one kind of person."""

    name: str
    policy: Policy
    types: Sequence[CaseType]
    front: Callable[[HttpRequest], Mapping[str, Any]]
    papers: Callable[[Any, Case], QuerySet[Document]]
    documents: Callable[[Any], QuerySet[Document]]
    reader: Callable[[Any, Document | None], Capacity]
    shows_nation: bool = True
    pages: Sequence[URLPattern] = ()

    def urls(self) -> tuple[list[URLPattern], str]:
        """The desk's addresses, for `include`."""
        guard = self.policy
        return (
            [
                path("", guard(require_GET(self.desk)), name="desk"),
                *self.pages,
                path("documents/<uuid:pk>/", guard(require_GET(self.document)), name="document"),
                path("<slug:slug>/", guard(require_GET(self.listing)), name="list"),
                path(
                    "<slug:slug>/export/<slug:extension>/",
                    guard(require_GET(self.export)),
                    name="export",
                ),
                path(
                    "<slug:slug>/begin/<slug:name>/",
                    guard(require_http_methods(["GET", "POST"])(self.begin)),
                    name="begin",
                ),
                path(
                    "<slug:slug>/<case_number:number>/", guard(require_GET(self.case)), name="case"
                ),
                path(
                    "<slug:slug>/<case_number:number>/steps/<slug:name>/",
                    guard(require_http_methods(["GET", "POST"])(self.step)),
                    name="step",
                ),
            ],
            self.name,
        )

    # Pages -----------------------------------------------------------------------------------

    def desk(self, request: HttpRequest) -> HttpResponse:
        context = self.front(request)
        return render(request, f"portal/{self.name}/desk.html", context)

    def listing(self, request: HttpRequest, slug: str) -> HttpResponse:
        kind = self._type(slug)
        found = self._found(kind, request)
        page = Paginator(found.rows, PAGE_SIZE).get_page(request.GET.get("page"))
        context = {
            "kind": kind,
            "page": page,
            "words": found.words,
            "chosen": found.states,
            "states": self._states(kind),
            "beginnings": self._beginnings(kind, request.user),
            "rows": [self._shown_row(kind, row) for row in page],
            "money_columns": exporting.MONEY,
            "exports": exporting.ways_out(
                request,
                lambda extension: reverse(f"{self.name}:export", args=[kind.slug, extension]),
            ),
        }
        fragment = "#results" if getattr(request, "htmx", False) else ""
        response = render(request, f"portal/list.html{fragment}", context)
        patch_vary_headers(response, ["HX-Request"])
        return response

    def export(self, request: HttpRequest, slug: str, extension: str) -> HttpResponse:
        """The rows of the list as a file, written down before they leave."""
        kind = self._type(slug)
        if extension not in tables.WRITERS:
            raise Http404
        write, content_type = tables.WRITERS[extension]
        found = self._found(kind, request)
        title = str(kind.label)
        with transaction.atomic():
            rows = list(self._with_nation(kind, found.rows)[: settings.EXPORT_LIMIT_ROWS + 1])
            if len(rows) > settings.EXPORT_LIMIT_ROWS:
                return self._too_many(kind, request)
            data = write(exporting.table(title, _columns(kind), rows, nation=self._nation(kind)))
            self._record_export(request, kind, found, extension, len(rows), data)
        return exporting.answer(data, title=title, extension=extension, content_type=content_type)

    def case(self, request: HttpRequest, slug: str, number: str) -> HttpResponse:
        kind = self._type(slug)
        return self._case_page(request, kind, self._row(kind, request.user, number))

    def step(self, request: HttpRequest, slug: str, number: str, name: str) -> HttpResponse:
        """GET shows the step's form by itself; POST takes the step.

        Who signs has proved lately who they are: asked before the form, or, when that has grown
        old over the filling in, within it.
        """
        kind = self._type(slug)
        row = self._row(kind, request.user, number)
        try:
            declared = steps.open_step(row, name, _person(request))
            asks_first = declared.signs and not confirmation.is_fresh(request)
            if request.method == "GET":
                if asks_first:
                    return second_factor.to_confirmation(request)
                return self._case_page(request, kind, row, open_step=name)
            proof = asked_in_place(request, name, row) if asks_first else None
            form = form_for(row, declared, request.user, request.POST, request.FILES)
            if not form.is_valid() or proof:
                return self._case_page(
                    request, kind, row, open_step=name, form=form, proof=proof, status=422
                )
            act = steps.take(
                row, name, by=_person(request), version=_version(request), **form.cleaned_data
            )
        except NoSuchStep:
            raise Http404 from None
        except Refused as refusal:
            status = 403 if isinstance(refusal, NotYours) else 409
            fresh = self._row(kind, request.user, number)
            return self._case_page(
                request, kind, fresh, open_step=name, refusal=str(refusal), status=status
            )
        messages.success(request, _("Done: %(step)s.") % {"step": declared.label})
        return self._after(act, kind, request.user)

    def begin(self, request: HttpRequest, slug: str, name: str) -> HttpResponse:
        """Open a new case of this type."""
        kind = self._type(slug)
        declared = steps.beginnings_of(kind.model).get(name)
        if declared is None or declared not in self._beginnings(kind, request.user):
            raise Http404
        blank = self._blank(kind, request.user)
        data = (request.POST, request.FILES) if request.method == "POST" else ()
        form = form_of(declared)(*data, case=blank, person=request.user)
        refusal = ""
        if request.method == "POST" and form.is_valid():
            try:
                act = steps.begin(
                    getattr(kind.model, name),
                    by=_person(request),
                    **_nation_of(blank),
                    **form.cleaned_data,
                )
            except Refused as no:
                refusal = str(no)
            else:
                messages.success(request, _("Opened: %(number)s.") % {"number": act.case.number})
                return redirect(self._url(act.case))
        status = 422 if form.errors else 409 if refusal else 200
        context = {"kind": kind, "beginning": declared, "form": form, "refusal": refusal}
        return render(request, "portal/begin.html", context, status=status)

    def document(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        found = self.documents(request.user).filter(pk=pk).first()
        if found is None:
            raise Http404
        return serve(found, by=_person(request), capacity=self.reader(request.user, found))

    # Exports ---------------------------------------------------------------------------------

    def _found(self, kind: CaseType, request: HttpRequest) -> Found:
        """The rows of a list, searched and filtered as the address says."""
        words = request.GET.get("q", "").replace("\0", "").strip()[:100]
        known = [state for state in request.GET.getlist("state") if state in self._states(kind)]
        rows = kind.rows(request.user).order_by("-opened_at", "pk")
        if known:
            rows = rows.filter(state__in=known)
        return Found(matching(rows, words) if words else rows, words, known)

    def _nation(self, kind: CaseType) -> str | None:
        return kind.nation if self.shows_nation else None

    def _with_nation(self, kind: CaseType, rows: Any) -> Any:
        way = self._nation(kind)
        return rows.select_related(way) if way else rows

    def _too_many(self, kind: CaseType, request: HttpRequest) -> HttpResponse:
        messages.error(
            request,
            _("The list has more than %(most)s rows. Search or choose a state, then export.")
            % {"most": f"{settings.EXPORT_LIMIT_ROWS:,}"},
        )
        back = reverse(f"{self.name}:list", args=[kind.slug])
        return redirect(back + exporting.filters(request))

    def _record_export(
        self,
        request: HttpRequest,
        kind: CaseType,
        found: Found,
        extension: str,
        count: int,
        data: bytes,
    ) -> None:
        record(
            Entry.Event.EXPORTED,
            by=_person(request),
            capacity=self.reader(request.user, None),
            subject=f"{self.name}:{kind.slug}",
            given={
                "words": found.words,
                "states": found.states,
                "format": extension,
                "count": count,
            },
            digest=sha256(data).hexdigest(),
        )

    # Parts -----------------------------------------------------------------------------------

    def _case_page(
        self,
        request: HttpRequest,
        kind: CaseType,
        row: Any,
        *,
        open_step: str = "",
        form: Any = None,
        proof: Proof | None = None,
        refusal: str = "",
        status: int = 200,
    ) -> HttpResponse:
        person = _person(request)
        heard: steps.Heard = {}
        offered = _offered(row, person, heard)
        signs = any(choice.step.signs and choice.is_open for choice in offered)
        is_proven = not signs or confirmation.is_fresh(request)
        note_reading(row, person)
        shown = [
            ShownChoice.of(
                choice, self, row, person, form if choice.name == open_step else None, is_proven
            )
            for choice in offered
        ]
        context = {
            "kind": kind,
            "case": row,
            "handling_label": row.get_handling_display(),
            "emergency": emergency_of(person, row),
            "may_handle": self.name == "staff" and may_handle(person, row),
            "value": getattr(row, "total", None) or getattr(row, "amount", None) or None,
            "shown_nation": row.nation if self.shows_nation and hasattr(row, "nation") else "",
            "choices": shown,
            "open_step": open_step,
            "failed_form": form,
            "proof": proof,
            "refusal": refusal,
            "turn": [ROLES[role].label for role in steps.whose_turn(row, heard) if role in ROLES],
            "progress": progress(row, kind.hidden_states),
            "papers": [self._shown_paper(paper) for paper in self.papers(person, row)],
            **(told(row) if kind.shows_trail else {}),
            "template": f"portal/{self.name}/cases/{kind.slug}.html",
            **kind.facts(row, person),
        }
        return render(request, "portal/case.html", context, status=status)

    def _shown_row(self, kind: CaseType, row: Any) -> dict[str, Any]:
        cells = [
            (column_label(kind.model, name), name, getattr(row, name)) for name in kind.columns
        ]
        mark = row.get_handling_display() if is_restricted(row.handling) else ""
        return {"case": row, "url": self._url(row), "cells": cells, "mark": mark}

    def _shown_paper(self, paper: Document) -> dict[str, Any]:
        return {
            "title": paper.label,
            "version": paper.version,
            "made_at": paper.made_at,
            "made_by": paper.made_by,
            "size": paper.size,
            "sha256": paper.sha256,
            "handling": paper.get_handling_display(),
            "language": paper.get_language_display(),
            "url": reverse(f"{self.name}:document", args=[paper.pk]),
        }

    def _type(self, slug: str) -> CaseType:
        for kind in self.types:
            if kind.slug == slug:
                return kind
        raise Http404

    def _row(self, kind: CaseType, person: Any, number: str) -> Any:
        row = kind.rows(person).filter(number=number).first()
        if row is None:
            raise Http404
        return row

    def _states(self, kind: CaseType) -> dict[str, str]:
        model: Any = kind.model
        return dict(model._meta.get_field("state").flatchoices)

    def _beginnings(self, kind: CaseType, person: Any) -> list[Step]:
        """Beginnings that a person takes by themselves, not as part of another step."""
        blank = self._blank(kind, person)
        return [
            declared
            for declared in steps.beginnings_of(kind.model).values()
            if form_of(declared).base_fields and declared.may.concerns(person, blank)
        ]

    def _blank(self, kind: CaseType, person: Any) -> Any:
        blank = kind.model()
        for organisation in person.organisations:
            if organisation.nation_id and hasattr(blank, "nation_id"):
                blank.nation_id = organisation.nation_id
        return blank

    def _after(self, act: Act, kind: CaseType, person: Any) -> HttpResponse:
        """On to what the step has opened, if it opened one case; else back to the case."""
        slugs = {known.slug for known in self.types}
        opened = [case for case in act.opened if case.slug() in slugs]
        if len(act.opened) > 1:
            opened = []
        case = opened[0] if opened else act.case
        still_visible = case is not act.case or kind.rows(person).filter(pk=act.case.pk).exists()
        target = self._url(case) if still_visible else reverse(f"{self.name}:desk")
        response = redirect(target)
        response.status_code = STEP_DONE
        return response

    def _url(self, case: Case) -> str:
        return reverse(f"{self.name}:case", args=[case.slug(), case.number])


@dataclass(frozen=True)
class ShownChoice:
    """A step as the page shows it."""

    name: str
    label: str
    help: str
    why_not: str
    form: Any
    url: str
    confirm: bool
    moves: bool
    asks_first: bool
    remark: str = ""

    @classmethod
    def of(
        cls,
        choice: Choice,
        desk: Desk,
        row: Case,
        person: Any,
        bound: Any,
        is_proven: bool,
    ) -> ShownChoice:
        asks = bool(form_of(choice.step).base_fields)
        form = bound or (
            form_for(row, choice.step, person, prefix=None) if asks and choice.is_open else None
        )
        return cls(
            name=choice.name,
            label=choice.label,
            help=choice.help,
            why_not=choice.why_not,
            form=form,
            url=reverse(f"{desk.name}:step", args=[row.slug(), row.number, choice.name]),
            confirm=choice.step.confirm,
            moves=choice.step.awaited or choice.step.answers,
            asks_first=choice.step.signs and not is_proven and bound is None,
            remark=form.remark if form else "",
        )


def _offered(row: Case, person: Any, heard: steps.Heard) -> list[Choice]:
    """What a page offers: first the answer to what has been asked, if anything has."""
    found = steps.choices(row, person, heard)
    answers = [choice for choice in found if choice.step.answers and choice.is_open]
    return [*answers, *(choice for choice in found if not choice.step.answers)]


def _columns(kind: CaseType) -> list[exporting.Column]:
    return [exporting.Column(name, column_label(kind.model, name)) for name in kind.columns]


def column_label(model: type[Case], name: str) -> str:
    return str(capfirst(str(model._meta.get_field(name).verbose_name)))  # type: ignore[union-attr]


ASIDES = {"returned", "on_hold", "not_taken"}
ENDS = steps.SIDEWAYS - ASIDES


def progress(row: Any, hidden: Collection[str] = ()) -> list[dict[str, Any]]:
    """The straight way through the machine, with where the case stands on it.

    A case that stands aside shows where it left the way; one that has ended shows how far it came.
    """
    states = dict(type(row)._meta.get_field("state").flatchoices)
    asides = {*ASIDES, *row.states_not_taken}
    not_shown = {*hidden} - {row.state}
    way = [state for state in states if state not in {*ENDS, *asides, *not_shown}]
    if row.state in ENDS:
        way = [*_passed(row, way), row.state]
    elif row.state in asides:
        left_at = len(_passed(row, way))
        way = [*way[:left_at], row.state, *way[left_at:]]
    position = way.index(row.state)
    return [
        {
            "state": state,
            "label": states[state],
            "is_current": i == position,
            "is_done": i < position,
        }
        for i, state in enumerate(way)
    ]


def _passed(row: Any, way: list[str]) -> list[str]:
    """The part of the way that the case has been on."""
    been = row.states_left()
    last = max((i for i, state in enumerate(way) if state in been), default=-1)
    return way[: last + 1]


def told(row: Any) -> dict[str, Any]:
    """The trail, newest first, and the people in it, each with what they were and did last."""
    trail = shown_trail(row)
    people: dict[tuple[Any, ...], dict[str, Any]] = {}
    for line in trail:
        people.setdefault((line["who"], line["role"], line["organisation"]), line)
    return {"trail": trail, "people": list(people.values())}


def shown_trail(row: Any) -> list[dict[str, Any]]:
    """The trail, newest first, in the reader's words."""
    states = dict(type(row)._meta.get_field("state").flatchoices)
    model: type[Case] = type(row)
    known = steps.steps_of(model) | steps.beginnings_of(model)
    entries = list(row.trail[:MOST_ENTRIES])
    who = names.people(entry.actor_id for entry in entries)
    where = names.organisations(entry.organisation for entry in entries)
    return [
        _shown_entry(entry, states, known)
        | {
            "who": who.get(entry.actor_id, entry.actor_name),
            "organisation": where.get(entry.organisation, entry.organisation),
        }
        for entry in entries
    ]


def _shown_entry(
    entry: Entry, states: Mapping[Any, Any], known: Mapping[str, Step]
) -> dict[str, Any]:
    moved = entry.from_state != entry.to_state
    return {
        "at": entry.at,
        "role": names.role(entry.role),
        "label": known[entry.step].label if entry.step in known else entry.step,
        "from_state": entry.from_state if moved else "",
        "from_label": states.get(entry.from_state, ""),
        "to_state": entry.to_state if moved else "",
        "to_label": states.get(entry.to_state, entry.to_state),
        "note": entry.note,
    }


def _person(request: HttpRequest) -> Any:
    """Whoever the desk's policy has let in: signed in, with a role today."""
    return request.user


def _nation_of(blank: Any) -> dict[str, Any]:
    """A nation's own case begins as theirs, whatever the form says."""
    nation = getattr(blank, "nation_id", None)
    return {"nation_id": nation} if nation else {}


def _version(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
