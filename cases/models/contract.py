"""A contract between governments. An offer is its early life."""

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
from django_fsm import FSMField

from approvals import files
from cases import (
    actions,
    clocks,
    deadlines,
    delays,
    journals,
    kinds,
    notices,
    papers,
    rules,
    waivers,
)
from cases.kinds import KindOfCase
from cases.matters import OFFER, WAIVER
from cases.models.liability import is_a_curve
from cases.models.priced import (
    PricedCase,
    PricedLine,
    adds_up,
    part_of_another,
    priced_whole,
    runs_forward,
)
from cases.models.rate import Rate, rate_on
from cases.models.request import Request
from cases.pricing import STOCK, rounded
from documents.models import Document
from exports.models import TransferReview
from exports.models.shipment import packed_quantities, received_quantities
from ledger.journals import Code, balance
from ledger.money import written
from partners.models import NationCaseQuerySet
from workflow import handling, walls
from workflow.rights import by_system
from workflow.steps import Leads, beginning, step


class State(models.TextChoices):
    DRAFT = "draft", _("draft")
    UNDER_APPROVAL = "under_approval", _("under approval")
    OFFERED = "offered", _("offered")
    ACCEPTED = "accepted", _("accepted")
    IN_EXECUTION = "in_execution", _("in execution")
    DELIVERED = "delivered", _("delivered")
    CLOSED = "closed", _("closed")
    LAPSED = "lapsed", _("lapsed")
    DECLINED = "declined", _("declined")
    CANCELLED = "cancelled", _("cancelled")


CHANGE_IS_OPEN = ["draft", "under_approval", "offered"]
# A draft is simply priced again; what has ended for good stays.
CHANGEABLE = [
    *(State.OFFERED, State.LAPSED, State.DECLINED),
    *(State.ACCEPTED, State.IN_EXECUTION, State.DELIVERED),
]
SETTLED_SUBCONTRACTS = ["closed", "cancelled", "terminated"]
BACK_IN_EXECUTION = [
    clocks.CLOSING.stops.into(State.IN_EXECUTION),
    clocks.DELIVERING.starts.into(State.IN_EXECUTION),
]


# Guards --------------------------------------------------------------------------------------


def is_priced(contract: Contract) -> str:
    """Every line has a price, and the total follows."""
    if contract.total and not contract.lines.filter(unit_price=None).exists():
        return ""
    return _t("The offer has no price yet. Take a quote for every line, then price it.")


def fits_its_kind(contract: Contract) -> str:
    """The lines are what a case of this kind has."""
    asks, lines = contract.asks, list(contract.lines.select_related("article"))
    other = [
        line.number for line in lines if line.quantity and line.article.kind not in asks.articles
    ]
    if other and not asks.by_worth:
        return _t("Line %(lines)s does not belong in a case of this kind. Choose another kind.") % {
            "lines": ", ".join(map(str, other))
        }
    without = [line.number for line in lines if line.quantity and not line.period_from]
    if without and asks.has_period:
        return _t("Line %(lines)s has no period. Write the terms of the lines.") % {
            "lines": ", ".join(map(str, without))
        }
    return stands_on_its_stock(contract)


def stands_on_its_stock(contract: Contract) -> str:
    """The case on which this one builds is in execution."""
    if contract.asks.builds_on is None:
        return ""
    base = contract.builds_on
    if base and base.state in [State.IN_EXECUTION, State.DELIVERED]:
        return ""
    return _t("The stock of part I is not in execution yet. Name its case with the kind.")


def is_priced_by_quotes(contract: Contract) -> str:
    """Its lines are articles and services, not ceilings."""
    return _t("The lines are ceilings: set them instead.") if contract.asks.by_worth else ""


def no_waiver_is_open(contract: Contract) -> str:
    """What was proposed to be waived has been decided on."""
    file = files.open_file_of(contract, WAIVER)
    if file is None and not contract.proposed_waiver:
        return ""
    return _t(
        "A waiver is being decided on: %(file)s. Have its file finished or withdrawn first."
    ) % {"file": file.number if file else "–"}


def is_by_worth(contract: Contract) -> str:
    """Its lines are ceilings in money."""
    if contract.asks.by_worth:
        return ""
    return _t("Only a blanket order has ceilings. Choose the kind of case first.")


def is_drawn_upon(contract: Contract) -> str:
    """Orders against its ceilings draw upon it."""
    return "" if contract.asks.by_worth else _t("No orders are placed against this contract.")


def is_not_suspended(contract: Contract) -> str:
    """The contract is not suspended."""
    if contract.suspended_at is None:
        return ""
    return _t("The contract is suspended since %(day)s. Resume it first.") % {
        "day": date_format(timezone.localdate(contract.suspended_at))
    }


def is_suspended(contract: Contract) -> str:
    """The contract is suspended."""
    return "" if contract.suspended_at else _t("The contract is not suspended.")


def has_no_subcontract(contract: Contract) -> str:
    """Nothing is being bought for it."""
    if not contract.subcontracts.exclude(state__in=SETTLED_SUBCONTRACTS).exists():
        return ""
    return _t("Industry has been asked already. Cancel the subcontracts first.")


