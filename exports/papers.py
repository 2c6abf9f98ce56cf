"""What the papers of the export room say: plain values. The words are in the templates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from documents.papers import AGENCY, NATION, paper

Values = dict[str, Any]


def _nation(case: Any) -> Values:
    return {"name_ja": case.nation.formal_ja, "name_en": case.nation.formal_en}


def _in_both(words: Callable[[], str]) -> str:
    """A word of the house on a bilingual paper: 海上 / sea."""
    with override("ja"):
        japanese = words()
    with override("en"):
        return f"{japanese} / {words()}"


def _lines(case: Any) -> list[Values]:
    return [
        {
            "number": line.number,
            "name_ja": line.name_ja,
            "name_en": line.name_en,
            "quantity": line.quantity,
            "unit": line.unit,
        }
        for line in case.lines.all()
    ]


@paper("transfer_clearance", title=_("Transfer clearance"), audience=AGENCY)
def transfer_clearance(review: Any) -> Values:
    return {
        "nation": _nation(review),
        "title": review.title,
        "request_number": review.request_number,
        "end_user": review.end_user,
        "end_use": review.end_use,
        "lines": _lines(review),
        "rules": list(review.matched_rules),
        "level": _in_both(lambda: review.level_name),
        "assessment": review.assessment,
        "decision": review.decision,
        "decided_on": review.decided_on,
        "valid_until": review.valid_until,
    }


@paper("shipping_notice", title=_("Shipping notice"), audience=NATION)
def shipping_notice(shipment: Any) -> Values:
    return _shipment(shipment)


@paper("handover_receipt", title=_("Handover receipt"), audience=NATION)
def handover_receipt(shipment: Any) -> Values:
    return _shipment(shipment)


def _shipment(shipment: Any) -> Values:
    return {
        "nation": _nation(shipment),
        "title": shipment.title,
        "contract_number": shipment.contract_number,
        "mode": _in_both(shipment.get_mode_display),
        "carrier": shipment.carrier,
        "permit_number": shipment.permit_number,
        "lines": _lines(shipment),
        "shipped_on": shipment.shipped_on,
        "received_on": shipment.received_on,
        "received_by": shipment.received_by,
    }
