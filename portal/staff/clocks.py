"""The days that a case has to keep, what holds it up, and why one was missed."""

from __future__ import annotations

from typing import Any

from cases import delays, forecast
from workflow.deadlines import readings_of


def running(case: Any) -> list[dict[str, Any]]:
    """The clocks that have a last day and have not come to their end."""
    found = [one for one in readings_of(case) if one.due_on and not one.stopped_at]
    reasons = delays.reasons([case]) if any(one.is_late for one in found) else {}
    return [
        {
            "clock": one,
            "forecast": forecast.of(case, one),
            "reason": reasons.get(one.key),
        }
        for one in found
    ]
