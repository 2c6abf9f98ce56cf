"""A quote: one contractor's answer to a solicitation. It knows nothing of the other contractors."""

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

from cases import actions, notices, rules
from cases.models.subcontract import Subcontract, SubcontractLine
from industry.models import Article
from partners import access, need_to_know
from partners.models import Organisation, Person
from workflow import handling, walls
from workflow.models import Case, CaseQuerySet
from workflow.steps import beginning, step


class State(models.TextChoices):
    INVITED = "invited", _("invited")
    SUBMITTED = "submitted", _("submitted")
    TAKEN = "taken", _("taken into the price")
    NOT_TAKEN = "not_taken", _("not taken")
    NOT_CHOSEN = "not_chosen", _("not chosen")
    ENDED = "ended", _("solicitation ended")
    DECLINED = "declined", _("declined")


def still_time_to_quote(quote: Quote) -> str:
    """The last day for quotes has not passed."""
    last_day = quote.quote_by
    if last_day is None or timezone.localdate() <= last_day:
        return ""
    return _t("The last day for quotes was %(day)s. Ask the agency for more time.") % {
        "day": date_format(last_day)
    }


def still_holds(quote: Quote) -> str:
    """The last day of the quote has not passed."""
    if quote.valid_until is None or timezone.localdate() <= quote.valid_until:
        return ""
    return _t("The quote was valid until %(day)s. Ask the contractor to extend it.") % {
        "day": date_format(quote.valid_until)
    }


def order_is_not_placed(quote: Quote) -> str:
    """The purchase has not been awarded yet."""
    return _t("The order has been placed already.") if quote.subcontract.awarded_on else ""


class QuoteQuerySet(CaseQuerySet):
    def visible_to(self, person: Person) -> Self:
        if access.reads_cases(person):
            return need_to_know.within_reach(self.all(), person)
        if contractors := access.contractors_of(person):
            return self.filter(contractor_id__in=contractors)
        return self.none()


class Quote(Case):
    state = FSMField(_("state"), default=State.INVITED, choices=State, protected=True)
    title = models.CharField(_("title"), max_length=200)
    subcontract = models.ForeignKey(Subcontract, on_delete=models.PROTECT, related_name="quotes")
    contractor = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="quotes", verbose_name=_("contractor")
    )
    currency = models.CharField(_("currency"), max_length=3, default="JPY")
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2, null=True)
    deliver_on = models.DateField(_("delivery"), null=True)
    valid_until = models.DateField(_("valid until"), null=True)
    remarks = models.TextField(_("remarks"), blank=True)
    quote_by = models.DateField(_("quote by"), null=True)
    deliver_by = models.DateField(_("deliver by"), null=True)
    specification = models.TextField(_("specification"), blank=True)

    objects = QuoteQuerySet.as_manager()

    wall = walls.of_contractor(search=True, names="lines__article")

    class Meta:
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        ordering = ["-opened_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="cases_quote_known_state"
            ),
            handling.known("cases_quote"),
            models.CheckConstraint(
                condition=~Q(state__in=["submitted", "taken"])
                | Q(amount__isnull=False, amount__gt=0),
                name="cases_quote_submitted_has_amount",
            ),
            models.UniqueConstraint(
                fields=["subcontract", "contractor"], name="cases_quote_one_per_contractor"
            ),
            models.UniqueConstraint(
                fields=["subcontract"], condition=Q(state="taken"), name="cases_quote_one_taken"
            ),
        ]

    @property
    def series(self) -> str:
        return f"JP-QUO-{timezone.localdate():%y}-"

    @property
    def owner_code(self) -> str:
        return str(self.contractor_id)

    @property
    def duties_of(self) -> Any:
        return self.subcontract_id

    # Beginning -------------------------------------------------------------------------------

    @beginning(
        label=_("Invite a quote"),
        may=rules.buyer,
        books=[actions.copy_asked_lines],
        then=[notices.quote_invited],
    )
    def invite(cls, *, subcontract: Subcontract, contractor: Organisation) -> Any:
        """Ask a contractor to quote."""
        return cls(  # type: ignore[operator]
            subcontract=subcontract,
            contractor=contractor,
            title=subcontract.title,
            currency=subcontract.currency,
            quote_by=subcontract.quote_by,
            deliver_by=subcontract.deliver_by,
            specification=subcontract.specification,
        )

    # Steps -----------------------------------------------------------------------------------

    @step(
        state,
        source=[State.INVITED, State.SUBMITTED],
        target=State.SUBMITTED,
        label=_("Submit the quote"),
        may=rules.quoter,
        when=[still_time_to_quote],
        books=[actions.write_quote_lines],
        then=[notices.quote_submitted],
        duty="quote:submit",
    )
    def submit(
        self, *, lines: dict[int, Decimal], deliver_on: date, valid_until: date, remarks: str
    ) -> None:
        """Quote a price for each line; a quote may be replaced until the last day."""
        self.deliver_on, self.valid_until, self.remarks = deliver_on, valid_until, remarks
        self.amount = actions.quoted_amount(self, lines)

    @step(
        state,
        source=State.INVITED,
        target=State.DECLINED,
        label=_("Decline to quote"),
        may=rules.quoter,
        then=[notices.quote_declined],
        confirm=True,
    )
    def decline(self, *, reason: str) -> None:
        """Tell the agency that you do not quote."""

    @step(
        state,
        source=[State.SUBMITTED, State.TAKEN, State.NOT_TAKEN],
        label=_("Extend the quote"),
        may=rules.quoter,
        when=[order_is_not_placed],
        then=[notices.quote_extended],
    )
    def extend(self, *, valid_until: date) -> None:
        """Let the quote stand for longer, at the same price."""
        self.valid_until = valid_until

    @step(
        state,
        source=[State.SUBMITTED, State.NOT_TAKEN],
        target=State.TAKEN,
        label=_("Take"),
        may=rules.buyer,
        when=[still_holds],
        inner=True,
    )
    def take_into_price(self) -> None:
        """This quote goes into the price of the offer."""

    @step(
        state,
        source=[State.SUBMITTED, State.TAKEN],
        target=State.NOT_TAKEN,
        label=_("Set aside"),
        may=rules.buyer,
        inner=True,
    )
    def set_aside(self) -> None:
        """Another quote was taken; this one may still be, until the order is placed."""

    @step(
        state,
        source=[State.SUBMITTED, State.NOT_TAKEN],
        target=State.NOT_CHOSEN,
        label=_("Pass over"),
        may=rules.purchasing,
        then=[notices.quote_not_chosen],
        inner=True,
    )
    def pass_over(self) -> None:
        """The order was placed on another quote: the contractor is told, and no longer bound."""

    @step(
        state,
        source=[State.INVITED, State.SUBMITTED, State.TAKEN, State.NOT_TAKEN],
        target=State.ENDED,
        label=_("End the solicitation"),
        may=rules.purchasing,
        then=[notices.solicitation_ended],
        inner=True,
    )
    def end(self) -> None:
        """The solicitation is over: the contractor is told, and owes no quote and no delivery."""


class QuoteLine(models.Model):
    """What is asked, copied from the subcontract that the contractor may not see, and its price."""

    quote = models.ForeignKey(Quote, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(SubcontractLine, on_delete=models.PROTECT, related_name="quote_lines")
    contractor = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField(_("line"))
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_price = models.DecimalField(_("unit price"), max_digits=18, decimal_places=2, null=True)

    wall = walls.of_contractor()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["quote", "line"], name="cases_quoteline_once"),
            models.CheckConstraint(condition=Q(unit_price__gt=0), name="cases_quoteline_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quote}: {self.unit_price}"
