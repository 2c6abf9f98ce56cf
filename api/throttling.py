"""How many requests a client may make in a minute."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView


class PerClient(SimpleRateThrottle):
    """Counted by client, so that two clients of a person do not starve each other."""

    scope = "client"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        client: Any = request.auth
        return f"api-client-{client.application_id}" if client is not None else None
