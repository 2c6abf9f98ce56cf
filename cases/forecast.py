"""What holds up a request or a contract, and whether the day of its clock will be missed for it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import F, QuerySet

from approvals import forecast as approvals
from approvals.forecast import Forecast
from approvals.models import ApprovalFile
from cases import clocks
from cases.models import Contract, Request, Subcontract
from cases.models.contract import SETTLED_SUBCONTRACTS
from exports.models import Shipment, TransferReview
from workflow.clocks import Reading
from workflow.deadlines import readings_of
from workflow.models import Case
from workflow.steps import steps_of

# The step that ends each clock of the agency: what stands against it holds it up.
ENDS = {
    clocks.ACKNOWLEDGING.name: "acknowledge",
    clocks.VALIDATING.name: "accept_as_actionable",
    clocks.ANSWERING.name: "answer",
    clocks.DELIVERING.name: "record_delivery",
    clocks.CLOSING.name: "close",
}
DELIVERED_BY_INDUSTRY = (*SETTLED_SUBCONTRACTS, "accepted", "paid")


def of(case: Any, reading: Reading) -> Forecast | None:
    """None unless a clock of the agency is late, or what it waits for will come too late."""
    if reading.due_on is None or reading.stopped_at or reading.clock.name not in ENDS:
        return None
    model: type[Case] = type(case)
    held_by = held_up_by(case)
    day, blocker = _expected(held_by)
    will_be_late = day is not None and day > reading.due_on
    if not (reading.is_late or will_be_late):
        return None
    if held_by == case:
        end = steps_of(model)[ENDS[reading.clock.name]]
        return Forecast(day, will_be_late, blocker or end.refusal(case))
    return Forecast(day, will_be_late, blocker, held_by)


def held_up_by(case: Request | Contract) -> Case:
    """What the answer to a request or the delivery of a contract waits for now; itself, if nothing else."""
    held = _of_request(case) if isinstance(case, Request) else _of_contract(case)
    found = (rows.first() for rows in held)
    return next((one for one in found if one is not None), case)


def _of_request(request: Request) -> tuple[QuerySet[Any], ...]:
    """The oldest review, contract, or price and availability that is under way."""
    reviews = TransferReview.objects.filter(request_number=request.number)
    under_way = ["draft", "under_approval"]
    return (
        reviews.exclude(state__in=["cleared", "refused", "expired"]).order_by("opened_at"),
        request.contracts.filter(state__in=under_way).order_by("opened_at"),
        request.indications.filter(state__in=under_way).order_by("opened_at"),
    )


def _of_contract(contract: Contract) -> tuple[QuerySet[Any], ...]:
    """While it is in execution the subcontract that delivers last, or the oldest shipment under way."""
    if contract.suspended_at or contract.state != "in_execution":
        return ()
    shipments = Shipment.objects.filter(contract_number=contract.number)
    return (
        contract.subcontracts.exclude(state__in=DELIVERED_BY_INDUSTRY).order_by(
            F("deliver_by").desc(nulls_last=True), "opened_at"
        ),
        shipments.exclude(state="received").order_by("opened_at"),
    )


def _expected(held_by: Any) -> tuple[date | None, str]:
    """When it can be expected, as far as anything says so, and at whose desk it lies."""
    if isinstance(held_by, Subcontract):
        return held_by.deliver_by, str(held_by.contractor or "")
    file = ApprovalFile.objects.filter(subject_id=held_by.pk).order_by("-opened_at").first()
    found = approvals.of(file, next(iter(readings_of(file)), None)) if file else None
    return (found.day, found.blocker) if found else (None, "")
