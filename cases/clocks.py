"""How long a request and a contract take: clocks that their steps start, pause and stop."""

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

# The nation's: a letter of offer that is not accepted and paid for in time is none any more.
ACCEPTING = Clock(
    "contract.accept",
    label=_("acceptance of the offer"),
    remind=notices.offer_to_answer,
    own_day=lambda contract: contract.expires_on,
    own_day_only=True,
)
PAYING_DEPOSIT = Clock(
    "contract.deposit",
    label=_("payment of the initial deposit"),
    remind=notices.deposit_due,
    escalate=notices.deposit_late,
    own_day=lambda contract: contract.expires_on,
    own_day_only=True,
)
DELIVERING = Clock(
    "contract.deliver",
    label=_("delivery in full"),
    remind=notices.delivery_due,
    escalate=notices.delivery_late,
    own_day=lambda contract: contract.deliver_by,
    own_day_only=True,
)
CLOSING = Clock(
    "contract.close",
    label=_("closing the case"),
    remind=notices.closing_due,
    escalate=notices.closing_late,
)

# Those whose missed days the agency answers for.
OURS = (ACKNOWLEDGING, VALIDATING, ANSWERING, DELIVERING, CLOSING)
