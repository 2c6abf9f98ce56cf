"""Lists come in pages that stay put while rows are added: by cursor, newest first."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

from api.problems import FieldError, UnknownNames

MOST = 100


class ByCursor(CursorPagination):
    """`?cursor=` from the `next` link of the page before; `?page_size=` up to 100."""

    page_size = 25
    page_size_query_param = "page_size"
    page_size_query_description: Any = gettext_lazy("Rows per page, from 1 to 100.")
    max_page_size = MOST
    template = None
    parameters = frozenset({"cursor", "page_size"})

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        self._rows: QuerySet[Any] = queryset
        page: Any = super().paginate_queryset(queryset, request, view)
        self.base_url = request.get_full_path()  # links are paths, as everywhere in the answers
        return page

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri-reference", "nullable": True}
        return {
            "type": "object",
            "properties": {"next": link, "previous": link, "results": schema},
            "required": ["next", "previous", "results"],
        }

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        return tuple(view.ordering)

    def get_page_size(self, request: Request) -> int:
        written = request.query_params.get("page_size", str(self.page_size))
        if not (written.isascii() and written.isdigit() and len(written) < 4):
            raise _refusal("page_size", _("Give a whole number from 1 to 100."))
        if not 1 <= int(written) <= MOST:
            raise _refusal("page_size", _("Give a whole number from 1 to 100."))
        return int(written)

    def decode_cursor(self, request: Request) -> Any:
        try:
            cursor = super().decode_cursor(request)
            if cursor is not None and cursor.position is not None:
                self._check_position(str(cursor.position))
        except (NotFound, ValidationError, ValueError):
            raise _refusal("cursor", _("Follow the link of a page; do not make cursors.")) from None
        return cursor

    def _check_position(self, position: str) -> None:
        column = self._rows.model._meta.get_field(self.ordering[0].lstrip("-"))
        column.clean(position, None)


def _refusal(name: str, why: str) -> UnknownNames:
    errors = [FieldError(name, why)]
    return UnknownNames(_("The query parameters cannot be used as given."), errors)