def no_requisition_is_open(contract: Contract) -> str:
    """No requisition waits for an answer."""
    waiting = contract.requisitions.filter(state__in=["submitted", "priced"])
    if not waiting.exists():
        return ""
    return _t("Requisition %(number)s waits for an answer.") % {"number": waiting[0].number}


def no_more_orders_come(contract: Contract) -> str:
    """Of a kind that is drawn upon: the nation has confirmed that it orders no more, or has not for long."""
    if not contract.asks.by_worth or contract.no_more_orders_at:
        return ""
    last_day = deadlines.last_day_without_orders(contract)
    if last_day is None:
        return _t("More orders may come. Have the nation confirm that it orders no more.")
    if timezone.localdate() >= last_day:
        return ""
    return _t(
        "More orders may come. Have the nation confirm that it orders no more, or wait until %(day)s."
    ) % {"day": date_format(last_day)}


def more_orders_may_come(contract: Contract) -> str:
    """The nation has not confirmed yet that it orders no more."""
    if contract.no_more_orders_at is None:
        return ""
    return _t("It is confirmed already that no more orders come.")


def no_more_orders_are_confirmed(contract: Contract) -> str:
    """The nation has confirmed that it orders no more."""
    if contract.no_more_orders_at:
        return ""
    return _t("Nobody has confirmed that no more orders come: order as before.")


def articles_are_back(contract: Contract) -> str:
    """What was lent has come back."""
    if not contract.asks.comes_back or contract.returned_on:
        return ""
    return _t("The articles on lease have not come back. Record their return first.")


def articles_are_lent(contract: Contract) -> str:
    """They are on lease and have not come back."""
    if not contract.asks.comes_back:
        return _t("Nothing is on lease.")
    return _t("They have come back already.") if contract.returned_on else ""


def price_follows_its_sources(contract: Contract) -> str:
    """The price is made of the quotes that are taken now, and of the prices of stock."""
    if contract.asks.by_worth:
        return ""
    priced = dict(contract.lines.values_list("number", "unit_price"))
    if priced == actions.unit_prices(contract):
        return ""
    return _t(
        "A quote or a price of stock has changed since the price was made. Price the offer again."
    )


def quotes_are_taken(contract: Contract) -> str:
    """For every line that is bought a contractor's quote has been taken."""
    missing = sorted(contract.lines_to_buy() - set(actions.quoted_prices(contract)))
    if not missing:
        return ""
    return _t("No quote has been taken for line %(lines)s. Solicit and take one first.") % {
        "lines": ", ".join(map(str, missing))
    }


def stock_has_prices(contract: Contract) -> str:
    """What is supplied from stock has a price in the catalogue today."""
    from_stock = contract.line_numbers() - contract.lines_to_buy()
    missing = sorted(from_stock - set(actions.stock_prices(contract)))
    if not missing:
        return ""
    return _t(
        "The catalogue has no price of stock in %(currency)s for line %(lines)s. Have it entered, "
        "or buy the line."
    ) % {"currency": contract.currency, "lines": ", ".join(map(str, missing))}


def something_left_to_buy(contract: Contract) -> str:
    """A line that does not come from stock stands in no subcontract that goes on."""
    if contract.lines_to_buy() - actions.lines_being_bought(contract):
        return ""
    return _t("Every line is being bought already: see the subcontracts.")


def transfer_is_cleared(contract: Contract) -> str:
    """A transfer review of the request is cleared and valid today."""
    reviews = TransferReview.objects.clearing(contract.request.number, timezone.localdate())
    if reviews.exists():
        return ""
    return _t("No valid transfer clearance: ask export control to review the transfer.")


def quotes_still_hold(contract: Contract) -> str:
    """No quote that goes into the price has run out."""
    numbers = actions.quotes_run_out(contract)
    if not numbers:
        return ""
    return _t("No longer valid: quote %(numbers)s. Ask the contractor to extend it.") % {
        "numbers": ", ".join(numbers)
    }


def offer_is_valid(contract: Contract) -> str:
    """The offer has not expired."""
    if contract.expires_on and timezone.localdate() <= contract.expires_on:
        return ""
    return _t("The offer expired on %(day)s. Ask the agency for a new one.") % {
        "day": date_format(contract.expires_on) if contract.expires_on else "–"
    }


def is_not_being_restated(contract: Contract) -> str:
    """No new version of the offer is being drafted."""
    if contract.change_under_way() is None:
        return ""
    return _t("The agency is restating this offer. Wait for the new one.")


def no_change_is_open(contract: Contract) -> str:
    """One change is drafted after the other."""
    change = contract.change_under_way()
    if change is None:
        return ""
    return _t("The change %(number)s is open already. Finish or withdraw it first.") % {
        "number": change.number
    }


def is_the_only_one_of_its_request(contract: Contract) -> str:
    """No other contract answers the same request."""
    ended = ["lapsed", "declined", "cancelled"]
    others = contract.request.contracts.exclude(pk=contract.pk).exclude(state__in=ended)
    if not others.exists():
        return ""
    return _t("Another contract answers the request already: %(number)s.") % {
        "number": others[0].number
    }


