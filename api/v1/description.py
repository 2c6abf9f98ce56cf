"""What the API says about itself: OpenAPI for programs, pages for people."""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import cache
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import Door, OneLanguage, check_parameters
from partners import policies


class Description(Door):
    """The OpenAPI description."""

    policy = policies.anybody
    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []  # made once, told to anybody, without asking the database

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(described(get_language() or ""))


@cache
def described(language: str) -> dict[str, Any]:
    """The description in the language of the moment, made once: it changes with the program only."""
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    plain: dict[str, Any] = json.loads(json.dumps(schema, cls=DjangoJSONEncoder))
    return plain


class Pages(SpectacularSwaggerSplitView):
    """The description as pages: the viewer's scripts and styles are our own files, none in place."""

    policy = policies.anybody
    authentication_classes = []
    permission_classes = [AllowAny]
    url_name = "api:description"
    template_name = "api/docs.html"
    parameters: Collection[str] = {"script"}
    content_negotiation_class = OneLanguage

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        check_parameters(request, self.parameters)

    def handle_exception(self, error: Exception) -> Response:
        """A refusal is a problem here too, not a page of the viewer."""
        self.request.accepted_renderer = JSONRenderer()
        self.request.accepted_media_type = JSONRenderer.media_type
        return super().handle_exception(error)
