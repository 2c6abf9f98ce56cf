"""A requisition: what a nation orders against the ceiling of a blanket order, within its worth."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import FSMField

from cases import actions, notices, rules
from cases.models.contract import Contract
from cases.models.contract import State as ContractState
from cases.models.priced import priced_whole
from exports.models import TransferReview
from industry.models import Article
from ledger.money import written
from partners.models import NationCase, NationCaseQuerySet, NationLine
from workflow import handling, walls
from workflow.steps import beginning, step


class State(models.TextChoices):
    SUBMITTED = "submitted", _("submitted")
    PRICED = "priced", pgettext_lazy("requisition", "priced")
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")


OPEN = [State.SUBMITTED, State.PRICED]


# Guards --------------------------------------------------------------------------------------


def fits_under_its_ceiling(requisition: Requisition) -> str:
    """What is left of the ceiling covers it."""
    return requisition.exceeds(requisition.ceiling())


def order_is_open(requisition: Requisition) -> str:
    """The blanket order is in execution."""
    contract = requisition.contract
    if contract.suspended_at:
        return _t("The order %(number)s is suspended.") % {"number": contract.number}
    if contract.state in [ContractState.IN_EXECUTION, ContractState.DELIVERED]:
        return ""
    return _t("The order %(number)s is not in execution.") % {"number": contract.number}


def transfer_covers_it(requisition: Requisition) -> str:
    """Each article may leave: it was cleared with the order, with a change of it, or with this requisition."""
    cleared = requisition.cleared_articles()
    missing = [
        str(line.number)
        for line in requisition.lines.select_related("article")
        if (line.article.name_en, line.article.item_class) not in cleared
    ]
    if not missing:
        return ""
    return _t("No valid transfer clearance covers line %(lines)s. Open a transfer review.") % {
        "lines": ", ".join(missing)
    }


def transfer_is_not_covered(requisition: Requisition) -> str:
    """An article of it is covered by no clearance, and no review of it goes on."""
    live = TransferReview.objects.filter(request_number=requisition.number)
    if live.exclude(state__in=["refused", "expired"]).exists():
        return _t("A transfer review has been opened already.")
    if transfer_covers_it(requisition):
        return ""
    return _t("The transfer clearance covers every line already.")


def holds_no_weapon(requisition: Requisition) -> str:
    """Weapons go by a defined order: each is reviewed and priced by itself."""
    weapons = requisition.lines.filter(article__item_class=Article.ItemClass.WEAPON)
    if not weapons.exists():
        return ""
    return _t("Line %(lines)s is a weapon. It needs a request of its own.") % {
        "lines": ", ".join(str(line.number) for line in weapons)
    }


class RequisitionQuerySet(NationCaseQuerySet):
    def shown_to_nation(self) -> Self:
        """Its own words: a nation sees every requisition of its own."""
        return self


class Requisition(NationCase):
    number_letter = "D"

    state = FSMField(_("state"), default=State.SUBMITTED, choices=State, protected=True)
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name="requisitions", verbose_name=_("contract")
    )
    under = models.PositiveSmallIntegerField(_("under line"))
    reference = models.CharField(_("own reference"), max_length=100)
    needed_by = models.DateField(_("needed by"), null=True)
    currency = models.CharField(_("currency"), max_length=3)
    worth = models.DecimalField(_("worth"), max_digits=18, decimal_places=2, null=True)
    basis = models.CharField(_("where the price comes from"), max_length=200, blank=True)

    objects = RequisitionQuerySet.as_manager()

    wall = walls.of_nation(search=True, names="lines__article")

    class Meta:
        verbose_name = _("requisition")
        verbose_name_plural = _("requisitions")
        ordering = ["-opened_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="cases_requisition_known_state"
            ),
            handling.known("cases_requisition"),
            models.CheckConstraint(
                condition=Q(state__in=["submitted", "refused", "withdrawn"])
                | Q(worth__isnull=False, worth__gt=0),
                name="cases_requisition_priced_has_worth",
            ),
        ]

    # Beginning -------------------------------------------------------------------------------

    @beginning(
        label=_("Order against a ceiling"),
        may=rules.requester,
        books=[actions.write_requisition_lines],
        then=[notices.requisition_submitted],
    )
    def order(
        cls,
        *,
        contract: Contract,
        under_line: int,
        lines: list[dict[str, Any]],
        reference: str,
        needed_by: date | None,
    ) -> Any:
        """Ask for articles or services within the worth of a ceiling."""
        return cls(  # type: ignore[operator]
            contract=contract,
            nation_id=contract.nation_id,
            title=contract.title,
            currency=contract.currency,
            under=under_line,
            reference=reference,
            needed_by=needed_by,
        )

    # Steps -----------------------------------------------------------------------------------

    @step(
        state,
        source=OPEN,
        target=State.PRICED,
        label=_("Price the requisition"),
        may=rules.case_manager,
        books=[actions.price_requisition],
    )
    def price(self, *, lines: dict[int, Decimal], basis: str) -> None:
        """Give each line its unit price; the charges agreed with the order are added."""
        self.basis = basis

    @step(
        state,
        source=OPEN,
        label=_("Open a transfer review"),
        awaited=False,
        may=rules.export_control,
        when=[holds_no_weapon, transfer_is_not_covered],
        books=[actions.open_review_of_requisition],
    )
    def open_transfer_review(self) -> None:
        """Begin to examine whether what the order was not cleared for may be transferred."""

    @step(
        state,
        source=State.PRICED,
        target=State.ACCEPTED,
        label=_("Accept the requisition"),
        may=rules.case_manager,
        when=[
            order_is_open,
            fits_under_its_ceiling,
            holds_no_weapon,
            transfer_covers_it,
        ],
        books=[actions.put_on_order],
        then=[notices.requisition_accepted],
        confirm=True,
        signs=True,
    )
    def accept(self) -> None:
        """Take it on order: its lines stand under the ceiling from now on, and are bought and shipped."""

    @step(
        state,
        source=OPEN,
        target=State.REFUSED,
        label=_("Refuse the requisition"),
        may=rules.case_manager,
        then=[notices.requisition_refused],
        confirm=True,
    )
    def refuse(self, *, reason: str) -> None:
        """Tell the nation why it cannot be supplied."""

    @step(
        state,
        source=OPEN,
        target=State.WITHDRAWN,
        label=_("Withdraw the requisition"),
        may=rules.requester,
        then=[notices.requisition_withdrawn],
        confirm=True,
    )
    def withdraw(self, *, reason: str) -> None:
        """Your government no longer asks for it."""

    # Facts -----------------------------------------------------------------------------------

    def ceiling(self) -> Any:
        """The line of the order on which it draws."""
        return self.contract.lines.get(number=self.under)

    def cleared_articles(self) -> set[tuple[str, str]]:
        """Name and class of what may leave today under the order, its changes or this requisition."""
        changes = self.contract.changes.filter(in_effect_at__isnull=False)
        numbers = [
            *(self.number, self.contract.request.number),
            *changes.values_list("number", flat=True),
        ]
        valid = TransferReview.objects.valid_on(timezone.localdate())
        reviews = valid.filter(request_number__in=numbers)
        return set(reviews.values_list("lines__name_en", "lines__item_class"))

    def exceeds(self, ceiling: Any) -> str:
        """Why it is too much for what is left of the ceiling, or ""."""
        left = (ceiling.amount or Decimal(0)) - ceiling.drawn
        worth = self.worth or Decimal(0)
        if worth <= left:
            return ""
        return _t(
            "%(worth)s are asked for, and %(left)s are left of line %(row)s. Order less, or have "
            "the ceiling raised by an amendment."
        ) % {
            "worth": written(worth, self.currency),
            "left": written(left, self.currency),
            "row": ceiling.number,
        }


class RequisitionLine(NationLine):
    belongs_to = "requisition"

    requisition = models.ForeignKey(Requisition, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveSmallIntegerField(_("line"))
    article = models.ForeignKey(
        Article,
        on_delete=models.PROTECT,
        related_name="requisition_lines",
        verbose_name=_("article or service"),
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    remark = models.CharField(_("remark"), max_length=200, blank=True)
    unit_price = models.DecimalField(_("unit price"), max_digits=18, decimal_places=2, null=True)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2, null=True)

    wall = walls.of_nation()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["requisition", "number"], name="cases_requisitionline_once"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="cases_requisitionline_positive"
            ),
            priced_whole("cases_requisitionline_priced_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.requisition}-{self.number:02d}"
