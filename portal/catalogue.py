"""Looking for articles and services: what the staff and the partner desk have in common."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from industry.models import Article

PAGE_SIZE = 50
LONGEST_SEARCH = 100
MOST_OPTIONS = 20


def _or_any(choices: list[tuple[Any, Any]]) -> list[tuple[str, str | Promise]]:
    return [("", _("Any")), *((code, capfirst(label)) for code, label in choices)]


class Search(forms.Form):
    """Which articles; whatever is left open narrows nothing."""

    q = forms.CharField(
        label=_("Number or name"),
        required=False,
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=lambda: _or_any(Article.Kind.choices)
    )
    item_class = forms.ChoiceField(
        label=_("Class"), required=False, choices=lambda: _or_any(Article.ItemClass.choices)
    )

    narrowing = ("kind", "item_class")

    def rows(self, person: Any) -> QuerySet[Article]:
        rows: QuerySet[Article] = Article.objects.visible_to(person)
        if not self.is_valid():
            return rows.none()
        for name in self.narrowing:
            if asked := self.cleaned_data[name]:
                rows = rows.filter(**{name: asked})
        found: QuerySet[Article] = rows.found_by(self.cleaned_data["q"])  # type: ignore[attr-defined]
        return found


def page_of(rows: QuerySet[Article], number: str | None) -> Page[Article]:
    return Paginator(rows, PAGE_SIZE).get_page(number)
