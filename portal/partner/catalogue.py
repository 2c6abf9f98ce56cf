"""The catalogue for a nation: what it can ask for, and under which number.

It shows what a nation needs to ask: no prices, no makers, none of the agency's assessments.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_GET

from industry.models import Article
from industry.models.code import CatalogueCode, names_on
from partners import policies
from portal.catalogue import LONGEST_SEARCH, MOST_OPTIONS, Search, page_of


@policies.nations
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    search = Search(request.GET)
    page = page_of(search.rows(request.user), request.GET.get("page"))
    return render(request, "portal/partner/catalogue/list.html", {"search": search, "page": page})


@policies.nations
@require_GET
def one(request: HttpRequest, article: str) -> HttpResponse:
    row = get_object_or_404(Article.objects.visible_to(request.user), catalogue_number=article)
    names = names_on(timezone.localdate())
    context = {
        "article": row,
        "generic_class": names.get((CatalogueCode.Scheme.GENERIC_CLASS, row.generic_class), ""),
    }
    return render(request, "portal/partner/catalogue/article.html", context)


@policies.nations
@require_GET
def options(request: HttpRequest) -> HttpResponse:
    """The first articles that fit what is typed, as the options below a field."""
    words = request.GET.get("q", "").replace("\0", "")[:LONGEST_SEARCH]
    rows = Article.objects.visible_to(request.user).found_by(words)[:MOST_OPTIONS]
    return render(request, "portal/partner/catalogue/options.html", {"articles": rows})


PAGES: list[URLPattern] = [
    path("catalogue/", listing, name="catalogue"),
    path("catalogue/options/", options, name="catalogue_options"),
    path("catalogue/<slug:article>/", one, name="article"),
]
