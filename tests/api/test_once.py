"""The same request many times is one act: every unsafe address, at once, afterwards, changed (T6)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from api import once
from api.models import IdempotentCall
from api.schema import steps_for_partners
from api.v1.kinds import KINDS
from cases.models import Request
from tests.api.conftest import A_PDF, Caller, Problem, caller
from tests.factories import (
    ChangeFactory,
    ContractFactory,
    QuestionFactory,
    RequestFactory,
    ShipmentFactory,
    person,
    today,
    undrawn,
)
from tests.workflow.test_race import MANY, at_once
from workflow.models import Entry, FollowUp
from workflow.steps import steps_of

KEY = "b0f1c6f2-one-act"


@dataclass(frozen=True)
class Unsafe:
    """One unsafe address: where it leads, whose it is, what is sent, and what else might be."""

    role: str
    case: Callable[[], Any] | None
    step: str
    sent: dict[str, Any]
    changed: dict[str, Any]

    @property
    def name(self) -> str:
        return self.step or "begin"

    def address(self, case: Any) -> str:
        if case is None:
            return "/api/v1/requests/"
        return f"/api/v1/{case.slug()}/{case.number}/steps/{self.step}/"


ASKED = {
    "title": "Air-surveillance radars",
    "reference": "DND-2026-118",
    "reference_date": "2026-04-01",
    "purpose": "new_capability",
    "end_user": "Philippine Air Force",
    "end_use": "Watching over the air space",
    "delivery_place": "Manila",
    "needed_by": "2028-03-31",
    "signatory": "CRUZ Maria, Undersecretary",
    "contact": "REYES Jose",
    "funding": "National budget",
    "lines": [{"article": "JP-RAD-001", "quantity": 3}],
}
OTHERS = ASKED | {"title": "Ground radars"}


def drafted() -> Any:
    return RequestFactory(state="draft")


UNSAFE = [
    Unsafe("requester", None, "", ASKED, OTHERS),
    Unsafe("requester", drafted, "revise", ASKED, OTHERS),
    Unsafe("requester", drafted, "attach_letter", {"letter": A_PDF}, {"letter": A_PDF + b"%"}),
    Unsafe(
        "requester",
        drafted,
        "attach_file",
        {"subject": "Map", "file": A_PDF},
        {"subject": "Plan", "file": A_PDF},
    ),
    Unsafe("requester", drafted, "copy", {"reference": "A"}, {"reference": "B"}),
    Unsafe(
        "requester",
        lambda: RequestFactory(state="submitted"),
        "add_details",
        {"concept": "Four sites"},
        {"concept": "Five sites"},
    ),
    Unsafe("requester", drafted, "submit", {}, {"version": 0}),
    Unsafe(
        "requester",
        lambda: RequestFactory(state="submitted"),
        "ask_the_agency",
        {"question": "Which masts?"},
        {"question": "Whose masts?"},
    ),
    Unsafe(
        "requester",
        lambda: QuestionFactory().request,
        "answer_the_agency",
        {"number": "1", "answer": "On Luzon."},
        {"number": "1", "answer": "On Mindanao."},
    ),
    Unsafe("requester", drafted, "withdraw", {"reason": "No funds."}, {"reason": "No."}),
    Unsafe(
        "signatory",
        lambda: ContractFactory(state="offered"),
        "accept",
        {"signed_by": "CRUZ Maria", "version": 0},
        {"signed_by": "CRUZ Mario", "version": 0},
    ),
    Unsafe(
        "signatory",
        lambda: ContractFactory(state="offered"),
        "decline",
        {"reason": "No funds.", "version": 0},
        {"reason": "No.", "version": 0},
    ),
    Unsafe(
        "signatory",
        lambda: ChangeFactory(state="offered"),
        "sign",
        {"signed_by": "CRUZ Maria", "version": 0},
        {"signed_by": "CRUZ Mario", "version": 0},
    ),
    Unsafe(
        "requester",
        lambda: ContractFactory(state="in_execution", kind_of_case="blanket_order"),
        "order",
        {
            "under": "1",
            "reference": "DND-1",
            "lines": [{"article": "JP-RAD-001", "quantity": 1}],
            "version": 0,
        },
        {
            "under": "1",
            "reference": "DND-1",
            "lines": [{"article": "JP-RAD-001", "quantity": 2}],
            "version": 0,
        },
    ),
    Unsafe(
        "requester",
        lambda: ContractFactory(state="in_execution", kind_of_case="blanket_order"),
        "confirm_no_more_orders",
        {},
        {"version": 0},
    ),
    Unsafe("requester", undrawn, "expect_more_orders", {}, {"version": 0}),
    Unsafe("signatory", lambda: ChangeFactory(state="issued"), "acknowledge", {}, {"version": 0}),
    Unsafe(
        "nation_logistics",
        lambda: ContractFactory(state="accepted"),
        "file_end_use_certificate",
        {"certificate": A_PDF},
        {"certificate": A_PDF + b"%"},
    ),
    Unsafe(
        "nation_logistics",
        lambda: ShipmentFactory(state="shipped"),
        "receive",
        {"received_on": today().isoformat(), "received_by": "REYES Jose", "version": 0},
        {"received_on": today().isoformat(), "received_by": "REYES Josefa", "version": 0},
    ),
]


def send(who: Caller, address: str, body: dict[str, Any], key: str = KEY) -> Any:
    """One request; bytes go as a file, in a form."""
    headers = {"Authorization": f"Bearer {who.token}", once.HEADER: key}
    if any(isinstance(value, bytes) for value in body.values()):
        files = {
            name: SimpleUploadedFile("paper.pdf", data, content_type="application/pdf")
            if isinstance(data, bytes)
            else data
            for name, data in body.items()
        }
        return Client().post(address, files, headers=headers)
    return Client().post(address, json.dumps(body), "application/json", headers=headers)


def told(answer: Any) -> tuple[Any, ...]:
    return answer.status_code, answer.content, answer.headers.get("Location")


def test_every_unsafe_address_is_in_this_table() -> None:
    steps = {step.name for kind in KINDS.values() for step in steps_for_partners(kind.model)}

    assert {unsafe.name for unsafe in UNSAFE} == steps | {"begin"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("unsafe", UNSAFE, ids=lambda unsafe: unsafe.name)
def test_one_key_is_one_act_however_often_it_is_sent(unsafe: Unsafe, problem: Problem) -> None:
    case = unsafe.case() if unsafe.case else None
    address, who = unsafe.address(case), caller(person(unsafe.role))

    answers = at_once([lambda: send(who, address, unsafe.sent)] * MANY)
    afterwards = send(who, address, unsafe.sent)
    changed = send(who, address, unsafe.changed)

    assert {told(answer) for answer in answers} == {told(afterwards)}
    assert afterwards.status_code in {200, 201}, afterwards.content
    replayed = [answer.headers.get("Idempotent-Replayed", "") for answer in answers]
    assert sorted(replayed) == ["", *["true"] * (MANY - 1)]
    assert afterwards.headers["Idempotent-Replayed"] == "true"
    assert (changed.status_code, problem(changed)["type"]) == (
        422,
        "urn:problem-type:fms:key-used",
    )
    entries = Entry.objects.filter(actor_id=who.person.actor_id, event="step")
    (entry,) = entries.filter(case_id=case.pk) if case else entries  # a copy begins a draft as well
    assert entry.step == (unsafe.step or "draft")
    declared = steps_of(type(case)).get(entry.step) if case else None
    effects = len(declared.then) if declared else 0
    assert FollowUp.objects.filter(entry=entry).count() == effects
    assert IdempotentCall.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_was_refused_leaves_its_key_free(requester: Caller, problem: Problem) -> None:
    request = RequestFactory(state="draft")
    address = f"/api/v1/requests/{request.number}/steps/withdraw/"

    refused = send(requester, address, {"reason": ""})
    stale = send(requester, address, {"reason": "No funds.", "version": 7})
    kept = list(IdempotentCall.objects.all())
    done = send(requester, address, {"reason": "No funds."})

    assert (refused.status_code, stale.status_code, kept) == (422, 409, [])
    assert done.status_code == 200
    assert "Idempotent-Replayed" not in done.headers


@pytest.mark.django_db(transaction=True)
def test_what_broke_leaves_neither_an_act_nor_a_reply(
    requester: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = RequestFactory(state="draft")
    address = f"/api/v1/requests/{request.number}/steps/withdraw/"

    def broken(_reply: Any) -> str:
        raise RuntimeError("The reply could not be written.")

    with monkeypatch.context() as patch:
        patch.setattr(once, "_written", broken)
        fault = Client(raise_request_exception=False).post(
            address,
            '{"reason": "No funds."}',
            "application/json",
            headers={"Authorization": f"Bearer {requester.token}", once.HEADER: KEY},
        )

    assert fault.status_code == 500
    assert not IdempotentCall.objects.exists()
    assert not Entry.objects.exists()
    assert Request.objects.get().state == "draft"
    assert send(requester, address, {"reason": "No funds."}).status_code == 200


@pytest.mark.django_db
def test_a_key_is_one_persons(requester: Caller, asked: dict[str, Any]) -> None:
    other = caller(person("requester"))

    first = send(requester, "/api/v1/requests/", asked)
    second = send(other, "/api/v1/requests/", asked | {"reference": "DND-2026-119"})

    assert (first.status_code, second.status_code) == (201, 201)
    assert Request.objects.count() == 2


@pytest.mark.django_db
def test_a_key_is_for_one_address(requester: Caller, problem: Problem) -> None:
    one, two = RequestFactory(state="draft"), RequestFactory(state="draft")

    send(requester, f"/api/v1/requests/{one.number}/steps/submit/", {})
    other = send(requester, f"/api/v1/requests/{two.number}/steps/submit/", {})

    assert problem(other)["type"] == "urn:problem-type:fms:key-used"


@pytest.mark.django_db
def test_the_order_of_names_is_no_other_request(requester: Caller, asked: dict[str, Any]) -> None:
    first = send(requester, "/api/v1/requests/", asked)

    again = send(requester, "/api/v1/requests/", dict(reversed(asked.items())))

    assert told(again) == told(first)


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["x" * 129, "two words", "é"])
def test_a_key_is_plain_and_short(
    key: str, requester: Caller, asked: dict[str, Any], problem: Problem
) -> None:
    answer = send(requester, "/api/v1/requests/", asked, key)

    assert problem(answer) == {
        "type": "urn:problem-type:fms:key-needed",
        "title": "The request needs a key of its own",
        "status": 400,
        "detail": "Idempotency-Key must have 1 to 128 letters, digits or signs of ASCII.",
    }


@pytest.mark.django_db
def test_who_signs_must_send_a_key(signatory: Caller, problem: Problem) -> None:
    contract = ContractFactory(state="offered")
    address = f"/api/v1/contracts/{contract.number}/steps/accept/"

    without = send(signatory, address, {"signed_by": "CRUZ"}, key="")

    assert problem(without) == {
        "type": "urn:problem-type:fms:key-needed",
        "title": "The request needs a key of its own",
        "status": 400,
        "detail": "Send this request with the header Idempotency-Key:"
        " a key that you make for each act.",
    }
    assert not Entry.objects.exists()
    assert send(signatory, address, {"signed_by": "CRUZ", "version": 0}).status_code == 200


@pytest.mark.django_db
def test_who_signs_must_say_what_they_have_seen(signatory: Caller, problem: Problem) -> None:
    contract = ContractFactory(state="offered")
    address = f"/api/v1/contracts/{contract.number}/steps/accept/"

    without = send(signatory, address, {"signed_by": "CRUZ"})
    stale = send(signatory, address, {"signed_by": "CRUZ", "version": 7}, key="another")

    assert without.status_code == 422
    assert problem(without)["errors"] == [
        {
            "field": "version",
            "message": "Say which version of the case you sign: it came with the case.",
            "code": "required",
        }
    ]
    assert stale.status_code == 409
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_who_signs_nothing_needs_no_key(requester: Caller) -> None:
    request = RequestFactory(state="draft")

    answer = send(requester, f"/api/v1/requests/{request.number}/steps/submit/", {}, key="")

    assert answer.status_code == 200
    assert not IdempotentCall.objects.exists()
