"""What every address of the API does: default deny, known parameters only, the same headers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, cast

from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from api.authentication import ClientOfAPerson
from api.parsers import Multipart, StrictJSON
from api.permissions import PartnerOnly
from api.problems import FieldError, UnknownNames
from api.throttling import PerClient
from partners import policies
from partners.models import Person

REPEATABLE = {"state"}
LONGEST_NAME_TOLD = 80


class OneLanguage(DefaultContentNegotiation):
    """JSON it is, whatever the client would accept: there is nothing else to choose from."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> Any:
        return renderers[0], renderers[0].media_type


class Door(APIView):
    """An address of the API. `parameters` are the query parameters it knows."""

    policy = policies.token
    authentication_classes = [ClientOfAPerson]
    permission_classes: Sequence[type[BasePermission]] = [PartnerOnly]
    throttle_classes = [PerClient]
    parser_classes = [StrictJSON, Multipart]
    content_negotiation_class = OneLanguage
    metadata_class = None  # OPTIONS would tell what the description tells better

    @property
    def person(self) -> Person:
        """Who is asking: the permission has let nobody else in."""
        return cast("Person", self.request.user)

    @property
    def parameters(self) -> Collection[str]:
        return ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        check_parameters(request, self.parameters)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Content-Language", get_language() or "")
        patch_vary_headers(response, ["Accept-Language", "Authorization"])
        return response


def check_parameters(request: Request, known: Collection[str]) -> None:
    """Refuse what would otherwise be silently ignored: a filter with a typing error shows too much."""
    errors = [
        FieldError(name[:LONGEST_NAME_TOLD], why, code)
        for name, values in request.query_params.lists()
        for why, code in [_objection(name, values, known)]
        if why
    ]
    if errors:
        raise UnknownNames(_("The query parameters cannot be used as given."), errors)


def _objection(name: str, values: list[str], known: Collection[str]) -> tuple[str, str]:
    if name not in known:
        allowed = ", ".join(sorted(known)) or _("none")
        return _("Unknown parameter. Known here: %(known)s.") % {"known": allowed}, "unknown"
    if len(values) > 1 and name not in REPEATABLE:
        return _("Given more than once. Give it once."), "repeated"
    if any("\0" in value for value in values):
        return _("Null characters are not allowed."), "null_characters"
    return "", ""
