"""Rows to begin a test with: people in their roles, articles, and each case type in any state.

    person("requester", nation="PH")            somebody with one role, or with several
    ContractFactory(state="offered")            a case with everything that state stands on
    ContractFactory(state="draft", furnished=False)   the bare row

A factory may start a case in any state; from there only `workflow.steps.take` moves it. A
furnished case is ready for its next step: what the guards of that step ask for is there.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import uuid4

import factory
import time_machine
from django.db import transaction
from django.utils import timezone
from factory.django import DjangoModelFactory
from stdnum.jp import cn

from approvals import going
from approvals.models import ApprovalFile, Signature, WayStep
from cases import content
from cases import models as cases
from cases.models.version import BASIC
from documents.models import Document
from exports import models as exports
from industry.models import Article, ArticleMaker, ArticlePrice, NonrecurringCharge
from ledger.journals import Code, Row, post
from partners.access import ROLES
from partners.models import (
    Absence,
    EmergencyAccess,
    Grant,
    Handler,
    Membership,
    Nation,
    Organisation,
    Person,
    Proposal,
)
from workflow import duties, values
from workflow.approvals import Kind, Standing
from workflow.models import Case
from workflow.steps import case_types, take

UNIT_PRICES = {1: Decimal(1_000_000), 2: Decimal(2_000_000)}
NET = Decimal(5_000_000)
CHARGE = Decimal(160_000)
TOTAL = Decimal(5_160_000)
DEPOSIT = Decimal(1_032_000)
# What the change of the factory adds: one piece more, on a line of its own.
MORE = Decimal(2_000_000)
MORE_CHARGE = Decimal(64_000)
DRAFTER = "00000000-0000-4000-8000-000000000001"
# The line of offers and awards in tests: where a rank is held unless told otherwise.
UNITS = {
    "office_chief": "contracts",
    "director": "cases",
    "department_head": "cases",
    "executive_director": "executive",
    "president": "executive",
    "auditor": "audit",
}
SCREENER = "00000000-0000-4000-8000-000000000002"


_FILES = count(5000)


def today() -> date:
    return timezone.localdate()


# Who -----------------------------------------------------------------------------------------


class NationFactory(DjangoModelFactory[Nation]):
    class Meta:
        model = Nation
        django_get_or_create = ("code",)

    code = "PH"
    name_ja = factory.LazyAttribute(lambda row: f"{row.code}国")
    name_en = factory.LazyAttribute(lambda row: f"Nation {row.code}")
    currency = "USD"
    source = "test"


class OrganisationFactory(DjangoModelFactory[Organisation]):
    """A contractor, unless told otherwise."""

    class Meta:
        model = Organisation

    class Params:
        count = factory.Sequence(int)

    kind = "contractor"
    name_en = factory.LazyAttribute(lambda row: f"{row.kind.capitalize()} {row.count}")
    name_ja = factory.LazyAttribute(lambda row: f"{row.kind}第{row.count}")
    nation = None

    @factory.lazy_attribute
    def corporate_number(self) -> str:
        digits = f"{self.count % 10**12:012d}"
        return cn.calc_check_digit(digits) + digits if self.kind == "contractor" else ""


def agency() -> Organisation:
    """The agency: there is one."""
    found = Organisation.objects.filter(kind="agency").first()
    return found or OrganisationFactory(
        kind="agency", name_en="Equipment Transfer Agency", name_ja="装備移転庁"
    )


def ministry(name: str = "Ministry of Foreign Affairs") -> Organisation:
    found = Organisation.objects.filter(kind="ministry", name_en=name).first()
    return found or OrganisationFactory(kind="ministry", name_en=name)


def office_of(nation: str) -> Organisation:
    """The body of a nation that buys."""
    found = Organisation.objects.filter(kind="nation", nation_id=nation).first()
    return found or OrganisationFactory(
        kind="nation",
        nation=NationFactory(code=nation),
        name_en=f"Procurement office {nation}",
    )


def firm(name: str = "Mitsuba Electric") -> Organisation:
    found = Organisation.objects.filter(kind="contractor", name_en=name).first()
    return found or OrganisationFactory(kind="contractor", name_en=name)


class PersonFactory(DjangoModelFactory[Person]):
    class Meta:
        model = Person

    class Params:
        count = factory.Sequence(int)

    email = factory.LazyAttribute(lambda row: f"person{row.count}@example.jp")
    family_name = factory.LazyAttribute(lambda row: f"Family{row.count}")
    given_name = "Given"
    language = "en"
    password = "!"


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    person = factory.SubFactory(PersonFactory)
    organisation = factory.LazyFunction(agency)
    role = "case_manager"
    valid_from = date(2026, 4, 1)


class AbsenceFactory(DjangoModelFactory[Absence]):
    """Away today and tomorrow."""

    class Meta:
        model = Absence

    person = factory.SubFactory(PersonFactory)
    first_day = factory.LazyFunction(today)
    last_day = factory.LazyFunction(lambda: today() + timedelta(days=1))
    reason = "on leave"
    registered_by = factory.SelfAttribute("person")


class GrantFactory(DjangoModelFactory[Grant]):
    class Meta:
        model = Grant

    person = factory.SubFactory(PersonFactory)
    organisation = factory.LazyFunction(agency)
    role = "finance_officer"
    valid_from = date(2026, 4, 1)
    reason = "Takes over from a colleague."
    asked_by = factory.SubFactory(PersonFactory)


class ProposalFactory(DjangoModelFactory[Proposal]):
    class Meta:
        model = Proposal

    of_kind = "rate"
    columns = factory.LazyFunction(
        lambda: {
            "code": "deposit",
            "percent": "25",
            "valid_from": "2030-04-01",
            "valid_to": None,
            "source": "memo 12",
        }
    )
    instead_of = factory.LazyFunction(
        lambda: cases.Rate.objects.get(code="deposit", valid_to=None).pk
    )
    source = "memo 12"
    reason = "The committee has decided."
    proposed_by = factory.LazyFunction(lambda: person("finance_officer"))


def person(
    *roles: str, nation: str = "PH", firm: Organisation | None = None, **fields: Any
) -> Person:
    """Somebody who holds the roles today, each in the organisation where it belongs.

    `nation` and `firm` say whose official or employee, `unit` where a rank is held (by default in the
    line of offers); `password` makes them able to sign in.
    """
    password, unit = fields.pop("password", None), fields.pop("unit", None)
    who = PersonFactory(**fields)
    for role in roles:
        MembershipFactory(
            person=who,
            organisation=_place_of(role, nation, firm),
            role=role,
            unit_id=(unit or UNITS.get(role)),
        )
    if password:
        who.set_password(password)
        who.save(update_fields=["password"])
    return who


def _place_of(role: str, nation: str, employer: Organisation | None) -> Organisation:
    match ROLES[role].kind:
        case "agency":
            return agency()
        case "ministry":
            return ministry()
        case "nation":
            return office_of(nation)
        case _:
            return employer or firm()


class Somebody:
    """The actor of rows that a factory writes."""

    actor_id = DRAFTER
    actor_name = "DRAFTER Taro"
    role = "case_manager"


class Screener:
    """Export control's own drafter: nobody stands on both sides of a deal."""

    actor_id = SCREENER
    actor_name = "SCREENER Jiro"
    role = "export_control_officer"


