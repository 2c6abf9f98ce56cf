"""What of a transfer is put to approval: the amount, what signatures cover, the first cover sheet."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from exports import papers
from partners.models import Agreement
from workflow.approvals import Matter

Values = dict[str, Any]
FACTS = (
    *("treaty_breach", "unsc_embargo", "conflict_party", "active_fighting"),
    *("special_circumstances", "precedent", "consent_clause"),
)


def _review(review: Any) -> Values:
    return {
        "lines": {
            str(line.number): {
                "name_ja": line.name_ja,
                "name_en": line.name_en,
                "item_class": line.item_class,
                "quantity": line.quantity,
            }
            for line in review.lines.all()
        },
        "terms": {
            "nation": review.nation_id,
            "request": review.request_number,
            "end_user": review.end_user,
            "end_use": review.end_use,
        },
        "facts": {name: getattr(review, name) for name in FACTS},
        "screening": {
            "screened_on": review.screened_on,
            "rules": list(review.matched_rules),
            "stops": list(review.stop_rules),
            "level": review.level,
            "assessment": review.assessment,
        },
        "reference": {"agreements": _agreements(review.nation_id)},
    }


def _agreements(nation: str) -> list[str]:
    rows = Agreement.objects.filter(nation=nation).order_by("signed_on")
    return [f"{row.signed_on} / {row.in_force_on or '–'}" for row in rows]


def _review_cover(review: Any) -> dict[str, str]:
    return {
        "purpose": _t("Clear the transfer %(number)s to %(nation)s: %(title)s.")
        % {"number": review.number, "nation": review.nation, "title": review.title},
        "background": _t(
            "End user: %(user)s. Rules of the decision table: %(rules)s. Level: %(level)s. %(assessment)s"
        )
        % {
            "user": review.end_user,
            "rules": ", ".join(review.matched_rules) or "–",
            "level": review.level_name or "–",
            "assessment": review.assessment,
        },
    }


def _preview(review: Any) -> str:
    return papers.transfer_clearance.html(review, timezone.now(), draft=True)


TRANSFER = Matter(
    "transfer_review",
    title=_("transfer review"),
    amount=lambda review: Decimal(0),
    content=_review,
    draft=_review_cover,
    duty="review:decide",
    waits_in="under_review",
    issues="transfer_clearance",
    preview=_preview,
)
