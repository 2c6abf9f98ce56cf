"""Each request has an id, told in the answer and known to the lines of the trail it causes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import rfc8785
import time_machine
from django.db import transaction
from django.db.utils import DatabaseError
from django.http import HttpRequest, HttpResponse

from tests.factories import RequestFactory, person
from workflow.models import Entry
from workflow.rights import Capacity
from workflow.steps import take
from workflow.trail import NameTheRequest, current_request_id, record


def test_request_is_named_while_it_is_answered() -> None:
    seen: list[str] = []

    def answer(_request: HttpRequest) -> HttpResponse:
        seen.append(current_request_id())
        return HttpResponse("ok")

    named = NameTheRequest(answer)
    answers = [named(HttpRequest()), named(HttpRequest())]

    assert [response["X-Request-Id"] for response in answers] == seen
    assert len(set(seen)) == 2
    assert current_request_id() == ""


@pytest.mark.django_db
@time_machine.travel(datetime(2026, 11, 22, 3, 0, tzinfo=UTC), tick=False)
def test_line_that_no_step_writes_says_who_did_what_and_why() -> None:
    officer = person("security_officer", family_name="Mori", given_name="Ken")
    case = RequestFactory()

    entry = record(
        Entry.Event.ACCESS_OPENED,
        by=officer,
        capacity=Capacity("security_officer", "Equipment Transfer Agency"),
        case=case,
        subject="partners.person:12",
        note="Recall at night",
        given={"hours": Decimal("1.5")},
    )

    body = Entry.objects.values_list("body", flat=True).get(pk=entry.pk)
    assert json.loads(body) == {
        "v": 1,
        "uid": str(entry.uid),
        "at": "2026-11-22T03:00:00.000000+00:00",
        "event": "access_opened",
        "case": {
            "kind": "cases.request",
            "id": str(case.pk),
            "number": case.number,
            "owner": "PH",
            "version": 0,
        },
        "subject": "partners.person:12",
        "step": "",
        "from": "",
        "to": "",
        "actor": {
            "id": str(officer.pk),
            "name": "MORI Ken",
            "role": "security_officer",
            "organisation": "Equipment Transfer Agency",
            "on_behalf_of": "",
        },
        "note": "Recall at night",
        "given": {"hours": "1.5"},
        "digest": "",
        "opened": "",
        "request": "",
    }
    assert body == rfc8785.dumps(json.loads(body)).decode()
    assert list(case.trail) == []


@pytest.mark.django_db
def test_case_knows_the_states_it_has_left() -> None:
    request = RequestFactory(state="submitted")
    manager = person("case_manager")

    take(request, "accept_as_actionable", by=manager)
    take(request, "withdraw", by=person("requester"), reason="No funds.")

    assert request.states_left() == {"submitted", "actionable"}


@pytest.mark.django_db
def test_line_once_written_is_not_written_again() -> None:
    entry = record(Entry.Event.ACCESS_OPENED, by=person("security_officer"))
    before = entry.body

    entry.note = "something else"
    with pytest.raises((DatabaseError, TypeError)), transaction.atomic():
        entry.save()

    assert Entry.objects.values_list("body", flat=True).get(pk=entry.pk) == before
