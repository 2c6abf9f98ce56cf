"""Who is told what about people and access. The words are in `templates/notifications/`."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.functional import lazy

from notifications.notices import notice
from partners.access import Permission as P
from partners.desks import everybody_with, staff_path, staff_with
from partners.kinds import label_of


@notice("emergency_opened", to=staff_with(P.EMERGENCY_REVIEW, P.TRAIL_READ))
def emergency_opened(access: Any) -> dict[str, Any]:
    """Neither the title nor the content of the case: whoever reads this may not know of it."""
    return {
        "title": access.title,
        "path": staff_path(access),
        "reason": access.reason,
        "asker": access.person.official_name,
    }


# Reference data ------------------------------------------------------------------------------


def those_who_confirm(proposal: Any) -> list[Any]:
    """Whoever may decide on it, as long as nobody has; never the proposer."""
    if proposal.decided_at:
        return []
    people = everybody_with(P.REFERENCE_CONFIRM)
    return [who for who in people if who.pk != proposal.proposed_by_id]


def the_proposer(proposal: Any) -> list[Any]:
    return [proposal.proposed_by]


def _of_proposal(proposal: Any, **more: Any) -> dict[str, Any]:
    """Its title is put into words only when the reader's language is known."""
    title = lazy(lambda: f"{label_of(proposal.model)}: {proposal.title()}", str)()
    return {"title": title, "path": reverse("proposal", args=[proposal.pk]), **more}


@notice("change_proposed", to=those_who_confirm)
def change_proposed(proposal: Any) -> dict[str, Any]:
    return _of_proposal(proposal, reason=proposal.reason, asker=proposal.proposed_by.official_name)


@notice("change_confirmed", to=the_proposer)
def change_confirmed(proposal: Any) -> dict[str, Any]:
    return _of_proposal(proposal, asker=proposal.decided_by.official_name)


@notice("change_declined", to=the_proposer)
def change_declined(proposal: Any) -> dict[str, Any]:
    return _of_proposal(
        proposal, reason=proposal.decision_reason(), asker=proposal.decided_by.official_name
    )
