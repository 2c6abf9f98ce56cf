"""Who may do what in the export room."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from partners import access
from partners.access import Permission, agency, nation


def not_the_drafter(actor: Any, review: Any) -> str:
    if actor.actor_id in {review.drafter_id, review.screener_id}:
        return _("You put this review forward; another officer must decide.")
    return ""


export_control = agency(Permission.REVIEW_WRITE)
deciding_officer = agency(Permission.REVIEW_DECIDE) & not_the_drafter
dispatcher = agency(Permission.SHIPMENT_WRITE)
consignee = nation(Permission.SHIPMENT_RECEIVE)


def reads_reviews(person: Any) -> bool:
    return access.reads_reviews(person)