# What ----------------------------------------------------------------------------------------


class ArticleFactory(DjangoModelFactory[Article]):
    class Meta:
        model = Article
        django_get_or_create = ("catalogue_number",)

    catalogue_number = factory.Sequence(lambda n: f"JP-TST-{n:03d}")
    name_ja = "試験用無線機"
    name_en = "Test radio"
    kind = "article"
    item_class = "non_weapon"
    source = "test"


class MakerFactory(DjangoModelFactory[ArticleMaker]):
    class Meta:
        model = ArticleMaker

    article = factory.SubFactory(ArticleFactory)
    contractor = factory.LazyFunction(firm)
    role = "prime"
    valid_from = date(2026, 4, 1)
    source = "test"


class PriceFactory(DjangoModelFactory[ArticlePrice]):
    class Meta:
        model = ArticlePrice

    article = factory.SubFactory(ArticleFactory)
    basis = "standard"
    amount = Decimal(1_234_567)
    valid_from = date(2026, 4, 1)
    source = "test"


class ChargeFactory(DjangoModelFactory[NonrecurringCharge]):
    class Meta:
        model = NonrecurringCharge

    article = factory.SubFactory(ArticleFactory)
    amount = Decimal(89_000)
    approval = "装移第12号"
    valid_from = date(2026, 4, 1)
    source = "test"


def radars() -> list[tuple[Article, int]]:
    """What the Philippines asked for, one of the lines shortened: two articles, 3 and 1."""
    return [
        (Article.objects.get(catalogue_number="JP-RAD-001"), 3),
        (Article.objects.get(catalogue_number="JP-RAD-002"), 1),
    ]


def paper(case: Case, kind: str, **fields: Any) -> Document:
    """A paper that came in for a case."""
    return Document.objects.create(
        case_kind=case.kind(),
        case_id=case.pk,
        case_number=case.number,
        **{
            "owner_code": case.owner_code,
            "kind": kind,
            "title": kind.replace("_", " "),
            "language": "en",
            "version": 1,
            "origin": "received",
            "file_name": f"{kind}.pdf",
            "content_type": "application/pdf",
            "size": 4,
            "sha256": sha256(kind.encode()).hexdigest(),
            "made_at": timezone.now(),
            "made_by": Somebody.actor_name,
            "made_by_id": Somebody.actor_id,
            **fields,
        },
    )


# Cases ---------------------------------------------------------------------------------------


class CaseFactory(DjangoModelFactory[Any]):
    """A case and, when furnished, what its state stands on."""

    class Meta:
        abstract = True
        skip_postgeneration_save = True

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **fields: Any) -> Any:
        case = model_class(*args, **fields)
        if case.deal_id is None:
            case.join_deal(_followed_by(case))
        case.save(force_insert=True)
        return case


def _followed_by(case: Any) -> Any:
    """The case that this one follows from; none for a request."""
    for name in ("contract", "request", "subcontract"):
        if hasattr(case, name):
            return getattr(case, name)
    number = getattr(case, "request_number", "")
    return cases.Request.objects.filter(number=number).first()


