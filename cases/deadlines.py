"""Clocks of the case room."""

from __future__ import annotations

from datetime import date
from operator import attrgetter
from typing import Any

from django.utils import timezone

from workflow.deadlines import DueOn
from workflow.models import ClockStandard


def _next_answer(request: Any) -> date | None:
    """The first last day of an answer of which nobody has been reminded."""
    waited_for = request.questions.filter(answered_at=None, reminded_at=None)
    days = waited_for.exclude(due_on=None).order_by("due_on").values_list("due_on", flat=True)
    first: date | None = days.first()
    return first


def last_day_without_orders(contract: Any) -> date | None:
    """On which a contract that is drawn upon counts as ordered out; None where no standard says so."""
    rows = ClockStandard.objects.on(timezone.localdate()).filter(clock="contract.no_orders")
    row: ClockStandard | None = rows.order_by("-valid_from").first()
    if row is None:
        return None
    last = contract.requisitions.order_by("-opened_at").values_list("opened_at", flat=True).first()
    return row.plain().last_day(timezone.localdate(last or contract.accepted_at), 0)


offer_expiry = DueOn("lapse", day=attrgetter("expires_on"))
answer_due = DueOn("remind", day=_next_answer)
