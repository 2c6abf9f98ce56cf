"""Every address below the API that is none: it is missing in the API's own way."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from api.doors import Door
from partners import policies


class Nothing(Door):
    policy = policies.anybody
    authentication_classes = []
    permission_classes = [AllowAny]
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise Http404
