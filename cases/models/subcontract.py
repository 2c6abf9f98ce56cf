"""A subcontract: the agency buys lines of a contract from industry."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import FSMField

from approvals import files
from cases import actions, journals, notices, papers, rules
from cases.matters import AWARD
from cases.models.contract import Contract, ContractLine
from cases.models.estimate import CostEstimate
from partners import access, need_to_know
from partners.models import Organisation, Person
from workflow import handling, walls
from workflow.models import Case, CaseQuerySet
from workflow.rights import by_system
from workflow.steps import beginning, step


class State(models.TextChoices):
    DRAFT = "draft", _("draft")
    SOLICITED = "solicited", _("solicited")
    UNDER_APPROVAL = "under_approval", _("under approval")
    AWARDED = "awarded", _("awarded")
    IN_PRODUCTION = "in_production", _("in production")
    DELIVERED = "delivered", _("delivered")
    ACCEPTED = "accepted", pgettext_lazy("delivery", "accepted")
    PAID = "paid", _("paid")
    CLOSED = "closed", _("closed")
    CANCELLED = "cancelled", _("cancelled")
    TERMINATED = "terminated", _("terminated")


ENDED_CONTRACTS = {"closed", "lapsed", "declined", "cancelled"}


# Guards --------------------------------------------------------------------------------------


def quote_is_taken(subcontract: Subcontract) -> str:
    """One of the quotes has been taken."""
    return "" if subcontract.contractor_id else _t("No quote has been taken yet. Choose one first.")


def contract_goes_on(subcontract: Subcontract) -> str:
    """The contract for which it is bought has neither ended nor been suspended."""
    if subcontract.contract.suspended_at:
        return _t("The contract with the nation is suspended. Wait until it is resumed.")
    if subcontract.contract.state not in ENDED_CONTRACTS:
        return ""
    return _t("The contract with the nation has ended. Cancel this purchase.")


def price_is_not_offered(subcontract: Subcontract) -> str:
    """The nation has been offered no price that rests on the quote taken here."""
    if not (subcontract.contractor_id and subcontract.contract.offered_at):
        return ""
    return _t(
        "The price offered to the nation rests on the quote taken. If that cannot stand, cancel "
        "this purchase and open another."
    )


def quote_still_holds(subcontract: Subcontract) -> str:
    """The contractor is bound by the quote taken today."""
    late = subcontract.quotes.filter(state="taken", valid_until__lt=timezone.localdate()).first()
    if late is None:
        return ""
    return _t("The quote was valid until %(day)s. Ask the contractor to extend it.") % {
        "day": date_format(late.valid_until)
    }


def is_bought_in_yen(subcontract: Subcontract) -> str:
    """The cost method is a method of yen."""
    if subcontract.currency == "JPY":
        return ""
    return _t("The cost method counts in yen; this purchase is in %(currency)s.") % {
        "currency": subcontract.currency
    }


def quote_is_within_the_estimate(subcontract: Subcontract) -> str:
    """Where a price has been estimated, the quote taken is not above it."""
    if not subcontract.exceeds_estimate(subcontract.amount):
        return ""
    return _t(
        "The quote taken is above the estimated price. Have the contractor quote anew, or take "
        "another quote."
    )


def contract_is_in_execution(subcontract: Subcontract) -> str:
    """The nation has accepted and paid its deposit."""
    if subcontract.contract.state in {"in_execution", "delivered"}:
        return ""
    return _t("The contract with the nation is not in execution yet: wait for its deposit.")


def invoice_is_on_file(subcontract: Subcontract) -> str:
    """The contractor has sent its invoice."""
    return "" if subcontract.invoice_number else _t("The contractor has not sent its invoice yet.")


def no_invoice_yet(subcontract: Subcontract) -> str:
    """No invoice has been sent for this subcontract."""
    if not subcontract.invoice_number:
        return ""
    return _t("Invoice %(number)s has been sent already.") % {"number": subcontract.invoice_number}


class SubcontractQuerySet(CaseQuerySet):
    def visible_to(self, person: Person) -> Self:
        """A contractor sees what it was awarded; before that it sees its own quote."""
        if access.reads_cases(person):
            return need_to_know.within_reach(self.all(), person)
        if contractors := access.contractors_of(person):
            return self.filter(contractor_id__in=contractors, awarded_on__isnull=False)
        return self.none()


class Subcontract(Case):
    state = FSMField(_("state"), default=State.DRAFT, choices=State, protected=True)
    title = models.CharField(_("title"), max_length=200)
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name="subcontracts", verbose_name=_("contract")
    )
    contractor = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="subcontracts",
        null=True,
        verbose_name=_("contractor"),
    )
    currency = models.CharField(_("currency"), max_length=3, default="JPY")
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2, null=True)
    specification = models.TextField(_("specification"), blank=True)
    quote_by = models.DateField(_("quote by"), null=True)
    deliver_by = models.DateField(_("deliver by"), null=True)
    awarded_on = models.DateField(_("awarded"), null=True)
    progress_percent = models.PositiveSmallIntegerField(_("progress (percent)"), default=0)
    progress_note = models.TextField(_("progress"), blank=True)
    delivered_on = models.DateField(_("delivered"), null=True)
    accepted_on = models.DateField(pgettext_lazy("delivery", "accepted"), null=True)
    invoice_number = models.CharField(_("invoice number"), max_length=40, blank=True)
    paid_on = models.DateField(_("paid"), null=True)
    shown_to = models.GeneratedField(
        expression=models.Case(models.When(awarded_on__isnull=False, then=models.F("contractor"))),
        output_field=models.UUIDField(null=True),
        db_persist=True,
    )

    objects = SubcontractQuerySet.as_manager()

    matters = (AWARD,)

    wall = walls.of_contractor("shown_to", search=True, names="lines__contract_line__article")

    class Meta:
        verbose_name = _("subcontract")
        verbose_name_plural = _("subcontracts")
        ordering = ["-opened_at"]
        indexes = [
            models.Index(fields=["contractor", "-opened_at"], name="cases_subcontract_of_firm")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="cases_subcontract_known_state"
            ),
            handling.known("cases_subcontract"),
            models.CheckConstraint(
                condition=Q(contractor=None, amount=None)
                | Q(contractor__isnull=False, amount__isnull=False, amount__gt=0),
                name="cases_subcontract_firm_and_amount",
            ),
            models.CheckConstraint(
                condition=Q(progress_percent__lte=100), name="cases_subcontract_progress"
            ),
            models.CheckConstraint(
                condition=Q(awarded_on=None) | Q(contractor__isnull=False),
                name="cases_subcontract_awarded_to_someone",
            ),
        ]

    @property
    def series(self) -> str:
        """`JP-SUB-26-`: the number tells a contractor nothing of the nation."""
        return f"JP-SUB-{timezone.localdate():%y}-"

    @property
    def nation_id(self) -> str:
        return str(self.contract.nation_id)

    @property
    def owner_code(self) -> str:
        return str(self.contractor_id or "")

    @property
    def estimated(self) -> Decimal | None:
        """The estimated price of all lines, without tax; None where it has not been estimated."""
        estimates = CostEstimate.objects.filter(line__subcontract=self)
        found: Decimal | None = estimates.aggregate(whole=models.Sum("price"))["whole"]
        return found

    def exceeds_estimate(self, amount: Decimal | None) -> bool:
        estimated = self.estimated
        return None not in (estimated, amount) and amount > estimated  # type: ignore[operator]

    # Beginning -------------------------------------------------------------------------------

    @beginning(label=_("Open a subcontract"), may=rules.buyer, books=[actions.copy_contract_lines])
    def open(cls, *, contract: Contract, title: str, lines: list[int]) -> Any:
        """Prepare to buy lines of a contract from industry."""
        return cls(contract=contract, title=title, currency=contract.currency)  # type: ignore[operator]

    # Steps -----------------------------------------------------------------------------------

    @step(
        state,
        source=State.DRAFT,
        target=State.SOLICITED,
        label=_("Solicit quotes"),
        may=rules.buyer,
        when=[contract_goes_on],
        books=[actions.invite],
    )
    def solicit(
        self, *, contractors: Any, quote_by: date, deliver_by: date, specification: str
    ) -> None:
        """Ask one or more contractors to quote; none of them learns of the others."""
        self.quote_by, self.deliver_by, self.specification = quote_by, deliver_by, specification

    @step(
        state,
        source=[State.DRAFT, State.SOLICITED],
        label=_("Estimate the price"),
        may=rules.contract_officer,
        when=[is_bought_in_yen],
        books=[actions.keep_cost_estimates],
    )
    def estimate(self, *, lines: dict[int, dict[str, Any]]) -> None:
        """Estimate by the cost method what the order may cost at most. No contractor learns of it."""

    @step(
        state,
        source=State.SOLICITED,
        label=_("Take a quote"),
        may=rules.buyer,
        when=[contract_goes_on, price_is_not_offered],
        books=[actions.take_quote],
        duty="award:draft",
    )
    def take_quote(self, *, quote: Any, reason: str) -> None:
        """Choose the quote that goes into the price, and say why."""
        self.contractor, self.amount = quote.contractor, quote.amount

    @step(
        state,
        source=State.SOLICITED,
        target=State.UNDER_APPROVAL,
        label=_("Put the award to approval"),
        may=rules.contract_officer,
        when=[
            quote_is_taken,
            quote_still_holds,
            quote_is_within_the_estimate,
            contract_is_in_execution,
            files.has_route(AWARD),
        ],
        then=[files.drafts(AWARD)],
        duty="award:draft",
    )
    def put_to_approval(self) -> None:
        """Have an approval file for the award drafted."""

    @step(
        state,
        source=State.UNDER_APPROVAL,
        target=State.SOLICITED,
        label=_("Take back to the drafter"),
        may=by_system,
    )
    def take_back(self) -> None:
        """Its approval file has come back: the award can be worked on again."""

    @step(
        state,
        source=State.UNDER_APPROVAL,
        target=State.AWARDED,
        label=_("Award"),
        may=rules.contract_officer,
        when=[
            contract_goes_on,
            contract_is_in_execution,
            quote_still_holds,
            files.approved(AWARD),
        ],
        books=[
            files.issues(AWARD, to=lambda subcontract: str(subcontract.contractor.name_ja)),
            actions.tell_the_others,
        ],
        then=[papers.purchase_order, notices.subcontract_awarded],
        confirm=True,
        duty="award:release",
        signs=True,
    )
    def award(self) -> None:
        """Send the order to the contractor whose quote was taken; the others are told."""
        self.awarded_on = timezone.localdate()

    @step(
        state,
        source=State.AWARDED,
        target=State.IN_PRODUCTION,
        label=_("Acknowledge the order"),
        may=rules.producer,
        then=[notices.order_acknowledged],
    )
    def acknowledge(self) -> None:
        """Confirm the order and begin production."""

    @step(
        state,
        source=State.IN_PRODUCTION,
        label=_("Report progress"),
        may=rules.producer,
        then=[notices.production_reported],
    )
    def report_progress(self, *, percent: int, report: str) -> None:
        """Tell the agency how far production has come."""
        self.progress_percent, self.progress_note = percent, report

    @step(
        state,
        source=State.IN_PRODUCTION,
        target=State.DELIVERED,
        label=_("Report delivery"),
        may=rules.deliverer,
        then=[notices.delivery_reported],
    )
    def report_delivery(self, *, delivered_on: date, delivery_note: str) -> None:
        """Tell the agency that everything is ready for inspection."""
        self.delivered_on, self.progress_percent = delivered_on, 100

    @step(
        state,
        source=State.DELIVERED,
        target=State.ACCEPTED,
        label=_("Accept the delivery"),
        may=rules.inspector,
        books=[journals.delivery_accepted],
        then=[papers.inspection_certificate, notices.delivery_accepted],
        confirm=True,
        duty="delivery:inspect",
        signs=True,
    )
    def accept_delivery(self, *, inspected_on: date, findings: str) -> None:
        """Certify that the delivery conforms to the order."""
        self.accepted_on = inspected_on

    @step(
        state,
        source=State.DELIVERED,
        target=State.IN_PRODUCTION,
        label=_("Reject the delivery"),
        awaited=False,
        may=rules.inspector,
        then=[notices.delivery_rejected],
        confirm=True,
        duty="delivery:inspect",
        signs=True,
    )
    def reject_delivery(self, *, reason: str) -> None:
        """The delivery does not conform; the contractor has to mend it."""
        self.delivered_on = None

    @step(
        state,
        source=State.ACCEPTED,
        label=_("Send the invoice"),
        may=rules.invoicer,
        when=[no_invoice_yet],
        books=[
            actions.receive(
                "supplier_invoice",
                _("Invoice"),
                for_contractor=lambda subcontract: subcontract.contractor_id,
            )
        ],
        then=[notices.invoice_received],
        duty="invoice:send",
    )
    def send_invoice(self, *, invoice_number: str, invoice: Any, handling: str = "") -> None:
        """Send the qualified invoice for the accepted delivery."""
        self.invoice_number = invoice_number

    @step(
        state,
        source=State.ACCEPTED,
        target=State.PAID,
        label=_("Record the payment"),
        may=rules.finance,
        when=[invoice_is_on_file],
        books=[journals.supplier_paid],
        then=[papers.payment_notice, notices.supplier_paid],
        duty="delivery:pay",
        signs=True,
    )
    def record_payment(self, *, paid_on: date, bank_reference: str) -> None:
        """The contractor's invoice has been paid."""
        self.paid_on = paid_on

    @step(
        state,
        source=State.PAID,
        target=State.CLOSED,
        label=_("Close"),
        may=rules.contract_officer,
    )
    def close(self) -> None:
        """Nothing is open with the contractor."""

    @step(
        state,
        source=[State.DRAFT, State.SOLICITED, State.UNDER_APPROVAL],
        target=State.CANCELLED,
        label=_("Cancel"),
        may=rules.buyer,
        books=[actions.end_solicitation],
        then=[files.ends(AWARD)],
        confirm=True,
    )
    def cancel(self, *, reason: str) -> None:
        """Give up the purchase before anything has been awarded."""

    @step(
        state,
        source=[State.AWARDED, State.IN_PRODUCTION],
        target=State.TERMINATED,
        label=_("Terminate"),
        may=rules.contract_officer,
        then=[notices.subcontract_terminated],
        confirm=True,
        signs=True,
    )
    def terminate(self, *, reason: str) -> None:
        """End an awarded subcontract before delivery."""


class SubcontractLine(models.Model):
    subcontract = models.ForeignKey(Subcontract, on_delete=models.PROTECT, related_name="lines")
    contract_line = models.ForeignKey(
        ContractLine, on_delete=models.PROTECT, related_name="subcontract_lines"
    )
    number = models.PositiveSmallIntegerField(_("line"))
    quantity = models.PositiveIntegerField(_("quantity"))

    wall = walls.agency()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["subcontract", "number"], name="cases_subcontractline_once"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="cases_subcontractline_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subcontract}-{self.number:02d}"

    @property
    def article(self) -> Any:
        return self.contract_line.article
