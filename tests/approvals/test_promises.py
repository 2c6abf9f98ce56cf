"""What the database refuses of an approval file, whoever writes: each promise is broken once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.utils import timezone

from approvals.models import (
    ApprovalFile,
    ApprovalRoute,
    Conflict,
    Revision,
    Sight,
    Signature,
    WayStep,
)
from cases.models import Contract
from tests.factories import DRAFTER, ContractFactory, open_approval

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)
WELL_BEFORE = DAY - timedelta(days=2)  # the day before its first is the last of a withdrawn row
HASH = "0" * 64
NOW = timezone.now


def file(state: str = "in_circulation") -> ApprovalFile:
    contract = ContractFactory(state="under_approval", furnished__approval=state)
    return ApprovalFile.objects.get(subject_id=contract.pk)


def change(row: Any, **fields: Any) -> None:
    type(row)._base_manager.filter(pk=row.pk).update(**fields)


def second_open_file() -> None:
    file()
    open_approval(Contract.objects.get(), "foreign_offer")


def sign(**fields: Any) -> Signature:
    of: ApprovalFile = fields.pop("file", None) or file()
    words = {
        "file": of,
        "revision": 1,
        "position": 1,
        "kind": "line",
        "unit": "cases",
        "rank": "director",
        "word": "approved",
        "digest": HASH,
        "prepared_by": of.prepared_by,
        "decided_by": "somebody",
        "decided_by_name": "SOMEBODY",
        "decided_at": NOW(),
    }
    signed: Signature = Signature.objects.create(**words | fields)
    return signed


def signed_twice(**fields: Any) -> None:
    signed = sign()
    sign(file=signed.file, **fields)


def step(position: int = 1) -> WayStep:
    found: WayStep = WayStep.objects.get(file=file(), position=position)
    return found


def acted(by: str = "somebody", **fields: Any) -> dict[str, Any]:
    return {"standing": "approved", "holder_id": by, "acted_at": NOW(), **fields}


def step_again(**fields: Any) -> None:
    words = {"file": file(), "group": 9, "kind": "examination", "unit_id": "board"}
    words |= {"position": 99, "rank": "president", "prepared_by": DRAFTER}
    WayStep.objects.create(**words | fields)


def acted_twice() -> None:
    for one in file().steps.filter(position__lte=2):
        change(one, **acted())


def conflict_twice() -> None:
    of = file()
    for _ in range(2):
        Conflict.objects.create(file=of, actor_id="somebody", actor_name="SOMEBODY", reason="x")


def revision(**fields: Any) -> None:
    words = {"file": fields.get("file") or file(), "number": 2, "sealed_at": NOW(), "digest": HASH}
    Revision.objects.create(**words | fields)


def sight_twice() -> None:
    of = file()
    for number in (1, 2):
        Sight.objects.create(file=of, actor_id="somebody", revision=number, seen_at=NOW())


def route(**fields: Any) -> None:
    words = {"matter": "test", "from_amount": 0, "steps": [], "valid_from": DAY, "source": "test"}
    ApprovalRoute.objects.create(**words | fields)


def route_twice(**fields: Any) -> None:
    route(**fields)
    route(**fields)


PROMISES: dict[str, Callable[[], Any]] = {
    # the file
    "approvals_file_known_state": lambda: change(file(), state="sleeping"),
    "approvals_file_known_handling": lambda: change(file(), handling="cosmic"),
    "approvals_file_one_open": second_open_file,
    "approvals_file_sealed_whole": lambda: change(file(), content_digest=""),
    "approvals_file_decided_is_dated": lambda: change(file(), state="decided"),
    "approvals_file_issued_is_dated": lambda: change(file("awaiting_issue"), state="issued"),
    "approvals_file_void_says_why": lambda: change(file("awaiting_issue"), state="void"),
    # its way
    "approvals_way_in_order": lambda: step_again(position=1),
    "approvals_way_post_once": lambda: step_again(unit_id="cases", rank="director", kind="line"),
    "approvals_way_nobody_twice": acted_twice,
    "approvals_way_four_eyes": lambda: change(step(), **acted(by=DRAFTER)),
    "approvals_way_known_kind": lambda: change(step(), kind="gossip"),
    "approvals_way_known_standing": lambda: change(step(), **acted(standing="asleep")),
    "approvals_way_known_rank": lambda: change(step(), rank="king"),
    "approvals_way_acted_by_somebody": lambda: change(step(), standing="approved"),
    "approvals_way_read_by_somebody": lambda: change(step(), read_at=NOW()),
    "approvals_waystep_maker_as_on_file": lambda: change(step(), prepared_by="somebody else"),
    # signatures
    "approvals_signature_four_eyes": lambda: sign(decided_by=DRAFTER),
    "approvals_signature_maker_as_on_file": lambda: sign(
        prepared_by="somebody else", decided_by=DRAFTER
    ),
    "approvals_signature_per_step": lambda: signed_twice(decided_by="another"),
    "approvals_signature_one_per_person": lambda: signed_twice(position=2),
    "approvals_signature_sealed": lambda: sign(digest="x" * 64),
    # what is kept beside
    "approvals_conflict_once": conflict_twice,
    "approvals_revision_once": lambda: revision(number=1),
    "approvals_revision_sealed": lambda: revision(digest=""),
    "approvals_sight_once": sight_twice,
    # routes
    "approvals_route_once": route_twice,
    "approvals_approvalroute_ends_after_it_begins": lambda: route(valid_to=WELL_BEFORE),
}

# A check that answers NULL lets a row in: pairs of columns are tried half filled, too.
HALF_FILLED: list[tuple[str, Callable[[], Any]]] = [
    ("approvals_file_sealed_whole", lambda: change(file("drafting"), content_digest=HASH)),
    ("approvals_file_decided_is_dated", lambda: change(file("drafting"), state="kept")),
    ("approvals_file_decided_is_dated", lambda: change(file("decided"), decided_at=None)),
    ("approvals_way_acted_by_somebody", lambda: change(step(), **acted(acted_at=None))),
    ("approvals_way_acted_by_somebody", lambda: change(step(), **acted(holder_id=None))),
    ("approvals_way_acted_by_somebody", lambda: change(step(), holder_id="somebody")),
    ("approvals_way_acted_by_somebody", lambda: change(step(), acted_at=NOW())),
    ("approvals_way_read_by_somebody", lambda: change(step(), read_by_id="somebody")),
    (
        "approvals_way_read_by_somebody",
        lambda: change(step(), read_by_id="somebody", read_at=NOW(), awaits_reading=True),
    ),
    ("approvals_route_once", lambda: route_twice(nation_id="PH")),
    ("approvals_route_once", lambda: route_twice(label="company_confidential")),
]


@pytest.mark.parametrize(("name", "broken"), [*sorted(PROMISES.items()), *HALF_FILLED])
def test_database_refuses_what_must_never_be(name: str, broken: Callable[[], Any]) -> None:
    with pytest.raises(IntegrityError, match=f'"{name}"'), transaction.atomic():
        broken()
        connection.check_constraints()  # some are looked at when the transaction ends


def test_file_that_ended_leaves_room_for_another() -> None:
    change(file(), state="withdrawn")

    open_approval(Contract.objects.get(), "foreign_offer")

    assert sorted(ApprovalFile.objects.values_list("state", flat=True)) == [
        "in_circulation",
        "withdrawn",
    ]


def test_whoever_acted_may_read_what_is_circulated_to_their_unit() -> None:
    of = file()
    change(of.steps.get(position=1), **acted())

    WayStep.objects.create(
        file=of,
        position=99,
        group=9,
        kind="circulation",
        unit_id="audit",
        rank="director",
        prepared_by=of.prepared_by,
        **acted(standing="read"),
    )

    assert of.steps.filter(holder_id="somebody").count() == 2