def offer_is_over(contract: Contract) -> str:
    """The last day of the offer has passed."""
    return "" if offer_is_valid(contract) else _t("The offer is still open.")


def all_lines_delivered(contract: Contract) -> str:
    """The nation has confirmed receipt of every line in full."""
    if contract.asks.is_kept:
        return not_all_in_stock(contract)
    received = received_quantities(contract.number)
    missing = [
        f"{line.number} ({received.get(line.number, 0)}/{line.quantity})"
        for line in contract.supplied()
        if received.get(line.number, 0) < line.quantity
    ]
    if not missing:
        return ""
    return _t("Not yet received: line %(lines)s.") % {"lines": ", ".join(missing)}


def not_all_in_stock(contract: Contract) -> str:
    """What is kept for a nation is delivered once inspection has accepted it."""
    missing = sorted(actions.lines_to_inspect(contract))
    if not missing:
        return ""
    return _t("Not yet in stock: line %(lines)s.") % {"lines": ", ".join(map(str, missing))}


def everything_is_billed(contract: Contract) -> str:
    """The whole price has been billed, and no bill is open."""
    if contract.bills.filter(state__in=["draft", "under_approval", "issued"]).exists():
        return _t("A bill is still open. Record its payment or void it.")
    if contract.billed() != contract.to_bill():
        return _t("Billed %(billed)s of %(total)s. Bill the rest first.") % {
            "billed": written(contract.billed(), contract.currency),
            "total": written(contract.to_bill(), contract.currency),
        }
    return ""


def deposit_is_left(contract: Contract) -> str:
    """Part of the deposit has been set against no bill."""
    return "" if contract.deposit_left() else _t("No deposit is left over.")


def all_bills_settled(contract: Contract) -> str:
    """The whole price has been billed and paid, and no deposit is left over."""
    if why := everything_is_billed(contract):
        return why
    if left := contract.deposit_left():
        return _t("A deposit of %(left)s is left over. Record its refund first.") % {
            "left": written(left, contract.currency)
        }
    owed = balance(contract.number, Code.RECEIVABLE, contract.currency)
    return _t("The ledger is not settled: see the money of the case.") if owed else ""


def something_to_ship(contract: Contract) -> str:
    """A line is left to ship whose goods have been inspected, or that is a service."""
    if contract.asks.is_kept:
        return _t("What is bought stays in Japan, for later requisitions.")
    packed = packed_quantities(contract.number)
    quantities = contract.supplied().values_list("number", "quantity")
    left = {number for number, quantity in quantities if packed.get(number, 0) < quantity}
    if not left:
        return _t("Everything has been packed already: see the shipments.")
    if left - actions.lines_to_inspect(contract):
        return ""
    return _t("Nothing that is left to ship has been inspected. Accept its delivery first.")


def something_to_bill(contract: Contract) -> str:
    """Part of the price has not been billed yet, and no bill is being drafted."""
    if contract.bills.filter(state__in=["draft", "under_approval"]).exists():
        return _t("A bill is being drafted already. Issue or void it first.")
    if not contract.asks.is_paid:
        return _t("A grant is not billed.")
    if contract.billed() < contract.to_bill():
        return ""
    return _t("The whole price has been billed.")


def subcontracts_are_closed(contract: Contract) -> str:
    """Every line has been bought, inspected and paid, and nothing is open with industry."""
    open_ones = contract.subcontracts.exclude(state__in=SETTLED_SUBCONTRACTS)
    if not open_ones.exists():
        return _every_line_is_bought(contract)
    return _t("Still open with industry: %(numbers)s.") % {
        "numbers": ", ".join(open_ones.values_list("number", flat=True))
    }


def _every_line_is_bought(contract: Contract) -> str:
    bought = contract.subcontracts.filter(state="closed").values_list("lines__number", flat=True)
    missing = sorted(contract.lines_to_buy() - set(bought))
    if not missing:
        return ""
    return _t("No closed subcontract covers line %(lines)s: nothing was bought for it.") % {
        "lines": ", ".join(map(str, missing))
    }


def end_use_certificate_is_on_file(contract: Contract) -> str:
    """The end user's certificate has been filed."""
    if Document.objects.of(contract).filter(kind="end_use_certificate").exists():
        return ""
    return _t("No end-use certificate on file. Ask the nation to file it.")


class ContractQuerySet(NationCaseQuerySet):
    def shown_to_nation(self) -> Self:
        """A nation sees a contract from the moment it is offered."""
        return self.filter(offered_at__isnull=False)


