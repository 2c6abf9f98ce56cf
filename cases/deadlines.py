"""Clocks of the case room."""

from __future__ import annotations

from datetime import date
from operator import attrgetter
from typing import Any

from workflow.deadlines import DueOn


def _next_answer(request: Any) -> date | None:
    """The first last day of an answer of which nobody has been reminded."""
    waited_for = request.questions.filter(answered_at=None, reminded_at=None)
    days = waited_for.exclude(due_on=None).order_by("due_on").values_list("due_on", flat=True)
    first: date | None = days.first()
    return first


offer_expiry = DueOn("lapse", day=attrgetter("expires_on"))
answer_due = DueOn("remind", day=_next_answer)
