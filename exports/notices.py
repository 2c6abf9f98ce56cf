"""Who is told what in the export room. The words are in `templates/notifications/`."""

from __future__ import annotations

from typing import Any

from notifications.notices import notice
from partners.access import Permission as P
from partners.desks import (
    in_their_words,
    officials_with,
    partner_path,
    staff_path,
    staff_with,
)


@notice("review_waits", to=staff_with(P.REVIEW_DECIDE))
def review_waits(review: Any) -> dict[str, Any]:
    return {
        "title": review.title,
        "path": staff_path(review),
        "nation": in_their_words(review.nation),
    }


@notice("transfer_cleared", to=staff_with(P.CONTRACT_WRITE))
def transfer_cleared(review: Any) -> dict[str, Any]:
    return {"title": review.title, "path": staff_path(review), "due_on": review.valid_until}


@notice("transfer_refused", to=staff_with(P.CONTRACT_WRITE))
def transfer_refused(review: Any) -> dict[str, Any]:
    return {"title": review.title, "path": staff_path(review), "reason": review.decision}


@notice("shipment_shipped", to=officials_with(P.SHIPMENT_RECEIVE))
def shipment_shipped(shipment: Any) -> dict[str, Any]:
    return {
        "title": shipment.title,
        "path": partner_path(shipment),
        "items": [in_their_words(line) for line in shipment.lines.all()],
    }


@notice("receipt_due", to=officials_with(P.SHIPMENT_RECEIVE), if_any=True)
def receipt_due(shipment: Any) -> dict[str, Any]:
    return {
        "title": shipment.title,
        "path": partner_path(shipment),
        "items": [in_their_words(line) for line in shipment.lines.all()],
    }


@notice("receipt_late", to=staff_with(P.SHIPMENT_WRITE, P.CONTRACT_WRITE), if_any=True)
def receipt_late(shipment: Any) -> dict[str, Any]:
    return {
        "title": shipment.title,
        "path": staff_path(shipment),
        "nation": in_their_words(shipment.nation),
    }


@notice("shipment_received", to=staff_with(P.SHIPMENT_WRITE, P.CONTRACT_WRITE))
def shipment_received(shipment: Any) -> dict[str, Any]:
    return {"title": shipment.title, "path": staff_path(shipment)}
