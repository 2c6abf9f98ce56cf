"""Whoever entered the facts of a review, or put it forward, does not decide on it."""

from __future__ import annotations

from datetime import date

import pytest

from exports.models import TransferReview
from tests.factories import Screener, TransferReviewFactory, open_approval, person
from workflow.steps import NotYours, take

pytestmark = pytest.mark.django_db
FACTS = {
    **dict.fromkeys(["treaty_breach", "unsc_embargo", "conflict_party", "active_fighting"], False),
    "special_circumstances": False,
    "precedent": True,
    "consent_clause": True,
    "assessment": "Nothing stands against it.",
}


def test_officer_who_screened_does_not_clear_though_another_put_it_forward() -> None:
    screener, drafter, third = (person("export_control_officer") for _ in range(3))
    review = TransferReviewFactory(state="draft")
    take(review, "screen", by=screener, **FACTS)
    take(review, "put_to_review", by=drafter)
    open_approval(review, "transfer_review", state="awaiting_issue", drafter=Screener)
    until = date(2100, 1, 1)

    for officer in (screener, drafter):
        with pytest.raises(NotYours, match="Somebody else must do this"):
            take(review, "clear", by=officer, decision="Cleared.", valid_until=until)
    take(review, "clear", by=third, decision="Cleared.", valid_until=until)

    assert TransferReview.objects.get(pk=review.pk).state == "cleared"
