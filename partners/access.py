"""Rights as data: permissions, the roles that carry them, and the rules a step names in `may=`.

Read a rule as a sentence: `agency(Permission.OFFER_SEND)` is "somebody of the agency whose role
carries offer:send"; `nation(...)` is "somebody of the case's own nation", `contractor(...)`
"somebody of the case's own contractor". `&` adds a condition about this very case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from workflow import handling, walls
from workflow.rights import Capacity, Right
from workflow.walls import Context

if TYPE_CHECKING:
    from partners.models import Membership, Person
    from workflow.models import Case


class Permission(StrEnum):
    CASE_READ = "case:read"
    CASE_READ_ALL = "case:read_all"
    REQUEST_WRITE = "request:write"
    REQUEST_CHECK = "request:check"
    REVIEW_WRITE = "review:write"
    REVIEW_DECIDE = "review:decide"
    REVIEW_READ = "review:read"
    CONTRACT_WRITE = "contract:write"
    OFFER_SEND = "offer:send"
    OFFER_ACCEPT = "offer:accept"
    CERTIFICATE_FILE = "certificate:file"
    APPROVAL_DECIDE = "approval:decide"
    SUBCONTRACT_SOLICIT = "subcontract:solicit"
    SUBCONTRACT_WRITE = "subcontract:write"
    QUOTE_WRITE = "quote:write"
    PRODUCTION_REPORT = "production:report"
    DELIVERY_REPORT = "delivery:report"
    INVOICE_WRITE = "invoice:write"
    DELIVERY_INSPECT = "delivery:inspect"
    SHIPMENT_WRITE = "shipment:write"
    SHIPMENT_RECEIVE = "shipment:receive"
    MONEY_RECORD = "money:record"
    HANDLING_WRITE = "handling:write"
    HANDLING_OVERSEE = "handling:oversee"
    EMERGENCY_REVIEW = "emergency:review"
    REFERENCE_PROPOSE = "reference:propose"
    PEOPLE_MANAGE = "people:manage"
    TRAIL_READ = "trail:read"
    NUMBER_VOID = "number:void"
    FOLLOW_UP_MANAGE = "follow_up:manage"


P = Permission


class Role:
    """A role: what it is for, in a sentence, and what it may do. Subclasses are the roles.

    `stands_alone`: whoever holds it holds no other role at the same time. `by_two`: a grant of it
    counts once a second administrator has confirmed it.
    """

    id: str
    label: str | Promise
    sentence: str | Promise
    kind: str  # of the organisation in which it can be held
    permissions: tuple[Permission, ...] = ()
    stands_alone = False
    by_two = False


class CaseManager(Role):
    id, label, kind = "case_manager", _("Case manager"), "agency"
    sentence = _("Leads a case from the request to its closure.")
    permissions = (
        P.CASE_READ,
        P.REQUEST_CHECK,
        P.CONTRACT_WRITE,
        P.OFFER_SEND,
        P.SUBCONTRACT_SOLICIT,
        P.HANDLING_WRITE,
        P.NUMBER_VOID,
    )


class ExportControlOfficer(Role):
    id, label, kind = "export_control_officer", _("Export control officer"), "agency"
    sentence = _("Screens and reviews whether equipment may be transferred.")
    permissions = (P.CASE_READ, P.REVIEW_READ, P.REVIEW_WRITE, P.REVIEW_DECIDE)


class FinanceOfficer(Role):
    id, label, kind = "finance_officer", _("Finance officer"), "agency"
    sentence = _("Records deposits and payments and issues bills.")
    by_two = True
    permissions = (P.CASE_READ, P.MONEY_RECORD, P.REFERENCE_PROPOSE)


class ContractOfficer(Role):
    id, label, kind = "contract_officer", _("Contract officer"), "agency"
    sentence = _("Buys from industry and sees to it that goods leave.")
    permissions = (
        P.CASE_READ,
        P.SUBCONTRACT_SOLICIT,
        P.SUBCONTRACT_WRITE,
        P.SHIPMENT_WRITE,
        P.NUMBER_VOID,
    )


class Inspector(Role):
    id, label, kind = "inspector", _("Inspector"), "agency"
    sentence = _("Inspects what contractors deliver.")
    permissions = (P.CASE_READ, P.DELIVERY_INSPECT)


class LegalReviewer(Role):
    id, label, kind = "legal_reviewer", _("Legal reviewer"), "agency"
    sentence = _("Reads offers and contracts for their legal soundness.")
    permissions = (P.CASE_READ, P.REVIEW_READ, P.REFERENCE_PROPOSE)


class SecurityOfficer(Role):
    id, label, kind = "security_officer", _("Security officer"), "agency"
    sentence = _("Watches over labelled information.")
    stands_alone = by_two = True
    permissions = (
        P.CASE_READ,
        P.REVIEW_READ,
        P.HANDLING_WRITE,
        P.HANDLING_OVERSEE,
        P.EMERGENCY_REVIEW,
    )


class _Approver(Role):
    kind = "agency"
    sentence = _("Decides on approval files that reach this rank.")
    by_two = True
    permissions = (P.CASE_READ, P.REVIEW_READ, P.APPROVAL_DECIDE)


class OfficeChief(_Approver):
    id, label = "office_chief", _("Office chief")


class Director(_Approver):
    id, label = "director", _("Director")


class DepartmentHead(_Approver):
    id, label = "department_head", _("Department head")


class ExecutiveDirector(_Approver):
    id, label = "executive_director", _("Executive director")


class President(_Approver):
    id, label = "president", _("President")


class Auditor(Role):
    id, label, kind = "auditor", _("Auditor"), "agency"
    sentence = _("Reads every case and its trail, changes nothing.")
    stands_alone = by_two = True
    permissions = (P.CASE_READ, P.CASE_READ_ALL, P.REVIEW_READ, P.TRAIL_READ)


class SystemAdministrator(Role):
    id, label, kind = "system_administrator", _("System administrator"), "agency"
    sentence = _("Manages people and roles, reads no case.")
    stands_alone = by_two = True
    permissions = (P.PEOPLE_MANAGE, P.FOLLOW_UP_MANAGE)


class OpinionGiver(Role):
    id, label, kind = "opinion_giver", _("Opinion giver"), "ministry"
    sentence = _("Gives a ministry's opinion on a transfer.")
    permissions = (P.REVIEW_READ,)


class Requester(Role):
    id, label, kind = "requester", _("Requester"), "nation"
    sentence = _("Writes requests for their nation.")
    permissions = (P.REQUEST_WRITE, P.CERTIFICATE_FILE)


class Signatory(Role):
    id, label, kind = "signatory", _("Signatory"), "nation"
    sentence = _("Accepts or declines offers for their nation.")
    permissions = (P.OFFER_ACCEPT,)


class NationFinance(Role):
    id, label, kind = "nation_finance", _("Finance (nation)"), "nation"
    sentence = _("Reads bills and payments of their nation.")


class NationLogistics(Role):
    id, label, kind = "nation_logistics", _("Logistics (nation)"), "nation"
    sentence = _("Confirms what has arrived.")
    permissions = (P.SHIPMENT_RECEIVE, P.CERTIFICATE_FILE)


class ContractorSales(Role):
    id, label, kind = "contractor_sales", _("Sales (contractor)"), "contractor"
    sentence = _("Quotes for the contractor.")
    permissions = (P.QUOTE_WRITE,)


class ContractorProduction(Role):
    id, label, kind = "contractor_production", _("Production (contractor)"), "contractor"
    sentence = _("Acknowledges orders and reports production.")
    permissions = (P.PRODUCTION_REPORT,)


class ContractorDelivery(Role):
    id, label, kind = "contractor_delivery", _("Delivery (contractor)"), "contractor"
    sentence = _("Reports deliveries.")
    permissions = (P.DELIVERY_REPORT,)


class ContractorFinance(Role):
    id, label, kind = "contractor_finance", _("Finance (contractor)"), "contractor"
    sentence = _("Sends the contractor's invoices.")
    permissions = (P.INVOICE_WRITE,)


ROLES: dict[str, type[Role]] = {
    role.id: role
    for role in (
        CaseManager,
        ExportControlOfficer,
        FinanceOfficer,
        ContractOfficer,
        Inspector,
        LegalReviewer,
        SecurityOfficer,
        OfficeChief,
        Director,
        DepartmentHead,
        ExecutiveDirector,
        President,
        Auditor,
        SystemAdministrator,
        OpinionGiver,
        Requester,
        Signatory,
        NationFinance,
        NationLogistics,
        ContractorSales,
        ContractorProduction,
        ContractorDelivery,
        ContractorFinance,
    )
}

STANDING_ALONE = sorted(role.id for role in ROLES.values() if role.stands_alone)
GRANTED_BY_TWO = sorted(role.id for role in ROLES.values() if role.by_two)


def carriers(permission: Permission) -> tuple[str, ...]:
    """Identifiers of the roles that carry a permission."""
    return tuple(role.id for role in ROLES.values() if permission in role.permissions)


def holds(person: Any, permission: Permission) -> list[Membership]:
    """The memberships of today through which somebody holds a permission."""
    roles = carriers(permission)
    rows: Iterable[Membership] = getattr(person, "memberships_today", ())
    return [row for row in rows if row.role in roles and _fits(row)]


def standing_of(person: Any) -> frozenset[tuple[str, tuple[Permission, ...]]]:
    """What somebody may do today, and for what kind of organisation: equal for those alike."""
    rows: Iterable[Membership] = getattr(person, "memberships_today", ())
    return frozenset(
        (row.organisation.kind, ROLES[row.role].permissions) for row in rows if _fits(row)
    )


def _fits(row: Membership) -> bool:
    return ROLES[row.role].kind == row.organisation.kind


# Rules ---------------------------------------------------------------------------------------

Scope = Callable[["Membership", Any], bool]
Condition = Callable[[Any, Any], str]


@dataclass(frozen=True)
class Rule:
    """A right made of a permission, whose rows it reaches, and conditions on this very case."""

    permission: Permission
    scope: Scope
    conditions: tuple[Condition, ...] = ()

    @property
    def roles(self) -> Sequence[str]:
        return carriers(self.permission)

    def turn(self, case: Case) -> Sequence[str]:
        return self.roles

    def __and__(self, condition: Condition) -> Rule:
        return replace(self, conditions=(*self.conditions, condition))

    def memberships(self, actor: Any, case: Case) -> list[Membership]:
        return [row for row in holds(actor, self.permission) if self.scope(row, case)]

    def concerns(self, actor: Any, case: Case) -> bool:
        return bool(self.memberships(actor, case))

    def why_not(self, actor: Any, case: Case) -> str:
        if not self.memberships(actor, case):
            return gettext("Your role does not include this step.")
        return next((why for ask in self.conditions if (why := ask(actor, case))), "")

    def capacity(self, actor: Any, case: Case) -> Capacity:
        row = next(iter(self.memberships(actor, case)), None)
        return Capacity(row.role, row.organisation.name_en) if row else Capacity("", "")


def agency(permission: Permission) -> Rule:
    return Rule(
        permission, lambda row, case: row.organisation.kind == "agency" and _knows(row, case)
    )


def _knows(row: Membership, case: Any) -> bool:
    """Whether the case's label leaves the member a hand in it (`partners.need_to_know`)."""
    if not handling.is_restricted(case.handling):
        return True
    handlers = apps.get_model("partners.Handler").objects.now()
    return bool(handlers.filter(deal_id=case.deal_id, person=row.person_id).exists())


