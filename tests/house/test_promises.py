"""Promises of the database, each broken once: what must never be false is refused whoever writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models import CharField, F, Value
from django.db.utils import IntegrityError
from django.utils import timezone

from api.models import IdempotentCall
from cases.models import ChecklistItem, LiabilityCurve, Rate, ReturnReason, StandardNote, Threshold
from documents import numbers
from documents.models import DocumentNumber
from industry.models import CatalogueCode
from ledger.journals import Row, post
from ledger.models import Account
from notifications.models import Message
from partners.models import Agreement, Handler, Letter
from tests.factories import (
    NET,
    AbsenceFactory,
    ArticleFactory,
    BillFactory,
    ChangeFactory,
    ChargeFactory,
    ContractFactory,
    CostEstimateFactory,
    EmergencyAccessFactory,
    GrantFactory,
    IndicationFactory,
    MakerFactory,
    MembershipFactory,
    NationFactory,
    OrganisationFactory,
    PriceFactory,
    ProposalFactory,
    QuestionFactory,
    QuoteFactory,
    RequestFactory,
    RequisitionFactory,
    ShipmentFactory,
    SubcontractFactory,
    TransferReviewFactory,
    agency,
    firm,
    paper,
    person,
)
from workflow.models import (
    ClockRing,
    ClockStandard,
    Deadline,
    Entry,
    FollowUp,
    Leaf,
    Scheme,
    Separation,
    Side,
    Verification,
)
from workflow.steps import take_within

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)
LONG_BEFORE = date(2000, 1, 1)
WELL_BEFORE = DAY - timedelta(days=2)  # the day before its first is the last of a withdrawn row
NOW = timezone.now


def change(row: Any, **fields: Any) -> None:
    type(row)._base_manager.filter(pk=row.pk).update(**fields)


def again(row: Any, **fields: Any) -> None:
    """A second row with the same words and a key of its own."""
    type(row).objects.create(**_words(row) | fields)


def _words(row: Any) -> dict[str, Any]:
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key
    }


def entry() -> Entry:
    request = RequestFactory(state="submitted")
    return take_within(request, "accept_as_actionable", by=person("case_manager")).entry


def line_again(**fields: Any) -> None:
    Entry(**_words(entry()) | fields).write()


def made_paper(**fields: Any) -> None:
    """A paper as a step makes it."""
    step = entry()
    case = RequestFactory(furnished=False)
    paper(case, "offer", **{"origin": "made", "entry": step, **fields})


def made_twice() -> None:
    step, case = entry(), RequestFactory(furnished=False)
    for version in (1, 2):
        paper(case, "offer", origin="made", entry=step, version=version)


def paper_twice() -> None:
    case = RequestFactory(furnished=False)
    for _ in range(2):
        paper(case, "note")


def received_paper(**fields: Any) -> None:
    paper(RequestFactory(furnished=False), "note", **fields)


def message(**fields: Any) -> None:
    Message.objects.create(
        **{
            "dedupe_key": "key",
            "recipient": person("case_manager"),
            "case_kind": "cases.request",
            "case_id": "00000000-0000-0000-0000-000000000001",
            "notice": "test",
            "language": "en",
            "subject": "test",
            "next_at": NOW(),
            "created_at": NOW(),
            **fields,
        }
    )


def deadline_twice() -> None:
    for _ in range(2):
        Deadline.objects.create(case_id=agency().pk, step="lapse", due_at=NOW())


def follow_up_twice() -> None:
    again(FollowUp.objects.filter(entry=entry()).get(), position=9)


def dropped_while_waiting() -> None:
    FollowUp.objects.filter(entry=entry()).update(dropped_at=NOW())


def second_agency() -> None:
    agency()
    OrganisationFactory(kind="agency")


def review_twice() -> None:
    again(TransferReviewFactory(state="cleared"), number="T2", state="draft")


def rate(**fields: Any) -> None:
    Rate.objects.create(
        **{"code": "deposit", "percent": 1, "valid_from": DAY, "source": "test", **fields}
    )


def threshold(**fields: Any) -> None:
    words = {"code": "bill_approval", "from_amount": 0, "valid_from": DAY, "source": "test"}
    Threshold.objects.create(**words | fields)


def point(**fields: Any) -> None:
    words = {
        "code": "letter",
        "needed": "to_begin",
        "weight": 1,
        "why_ja": "見本",
        "why_en": "test",
    }
    ChecklistItem.objects.create(**words | {"valid_from": DAY, "source": "test"} | fields)


def note(**fields: Any) -> None:
    texts = ("title_ja", "title_en", "text_ja", "text_en", "keeper")
    words = {"code": "quiet", **dict.fromkeys(texts, "Be quiet.")}
    StandardNote.objects.create(**words | {"valid_from": DAY, "source": "test"} | fields)


def curve(**fields: Any) -> None:
    words = {"curve": "steep", "points": "0:0, 50:9, 100:0", "due_days": "03-15"}
    LiabilityCurve.objects.create(**words | {"valid_from": DAY, "source": "test"} | fields)


def return_reason(**fields: Any) -> None:
    words = {"use": "return", "code": "test", "name_ja": "見本", "name_en": "test"}
    ReturnReason.objects.create(**words | {"valid_from": DAY, "source": "test"} | fields)


def code(**fields: Any) -> None:
    words = {"scheme": "control_list", "code": "99", "name_ja": "見本", "name_en": "test"}
    CatalogueCode.objects.create(**words | {"valid_from": DAY, "source": "test"} | fields)


def number(**fields: Any) -> None:
    numbers.give(
        ContractFactory(furnished=False), paper="offer", title="x", addressee="y", decider="z"
    )
    change(DocumentNumber.objects.get(), **fields)


def number_twice() -> None:
    number()
    again(DocumentNumber.objects.get())


def absence(**fields: Any) -> None:
    change(AbsenceFactory(), **fields)


def own_deputy() -> None:
    row = AbsenceFactory()
    change(row, deputy=row.person_id)


def ring(**fields: Any) -> None:
    words = {"case_id": uuid4(), "clock": "test", "run": 1, "what": "remind"}
    ClockRing.objects.create(**words | fields)


def clock(**fields: Any) -> None:
    words = {"clock": "test", "days": 1, "counts": "working", "valid_from": DAY, "source": "test"}
    ClockStandard.objects.create(**words | fields)


def call_twice() -> None:
    by = person("requester")
    for _ in range(2):
        IdempotentCall.objects.create(
            person=by, key="k", owner_code="PH", asked="POST /", sha256=""
        )


def separation(**fields: Any) -> None:
    words = {"group": "test", "side": "one", "duty": "test:one", "scope": "case"}
    Separation.objects.create(**words | {"valid_from": DAY, "source": "test"} | fields)


def other_side() -> None:
    ContractFactory(state="under_approval")
    again(Side.objects.get(group="offer"), side="approve")


def twice(once: Callable[..., None], **fields: Any) -> None:
    once(**fields)
    once(**fields)


def leaf(position: int = 0, **fields: Any) -> None:
    place = {"position": position, "source": "entry", "source_id": 1, "xid": 1, "hash": b"x"}
    Leaf.objects.create(**place | fields)


def leaf_twice() -> None:
    leaf(0)
    leaf(1)


def line_of(made: Any) -> Any:
    return made().lines.first()


def in_state(made: Any) -> Callable[[], None]:
    return lambda: change(made(), state="sleeping")


def in_handling(made: Any) -> Callable[[], None]:
    return lambda: change(made(), handling="cosmic")


def handler_twice() -> None:
    for _ in range(2):
        Handler.objects.create(deal_id=uuid4(), person=person("case_manager"))
    again(Handler.objects.first())


def granted_to_oneself() -> None:
    row = MembershipFactory()
    change(row, granted_by=row.person_id)


def confirmed_by_the_granter() -> None:
    administrator = person()
    change(MembershipFactory(), granted_by=administrator, confirmed_by=administrator)


def asked_for_oneself() -> None:
    row = GrantFactory()
    change(row, asked_by=row.person_id)


def decided_by_the_asker() -> None:
    row = GrantFactory()
    change(row, decided_by=row.asked_by_id, decided_at=NOW(), is_confirmed=True)


def contract_of_another_nation() -> None:
    contract = ContractFactory(furnished=False)
    contract.lines.all().delete()
    change(contract, nation="AU")


def change_of_another_nation() -> None:
    changed = ChangeFactory(furnished=False)
    change(changed, nation="AU")


def version(**fields: Any) -> None:
    """A second one under the code of the first."""
    contract = ContractFactory(state="offered")
    contract.versions.create(**{"code": "A1" if fields else "basic", "content": {}, **fields})


def continued_in_another_nation() -> None:
    other = RequestFactory(nation=NationFactory(code="AU"))
    change(RequestFactory(state="transferred"), continued_in=other)


def continued_in_itself() -> None:
    row = RequestFactory(state="transferred")
    change(row, continued_in=row)


def indication_of_another_nation() -> None:
    indication = IndicationFactory(furnished=False)
    indication.lines.all().delete()
    change(indication, nation="AU")


def requisition_of_another_nation() -> None:
    requisition = RequisitionFactory(furnished=False)
    change(requisition, nation="AU")


def built_on_another_nation() -> None:
    request = RequestFactory(nation=NationFactory(code="AU"))
    change(ContractFactory(), builds_on=ContractFactory(request=request, furnished=False))


def built_on_itself() -> None:
    contract = ContractFactory()
    change(contract, builds_on=contract)


def reversal_in_another_nation() -> None:
    words = {"kind": "test", "subject": "test", "currency": "JPY", "posted_on": DAY, "by": "test"}
    rows = [Row(Account.Code.BANK, Account.Code.DEPOSITS, Decimal(1))]
    journal = post(occasion="t:1", nation="PH", rows=rows, **words)
    post(occasion="t:2", nation="AU", rows=rows, reverses=journal, **words)


def decided_by_the_proposer() -> None:
    row = ProposalFactory()
    change(row, decided_by=row.proposed_by_id, decided_at=NOW(), is_confirmed=True)


PROMISES: dict[str, Callable[[], Any]] = {
    # what belongs to a row of a nation or contractor belongs to the same one
    "cases_requestline_same_owner": lambda: change(line_of(RequestFactory), nation="AU"),
    "cases_request_same_owner": continued_in_another_nation,
    "cases_question_same_owner": lambda: change(QuestionFactory(), nation="AU"),
    "cases_indication_same_owner": indication_of_another_nation,
    "cases_indicationline_same_owner": lambda: change(line_of(IndicationFactory), nation="AU"),
    "cases_contract_same_owner": contract_of_another_nation,
    "cases_contractline_same_owner": lambda: change(line_of(ContractFactory), nation="AU"),
    "cases_change_same_owner": change_of_another_nation,
    "cases_changeline_same_owner": lambda: change(line_of(ChangeFactory), nation="AU"),
    "cases_version_same_owner": lambda: version(nation=NationFactory(code="AU")),
    "cases_requisition_same_owner": requisition_of_another_nation,
    "cases_requisitionline_same_owner": lambda: change(line_of(RequisitionFactory), nation="AU"),
    "cases_contract_same_owner_below": built_on_another_nation,
    "cases_bill_same_owner": lambda: change(BillFactory(), nation="AU"),
    "cases_quoteline_same_owner": lambda: change(
        QuoteFactory(state="submitted").lines.first(), contractor=firm("Other").pk
    ),
    "exports_reviewline_same_owner": lambda: change(line_of(TransferReviewFactory), nation="AU"),
    "exports_shipmentline_same_owner": lambda: change(line_of(ShipmentFactory), nation="AU"),
    "ledger_journal_reverses_same_nation": reversal_in_another_nation,
    # known states
    "cases_request_known_state": in_state(RequestFactory),
    "cases_indication_known_state": in_state(IndicationFactory),
    "cases_contract_known_state": in_state(ContractFactory),
    "cases_change_known_state": in_state(ChangeFactory),
    "cases_requisition_known_state": in_state(RequisitionFactory),
    "cases_subcontract_known_state": in_state(SubcontractFactory),
    "cases_quote_known_state": in_state(QuoteFactory),
    "cases_bill_known_state": in_state(BillFactory),
    "exports_review_known_state": in_state(TransferReviewFactory),
    "exports_shipment_known_state": in_state(ShipmentFactory),
    "notifications_message_known_state": lambda: message(state="lost"),
    "partners_emergency_known_state": in_state(EmergencyAccessFactory),
    # known labels
    "cases_request_known_handling": in_handling(RequestFactory),
    "cases_indication_known_handling": in_handling(IndicationFactory),
    "cases_requisition_known_handling": in_handling(RequisitionFactory),
    "cases_contract_known_handling": in_handling(ContractFactory),
    "cases_change_known_handling": in_handling(ChangeFactory),
    "cases_subcontract_known_handling": in_handling(SubcontractFactory),
    "cases_quote_known_handling": in_handling(QuoteFactory),
    "cases_bill_known_handling": in_handling(BillFactory),
    "exports_review_known_handling": in_handling(TransferReviewFactory),
    "exports_shipment_known_handling": in_handling(ShipmentFactory),
    "partners_emergency_known_handling": in_handling(EmergencyAccessFactory),
    "documents_document_known_handling": lambda: received_paper(handling="cosmic"),
    # requests
    "cases_request_reference_once": lambda: again(RequestFactory(), number="R2"),
    "cases_requestline_once": lambda: again(line_of(RequestFactory)),
    "cases_requestline_positive": lambda: change(line_of(RequestFactory), quantity=0),
    "cases_requestline_says_what": lambda: change(line_of(RequestFactory), article=None),
    "cases_request_actionable_was_submitted": lambda: change(RequestFactory(), actionable_at=NOW()),
    "cases_request_complete_is_actionable": lambda: change(
        RequestFactory(state="submitted"), complete_at=NOW()
    ),
    "cases_request_budget_whole": lambda: change(RequestFactory(), budget_limit=1),
    "cases_checklistitem_once": lambda: twice(point),
    "cases_checklistitem_known_need": lambda: point(needed="for_fun"),
    "cases_checklistitem_weighs": lambda: point(weight=101),
    "cases_checklistitem_ends_after_it_begins": lambda: point(valid_to=WELL_BEFORE),
    "cases_returnreason_once": lambda: twice(return_reason),
    "cases_returnreason_known_use": lambda: return_reason(use="praise"),
    "cases_returnreason_ends_after_it_begins": lambda: return_reason(valid_to=WELL_BEFORE),
    "cases_returnreason_known_doer": lambda: return_reason(whose="fate"),
    "cases_liabilitycurve_once": lambda: twice(curve),
    "cases_liabilitycurve_ends_after_it_begins": lambda: curve(valid_to=WELL_BEFORE),
    "cases_standardnote_once": lambda: twice(note),
    "cases_standardnote_known_kind": lambda: note(kind_of_case="whim"),
    "cases_standardnote_known_condition": lambda: note(condition="rain"),
    "cases_standardnote_stands_somewhere": lambda: note(on_offers=False, on_amendments=False),
    "cases_standardnote_ends_after_it_begins": lambda: note(valid_to=WELL_BEFORE),
    "cases_request_transferred_somewhere": lambda: change(RequestFactory(), state="transferred"),
    "cases_request_continued_elsewhere": continued_in_itself,
    "cases_request_proposed_with_reason": lambda: change(
        RequestFactory(state="submitted"), state="under_approval"
    ),
    "cases_question_once": lambda: again(QuestionFactory()),
    "cases_question_known_side": lambda: QuestionFactory(asked_by="press"),
    "cases_question_answered_whole": lambda: change(QuestionFactory(), answer="Yes."),
    # price and availability
    "cases_indication_adds_up": lambda: change(IndicationFactory(is_estimated=True), total=1),
    "cases_indication_sent_is_dated": lambda: change(IndicationFactory(), state="sent"),
    "cases_indication_one_live_per_request": lambda: again(IndicationFactory(), number="P2"),
    "cases_indicationline_once": lambda: again(line_of(IndicationFactory)),
    "cases_indicationline_positive": lambda: change(line_of(IndicationFactory), quantity=0),
    "cases_indicationline_estimated_whole": lambda: change(
        line_of(IndicationFactory), unit_price=1
    ),
    # contracts
    "cases_contract_adds_up": lambda: change(ContractFactory(is_priced=True), total=1),
    "cases_contract_offer_has_an_end": lambda: change(
        ContractFactory(state="offered"), expires_on=None
    ),
    "cases_contract_one_live_per_request": lambda: again(ContractFactory(), number="C2"),
    "cases_contractline_once": lambda: again(line_of(ContractFactory)),
    "cases_contractline_priced_whole": lambda: change(line_of(ContractFactory), unit_price=1),
    "cases_contractline_part_of_another": lambda: change(
        line_of(ContractFactory), part_of=F("number")
    ),
    "cases_contractline_runs_forward": lambda: change(line_of(ContractFactory), months_from=3),
    "cases_contract_known_kind": lambda: change(ContractFactory(), kind_of_case="whim"),
    "cases_contract_builds_on_another": built_on_itself,
    "cases_contractline_within_ceiling": lambda: change(
        ContractFactory(is_priced=True).lines.first(), drawn=NET * 9
    ),
    "cases_contractline_under_another": lambda: change(
        ContractFactory().lines.get(number=1), under=1
    ),
    # requisitions
    "cases_requisition_priced_has_worth": lambda: change(RequisitionFactory(), state="priced"),
    "cases_requisitionline_once": lambda: again(line_of(RequisitionFactory)),
    "cases_requisitionline_positive": lambda: change(line_of(RequisitionFactory), quantity=0),
    "cases_requisitionline_priced_whole": lambda: change(line_of(RequisitionFactory), unit_price=1),
    # changes and versions
    "cases_change_known_kind": lambda: change(ChangeFactory(), kind_of_change="whim"),
    "cases_change_adds_up": lambda: change(ChangeFactory(), total=1),
    "cases_change_code_once": lambda: again(
        ChangeFactory(state="in_effect"), number="V2", state="draft"
    ),
    "cases_change_one_open": lambda: again(ChangeFactory(), number="V2", code="A2"),
    "cases_change_offer_has_an_end": lambda: change(
        ChangeFactory(state="offered"), expires_on=None
    ),
    "cases_change_in_effect_is_dated": lambda: change(
        ChangeFactory(state="in_effect"), in_effect_at=None
    ),
    "cases_changeline_once": lambda: again(line_of(ChangeFactory)),
    "cases_changeline_part_of_another": lambda: change(line_of(ChangeFactory), part_of=F("number")),
    "cases_changeline_runs_forward": lambda: change(line_of(ChangeFactory), period_to=DAY),
    "cases_changeline_priced_whole": lambda: change(line_of(ChangeFactory), unit_price=None),
    "cases_version_once": version,
    # subcontracts and quotes
    "cases_subcontract_firm_and_amount": lambda: change(SubcontractFactory(), amount=NET),
    "cases_subcontract_progress": lambda: change(SubcontractFactory(), progress_percent=101),
    "cases_subcontract_awarded_to_someone": lambda: change(SubcontractFactory(), awarded_on=DAY),
    "cases_subcontractline_once": lambda: again(line_of(SubcontractFactory)),
    "cases_subcontractline_positive": lambda: change(line_of(SubcontractFactory), quantity=0),
    "cases_costestimate_positive": lambda: change(CostEstimateFactory(), price=0),
    "cases_quote_submitted_has_amount": lambda: change(QuoteFactory(), state="submitted"),
    "cases_quote_one_taken": lambda: again(
        QuoteFactory(state="taken"), number="Q3", contractor_id=firm("Other").pk
    ),
    "cases_quote_one_per_contractor": lambda: again(QuoteFactory(), number="Q2"),
    "cases_quoteline_once": lambda: again(QuoteFactory(state="submitted").lines.first()),
    "cases_quoteline_positive": lambda: change(
        QuoteFactory(state="submitted").lines.first(), unit_price=0
    ),
    # bills and rates
    "cases_bill_amounts": lambda: change(BillFactory(), from_deposit=NET * 9),
    "cases_bill_issued_is_dated": lambda: change(BillFactory(), state="issued"),
    "cases_rate_once": lambda: twice(rate),
    "cases_rate_is_percent": lambda: rate(percent=101),
    "cases_rate_says_something": lambda: rate(percent=None),
    "cases_rate_amount_has_a_currency": lambda: rate(amount=5),
    "cases_rate_ends_after_it_begins": lambda: rate(valid_to=WELL_BEFORE),
    "cases_threshold_once": lambda: twice(threshold),
    "cases_threshold_not_negative": lambda: threshold(from_amount=-1),
    "cases_threshold_ends_after_it_begins": lambda: threshold(valid_to=WELL_BEFORE),
    # exports
    "exports_review_cleared_is_dated": lambda: change(TransferReviewFactory(), state="cleared"),
    "exports_review_one_live_per_request": review_twice,
    "exports_reviewline_once": lambda: again(line_of(TransferReviewFactory)),
    "exports_reviewline_positive": lambda: change(line_of(TransferReviewFactory), quantity=0),
    "exports_shipment_shipped_first": lambda: change(
        ShipmentFactory(state="shipped"), received_on=date(2020, 1, 1)
    ),
    "exports_shipment_received_is_dated": lambda: change(
        ShipmentFactory(state="shipped"), state="received"
    ),
    "exports_shipmentline_once": lambda: again(line_of(ShipmentFactory)),
    "exports_shipmentline_positive": lambda: change(line_of(ShipmentFactory), quantity=0),
    # industry and partners
    # the catalogue
    "industry_article_plain_number": lambda: ArticleFactory(catalogue_number="JP RAD"),
    "industry_article_known_kind": lambda: ArticleFactory(kind="rumour"),
    "industry_article_known_class": lambda: ArticleFactory(item_class="toy"),
    "industry_article_known_sensitivity": lambda: ArticleFactory(sensitivity="none"),
    "industry_article_known_unit": lambda: ArticleFactory(unit="XX"),
    "industry_article_stock_number": lambda: change(
        ArticleFactory(), stock_number=Value("584030123456", CharField())
    ),
    "industry_article_lead_time_of_a_day": lambda: ArticleFactory(lead_months=24),
    "industry_article_known_handling": lambda: ArticleFactory(handling="cosmic"),
    "industry_cataloguecode_once": lambda: again(CatalogueCode.objects.first()),
    "industry_cataloguecode_known_scheme": lambda: code(scheme="colour"),
    "industry_cataloguecode_ends_after_it_begins": lambda: code(valid_to=WELL_BEFORE),
    "industry_articlemaker_once": lambda: again(MakerFactory()),
    "industry_articlemaker_known_role": lambda: MakerFactory(role="copyist"),
    "industry_articlemaker_ends_after_it_begins": lambda: MakerFactory(valid_to=LONG_BEFORE),
    "industry_articleprice_once": lambda: again(PriceFactory()),
    "industry_articleprice_known_basis": lambda: PriceFactory(basis="guess"),
    "industry_articleprice_known_currency": lambda: PriceFactory(currency="XXX"),
    "industry_articleprice_above_zero": lambda: PriceFactory(amount=0),
    "industry_articleprice_ends_after_it_begins": lambda: PriceFactory(valid_to=LONG_BEFORE),
    "industry_nonrecurringcharge_once": lambda: again(ChargeFactory()),
    "industry_nonrecurringcharge_approved": lambda: ChargeFactory(approval=""),
    "industry_nonrecurringcharge_known_currency": lambda: ChargeFactory(currency="XXX"),
    "industry_nonrecurringcharge_above_zero": lambda: ChargeFactory(amount=0),
    "industry_nonrecurringcharge_ends_after_it_begins": lambda: ChargeFactory(valid_to=LONG_BEFORE),
    "partners_nation_iso_code": lambda: NationFactory(code="p1"),
    "partners_agreement_once": lambda: again(Agreement.objects.filter(nation="PH").get()),
    "partners_agreement_signed_first": lambda: change(
        Agreement.objects.filter(nation="PH").get(), in_force_on=date(2000, 1, 1)
    ),
    "partners_letter_known_kind": lambda: Letter.objects.create(
        kind="love", address="a@example.jp", created_at=NOW(), next_at=NOW()
    ),
    "partners_membership_once": lambda: again(MembershipFactory()),
    "partners_membership_known_role": lambda: change(MembershipFactory(), role="king"),
    "partners_membership_ends_after_it_begins": lambda: change(
        MembershipFactory(), valid_to=date(2000, 1, 1)
    ),
    "partners_membership_not_by_oneself": granted_to_oneself,
    "partners_membership_confirmed_by_another": confirmed_by_the_granter,
    "partners_membership_granted_by_two": lambda: change(
        MembershipFactory(role="finance_officer"), granted_by=person()
    ),
    "partners_membership_stands_alone": lambda: person("auditor", "case_manager"),
    "partners_grant_waits_once": lambda: again(GrantFactory(), pk=uuid4()),
    "partners_grant_ends_after_it_begins": lambda: GrantFactory(valid_to=date(2000, 1, 1)),
    "partners_grant_known_role": lambda: GrantFactory(role="king"),
    "partners_grant_not_for_oneself": asked_for_oneself,
    "partners_grant_decided_by_another": decided_by_the_asker,
    "partners_proposal_waits_once": lambda: again(ProposalFactory(), pk=uuid4()),
    "partners_proposal_new_row_or_end": lambda: ProposalFactory(columns={}, last_day=None),
    "partners_proposal_decided_by_another": decided_by_the_proposer,
    "partners_proposal_decided_whole": lambda: change(ProposalFactory(), decided_at=NOW()),
    "partners_grant_decided_whole": lambda: change(GrantFactory(), decided_at=NOW()),
    "partners_organisation_contractor_numbered": lambda: change(firm(), corporate_number=""),
    "partners_organisation_nation_if_foreign": lambda: change(agency(), nation="PH"),
    "partners_organisation_number_once": lambda: again(firm()),
    "partners_organisation_one_agency": second_agency,
    "partners_absence_ends_after_it_begins": lambda: absence(last_day=date(2000, 1, 1)),
    "partners_absence_deputy_is_another": own_deputy,
    "partners_handler_once": handler_twice,
    "partners_emergency_an_hour_at_most": lambda: change(
        EmergencyAccessFactory(), expires_at=NOW() + timedelta(minutes=61)
    ),
    "partners_emergency_has_a_reason": lambda: change(EmergencyAccessFactory(), reason=""),
    # the gate
    "workflow_clockring_known": lambda: ring(what="whistle"),
    "workflow_clockring_once": lambda: twice(ring, case_id=uuid4()),
    "workflow_clockstandard_ends_after_it_begins": lambda: clock(valid_to=WELL_BEFORE),
    "workflow_clockstandard_known_days": lambda: clock(counts="moons"),
    "workflow_clockstandard_once": lambda: twice(clock),
    "workflow_separation_ends_after_it_begins": lambda: separation(valid_to=WELL_BEFORE),
    "workflow_separation_once": lambda: twice(separation),
    "workflow_separation_known_scope": lambda: separation(scope="world"),
    "workflow_side_one_per_person": other_side,
    "workflow_deadline_once": deadline_twice,
    "workflow_entry_one_per_version": lambda: line_again(uid=uuid4()),
    "workflow_entry_uid_key": lambda: line_again(event="signed_in"),
    "workflow_entry_step_of_a_case": lambda: line_again(uid=uuid4(), step="", to_state=""),
    "workflow_followup_once": follow_up_twice,
    "workflow_followup_dropped_after_it_failed": dropped_while_waiting,
    # the seal
    "workflow_scheme_once": lambda: again(Scheme.objects.first()),
    "workflow_leaf_once": leaf_twice,
    "workflow_leaf_known_source": lambda: leaf(source="rumour"),
    "workflow_verification_begun_first": lambda: Verification.objects.create(done_at=NOW()),
    # the doors
    "api_idempotentcall_once": call_twice,
    # papers and messages
    "documents_document_one_per_version": paper_twice,
    "documents_document_made_once": made_twice,
    "documents_document_made_by_a_step": lambda: made_paper(entry=None),
    "documents_document_known_origin": lambda: received_paper(origin="found", entry=entry()),
    "documents_document_known_language": lambda: received_paper(language="fr"),
    "documents_document_not_empty": lambda: received_paper(size=0),
    "documents_document_version_from_one": lambda: received_paper(version=0),
    "documents_document_hashed": lambda: received_paper(sha256="x" * 64),
    "documents_document_nation_named": lambda: received_paper(for_nation=True, owner_code=""),
    "documents_number_known_handling": lambda: number(handling="cosmic"),
    "documents_number_once": number_twice,
    "documents_number_of_its_year": lambda: number(year=1999),
    "documents_number_void_whole": lambda: number(voided_at=NOW()),
    "notifications_message_sent_at_if_sent": lambda: message(state="sent"),
}


# A check that answers NULL lets a row in: pairs of columns are tried half filled, too.
HALF_FILLED: list[tuple[str, Callable[[], Any]]] = [
    (
        "partners_membership_confirmed_by_another",
        lambda: change(MembershipFactory(), confirmed_by=person()),
    ),
    (
        "partners_membership_stands_alone",
        lambda: person("security_officer", "system_administrator"),
    ),
    ("partners_membership_stands_alone", lambda: person("finance_officer", "auditor")),
    ("cases_request_budget_whole", lambda: change(RequestFactory(), budget_currency="JPY")),
    (
        "cases_request_proposed_with_reason",
        lambda: change(
            RequestFactory(state="submitted"), state="under_approval", proposed_code="other"
        ),
    ),
    (
        "cases_request_transferred_somewhere",
        lambda: change(RequestFactory(), continued_in=RequestFactory()),
    ),
    ("cases_question_answered_whole", lambda: change(QuestionFactory(), answered_at=NOW())),
    ("cases_indication_adds_up", lambda: change(IndicationFactory(), total=1)),
    ("cases_indicationline_estimated_whole", lambda: change(line_of(IndicationFactory), months=1)),
    ("cases_contract_adds_up", lambda: change(ContractFactory(is_priced=True), total=None)),
    ("cases_contract_adds_up", lambda: change(ContractFactory(is_priced=True), deposit=None)),
    ("cases_change_adds_up", lambda: change(ChangeFactory(), deposit=None)),
    ("cases_changeline_priced_whole", lambda: change(line_of(ChangeFactory), amount=None)),
    ("cases_change_offer_has_an_end", lambda: change(ChangeFactory(state="offered"), sent_at=None)),
    ("cases_subcontract_firm_and_amount", lambda: change(SubcontractFactory(), contractor=firm())),
    ("cases_contractline_priced_whole", lambda: change(line_of(ContractFactory), amount=1)),
    ("exports_shipment_shipped_first", lambda: change(ShipmentFactory(), received_on=DAY)),
    ("industry_article_lead_time_of_a_day", lambda: ArticleFactory(lead_on=DAY)),
    ("industry_article_lead_time_of_a_day", lambda: ArticleFactory(lead_months=0, lead_on=DAY)),
    ("documents_number_void_whole", lambda: number(void_reason="A misprint.")),
    ("documents_number_void_whole", lambda: number(voided_at=NOW(), voided_by="SUZUKI")),
]


@pytest.mark.parametrize(("name", "broken"), [*sorted(PROMISES.items()), *HALF_FILLED])
def test_database_refuses_what_must_never_be(name: str, broken: Callable[[], Any]) -> None:
    with pytest.raises(IntegrityError, match=f'"{name}"'), transaction.atomic():
        broken()
        connection.check_constraints()  # some are looked at when the transaction ends
