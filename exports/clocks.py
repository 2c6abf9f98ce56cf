"""How long a shipment is under way until its nation reports that it has arrived."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from exports import notices
from workflow.clocks import Clock

REPORTING = Clock(
    "shipment.report",
    label=_("report that it has arrived"),
    remind=notices.receipt_due,
    escalate=notices.receipt_late,
)