def stand(case: Any, duty: str, *people: Any) -> None:
    """They have done a duty on the case before."""
    for who in people:
        assert duties.bind(duty, case, who) == ""


# What the request of the factory leaves out, and the checklist asks for.
COMPLETE = {
    "answer_wanted": "offer",
    "support": ["none"],
    "payment_wish": "usual",
    "concept": "Four sites, one centre.",
    "security_plan": "Nothing classified.",
    "offset": "none",
}


class RequestFactory(CaseFactory):
    class Meta:
        model = cases.Request

    number = factory.Sequence(lambda n: f"JP-PH-26-R{n + 5000:04d}")
    nation = factory.SubFactory(NationFactory)
    title = "Air-surveillance radars"
    reference = factory.Sequence(lambda n: f"PAF-{n}")
    reference_date = date(2026, 4, 1)
    purpose = "new_capability"
    end_user = "Philippine Air Force"
    end_use = "Watching over the air space"
    delivery_place = "Manila"
    transport = "to_port"
    needed_by = date(2028, 3, 31)
    funding = "National budget"
    terms_of_sale = "dependable_undertaking"
    signatory = "CRUZ Maria, Undersecretary"
    contact = "REYES Jose"
    submitted_at = factory.Maybe("is_submitted", factory.LazyFunction(timezone.now), None)
    actionable_at = factory.Maybe("is_actionable", factory.LazyFunction(timezone.now), None)

    proposed_code = factory.Maybe("is_proposed", "cannot_be_made", "")
    proposed_reason = factory.Maybe("is_proposed", "The line was closed.", "")
    continued_in = factory.Maybe(
        "is_transferred",
        factory.LazyAttribute(lambda row: RequestFactory(state="submitted", nation=row.nation)),
        None,
    )

    class Params:
        is_submitted = factory.LazyAttribute(lambda row: row.state != "draft")
        is_actionable = factory.LazyAttribute(
            lambda row: row.state in {"actionable", "under_approval", "answered"}
        )
        is_proposed = factory.LazyAttribute(lambda row: row.state == "under_approval")
        is_transferred = factory.LazyAttribute(lambda row: row.state == "transferred")

    state = "draft"

    @factory.post_generation
    def furnished(self: Any, create: bool, extracted: bool | None, **more: Any) -> None:
        """`furnished__approval=...` is the state of the file of its negative answer."""
        if extracted is False:
            return
        add_request_lines(self)
        paper(self, "request_letter", for_nation=True)
        if self.state == "under_approval":
            open_approval(
                self,
                "negative_answer",
                state=more.get("approval", "in_circulation"),
                signed=more.get("signed", ()),
            )


def request_begun(days_ago: int = 0, **fields: Any) -> Any:
    """A request that the agency began to work on so many days ago, by its own step."""
    request = RequestFactory(state="submitted", **fields)
    with time_machine.travel(timezone.now() - timedelta(days=days_ago), tick=False):
        take(request, "accept_as_actionable", by=person("case_manager"))
    return cases.Request.objects.get(pk=request.pk)


class QuestionFactory(DjangoModelFactory[cases.Question]):
    """A question of the agency, open, unless told otherwise."""

    class Meta:
        model = cases.Question

    request = factory.SubFactory(RequestFactory, state="submitted")
    number = factory.LazyAttribute(lambda row: row.request.questions.count() + 1)
    asked_by = "agency"
    asker = "SUZUKI Taro"
    asked_at = factory.LazyFunction(timezone.now)
    text = "At which sites do the radars stand?"
    due_on = factory.LazyFunction(lambda: today() + timedelta(days=10))
    answer = factory.Maybe("is_answered", "On Luzon.", "")
    answerer = factory.Maybe("is_answered", "CRUZ Maria", "")
    answered_at = factory.Maybe("is_answered", factory.LazyFunction(timezone.now), None)

    class Params:
        is_answered = False


class IndicationFactory(CaseFactory):
    """Furnished: the lines of its request, estimated unless it is a draft; its transfer is cleared."""

    class Meta:
        model = cases.Indication

    class Params:
        is_estimated = factory.LazyAttribute(
            lambda row: getattr(row, "state", "draft") in {"under_approval", "sent"}
        )
        is_sent = factory.LazyAttribute(lambda row: row.state == "sent")

    state = "draft"
    number = factory.Sequence(lambda n: f"JP-PH-26-P{n + 5000:04d}")
    request = factory.SubFactory(RequestFactory, state="actionable")
    nation = factory.SelfAttribute("request.nation")
    title = factory.SelfAttribute("request.title")
    net = factory.Maybe("is_estimated", NET, None)
    administrative_percent = factory.Maybe("is_estimated", Decimal("3.2"), None)
    administrative_charge = factory.Maybe("is_estimated", CHARGE, None)
    total = factory.Maybe("is_estimated", TOTAL, None)
    priced_on = factory.Maybe("is_estimated", factory.LazyFunction(today), None)
    sent_at = factory.Maybe("is_sent", factory.LazyFunction(timezone.now), None)

    @factory.post_generation
    def furnished(self: Any, create: bool, extracted: bool | None, **more: Any) -> None:
        """`furnished__approval=...` is the state of its approval file; `furnished__without={...}` leaves out."""
        for line in self.request.lines.all():
            price = UNIT_PRICES[line.number]
            estimate = {"unit_price": price, "amount": price * line.quantity, "months": 24}
            self.lines.create(
                number=line.number,
                article=line.article,
                quantity=line.quantity,
                **(estimate | {"basis": "procurement"} if self.total else {}),
            )
        if extracted is False:
            return
        if "clearance" not in more.get("without", ()):
            clear_transfer(self)
        if self.state == "under_approval":
            open_approval(
                self,
                "price_and_availability",
                state=more.get("approval", "in_circulation"),
                signed=more.get("signed", ()),
            )


