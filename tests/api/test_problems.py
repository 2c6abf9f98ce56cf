"""What each kind of refusal becomes, and what a step shows of the cases it opened."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.core.exceptions import PermissionDenied, SuspiciousOperation, ValidationError
from django.http import Http404
from django.test import RequestFactory as HttpRequests
from rest_framework import exceptions

from api import problems
from api.shapes import schema_of
from api.v1.steps import opened
from tests.api.conftest import Caller, Problem
from tests.factories import SCREENER, BillFactory, ContractFactory, TransferReviewFactory, person
from workflow.steps import Act, NoSuchStep, NotOpen, NotYours, Refused, Stale, open_step


@pytest.mark.parametrize(
    ("error", "status", "name"),
    [
        (NotYours("no"), 403, "not-yours"),
        (PermissionDenied(), 403, "not-yours"),
        (exceptions.PermissionDenied(), 403, "not-yours"),
        (NotOpen("no"), 409, "not-open"),
        (Refused("no"), 409, "not-open"),
        (Stale("no"), 409, "changed-meanwhile"),
        (NoSuchStep("no"), 404, "not-found"),
        (Http404(), 404, "not-found"),
        (exceptions.NotFound(), 404, "not-found"),
        (ValidationError("no"), 422, "not-valid"),
        (SuspiciousOperation(), 400, "not-understood"),
    ],
)
def test_a_refusal_has_a_status_and_a_name(error: Exception, status: int, name: str) -> None:
    answer = problems.answer(error, {"request": HttpRequests().get("/api/v1/requests/")})

    assert (answer.status_code, answer.data["type"]) == (status, f"urn:problem-type:fms:{name}")


def test_choices_of_a_list_are_described_for_each_item() -> None:
    field = forms.MultipleChoiceField(choices=[("", "—"), ("a", "A"), ("b", "B")], label="Letters")

    assert schema_of(field) == {
        "type": "array",
        "title": "Letters",
        "items": {"type": "string", "enum": ["a", "b"]},
    }


@pytest.mark.django_db
def test_a_long_search_of_the_catalogue_is_refused(requester: Caller, problem: Problem) -> None:
    answer = requester.get("catalogue/", q="x" * 101)

    assert problem(answer)["errors"] == [
        {"field": "q", "message": "At most 100 characters.", "code": "invalid"}
    ]


@pytest.mark.django_db
def test_somebody_the_case_itself_rules_out_is_told_why() -> None:
    officer = person("export_control_officer", id=SCREENER)
    review: Any = TransferReviewFactory(state="under_review")

    with pytest.raises(NotYours, match="Somebody else must do this"):
        open_step(review, "clear", officer)


@pytest.mark.django_db
def test_of_what_a_step_opened_only_the_visible_is_told() -> None:
    offered: Any = ContractFactory(state="offered")
    drafted: Any = BillFactory(contract=offered, state="draft")
    review: Any = TransferReviewFactory()
    everything: list[Any] = [offered, drafted, review]
    act = Act(offered, entry=None, by=None, given={}, opened=everything)

    assert opened(act, person("requester")) == [
        {
            "kind": "contracts",
            "number": offered.number,
            "url": f"/api/v1/contracts/{offered.number}/",
        }
    ]
    assert opened(act, person("requester", nation="AU")) == []
