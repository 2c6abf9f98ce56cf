"""A file goes along its line of ranks: each once, in order, never the drafter; a return voids it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import connection, transaction
from django.db.utils import IntegrityError

from cases.models import Contract
from tests.factories import TOTAL, ContractFactory, open_approval, person
from workflow import approvals, walls
from workflow.models import ApprovalFile, ApprovalRoute, Signature
from workflow.steps import NotOpen, NotYours, take

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("amount", "ranks"),
    [
        (0, ["director", "department_head"]),
        (99_999_999, ["director", "department_head"]),
        (100_000_000, ["department_head", "executive_director"]),
        (999_999_999, ["department_head", "executive_director"]),
        (1_000_000_000, ["executive_director", "president"]),
    ],
)
def test_route_follows_the_amount(amount: int, ranks: list[str]) -> None:
    assert approvals.route("foreign_offer", Decimal(amount), DAY) == ranks


def test_route_of_a_day_without_one_is_refused() -> None:
    with pytest.raises(NotOpen) as refusal:
        approvals.route("foreign_offer", Decimal(1), date(2026, 3, 31))

    assert str(refusal.value) == (
        "No approval route covers this amount. Add one to the reference data."
    )


def test_route_is_that_of_the_day() -> None:
    rows = ApprovalRoute._base_manager.filter(matter="foreign_offer", from_amount=0)
    rows.update(valid_to=DAY)
    ApprovalRoute.objects.create(
        matter="foreign_offer",
        from_amount=0,
        ranks=["president"],
        valid_from=date(2026, 11, 23),
        source="test",
    )

    found = [approvals.route("foreign_offer", Decimal(1), date(2026, 11, day)) for day in (22, 23)]

    assert found == [["director", "department_head"], ["president"]]


@time_machine.travel("2026-11-22T12:00:00+09:00")
def test_file_is_opened_by_the_drafter_with_its_line() -> None:
    contract = ContractFactory(state="draft", is_priced=True)
    manager = person("case_manager", family_name="Suzuki", given_name="Ichiro")

    take(contract, "put_to_approval", by=manager)

    file = approvals.file_of(contract, "foreign_offer")
    assert file is not None
    assert (file.amount, file.ranks) == (TOTAL, ["director", "department_head"])
    assert (file.prepared_by, file.prepared_by_name) == (str(manager.pk), "SUZUKI Ichiro")
    assert approvals.next_rank(contract, "foreign_offer") == "director"


def test_ranks_sign_in_order_and_then_the_offer_may_go() -> None:
    contract = ContractFactory(state="under_approval")
    director, head = person("director"), person("department_head")

    with pytest.raises(NotYours, match="The next signature is the Director's"):
        take(contract, "approve", by=head)
    take(contract, "approve", by=director)
    with pytest.raises(NotOpen, match="Not approved yet"):
        take(contract, "send_offer", by=person("case_manager"), expires_on=DAY)
    take(contract, "approve", by=head)

    signed = Signature.objects.values_list("level", "rank", "decided_by")
    assert list(signed) == [(0, "director", str(director.pk)), (1, "department_head", str(head.pk))]
    assert approvals.approved("foreign_offer")(contract) == ""
    assert approvals.next_rank(contract, "foreign_offer") is None


def test_drafter_cannot_sign_even_with_the_rank() -> None:
    contract = ContractFactory(state="draft", is_priced=True)
    both = person("case_manager", "director")
    take(contract, "put_to_approval", by=both)

    with pytest.raises(NotYours) as refusal:
        take(contract, "approve", by=both)

    assert str(refusal.value) == (
        "You did this before: pricing or drafting the offer. Somebody else must do this."
    )
    assert Signature.objects.count() == 0


def test_person_with_two_ranks_signs_once() -> None:
    contract = ContractFactory(state="under_approval")
    both = person("director", "department_head")
    take(contract, "approve", by=both)

    with pytest.raises(NotYours) as refusal:
        take(contract, "approve", by=both)

    assert str(refusal.value) == "You have signed already; the next signature is another person's."
    assert Signature.objects.count() == 1


@pytest.mark.parametrize(
    ("step", "given"), [("approve", {}), ("return_to_drafter", {"reason": "Price again."})]
)
def test_who_holds_no_rank_neither_signs_nor_returns(step: str, given: dict[str, str]) -> None:
    contract = ContractFactory(state="under_approval")

    with pytest.raises(NotYours) as refusal:
        take(contract, step, by=person("finance_officer"), **given)

    assert str(refusal.value) == "Your role does not include this step."
    assert Signature.objects.count() == 0


def test_rank_that_is_not_in_the_line_returns_no_file() -> None:
    contract = ContractFactory(state="under_approval")

    with pytest.raises(NotYours, match="Your rank is not in the line of this file"):
        take(contract, "return_to_drafter", by=person("president"), reason="Price again.")

    assert approvals.file_of(contract, "foreign_offer") is not None


def test_signature_names_the_role_of_the_rank_in_the_trail() -> None:
    contract = ContractFactory(state="under_approval")

    act = take(contract, "approve", by=person("office_chief", "director"))

    assert act.entry.role == "director"


def test_return_voids_the_signatures_given_so_far() -> None:
    contract = ContractFactory(state="under_approval")
    take(contract, "approve", by=person("director"))

    take(contract, "return_to_drafter", by=person("department_head"), reason="Price again.")

    assert approvals.file_of(contract, "foreign_offer") is None
    assert Contract.objects.get().state == "draft"
    take(contract, "put_to_approval", by=person("case_manager"))
    assert approvals.next_rank(contract, "foreign_offer") == "director"
    assert [bool(file.returned_at) for file in ApprovalFile.objects.order_by("id")] == [True, False]


def test_cancelling_takes_the_file_back() -> None:
    contract = ContractFactory(state="under_approval")

    take(contract, "cancel", by=person("case_manager"), reason="No budget.")

    assert approvals.file_of(contract, "foreign_offer") is None
    assert approvals.next_rank(contract, "foreign_offer") == ""


# What the database refuses -------------------------------------------------------------------


@pytest.fixture
def file() -> ApprovalFile:
    return open_approval(ContractFactory(state="draft"), "foreign_offer", TOTAL)


def sign(file: ApprovalFile, **fields: object) -> Signature:
    return Signature.objects.create(
        **{
            "file": file,
            "level": 0,
            "rank": "director",
            "prepared_by": file.prepared_by,
            "decided_by": "somebody",
            "decided_by_name": "SOMEBODY",
            **fields,
        }
    )


def test_database_refuses_the_drafters_signature(file: ApprovalFile) -> None:
    with pytest.raises(IntegrityError, match="workflow_signature_four_eyes"):
        sign(file, decided_by=file.prepared_by)


def test_database_refuses_a_misstated_drafter(file: ApprovalFile) -> None:
    with pytest.raises(IntegrityError, match="workflow_signature_maker_as_on_file"):
        sign(file, prepared_by="somebody else", decided_by=file.prepared_by)


def test_database_refuses_a_second_signature_of_one_level(file: ApprovalFile) -> None:
    sign(file)

    with pytest.raises(IntegrityError, match="workflow_signature_per_level"):
        sign(file, decided_by="another")


def test_database_refuses_a_second_signature_of_one_person(file: ApprovalFile) -> None:
    sign(file)

    with pytest.raises(IntegrityError, match="workflow_signature_one_per_person"):
        sign(file, level=1)


def test_database_refuses_a_second_open_file(file: ApprovalFile) -> None:
    case = Contract.objects.get()

    with pytest.raises(IntegrityError, match="workflow_approvalfile_one_open"):
        open_approval(case, "foreign_offer", TOTAL)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE workflow_signature SET decided_by_name = 'OTHER'",
        "DELETE FROM workflow_signature",
        "TRUNCATE workflow_signature",
    ],
)
def test_signatures_refuse_to_be_changed(file: ApprovalFile, change: str) -> None:
    sign(file)

    with walls.within(walls.OWNER), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute(change)