def add_request_lines(request: Any) -> None:
    for number, (article, quantity) in enumerate(radars(), start=1):
        request.lines.create(number=number, article=article, quantity=quantity)


class TransferReviewFactory(CaseFactory):
    class Meta:
        model = exports.TransferReview

    number = factory.Sequence(lambda n: f"JP-PH-26-T{n + 5000:04d}")
    nation = factory.SubFactory(NationFactory)
    title = "Air-surveillance radars"
    request_number = factory.Sequence(lambda n: f"JP-PH-25-R{n + 5000:04d}")  # nobody's yet
    end_user = "Philippine Air Force"
    end_use = "Watching over the air space"
    screened_on = factory.LazyFunction(today)
    matched_rules = factory.LazyFunction(lambda: ["D09", "D17"])
    level = 4
    decided_on = factory.Maybe("is_decided", factory.LazyFunction(today), None)
    valid_until = factory.Maybe(
        "is_dated", factory.LazyFunction(lambda: today() + timedelta(days=182)), None
    )

    class Params:
        is_decided = factory.LazyAttribute(
            lambda row: getattr(row, "state", "draft") in {"cleared", "refused", "expired"}
        )
        is_dated = factory.LazyAttribute(
            lambda row: getattr(row, "state", "draft") in {"cleared", "expired"}
        )

    state = "draft"

    @factory.post_generation
    def furnished(self: Any, create: bool, extracted: bool | None, **more: Any) -> None:
        """`furnished__approval=...`: its approval file, in this state."""
        if extracted is False:
            return
        for number, (article, quantity) in enumerate(radars(), start=1):
            self.lines.create(
                number=number,
                name_ja=article.name_ja,
                name_en=article.name_en,
                item_class=article.item_class,
                quantity=quantity,
                unit=article.unit,
            )
        if self.state != "draft":
            stand(self, "review:draft", Screener())
        if "approval" in more:
            open_approval(
                self,
                "transfer_review",
                state=more["approval"],
                signed=more.get("signed", ()),
                drafter=Screener,
            )


OFFERED = {"offered", "accepted", "in_execution", "delivered", "closed", "lapsed", "declined"}
SIGNED = {"accepted", "in_execution", "delivered", "closed"}
PAID_IN = {"in_execution", "delivered", "closed"}


class ContractFactory(CaseFactory):
    """Furnished: priced, cleared, approved and, further on, supplied, billed and paid."""

    class Meta:
        model = cases.Contract

    class Params:
        is_priced = factory.LazyAttribute(lambda row: row.state != "draft")
        is_offered = factory.LazyAttribute(lambda row: row.state in OFFERED)
        is_signed = factory.LazyAttribute(lambda row: row.state in SIGNED)
        is_paid_in = factory.LazyAttribute(lambda row: row.state in PAID_IN)

    state = "draft"
    number = factory.Sequence(lambda n: f"JP-PH-26-{n + 5000:04d}")
    request = factory.SubFactory(
        RequestFactory,
        state=factory.LazyAttribute(
            lambda row: "answered" if row.factory_parent.is_offered else "actionable"
        ),
    )
    nation = factory.SelfAttribute("request.nation")
    title = factory.SelfAttribute("request.title")
    net = factory.Maybe("is_priced", NET, None)
    administrative_percent = factory.Maybe("is_priced", Decimal("3.2"), None)
    administrative_charge = factory.Maybe("is_priced", CHARGE, None)
    total = factory.Maybe("is_priced", TOTAL, None)
    deposit = factory.Maybe("is_priced", DEPOSIT, None)
    priced_on = factory.Maybe("is_priced", factory.LazyFunction(today), None)
    offered_at = factory.Maybe("is_offered", factory.LazyFunction(timezone.now), None)
    expires_on = factory.Maybe(
        "is_offered", factory.LazyFunction(lambda: today() + timedelta(days=60)), None
    )
    accepted_at = factory.Maybe("is_signed", factory.LazyFunction(timezone.now), None)
    signed_by = factory.Maybe("is_signed", "CRUZ Maria, Undersecretary", "")
    deposit_paid = factory.Maybe("is_paid_in", DEPOSIT, None)

    @factory.post_generation
    def furnished(self: Any, create: bool, extracted: bool | None, **more: Any) -> None:
        """`furnished__approval=...` is the state of its approval file; `furnished__without={...}` leaves out."""
        add_contract_lines(self)
        if self.state in OFFERED:
            keep_basic_version(self)
        without = more.get("without", ())
        if extracted is False:
            return
        if "clearance" not in without:
            clear_transfer(self)
        if self.total and self.state in {"draft", "under_approval"} and "quote" not in without:
            SubcontractFactory(contract=self, state="solicited", contractor=firm(), amount=NET)
        if self.state == "draft":
            return
        reached = "issued" if self.state in OFFERED else "in_circulation"
        if self.state in {"under_approval", *OFFERED} and "approval" not in without:
            open_approval(
                self,
                "foreign_offer",
                state=more.get("approval", reached),
                signed=more.get("signed", ()),
            )
        if self.state in PAID_IN and "deposit" not in without:
            book_deposit(self)
        if self.state in {"delivered", "closed"}:
            settle(self, without)