def nation(permission: Permission) -> Rule:
    return Rule(permission, lambda row, case: row.organisation.nation_id == case.nation_id)


def contractor(permission: Permission) -> Rule:
    return Rule(permission, lambda row, case: row.organisation_id == case.contractor_id)


@dataclass(frozen=True)
class Either:
    """One rule or another: the first that the person satisfies counts."""

    rules: tuple[Right, ...]

    @property
    def roles(self) -> Sequence[str]:
        return tuple(dict.fromkeys(role for rule in self.rules for role in rule.roles))

    def turn(self, case: Case) -> Sequence[str]:
        return self.roles

    def concerns(self, actor: Any, case: Case) -> bool:
        return any(rule.concerns(actor, case) for rule in self.rules)

    def why_not(self, actor: Any, case: Case) -> str:
        answers = [rule.why_not(actor, case) for rule in self.rules if rule.concerns(actor, case)]
        if not answers:
            return gettext("Your role does not include this step.")
        return "" if "" in answers else answers[0]

    def capacity(self, actor: Any, case: Case) -> Capacity:
        fitting = [rule for rule in self.rules if rule.concerns(actor, case)]
        return fitting[0].capacity(actor, case) if fitting else Capacity("", "")


def either(*rules: Right) -> Either:
    return Either(rules)


