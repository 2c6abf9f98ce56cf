"""What the API says about itself: OpenAPI for programs, pages for people."""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import cache
from typing import Any

from csp.decorators import csp_update
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.decorators import method_decorator
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

UNSAFE_INLINE = "'unsafe-inline'"


class Description(Door):
    """The OpenAPI description."""

    policy = policies.anybody
    authentication_classes = []
    permission_classes = [AllowAny]

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(described(get_language() or ""))


@cache
def described(language: str) -> dict[str, Any]:
    """The description in the language of the moment, made once: it changes with the program only."""
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    plain: dict[str, Any] = json.loads(json.dumps(schema, cls=DjangoJSONEncoder))
    return plain


@method_decorator(csp_update({"style-src": [UNSAFE_INLINE]}), name="dispatch")
class Pages(SpectacularSwaggerSplitView):
    """The description as pages. The viewer sets styles in place; its scripts are our own files."""

    policy = policies.anybody
    authentication_classes = []
    permission_classes = [AllowAny]
    url_name = "api:description"
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
