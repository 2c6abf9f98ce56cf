"""A bill to a nation. The deposit held is set against it; the rest is to be paid."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from approvals import files
from cases import journals, notices, papers, rules
from cases.matters import BILL
from cases.models.contract import Contract
from cases.models.threshold import Threshold, reaches
from partners.models import NationCase, NationCaseQuerySet
from workflow import handling, walls
from workflow.rights import by_system
from workflow.steps import Leads, beginning, step


class State(models.TextChoices):
    DRAFT = "draft", _("draft")
    UNDER_APPROVAL = "under_approval", _("under approval")
    ISSUED = "issued", _("issued")
    PAID = "paid", _("paid")
    VOID = "void", _("void")


def something_is_due(bill: Bill) -> str:
    """The deposit does not cover the whole bill."""
    return "" if bill.due else _t("The deposit covers this bill: nothing is left to pay.")


def deposit_covers_it(bill: Bill) -> str:
    """Nothing is left to pay."""
    return _t("The bill is not covered by the deposit.") if bill.due else ""


def approval_is_needed(bill: Bill) -> str:
    """The amount reaches the threshold from which on bills are approved."""
    if bill.needs_approval():
        return ""
    return _t("A bill of this amount needs no approval: issue it.")


def is_approved_if_needed(bill: Bill) -> str:
    """The bill has been approved, if its amount asks for that."""
    if not bill.needs_approval():
        return ""
    if bill.state == State.DRAFT:
        return _t("A bill of this amount needs an approval. Put it to approval first.")
    return files.approved(BILL)(bill)


class BillQuerySet(NationCaseQuerySet):
    def shown_to_nation(self) -> Self:
        """A nation sees a bill from the moment it is issued."""
        return self.filter(issued_on__isnull=False)


def _if_covered(bill: Any) -> Any:
    return None if bill.due else bill


class Bill(NationCase):
    number_letter = "B"

    state = FSMField(_("state"), default=State.DRAFT, choices=State, protected=True)
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name="bills", verbose_name=_("contract")
    )
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2)
    from_deposit = models.DecimalField(
        _("set against the deposit"), max_digits=18, decimal_places=2
    )
    due_on = models.DateField(_("due on"))
    issued_on = models.DateField(_("issued"), null=True)
    paid_on = models.DateField(_("paid"), null=True)
    shown_to = models.GeneratedField(
        expression=models.Case(models.When(issued_on__isnull=False, then=models.F("nation"))),
        output_field=models.CharField(max_length=2, null=True),
        db_persist=True,
    )

    objects = BillQuerySet.as_manager()

    matters = (BILL,)

    wall = walls.of_nation("shown_to", search=True, names="contract__lines__article")

    class Meta:
        verbose_name = _("bill")
        verbose_name_plural = _("bills")
        ordering = ["-opened_at"]
        indexes = [
            models.Index(
                fields=["due_on"], condition=Q(state="issued"), name="cases_bill_outstanding"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="cases_bill_known_state"
            ),
            handling.known("cases_bill"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, from_deposit__gte=0, from_deposit__lte=F("amount")),
                name="cases_bill_amounts",
            ),
            models.CheckConstraint(
                condition=~Q(state="issued") | Q(issued_on__isnull=False),
                name="cases_bill_issued_is_dated",
            ),
        ]

    # Beginning -------------------------------------------------------------------------------

    @beginning(label=_("Draft a bill"), may=rules.finance, duty="bill:draft")
    def draft(
        cls, *, contract: Contract, amount: Decimal, from_deposit: Decimal, due_on: date
    ) -> Any:
        """Prepare a bill for part or all of a contract's price."""
        return cls(  # type: ignore[operator]
            contract=contract,
            nation_id=contract.nation_id,
            title=contract.title,
            currency=contract.currency,
            amount=amount,
            from_deposit=from_deposit,
            due_on=due_on,
        )

    # Steps -----------------------------------------------------------------------------------

    @step(
        state,
        source=State.DRAFT,
        target=State.UNDER_APPROVAL,
        label=_("Put to approval"),
        may=rules.finance,
        when=[approval_is_needed, files.has_route(BILL)],
        then=[files.drafts(BILL)],
        duty="bill:draft",
    )
    def put_to_approval(self) -> None:
        """Have an approval file for the bill drafted."""

    @step(
        state,
        source=State.UNDER_APPROVAL,
        target=State.DRAFT,
        label=_("Take back to the drafter"),
        may=by_system,
    )
    def take_back(self) -> None:
        """Its approval file has come back: the bill can be put to approval again, or voided."""

    @step(
        state,
        source=[State.DRAFT, State.UNDER_APPROVAL],
        target=State.ISSUED,
        label=_("Issue the bill"),
        may=rules.finance,
        when=[is_approved_if_needed],
        books=[
            journals.bill_issued,
            files.issues(BILL, to=lambda bill: str(bill.nation.formal_ja)),
        ],
        then=[papers.bill, notices.bill_issued, Leads("settle", to=_if_covered)],
        confirm=True,
        duty="bill:issue",
        signs=True,
    )
    def issue(self) -> None:
        """Send the bill to the nation."""
        self.issued_on = timezone.localdate()

    @step(
        state,
        source=State.ISSUED,
        target=State.PAID,
        label=_("Record the payment"),
        may=rules.finance,
        when=[something_is_due],
        books=[journals.bill_paid],
        then=[notices.bill_paid],
        duty="bill:record",
        signs=True,
    )
    def record_payment(self, *, amount: Decimal, paid_on: date, bank_reference: str) -> None:
        """The nation has paid what was due."""
        self.paid_on = paid_on

    @step(
        state,
        source=State.ISSUED,
        target=State.PAID,
        label=_("Settle from the deposit"),
        may=by_system,
        when=[deposit_covers_it],
    )
    def settle(self) -> None:
        """The deposit covers the whole bill: no payment follows and none is booked."""
        self.paid_on = self.issued_on

    @step(
        state,
        source=[State.DRAFT, State.UNDER_APPROVAL, State.ISSUED],
        target=State.VOID,
        label=_("Void the bill"),
        may=rules.finance,
        books=[journals.bill_voided],
        then=[files.ends(BILL), notices.bill_voided],
        confirm=True,
        signs=True,
    )
    def void(self, *, reason: str) -> None:
        """Take the bill back; its number stays void and is not used again."""

    # Facts -----------------------------------------------------------------------------------

    def needs_approval(self) -> bool:
        return reaches(self.amount, Threshold.Code.BILL_APPROVAL, timezone.localdate())

    @property
    def due(self) -> Decimal:
        """What is left to pay after the deposit."""
        return self.amount - self.from_deposit
