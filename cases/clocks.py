"""How long the agency takes over a request: clocks that its steps start and stop."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from cases import notices
from workflow.clocks import Clock

ACKNOWLEDGING = Clock(
    "request.acknowledge",
    label=_("acknowledging the request"),
    remind=notices.request_to_acknowledge,
    escalate=notices.request_late,
)
VALIDATING = Clock(
    "request.validate",
    label=_("checking the request"),
    remind=notices.request_to_check,
    escalate=notices.request_late,
)