class ChangeFactory(CaseFactory):
    """An amendment that adds a third line, by today's rates; furnished: approved and, further on, in effect."""

    class Meta:
        model = cases.Change

    class Params:
        is_sent = factory.LazyAttribute(lambda row: row.state not in {"draft", "under_approval"})
        is_taken_in = factory.LazyAttribute(lambda row: row.state in {"issued", "in_effect"})

    state = "draft"
    number = factory.Sequence(lambda n: f"JP-PH-26-V{n + 5000:04d}")
    contract = factory.SubFactory(ContractFactory, state="in_execution")
    nation = factory.SelfAttribute("contract.nation")
    title = factory.SelfAttribute("contract.title")
    kind_of_change = factory.LazyAttribute(
        lambda row: "modification" if row.state == "issued" else "amendment"
    )
    code = factory.LazyAttribute(lambda row: row.kind_of_change[0].upper() + "1")
    purpose = "A second mobile radar."
    net = NET + MORE
    administrative_percent = Decimal("3.2")
    administrative_charge = CHARGE + MORE_CHARGE
    total = TOTAL + MORE + MORE_CHARGE
    deposit = DEPOSIT
    priced_on = factory.LazyFunction(today)
    sent_at = factory.Maybe("is_sent", factory.LazyFunction(timezone.now), None)
    expires_on = factory.Maybe(
        "is_sent", factory.LazyFunction(lambda: today() + timedelta(days=60)), None
    )
    in_effect_at = factory.Maybe("is_taken_in", factory.LazyFunction(timezone.now), None)

    @factory.post_generation
    def furnished(self: Any, create: bool, extracted: bool | None, **more: Any) -> None:
        """`furnished__approval=...`: its approval file, in this state; `furnished__without`: "clearance"."""
        if extracted is False:
            return
        article = Article.objects.get(catalogue_number="JP-RAD-002")
        self.lines.create(
            number=3,
            article=article,
            quantity=1,
            unit_price=MORE,
            amount=MORE,
            rates_on=today(),
            basis="quote of the maker",
        )
        if "clearance" not in more.get("without", ()):
            clear_change(self)
        reached = "issued" if self.sent_at else "in_circulation"
        if self.state in {"under_approval", "offered", "issued", "in_effect"}:
            open_approval(self, "amendment", state=more.get("approval", reached))


ON_ORDER = Decimal(250_000)


class RequisitionFactory(CaseFactory):
    """One line of two radios, under the first ceiling of a blanket order in execution.

    `furnished__without=["clearance"]`: the order was not cleared for radios.
    """

    class Meta:
        model = cases.Requisition

    class Params:
        is_priced = factory.LazyAttribute(lambda row: row.state in {"priced", "accepted"})

    state = "submitted"
    number = factory.Sequence(lambda n: f"JP-PH-26-D{n + 5000:04d}")
    contract = factory.SubFactory(
        ContractFactory, state="in_execution", kind_of_case="blanket_order"
    )
    nation = factory.SelfAttribute("contract.nation")
    title = factory.SelfAttribute("contract.title")
    currency = "JPY"
    under = 1
    reference = "DND-REQ-1"
    worth = factory.Maybe("is_priced", 2 * ON_ORDER, None)
    basis = factory.Maybe("is_priced", "catalogue", "")

    @factory.post_generation
    def furnished(self: Any, create: bool, extracted: bool | None, **more: Any) -> None:
        if extracted is False:
            return
        priced, article = self.worth is not None, ArticleFactory(catalogue_number="JP-TST-900")
        self.lines.create(
            number=1,
            article=article,
            quantity=2,
            unit_price=ON_ORDER if priced else None,
            amount=2 * ON_ORDER if priced else None,
        )
        if "clearance" not in more.get("without", ()):
            clear_article(self.contract, article)


def clear_article(contract: Any, article: Article) -> None:
    """It is among what was cleared with the request, if anything was."""
    for review in exports.TransferReview.objects.filter(request_number=contract.request.number):
        review.lines.get_or_create(
            name_en=article.name_en,
            item_class=article.item_class,
            defaults={
                "number": review.lines.count() + 1,
                "name_ja": article.name_ja,
                "quantity": 1,
                "unit": article.unit,
            },
        )