# Which rows ----------------------------------------------------------------------------------


def reads_cases(person: Any) -> bool:
    """Somebody of the agency whose role reads the content of cases."""
    return bool(holds(person, P.CASE_READ))


def reads_reviews(person: Any) -> bool:
    return bool(holds(person, P.REVIEW_READ))


def nations_of(person: Any) -> list[str]:
    """Codes of the nations for which somebody acts today."""
    rows = [row for row in person.memberships_today if row.organisation.kind == "nation"]
    return sorted({row.organisation.nation_id for row in rows if _fits(row)})


def contractors_of(person: Any) -> list[Any]:
    """Ids of the contractors for which somebody acts today."""
    rows = [row for row in person.memberships_today if row.organisation.kind == "contractor"]
    return sorted({row.organisation_id for row in rows if _fits(row)})


def capacity_of(person: Any) -> Capacity:
    """In which role somebody reads or manages, when no rule of a step says: their first of today."""
    row = next(iter(person.memberships_today), None)
    return Capacity(row.role, row.organisation.name_en) if row else Capacity("", "")


def context_of(person: Any) -> Context:
    """For whom the house acts when this person asks: what the second wall is told."""
    if works_in(person, "agency", "ministry"):
        return Context("staff", actor=person.actor_id)
    if nations := nations_of(person):
        return Context("partner", nations[0], person.actor_id)
    if firms := contractors_of(person):
        return Context("supplier", str(firms[0]), person.actor_id)
    return walls.ENTRANCE


def works_in(person: Any, *kinds: str) -> bool:
    """Whether somebody holds a role today in an organisation of one of the kinds."""
    return any(row.organisation.kind in kinds and _fits(row) for row in person.memberships_today)


def people_with(roles: Iterable[str], **organisation: Any) -> list[Person]:
    """Those who hold one of the roles today in organisations with the given field values."""
    rows = apps.get_model("partners.Membership").objects.on(timezone.localdate())
    fields = {f"organisation__{name}": value for name, value in organisation.items()}
    people = apps.get_model("partners.Person").objects.filter(is_active=True)
    return list(people.filter(pk__in=rows.filter(role__in=list(roles), **fields).values("person")))
