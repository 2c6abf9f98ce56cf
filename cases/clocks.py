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
ANSWERING = Clock(
    "request.answer",
    label=_("answering the request"),
    remind=notices.request_to_answer,
    escalate=notices.request_late,
    variant=lambda request: request.answer_group,
    own_day=lambda request: request.promised_on,
)
VALIDATING = Clock(
    "request.validate",
    label=_("checking the request"),
    remind=notices.request_to_check,
    escalate=notices.request_late,
)