def clear_change(change: Any) -> None:
    """A review of the contract as it is to be, cleared."""
    _review(change, change.lines_after(), "cleared")


def review_requisition(requisition: Any, *, state: str) -> exports.TransferReview:
    """A review of its own."""
    return _review(requisition, requisition.lines.all(), state)


def _review(case: Any, lines: Iterable[Any], state: str) -> exports.TransferReview:
    review = TransferReviewFactory(
        state=state, nation=case.nation, request_number=case.number, furnished=False
    )
    for line in lines:
        review.lines.create(
            number=line.number,
            name_ja=line.article.name_ja,
            name_en=line.article.name_en,
            item_class=line.article.item_class,
            quantity=line.quantity,
            unit=line.article.unit,
        )
    return review


def add_contract_lines(contract: Any) -> None:
    priced = contract.total is not None
    for line in contract.request.lines.all():
        price = UNIT_PRICES[line.number]
        contract.lines.create(
            number=line.number,
            article=line.article,
            quantity=line.quantity,
            unit_price=price if priced else None,
            amount=price * line.quantity if priced else None,
            rates_on=contract.priced_on,
        )


def keep_basic_version(contract: Any) -> None:
    told = values.plain(content.of_contract(cases.Contract.objects.get(pk=contract.pk)))
    contract.versions.create(code=BASIC, content=told)


def clear_transfer(contract: Any) -> exports.TransferReview:
    return TransferReviewFactory(
        state="cleared",
        nation=contract.nation,
        request_number=contract.request.number,
    )


def book_deposit(contract: Any) -> None:
    post(
        occasion=f"deposit:{contract.pk}",
        kind="deposit",
        nation=contract.nation_id,
        currency=contract.currency,
        subject=contract.number,
        rows=[Row(Code.BANK, Code.DEPOSITS, contract.deposit)],
        posted_on=today(),
        by=Somebody.actor_name,
    )


def settle(contract: Any, without: Iterable[str] = ()) -> None:
    """Everything bought, delivered, billed, paid and on file."""
    bought = "accepted" if "closed subcontract" in without else "closed"
    SubcontractFactory(contract=contract, state=bought)
    ShipmentFactory(contract=contract, state="received")
    if "bill" not in without:
        BillFactory(contract=contract, state="issued" if "payment" in without else "paid")
    if "certificate" not in without:
        paper(contract, "end_use_certificate", for_nation=True)


def open_approval(
    case: Any,
    matter: str,
    *,
    state: str = "in_circulation",
    signed: Iterable[Any] = (),
    drafter: Any = Somebody,
    **fields: Any,
) -> ApprovalFile:
    """A file about a case, put forward by its drafter along the route of its amount.

    `signed`: who has acted at the first steps, one after the other. In a state after the decision
    everybody has, in one that awaits it everybody before.
    """
    file = ApprovalFile(
        number=f"JP-APV-26-{next(_FILES):04d}",
        title=case.title,
        matter=matter,
        subject_kind=case.kind(),
        subject_id=case.pk,
        subject_number=case.number,
        nation_id=getattr(case, "nation_id", None),
        amount=0,
        purpose="Send it.",
        background="It was asked for.",
        prepared_by=drafter.actor_id,
        prepared_by_name=drafter.actor_name,
        prepared_role=drafter.role,
        handling=case.handling,
        deal_id=case.deal_id,
        state=state,
        **fields,
    )
    file.amount = file.matter_of.amount(case)
    decided = state in {"decided", "awaiting_issue", "issued", "kept"}
    if decided:
        file.decided_at = timezone.now()
    if state == "issued":
        file.issued_on = today()
    with transaction.atomic():  # sealing keeps a revision, which points to the file
        if state != "drafting":
            file.revision = 1
            file.seal(file.route_today())
        file.save(force_insert=True)
    if state != "drafting":
        going.lay_out(file, file.route_today())
        _act_on(file, list(signed), decided=decided, heard=decided or state == "awaiting_decision")
    kind, _duty = file.matter_of.duty.split(":")
    stand(case, f"{kind}:draft", drafter)
    return file


def _act_on(file: ApprovalFile, signers: list[Any], *, decided: bool, heard: bool) -> None:
    for position, step in enumerate(file.way):
        if step.kind == Kind.CIRCULATION:
            break
        if position < len(signers):
            _sign(file, step, signers[position].actor_id, signers[position].actor_name)
        elif decided or (heard and step.kind != Kind.DECISION):
            _sign(file, step, str(uuid4()), f"SIGNER {position}")
    going.go_on(file)


def _sign(file: ApprovalFile, step: WayStep, who: str, name: str) -> None:
    now = timezone.now()
    step.standing, step.holder_id, step.holder_name = Standing.APPROVED, who, name
    step.arrived_at = step.acted_at = now
    step.save()
    Signature.objects.create(
        file=file,
        revision=file.revision,
        position=step.position,
        kind=step.kind,
        unit=step.unit_id,
        rank=step.rank,
        word=Standing.APPROVED,
        digest=file.content_digest,
        prepared_by=file.prepared_by,
        decided_by=who,
        decided_by_name=name,
        decided_at=now,
    )


