"""The catalogue for the agency: looked through, read article by article, sent out, and taken in again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.models import Request, RequestLine
from documents import sheets, tables
from documents.fields import PaperField
from documents.sheets import Row
from industry import catalogue
from industry.catalogue import Change, Reading
from industry.models import Article, ArticleMaker
from industry.models.article import CODED
from industry.models.code import names_on
from partners import access, kinds, policies
from partners.access import Permission
from partners.forms import WithReason
from partners.models import Organisation, Person, Proposal
from partners.reading import capacity_in
from portal import exporting
from portal.catalogue import Search, page_of
from portal.identity import Proof, freshly
from portal.templatetags.portal import day
from workflow.forms import make_strict
from workflow.models import Entry
from workflow.steps import Refused
from workflow.trail import record

MOST_ASKED = 5
SHEETS = (".xlsx", ".csv")
LASTS_SECONDS = 24 * 60 * 60
NOT_READABLE = _("What was shown cannot be read any more. Choose the table again.")


class StaffSearch(Search):
    maker = forms.ModelChoiceField(
        label=_("Maker"), required=False, queryset=Organisation.objects.none(), empty_label=_("Any")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        makers = _makers().values("contractor")
        self.fields["maker"].queryset = Organisation.objects.filter(pk__in=makers)  # type: ignore[attr-defined]

    def rows(self, person: Any) -> QuerySet[Article]:
        rows = super().rows(person)
        if self.is_valid() and (maker := self.cleaned_data["maker"]):
            return rows.filter(pk__in=_makers().filter(contractor=maker).values("article"))
        return rows


def listing(request: HttpRequest) -> HttpResponse:
    search = StaffSearch(request.GET)
    rows = search.rows(request.user).prefetch_related(_with_makers())
    context = {
        "search": search,
        "page": page_of(rows, request.GET.get("page")),
        "exports": exporting.ways_out(
            request, lambda extension: reverse("staff:export_catalogue", args=[extension])
        ),
        "may_propose": _may_propose(request),
    }
    return render(request, "portal/staff/catalogue/list.html", context)


def one(request: HttpRequest, article: str) -> HttpResponse:
    row = get_object_or_404(Article.objects.visible_to(request.user), catalogue_number=article)
    waiting = Proposal.objects.waiting().filter(of_kind="article", instead_of=str(row.pk))
    context = {
        "article": row,
        "coded": _in_words(row),
        "makers": row.makers.select_related("contractor"),
        "prices": row.prices.all(),
        "charges": row.charges.all(),
        "asked": _asked_lately(row, request.user),
        "waiting": waiting.first(),
        "may_propose": _may_propose(request),
    }
    return render(request, "portal/staff/catalogue/article.html", context)


def export(request: HttpRequest, extension: str) -> HttpResponse:
    """The articles of the list as a file, written down before they leave. The import takes it back."""
    if extension not in tables.WRITERS:
        raise Http404
    write, content_type = tables.WRITERS[extension]
    title, most = _t("Catalogue"), settings.EXPORT_LIMIT_ROWS
    with transaction.atomic():
        rows = list(StaffSearch(request.GET).rows(request.user)[: most + 1])
        if len(rows) > most:
            told = _t("More than %(most)s articles fit. Narrow the list first.") % {"most": most}
            messages.error(request, told)
            return redirect("staff:catalogue")
        data = write(catalogue.table(title, rows))
        record(
            Entry.Event.EXPORTED,
            by=_person(request),
            capacity=capacity_in(request.user, "agency", "ministry"),
            subject="staff:catalogue",
            given={"filters": request.GET.dict(), "format": extension, "count": len(rows)},
            digest=sha256(data).hexdigest(),
        )
    return exporting.answer(data, title=title, extension=extension, content_type=content_type)


# Taking in -----------------------------------------------------------------------------------


class Import(forms.Form):
    table = PaperField(
        label=_("Table"),
        types=SHEETS,
        help_text=_("XLSX or CSV, with the columns of the export."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        make_strict(self.fields["table"])

    def clean_table(self) -> list[Row]:
        return sheets.rows_of(self.cleaned_data["table"].upload)


class ProposeImport(WithReason):
    """The rows that were shown, signed: whoever has read them proposes just these."""

    rows = forms.CharField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    field_order = ("reason",)

    def prepare(self) -> None:
        make_strict(self.fields["reason"])

    def clean_rows(self) -> list[Row]:
        salt = _salt(cast("Person", self.person))
        try:
            kept = signing.loads(self.cleaned_data["rows"], salt=salt, max_age=LASTS_SECONDS)
        except signing.BadSignature as why:
            raise forms.ValidationError(NOT_READABLE) from why
        return [Row(number, cells) for number, cells in kept]


def take_in(request: HttpRequest) -> HttpResponse:
    """A table is read and compared. Nothing is kept: what would change is shown first."""
    form = Import(request.POST, request.FILES) if request.method == "POST" else Import()
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "portal/staff/catalogue/import.html", {"form": form}, status=status)
    rows = form.cleaned_data["table"]
    return _preview(request, catalogue.read(rows), rows)


def propose(request: HttpRequest, proof: Proof | None = None) -> HttpResponse:
    """What was shown is proposed, article by article, in one go: each a file to be approved."""
    form = ProposeImport(request.POST, person=_person(request))
    is_filled_in = form.is_valid()
    rows = form.cleaned_data.get("rows")
    if rows is None:
        messages.error(request, NOT_READABLE)
        return redirect("staff:import_catalogue")
    reading = catalogue.read(rows)
    if reading.faults or reading.digest != form.cleaned_data.get("seen"):
        changed = _t("The catalogue has changed since this was shown. Look at it again.")
        return _preview(request, reading, rows, refusal=changed, status=409)
    if not is_filled_in or proof:
        return _preview(request, reading, rows, form=form, proof=proof, status=422)
    try:
        made = catalogue.put_forward(
            reading, by=_person(request), reason=form.cleaned_data["reason"]
        )
    except Refused as no:
        return _preview(request, reading, rows, refusal=str(no), status=409)
    count = len(made)
    told = ngettext("%(count)s change is proposed.", "%(count)s changes are proposed.", count) % {
        "count": count
    }
    messages.success(request, told)
    return redirect("reference")


def _preview(
    request: HttpRequest,
    reading: Reading,
    rows: Sequence[Row],
    *,
    form: ProposeImport | None = None,
    proof: Proof | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """What is wrong, or what would be new and what would change, with the form that proposes it."""
    shown = {
        "rows": signing.dumps(list(rows), salt=_salt(_person(request)), compress=True),
        "seen": reading.digest,
    }
    context = {
        "faults": reading.faults,
        "new": [_shown(change) for change in reading.changes if change.before is None],
        "changed": [_shown(change) for change in reading.changes if change.before],
        "same": reading.same,
        "form": form or ProposeImport(initial=shown),
        "proof": proof,
        "refusal": refusal,
    }
    status = 422 if reading.faults else status
    return render(request, "portal/staff/catalogue/preview.html", context, status=status)


def _shown(change: Change) -> dict[str, Any]:
    changed = change.columns
    columns = [column for column in catalogue.columns() if column.name in changed]
    return {
        "row": change.row,
        "article": change.after,
        "columns": [
            {
                "label": kinds.head_of(column),
                "before": change.before and kinds.value_of(change.before, column, day=day),
                "after": kinds.value_of(change.after, column, day=day),
            }
            for column in columns
        ],
    }


# Parts ---------------------------------------------------------------------------------------


def _makers() -> QuerySet[ArticleMaker]:
    rows: QuerySet[ArticleMaker] = ArticleMaker.objects.on(timezone.localdate())
    return rows


def _with_makers() -> Prefetch[str, Any, str]:
    return Prefetch("makers", _makers().select_related("contractor"), to_attr="makers_today")


def _in_words(article: Article) -> Mapping[str, str]:
    """What the codes of an article mean today, by column; "" for one that means nothing today."""
    names = names_on(timezone.localdate())
    return {name: names.get((scheme, getattr(article, name)), "") for name, scheme in CODED.items()}


def _asked_lately(article: Article, person: Any) -> QuerySet[RequestLine]:
    """The last requests for it, among those the person sees."""
    visible = Request.objects.visible_to(person).values("pk")
    rows = RequestLine.objects.filter(article=article, request__in=visible)
    return rows.select_related("request__nation").order_by("-request__opened_at")[:MOST_ASKED]


def _may_propose(request: HttpRequest) -> bool:
    return bool(access.holds(request.user, Permission.REFERENCE_PROPOSE))


def _person(request: HttpRequest) -> Person:
    person: Any = request.user  # the policy has let nobody else in
    return cast("Person", person)


def _salt(person: Person) -> str:
    return f"import of the catalogue by {person.pk}"


PAGES: list[URLPattern] = [
    path("catalogue/", policies.staff(require_GET(listing)), name="catalogue"),
    path(
        "catalogue/export/<slug:extension>/",
        policies.staff(require_GET(export)),
        name="export_catalogue",
    ),
    path(
        "catalogue/import/",
        policies.proposers(require_http_methods(["GET", "POST"])(take_in)),
        name="import_catalogue",
    ),
    path(
        "catalogue/import/propose/",
        policies.proposers(require_POST(freshly(propose))),
        name="propose_import",
    ),
    path("catalogue/<slug:article>/", policies.staff(require_GET(one)), name="article"),
]
