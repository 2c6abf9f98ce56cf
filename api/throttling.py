"""How many requests a client may make in a minute, whichever process answers."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from partners import rates


class PerClient(BaseThrottle):
    """Counted by client, so that two clients of a person do not starve each other."""

    seconds = 0

    def allow_request(self, request: Request, view: APIView) -> bool:
        client: Any = request.auth  # the permission has let nobody in without one
        self.seconds = rates.wait("client", client.application_id)
        return not self.seconds

    def wait(self) -> float:
        return float(self.seconds)