CHOSEN = {
    "under_approval",
    "awarded",
    "in_production",
    "delivered",
    "accepted",
    "paid",
    "closed",
    "terminated",
}
AWARDED = CHOSEN - {"under_approval"}
MADE = {"delivered", "accepted", "paid", "closed"}
INSPECTED = {"accepted", "paid", "closed"}


class SubcontractFactory(CaseFactory):
    """Furnished: lines copied; from `solicited` on one quote taken, of a contract in execution."""

    class Meta:
        model = cases.Subcontract

    class Params:
        is_chosen = factory.LazyAttribute(lambda row: row.state in CHOSEN)
        is_awarded = factory.LazyAttribute(lambda row: row.state in AWARDED)
        is_made = factory.LazyAttribute(lambda row: row.state in MADE)
        is_inspected = factory.LazyAttribute(lambda row: row.state in INSPECTED)
        is_paid = factory.LazyAttribute(lambda row: row.state in {"paid", "closed"})

    state = "draft"
    number = factory.Sequence(lambda n: f"JP-SUB-26-{n + 5000:04d}")
    contract = factory.SubFactory(ContractFactory, state="in_execution")
    title = factory.SelfAttribute("contract.title")
    specification = "FPS-3ME, TPS-P14ME"
    contractor = factory.Maybe("is_chosen", factory.LazyFunction(firm), None)
    amount = factory.Maybe("is_chosen", NET, None)
    quote_by = factory.LazyFunction(lambda: today() + timedelta(days=30))
    deliver_by = factory.LazyFunction(lambda: today() + timedelta(days=400))
    awarded_on = factory.Maybe("is_awarded", factory.LazyFunction(today), None)
    delivered_on = factory.Maybe("is_made", factory.LazyFunction(today), None)
    accepted_on = factory.Maybe("is_inspected", factory.LazyFunction(today), None)
    invoice_number = factory.Maybe("is_paid", "INV-1", "")
    paid_on = factory.Maybe("is_paid", factory.LazyFunction(today), None)

    @factory.post_generation
    def furnished(self: Any, create: bool, extracted: bool | None, **more: Any) -> None:
        """`furnished__approval=...` is the state of the award's approval file."""
        for line in self.contract.lines.all():
            self.lines.create(contract_line=line, number=line.number, quantity=line.quantity)
        if extracted is False or self.state == "draft":
            return
        QuoteFactory(
            subcontract=self,
            state="taken" if self.contractor_id else "submitted",
            contractor=self.contractor or firm(),
        )
        if self.state in CHOSEN:
            reached = "in_circulation" if self.state == "under_approval" else "issued"
            open_approval(
                self,
                "subcontract_award",
                state=more.get("approval", reached),
                signed=more.get("signed", ()),
            )


class QuoteFactory(CaseFactory):
    class Meta:
        model = cases.Quote

    class Params:
        is_given = factory.LazyAttribute(lambda row: row.state not in {"invited", "declined"})

    state = "invited"
    number = factory.Sequence(lambda n: f"JP-QUO-26-{n + 5000:04d}")
    subcontract = factory.SubFactory(SubcontractFactory, state="solicited", furnished=False)
    contractor = factory.LazyFunction(firm)
    title = factory.SelfAttribute("subcontract.title")
    quote_by = factory.SelfAttribute("subcontract.quote_by")
    deliver_by = factory.SelfAttribute("subcontract.deliver_by")
    specification = factory.SelfAttribute("subcontract.specification")
    amount = factory.Maybe("is_given", NET, None)
    deliver_on = factory.Maybe(
        "is_given", factory.LazyFunction(lambda: today() + timedelta(days=400)), None
    )
    valid_until = factory.Maybe(
        "is_given", factory.LazyFunction(lambda: today() + timedelta(days=90)), None
    )

    @factory.post_generation
    def furnished(self: Any, create: bool, extracted: bool | None, **_more: Any) -> None:
        if extracted is False:
            return
        for line in self.subcontract.lines.all():
            self.lines.create(
                line=line,
                contractor=self.contractor,
                number=line.number,
                article=line.article,
                quantity=line.quantity,
                unit_price=UNIT_PRICES[line.number] if self.amount else None,
            )


class CostEstimateFactory(DjangoModelFactory[cases.CostEstimate]):
    """The worked example of the cost method, of the first line of a purchase unless a line is given."""

    class Meta:
        model = cases.CostEstimate

    line = factory.LazyFunction(lambda: SubcontractFactory().lines.get(number=1))
    material, processing, direct = Decimal(120_000_000), Decimal(80_000_000), Decimal(20_000_000)
    general_rate, interest_rate, profit_rate = Decimal("8.5"), Decimal("1.2"), Decimal(8)
    variation_rate, variation_base = Decimal(2), "total_cost"
    selling_direct, tax_rate = Decimal(3_000_000), Decimal(10)
    basis = "GCIP of the maker for 2026"
    estimated_on = factory.LazyFunction(today)
    price = Decimal(268_434_400)


