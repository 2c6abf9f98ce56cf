"""What a shell, a log and a failing test call a row: enough to find it, and no more of its content."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from django.db.models import Model

from approvals.models import (
    ApprovalFile,
    ApprovalRoute,
    Conflict,
    Revision,
    Sight,
    Signature,
    WayStep,
)
from cases.models import (
    Change,
    ChangeLine,
    Contract,
    ContractLine,
    CostEstimate,
    Indication,
    IndicationLine,
    Question,
    Quote,
    QuoteLine,
    Request,
    RequestLine,
    Requisition,
    RequisitionLine,
    StandardNote,
    Subcontract,
    SubcontractLine,
    Threshold,
    Version,
)
from documents.models import DocumentNumber
from exports.models import ReviewLine, TransferReview
from industry.models import ArticleMaker, ArticlePrice, CatalogueCode, NonrecurringCharge
from ledger.models import Journal
from partners.models import (
    Absence,
    Attempts,
    Grant,
    Handler,
    Letter,
    Membership,
    Organisation,
    Person,
    Unit,
)
from workflow.models import (
    Attestation,
    Checkpoint,
    ClockRing,
    ClockStandard,
    Deadline,
    Entry,
    FollowUp,
    Leaf,
    NumberSeries,
    Scheme,
    Side,
    Verification,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HASH = "0123456789abcdef" * 4
DEAL = UUID(int=7)
WHO = Person(family_name="Cruz", given_name="Maria")
OFFICE = Organisation(name_en="Procurement office")
ROLE = {"person": WHO, "role": "signatory", "organisation": OFFICE}
NAMED: list[tuple[Model, str]] = [
    (ApprovalFile(number="JP-APV-26-0001"), "JP-APV-26-0001"),
    (ApprovalRoute(matter="foreign_offer", from_amount=Decimal(5)), "foreign_offer ≥ 5"),
    (Signature(rank="director", decided_by_name="MORI Jun"), "director: MORI Jun"),
    (
        WayStep(file_id=DEAL, position=2, unit=Unit(name_en="Legal"), rank="director"),
        f"{DEAL} 2: Director, Legal",
    ),
    (Conflict(file_id=DEAL, actor_name="MORI Jun"), f"{DEAL}: MORI Jun"),
    (Revision(file_id=DEAL, number=2), f"{DEAL} 2"),
    (Sight(file_id=DEAL, actor_id="somebody"), f"{DEAL} somebody"),
    (DocumentNumber(year=2026, serial=123), "輸政第123号"),
    (
        Absence(person=WHO, first_day=NOON.date(), last_day=NOON.date()),
        "CRUZ Maria: 2026-11-22 – 2026-11-22",
    ),
    (StandardNote(code="quiet", title_en="Quiet"), "Quiet"),
    (Threshold(code="bill_approval", from_amount=Decimal(5)), "bills that need an approval 5"),
    (ClockStandard(clock="approval.decide", days=10), "approval.decide: 10"),
    (
        ClockRing(case_id=DEAL, clock="approval.decide", what="remind"),
        f"{DEAL} approval.decide remind",
    ),
    (Deadline(case_number="JP-1", step="lapse", due_at=NOON), "JP-1 lapse 2026-11-22"),
    (Entry(step="accept", actor_name="CRUZ Maria"), "accept by CRUZ Maria"),
    (Entry(event=Entry.Event.SIGNED_IN, actor_name="CRUZ Maria"), "signed_in by CRUZ Maria"),
    (FollowUp(entry=Entry(case_number="JP-1"), effect="paper:offer"), "JP-1 paper:offer"),
    (NumberSeries(series="JP-PH-26-", last=7), "JP-PH-26-0007"),
    (Scheme(table_name="cases_rate", number=2), "cases_rate 2"),
    (Attestation(table_name="cases_rate", row_key="5", digest=HASH), "cases_rate 5 0123456789ab"),
    (Leaf(position=3, source="entry", source_id=9), "3: entry 9"),
    (Checkpoint(number=4, size=30, root=HASH), "4: 30 0123456789ab"),
    (Verification(asked_at=NOON), "2026-11-22 12:00"),
    (
        Side(case_number="JP-1", group="offer", side="draft", actor_name="MORI Jun"),
        "JP-1 offer:draft MORI Jun",
    ),
    (Attempts(subject="entrance 1", count=3), "entrance 1: 3"),
    (Grant(**ROLE), "CRUZ Maria: signatory (Procurement office)"),
    (Membership(**ROLE), "CRUZ Maria: signatory (Procurement office)"),
    (Handler(person=WHO, deal_id=DEAL), f"CRUZ Maria {DEAL}"),
    (Letter(kind="account", pk=7), "account 7"),
    (RequestLine(request=Request(number="JP-R1"), number=2), "JP-R1-02"),
    (Question(request=Request(number="JP-R1"), number=2), "JP-R1 question 2"),
    (IndicationLine(indication=Indication(number="JP-P1"), number=2), "JP-P1-02"),
    (RequisitionLine(requisition=Requisition(number="JP-D1"), number=2), "JP-D1-02"),
    (ChangeLine(change=Change(number="JP-V1"), number=2), "JP-V1-02"),
    (Version(contract=Contract(number="JP-1"), code="A1"), "JP-1 A1"),
    (ContractLine(contract=Contract(number="JP-1"), number=2), "JP-1-02"),
    (SubcontractLine(subcontract=Subcontract(number="JP-S1"), number=2), "JP-S1-02"),
    (
        CostEstimate(line=SubcontractLine(subcontract=Subcontract(number="JP-S1"), number=2)),
        "JP-S1-02",
    ),
    (QuoteLine(quote=Quote(number="JP-Q1"), unit_price=Decimal(5)), "JP-Q1: 5"),
    (ReviewLine(review=TransferReview(number="JP-T1"), number=2), "JP-T1-02"),
    (Journal(subject="JP-1", kind="deposit"), "JP-1 deposit"),
    (CatalogueCode(code="1", name_en="weapons"), "1 weapons"),
    (
        ArticleMaker(contractor=OFFICE, role="licensed"),
        "Procurement office (makes it under licence)",
    ),
    (ArticlePrice(basis="market", currency="USD", amount=Decimal(5)), "market price USD 5"),
    (NonrecurringCharge(amount=Decimal(5), approval="装移第12号"), "JPY 5 (装移第12号)"),
]


@pytest.mark.parametrize(
    ("row", "name"), NAMED, ids=[f"{type(row).__name__}-{name}" for row, name in NAMED]
)
def test_row_is_called(row: Model, name: str) -> None:
    assert str(row) == name