class Contract(PricedCase):
    state = FSMField(_("state"), default=State.DRAFT, choices=State, protected=True)
    request = models.ForeignKey(
        Request, on_delete=models.PROTECT, related_name="contracts", verbose_name=_("request")
    )
    kind_of_case = models.CharField(
        _("kind of case"),
        max_length=20,
        choices=KindOfCase,
        default=KindOfCase.DEFINED_ORDER,
        db_default="defined_order",
    )
    builds_on = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="built_on_it",
        verbose_name=_("builds on"),
        null=True,
    )
    deposit_paid = models.DecimalField(
        _("deposit received"), max_digits=18, decimal_places=2, null=True
    )
    deposit_refunded = models.DecimalField(
        _("deposit paid back"), max_digits=18, decimal_places=2, null=True
    )
    offered_at = models.DateTimeField(_("offered"), null=True)
    expires_on = models.DateField(_("open until"), null=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    signed_by = models.CharField(_("signed by"), max_length=200, blank=True)
    proposed_waiver = models.JSONField(
        _("waiver proposed"), default=dict, db_default={}, editable=False
    )
    liability_points = models.CharField(
        _("per cent spent and per cent owed"),
        max_length=300,
        blank=True,
        default="",
        db_default="",
        validators=[is_a_curve],
    )
    liability_source = models.CharField(
        _("contractor's worksheet"), max_length=200, blank=True, default="", db_default=""
    )
    deliver_by = models.DateField(_("promised by"), null=True, editable=False)
    suspended_at = models.DateTimeField(_("suspended"), null=True)
    no_more_orders_at = models.DateTimeField(_("no more orders, as confirmed"), null=True)
    returned_on = models.DateField(_("came back"), null=True)
    closed_on = models.DateField(_("closed"), null=True)
    shown_to = models.GeneratedField(
        expression=models.Case(models.When(offered_at__isnull=False, then=models.F("nation"))),
        output_field=models.CharField(max_length=2, null=True),
        db_persist=True,
    )

    objects = ContractQuerySet.as_manager()

    matters = (OFFER, WAIVER)

    wall = walls.of_nation("shown_to", search=True, names="lines__article")

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        ordering = ["-opened_at"]
        indexes = [
            models.Index(
                fields=["nation", "-opened_at"],
                include=["number", "state"],
                name="cases_contract_of_nation",
            ),
            models.Index(fields=["state", "-changed_at"], name="cases_contract_by_state"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="cases_contract_known_state"
            ),
            models.CheckConstraint(
                condition=Q(kind_of_case__in=KindOfCase.values), name="cases_contract_known_kind"
            ),
            models.CheckConstraint(
                condition=~Q(builds_on=models.F("id")), name="cases_contract_builds_on_another"
            ),
            handling.known("cases_contract"),
            adds_up("cases_contract_adds_up"),
            models.CheckConstraint(
                condition=Q(offered_at=None) | Q(expires_on__isnull=False),
                name="cases_contract_offer_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(deposit_refunded=None)
                | Q(
                    deposit_paid__isnull=False,
                    deposit_refunded__gt=0,
                    deposit_refunded__lte=models.F("deposit_paid"),
                ),
                name="cases_contract_refund_within_deposit",
            ),
            models.UniqueConstraint(
                fields=["request"],
                condition=~Q(state__in=["lapsed", "declined", "cancelled"]),
                name="cases_contract_one_live_per_request",
            ),
        ]

    # Beginning -------------------------------------------------------------------------------

    @beginning(
        label=_("Open a contract"), may=rules.case_manager, books=[actions.copy_request_lines]
    )
    def open(cls, *, request: Request) -> Any:
        """Begin an offer that answers a request."""
        return cls(  # type: ignore[operator]
            nation_id=request.nation_id,
            title=request.title,
            request=request,
            kind_of_case=kinds.proposed(request),
        )

    # Steps -----------------------------------------------------------------------------------

    @step(
        state,
        source=[State.DRAFT, State.ACCEPTED, State.IN_EXECUTION],
        label=_("Open a subcontract"),
        may=rules.buyer,
        when=[is_not_suspended, something_left_to_buy],
        books=[actions.open_subcontract],
    )
    def open_subcontract(self, *, subject: str, lines: list[int]) -> None:
        """Prepare to buy lines of this contract from industry."""

    @step(
        state,
        source=State.DRAFT,
        label=_("Choose the kind of case"),
        awaited=False,
        may=rules.case_manager,
        when=[has_no_subcontract],
        books=[actions.choose_kind],
        duty="offer:draft",
    )
    def choose_kind(self, *, kind_of_case: str, builds_on: str) -> None:
        """Say what kind of case it is: that decides what its lines are, and whether it is paid."""

    @step(
        state,
        source=State.DRAFT,
        label=_("Set the ceilings"),
        may=rules.case_manager,
        when=[is_by_worth],
        books=[actions.set_ceilings],
        duty="offer:draft",
    )
    def set_ceilings(self, *, ceilings: dict[int, Decimal]) -> None:
        """Give each line the worth that requisitions may draw; the charges of today are added."""

    @step(
        state,
        source=State.DRAFT,
        label=_("Write the terms of the lines"),
        awaited=False,
        may=rules.case_manager,
        books=[actions.write_terms],
        duty="offer:draft",
    )
    def write_terms(self, *, terms: dict[int, dict[str, Any]]) -> None:
        """Say from where, when, how far and on what terms each line is supplied."""

    @step(
        state,
        source=State.DRAFT,
        label=_("Choose the notes"),
        awaited=False,
        may=rules.case_manager,
        books=[actions.choose_notes],
        duty="offer:draft",
    )
    def choose_notes(self, *, notes: list[str]) -> None:
        """Choose from the library what stands on the paper beside the notes that always do."""

    @step(
        state,
        source=State.DRAFT,
        label=_("Enter the contractor's worksheet"),
        awaited=False,
        may=rules.case_manager,
        when=[is_priced_by_quotes],
        duty="offer:draft",
    )
    def enter_worksheet(self, *, points: str, worksheet: str) -> None:
        """What would be owed to industry if everything were cancelled, in place of the standard curve."""
        self.liability_points, self.liability_source = points, worksheet

    @step(
        state,
        source=State.DRAFT,
        label=_("Propose a waiver"),
        awaited=False,
        may=rules.case_manager,
        when=[is_priced, no_waiver_is_open],
        then=[files.drafts(WAIVER)],
        duty="waiver:draft",
    )
    def propose_waiver(self, *, lines: list[int], charges: list[str], reason: str) -> None:
        """Ask whoever decides on it to let the nation off charges, before it accepts the offer."""
        self.proposed_waiver = {"lines": lines, "charges": charges, "reason": reason}

    @step(
        state,
        source=State.DRAFT,
        label=_("Take the waiver in"),
        may=by_system,
        books=[waivers.take_in],
    )
    def take_waiver_in(self) -> None:
        """It is decided: the lines no longer bear the charges, and the offer is priced again."""

    @step(state, source=[State.DRAFT, State.CANCELLED], label=_("Drop the waiver"), may=by_system)
    def drop_waiver(self) -> None:
        """Its approval file was withdrawn or given up: the charges stay."""
        self.proposed_waiver = {}

    @step(
        state,
        source=[State.DRAFT, State.UNDER_APPROVAL],
        label=_("Price the offer"),
        may=rules.case_manager,
        when=[is_priced_by_quotes, quotes_are_taken, quotes_still_hold, stock_has_prices],
        books=[actions.price_offer],
        then=[files.rechecks(OFFER)],
        duty="offer:draft",
    )
    def price(self) -> None:
        """Take the quotes into the price and add the administrative charge in force today."""

    @step(
        state,
        source=State.DRAFT,
        target=State.UNDER_APPROVAL,
        label=_("Put to approval"),
        may=rules.case_manager,
        when=[
            is_priced,
            price_follows_its_sources,
            fits_its_kind,
            no_waiver_is_open,
            transfer_is_cleared,
            files.has_route(OFFER),
        ],
        then=[files.drafts(OFFER)],
        duty="offer:draft",
    )
    def put_to_approval(self) -> None:
        """Have an approval file drafted; it goes the way that the amount asks for."""

    @step(
        state,
        source=State.UNDER_APPROVAL,
        target=State.DRAFT,
        label=_("Take back to the drafter"),
        may=by_system,
    )
    def take_back(self) -> None:
        """Its approval file has come back: the offer can be worked on again."""

    @step(
        state,
        source=State.UNDER_APPROVAL,
        target=State.OFFERED,
        label=_("Send the offer"),
        may=rules.releaser,
        when=[
            is_priced,
            price_follows_its_sources,
            quotes_still_hold,
            transfer_is_cleared,
            files.approved(OFFER),
        ],
        books=[
            files.issues(OFFER, to=lambda contract: str(contract.nation.formal_ja)),
            actions.keep_version,
        ],
        then=[
            papers.offer,
            notices.offer_sent,
            deadlines.offer_expiry,
            Leads("answer", to=lambda contract: contract.request),
        ],
        confirm=True,
        duty="offer:release",
        signs=True,
        clocks=[clocks.ACCEPTING.starts],
    )
    def send_offer(self, *, expires_on: date) -> None:
        """Put the approved offer to the nation; it lapses after the given day."""
        self.expires_on, self.offered_at = expires_on, timezone.now()

    @step(
        state,
        source=State.OFFERED,
        label=_("Extend the offer"),
        awaited=False,
        may=rules.case_manager,
        when=[
            offer_is_valid,
            quotes_still_hold,
            transfer_is_cleared,
            is_not_being_restated,
        ],
        then=[notices.offer_extended, deadlines.offer_expiry],
        signs=True,
        clocks=[clocks.ACCEPTING.stops, clocks.ACCEPTING.starts],
    )
    def extend(self, *, expires_on: date) -> None:
        """Give the nation more time to answer, at the same price."""
        self.expires_on = expires_on

    @step(
        state,
        source=State.OFFERED,
        target=[State.ACCEPTED, State.IN_EXECUTION],
        label=_("Accept the offer"),
        may=rules.signatory,
        when=[offer_is_valid, is_not_being_restated, stands_on_its_stock],
        books=[actions.promise_delivery],
        then=[notices.offer_accepted],
        confirm=True,
        duty="offer:accept",
        signs=True,
        clocks=[
            clocks.ACCEPTING.stops,
            clocks.PAYING_DEPOSIT.starts.into(State.ACCEPTED),
            clocks.DELIVERING.starts.into(State.IN_EXECUTION),
        ],
    )
    def accept(self, *, signed_by: str) -> str:
        """Accept the letter of offer for your government; an initial deposit, if any, falls due."""
        self.signed_by, self.accepted_at = signed_by, timezone.now()
        return State.ACCEPTED if self.deposit else State.IN_EXECUTION

    @step(
        state,
        source=State.OFFERED,
        target=State.DECLINED,
        label=_("Decline the offer"),
        may=rules.signatory,
        then=[notices.offer_declined],
        confirm=True,
        signs=True,
        clocks=[clocks.ACCEPTING.stops],
    )
    def decline(self, *, reason: str) -> None:
        """Decline the letter of offer for your government."""

    @step(
        state,
        source=State.OFFERED,
        target=State.LAPSED,
        label=_("Lapse"),
        may=by_system,
        when=[offer_is_over],
        then=[notices.offer_lapsed],
        clocks=[clocks.ACCEPTING.stops],
    )
    def lapse(self) -> None:
        """The last day of the offer has passed without an answer."""

    @step(
        state,
        source=State.ACCEPTED,
        target=State.IN_EXECUTION,
        label=_("Record the deposit"),
        may=rules.finance,
        books=[journals.deposit_received],
        then=[notices.deposit_recorded],
        duty="deposit:record",
        signs=True,
        clocks=[clocks.PAYING_DEPOSIT.stops, clocks.DELIVERING.starts],
    )
    def record_deposit(self, *, amount: Decimal, received_on: date, bank_reference: str) -> None:
        """The initial deposit has arrived; the contract goes into execution."""
        self.deposit_paid = amount

    @step(
        state,
        source=[State.ACCEPTED, State.IN_EXECUTION, State.DELIVERED],
        label=_("File the end-use certificate"),
        may=rules.certifier,
        books=[actions.receive("end_use_certificate", _("End-use certificate"), for_nation=True)],
    )
    def file_end_use_certificate(self, *, certificate: Any, handling: str = "") -> None:
        """File the end user's signed undertaking not to pass the equipment on."""

    @step(
        state,
        source=State.IN_EXECUTION,
        label=_("Pack a shipment"),
        may=rules.dispatcher,
        when=[is_not_suspended, something_to_ship],
        books=[actions.pack_shipment],
    )
    def pack_shipment(self, *, mode: str, lines: dict[int, int]) -> None:
        """Put together what leaves at once, or a service that is performed."""

    @step(
        state,
        source=[State.IN_EXECUTION, State.DELIVERED],
        label=_("Draft a bill"),
        may=rules.finance,
        when=[something_to_bill],
        books=[actions.draft_bill],
    )
    def draft_bill(self, *, amount: Decimal, due_on: date) -> None:
        """Prepare a bill for what has been delivered; the deposit held is set against it."""

    @step(
        state,
        source=State.DELIVERED,
        label=_("Record the refund"),
        awaited=True,
        may=rules.finance,
        when=[everything_is_billed, deposit_is_left],
        books=[journals.deposit_refunded],
        then=[notices.deposit_refunded],
        confirm=True,
        duty="deposit:refund",
        signs=True,
    )
    def record_refund(self, *, amount: Decimal, paid_on: date, bank_reference: str) -> None:
        """What is left of the deposit has been paid back to the nation."""
        self.deposit_refunded = amount

    @step(
        state,
        source=[State.IN_EXECUTION, State.DELIVERED],
        label=_("Order against a ceiling"),
        awaited=False,
        may=rules.requester,
        when=[is_by_worth, is_not_suspended],
        books=[actions.open_requisition],
    )
    def order(
        self, *, under: str, lines: list[dict[str, Any]], reference: str, needed_by: date | None
    ) -> None:
        """Ask for articles or services within the worth that your government has agreed."""
        self.no_more_orders_at = None

    @step(
        state,
        source=[State.IN_EXECUTION, State.DELIVERED],
        label=_("Confirm that no more orders come"),
        awaited=False,
        may=rules.requester,
        when=[is_drawn_upon, no_requisition_is_open, more_orders_may_come],
        then=[notices.no_more_orders],
        confirm=True,
    )
    def confirm_no_more_orders(self) -> None:
        """Your government orders no more against this contract, which can be closed once all is supplied."""
        self.no_more_orders_at = timezone.now()

    @step(
        state,
        source=[State.IN_EXECUTION, State.DELIVERED],
        label=_("Expect more orders"),
        awaited=False,
        may=rules.requester,
        when=[no_more_orders_are_confirmed],
        then=[notices.more_orders],
    )
    def expect_more_orders(self) -> None:
        """Your government takes back that it orders no more; a new order does so by itself."""
        self.no_more_orders_at = None

    @step(
        state,
        source=[State.IN_EXECUTION, State.DELIVERED],
        target=State.IN_EXECUTION,
        label=_("Take a requisition in"),
        may=rules.case_manager,
        inner=True,
        books=[actions.take_requisition_in, actions.promise_delivery],
        clocks=BACK_IN_EXECUTION,
    )
    def take_requisition_in(self, *, requisition: Any) -> None:
        """What was ordered becomes lines under the ceiling that it draws on."""

    @step(
        state,
        source=[State.IN_EXECUTION, State.DELIVERED],
        label=_("Record the return"),
        awaited=False,
        may=rules.case_manager,
        when=[articles_are_lent, all_lines_delivered],
    )
    def record_return(self, *, returned_on: date, condition: str) -> None:
        """The articles on lease have come back: say when, and in what condition."""
        self.returned_on = returned_on

    @step(
        state,
        source=State.IN_EXECUTION,
        target=State.DELIVERED,
        label=_("Record full delivery"),
        may=rules.case_manager,
        when=[is_not_suspended, all_lines_delivered, no_requisition_is_open, no_more_orders_come],
        clocks=[clocks.DELIVERING.stops, clocks.CLOSING.starts],
    )
    def record_delivery(self) -> None:
        """Every line has been received; supply and services are complete."""

    @step(
        state,
        source=State.DELIVERED,
        target=State.CLOSED,
        label=_("Close the case"),
        may=rules.case_manager,
        when=[
            all_lines_delivered,
            no_requisition_is_open,
            no_more_orders_come,
            all_bills_settled,
            subcontracts_are_closed,
            end_use_certificate_is_on_file,
            articles_are_back,
            no_change_is_open,
        ],
        then=[papers.closure_statement, notices.case_closed],
        confirm=True,
        signs=True,
        clocks=[clocks.CLOSING.stops],
    )
    def close(self) -> None:
        """Everything is delivered, paid and on file: send the closure statement."""
        self.closed_on = timezone.localdate()

    @step(
        state,
        source=[State.IN_EXECUTION, State.DELIVERED],
        label=_("Say why it is late"),
        may=rules.case_manager,
        when=[delays.waits_for_a_reason],
        books=[delays.name_the_runs],
    )
    def explain_delay(self, *, code: str, reason: str) -> None:
        """A day by which the agency should have acted has passed: say whose fault it is, and why."""

    @step(
        state,
        source=CHANGEABLE,
        label=_("Open a change"),
        awaited=False,
        may=rules.case_manager,
        when=[no_change_is_open, is_the_only_one_of_its_request],
        books=[actions.open_change],
    )
    def open_change(
        self,
        *,
        major_equipment: bool,
        purpose_changes: bool,
        nation_must_agree: bool,
        kind_of_change: str,
        departure: str,
        purpose: str,
    ) -> None:
        """Change a contract, restate an offer, or bring a lapsed one back with new days and prices."""

    @step(
        state,
        source=[State.ACCEPTED, State.IN_EXECUTION, State.DELIVERED],
        target=[State.ACCEPTED, State.IN_EXECUTION],
        label=_("Take the change in"),
        may=rules.changer,
        inner=True,
        books=[actions.take_lines_of_change, actions.promise_delivery, actions.keep_version],
        clocks=BACK_IN_EXECUTION,
    )
    def take_change_in(self, *, change: Any) -> str:
        """The change is in effect: the contract says what it says."""
        self.take_price_of(change)
        self.chosen_notes = change.chosen_notes
        return State.ACCEPTED if self.state == State.ACCEPTED else State.IN_EXECUTION

    @step(
        state,
        source=[State.OFFERED, State.LAPSED, State.DECLINED],
        target=State.OFFERED,
        label=_("Offer anew"),
        may=rules.releaser,
        inner=True,
        when=[is_the_only_one_of_its_request],
        books=[actions.take_lines_of_change, actions.keep_version],
        then=[papers.offer, notices.offer_sent, deadlines.offer_expiry],
        clocks=[clocks.ACCEPTING.stops, clocks.ACCEPTING.starts],
    )
    def offer_anew(self, *, change: Any) -> None:
        """The restated offer has been sent: it counts in place of the one before."""
        self.take_price_of(change)
        self.chosen_notes = change.chosen_notes
        self.expires_on, self.offered_at = change.expires_on, change.sent_at

    @step(
        state,
        source=[State.ACCEPTED, State.IN_EXECUTION, State.DELIVERED],
        label=_("Suspend"),
        awaited=False,
        may=rules.case_manager,
        when=[is_not_suspended],
        books=[actions.hold_shipments],
        then=[notices.contract_suspended],
        confirm=True,
        signs=True,
        clocks=[clocks.DELIVERING.pauses("ours", _("the contract is suspended"))],
    )
    def suspend(self, *, reason: str) -> None:
        """Stop orders, purchases and shipments until further notice; bills and payments go on."""
        self.suspended_at = timezone.now()

    @step(
        state,
        source=[State.ACCEPTED, State.IN_EXECUTION, State.DELIVERED],
        label=_("Resume"),
        may=rules.case_manager,
        when=[is_suspended],
        books=[actions.let_shipments_go],
        then=[notices.contract_resumed],
        confirm=True,
        signs=True,
        clocks=[clocks.DELIVERING.resumes],
    )
    def resume(self, *, reason: str) -> None:
        """The contract goes on: what was held back can leave."""
        self.suspended_at = None

    @step(
        state,
        source=[State.DRAFT, State.UNDER_APPROVAL, State.OFFERED, State.ACCEPTED],
        target=State.CANCELLED,
        label=_("Cancel"),
        may=rules.case_manager,
        when=[no_change_is_open],
        then=[files.ends(OFFER), files.ends(WAIVER), notices.contract_cancelled],
        confirm=True,
        signs=True,
        clocks=[clocks.ACCEPTING.stops, clocks.PAYING_DEPOSIT.stops],
    )
    def cancel(self, *, reason: str) -> None:
        """End the case before money or goods have moved."""

    # Facts -----------------------------------------------------------------------------------

    @property
    def asks(self) -> kinds.Rules:
        """What is different about a case of its kind."""
        return kinds.RULES[KindOfCase(self.kind_of_case)]

    def take_price(self, price: Any) -> None:
        """The price as it was just made, by the rates of today; a grant asks for no deposit."""
        today = timezone.localdate()
        self.net, self.total = price.net, price.total
        self.administrative_percent = rate_on(Rate.Code.ADMINISTRATION, today)
        self.administrative_charge = price.administration + price.minimum_top_up
        deposit = actions.first_deposit(price.total, self.currency, today)
        self.deposit = deposit if self.asks.is_paid else Decimal(0)
        self.priced_on = today

    def supplied(self) -> Any:
        """Lines of which anything is left to supply: ceilings are drawn upon, not supplied."""
        there = self.lines.filter(quantity__gt=0)
        return there.exclude(under=None) if self.asks.by_worth else there

    def line_numbers(self) -> set[int]:
        return set(self.supplied().values_list("number", flat=True))

    def lines_to_buy(self) -> set[int]:
        """Those of them that industry supplies."""
        bought = self.supplied().exclude(source__in=STOCK)
        return set(bought.values_list("number", flat=True))

    def drawn(self) -> Decimal:
        """The worth of what has been ordered against its ceilings."""
        return self.lines.aggregate(sum=models.Sum("drawn"))["sum"] or Decimal(0)

    def price_of_supply(self) -> dict[str, Decimal]:
        """Net, charge and total of what is supplied: of a blanket order, of what was drawn so far."""
        net, charge = self.net or Decimal(0), self.administrative_charge or Decimal(0)
        if self.asks.by_worth and net:
            drawn = self.drawn()
            net, charge = drawn, rounded(charge * drawn / net, self.currency)
        total = net + charge + self.termination_cost
        return {"net": net, "administrative_charge": charge, "total": total}

    def to_bill(self) -> Decimal:
        """What the nation pays in all, as things stand."""
        return self.price_of_supply()["total"] if self.asks.is_paid else Decimal(0)

    def change_under_way(self) -> Any:
        """The change that is being drafted or waits for a signature, or None."""
        return self.changes.filter(state__in=CHANGE_IS_OPEN).first()

    def billed(self) -> Decimal:
        """What has been billed and not voided."""
        rows = self.bills.exclude(state="void")
        return rows.aggregate(sum=models.Sum("amount"))["sum"] or Decimal(0)

    def cannot_bill(self, amount: Decimal) -> str:
        """Why a bill cannot be of this amount, or ""."""
        left = self.to_bill() - self.billed()
        if 0 < amount <= left:
            return ""
        if amount <= 0:
            return _t("A bill is for more than nothing. Where nothing is owed, make none.")
        return _t("Only %(left)s of the price is left to bill. Give at most this amount.") % {
            "left": written(left, self.currency)
        }

    def administrative_charge_in(self, bill: Any) -> Decimal:
        """The bill's share of the administrative charge; the last bill takes what is left."""
        charged = -balance(self.number, Code.ADMINISTRATION, self.currency)
        price = self.price_of_supply()
        left = price["administrative_charge"] - charged
        if self.billed() == price["total"] or not price["total"]:
            return left
        share = bill.amount * price["administrative_charge"] / price["total"]
        return min(left, rounded(share, self.currency))

    def deposit_left(self) -> Decimal:
        """Deposit held, neither set against a bill nor paid back."""
        return -balance(self.number, Code.DEPOSITS, self.currency)

    def cannot_refund(self, amount: Decimal) -> str:
        """Why a refund cannot be of this amount, or ""."""
        left = self.deposit_left()
        if amount == left:
            return ""
        return _t("%(left)s of the deposit is left. Record exactly this amount.") % {
            "left": written(left, self.currency)
        }


class ContractLine(PricedLine):
    belongs_to = "contract"

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="lines")
    under = models.PositiveSmallIntegerField(_("under line"), null=True)
    drawn = models.DecimalField(
        _("drawn"), max_digits=18, decimal_places=2, default=Decimal(0), db_default=0
    )

    wall = walls.of_nation()

    class Meta(PricedLine.Meta):
        constraints = [
            models.UniqueConstraint(fields=["contract", "number"], name="cases_contractline_once"),
            priced_whole("cases_contractline_priced_whole"),
            part_of_another("cases_contractline_part_of_another"),
            runs_forward("cases_contractline_runs_forward"),
            models.CheckConstraint(
                condition=Q(drawn=0)
                | Q(drawn__gt=0, under=None, amount__isnull=False, drawn__lte=models.F("amount")),
                name="cases_contractline_within_ceiling",
            ),
            models.CheckConstraint(
                condition=Q(under=None) | ~Q(under=models.F("number")),
                name="cases_contractline_under_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract}-{self.number:02d}"