class ShipmentFactory(CaseFactory):
    """Furnished: all lines of the contract, under a transfer clearance."""

    class Meta:
        model = exports.Shipment

    class Params:
        contract = factory.SubFactory(ContractFactory, state="in_execution")
        has_left = factory.LazyAttribute(lambda row: row.state != "packed")
        is_there = factory.LazyAttribute(lambda row: row.state == "received")

    state = "packed"
    number = factory.Sequence(lambda n: f"JP-PH-26-S{n + 5000:04d}")
    nation = factory.SelfAttribute("contract.nation")
    title = factory.SelfAttribute("contract.title")
    contract_number = factory.SelfAttribute("contract.number")
    request_number = factory.SelfAttribute("contract.request.number")
    mode = "sea"
    carrier = factory.Maybe("has_left", "Nippon Line", "")
    permit_number = factory.Maybe("has_left", "METI-1", "")
    shipped_on = factory.Maybe("has_left", factory.LazyFunction(today), None)
    received_on = factory.Maybe("is_there", factory.LazyFunction(today), None)
    received_by = factory.Maybe("is_there", "REYES Jose", "")

    @factory.post_generation
    def furnished(self: Any, create: bool, extracted: bool | None, **_more: Any) -> None:
        if extracted is False:
            return
        for line in cases.ContractLine.objects.filter(contract__number=self.contract_number):
            self.lines.create(
                number=line.number,
                name_ja=line.article.name_ja,
                name_en=line.article.name_en,
                quantity=line.quantity,
                unit=line.article.unit,
            )


class BillFactory(CaseFactory):
    """A bill for the whole price, with the deposit set against it; issued and paid ones are booked."""

    class Meta:
        model = cases.Bill

    class Params:
        is_issued = factory.LazyAttribute(lambda row: row.state in {"issued", "paid"})
        is_paid = factory.LazyAttribute(lambda row: row.state == "paid")

    state = "draft"
    number = factory.Sequence(lambda n: f"JP-PH-26-B{n + 5000:04d}")
    contract = factory.SubFactory(ContractFactory, state="in_execution")
    nation = factory.SelfAttribute("contract.nation")
    title = factory.SelfAttribute("contract.title")
    currency = "JPY"
    amount = TOTAL
    from_deposit = DEPOSIT
    due_on = factory.LazyFunction(lambda: today() + timedelta(days=30))
    issued_on = factory.Maybe("is_issued", factory.LazyFunction(today), None)
    paid_on = factory.Maybe("is_paid", factory.LazyFunction(today), None)

    @factory.post_generation
    def furnished(self: Any, create: bool, extracted: bool | None, **more: Any) -> None:
        """`furnished__approval=...`: its approval file, in this state."""
        if extracted is False:
            return
        if "approval" in more:
            open_approval(
                self, "bill_or_refund", state=more["approval"], signed=more.get("signed", ())
            )
        if self.state not in {"issued", "paid"}:
            return
        book_bill(self)
        if self.state == "paid":
            book_payment(self)


def undrawn(**fields: Any) -> Any:
    """A blanket order that was never drawn upon: its whole deposit is left."""
    return ContractFactory(
        state="delivered",
        kind_of_case="blanket_order",
        furnished__without=["bill"],
        **{"no_more_orders_at": timezone.now()} | fields,
    )


def bill_to_issue() -> Any:
    """Its approval file is decided; only its issue remains."""
    return BillFactory(state="under_approval", furnished__approval="awaiting_issue")


class EmergencyAccessFactory(CaseFactory):
    """Somebody has asked to see a case that they do not handle."""

    class Meta:
        model = EmergencyAccess

    state = "open"
    number = factory.Sequence(lambda n: f"JP-EMG-26-{n + 5000:04d}")
    title = "JP-PH-26-R0001"
    person = factory.LazyFunction(lambda: person("case_manager"))
    target_kind = "cases.request"
    target_id = factory.LazyFunction(uuid4)
    reason = "A call at night"
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(minutes=30))


def name_readers(case: Any, *people: Person, label: str = "company_confidential") -> Any:
    """Put a whole deal under a label that names its readers."""
    for model in case_types():
        model._default_manager.filter(deal_id=case.deal_id).update(handling=label)
    for who in people:
        Handler.objects.create(deal_id=case.deal_id, person=who)
    case.handling = label
    return case


def book_bill(bill: Any) -> None:
    charge = min(CHARGE, bill.amount)
    post(
        occasion=f"bill:{bill.pk}",
        kind="bill",
        nation=bill.nation_id,
        currency=bill.currency,
        subject=bill.contract.number,
        rows=[
            Row(Code.RECEIVABLE, Code.SALES, bill.amount - charge),
            Row(Code.RECEIVABLE, Code.ADMINISTRATION, charge),
            Row(Code.DEPOSITS, Code.RECEIVABLE, bill.from_deposit),
        ],
        posted_on=today(),
        memo=bill.number,
        by=Somebody.actor_name,
    )


def book_payment(bill: Any) -> None:
    post(
        occasion=f"bill payment:{bill.pk}",
        kind="bill payment",
        nation=bill.nation_id,
        currency=bill.currency,
        subject=bill.contract.number,
        rows=[Row(Code.BANK, Code.RECEIVABLE, bill.due)],
        posted_on=today(),
        memo=bill.number,
        by=Somebody.actor_name,
    )
