"""Price and availability: a first indication for a nation. It is no offer and cannot be accepted."""

from __future__ import annotations

from typing import Any, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import FSMField

from approvals import files
from cases import actions, notices, papers, rules
from cases.matters import INDICATION
from cases.models.contract import transfer_is_cleared
from cases.models.rate import Rate, rate_on
from cases.models.request import Request
from industry.models import Article, ArticlePrice
from partners.models import NationCase, NationCaseQuerySet, NationLine
from workflow import handling, walls
from workflow.rights import by_system
from workflow.steps import Leads, beginning, step


class State(models.TextChoices):
    DRAFT = "draft", _("draft")
    UNDER_APPROVAL = "under_approval", _("under approval")
    SENT = "sent", pgettext_lazy("indication", "sent")
    CANCELLED = "cancelled", _("cancelled")


# Guards --------------------------------------------------------------------------------------


def is_estimated(indication: Indication) -> str:
    """Every line has a rough price, its availability and their basis."""
    if indication.total and not indication.lines.filter(unit_price=None).exists():
        return ""
    return _t("Nothing is estimated yet. Enter price and availability of every line.")


class IndicationQuerySet(NationCaseQuerySet):
    def shown_to_nation(self) -> Self:
        """A nation sees what has been sent to it."""
        return self.filter(sent_at__isnull=False)


class Indication(NationCase):
    number_letter = "P"

    state = FSMField(_("state"), default=State.DRAFT, choices=State, protected=True)
    request = models.ForeignKey(
        Request, on_delete=models.PROTECT, related_name="indications", verbose_name=_("request")
    )
    currency = models.CharField(_("currency"), max_length=3, default="JPY")
    net = models.DecimalField(_("net"), max_digits=18, decimal_places=2, null=True)
    administrative_percent = models.DecimalField(
        _("administrative charge (percent)"), max_digits=7, decimal_places=4, null=True
    )
    administrative_charge = models.DecimalField(
        _("administrative charge"), max_digits=18, decimal_places=2, null=True
    )
    total = models.DecimalField(_("total"), max_digits=18, decimal_places=2, null=True)
    remarks = models.TextField(_("assumptions"), blank=True)
    priced_on = models.DateField(_("estimated"), null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    shown_to = models.GeneratedField(
        expression=models.Case(models.When(sent_at__isnull=False, then=models.F("nation"))),
        output_field=models.CharField(max_length=2, null=True),
        db_persist=True,
    )

    objects = IndicationQuerySet.as_manager()

    matters = (INDICATION,)

    wall = walls.of_nation("shown_to", search=True, names="lines__article")

    class Meta:
        verbose_name = _("price and availability")
        verbose_name_plural = _("price and availability")
        ordering = ["-opened_at"]
        indexes = [
            models.Index(
                fields=["nation", "-opened_at"],
                include=["number", "state"],
                name="cases_indication_of_nation",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="cases_indication_known_state"
            ),
            handling.known("cases_indication"),
            models.CheckConstraint(
                condition=Q(net=None, administrative_charge=None, total=None)
                | Q(
                    net__isnull=False,
                    administrative_charge__isnull=False,
                    total__isnull=False,
                    total=models.F("net") + models.F("administrative_charge"),
                ),
                name="cases_indication_adds_up",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False, total__isnull=False),
                name="cases_indication_sent_is_dated",
            ),
            models.UniqueConstraint(
                fields=["request"],
                condition=~Q(state="cancelled"),
                name="cases_indication_one_live_per_request",
            ),
        ]

    # Beginning -------------------------------------------------------------------------------

    @beginning(
        label=_("Open a price and availability"),
        may=rules.case_manager,
        books=[actions.copy_lines_to_indicate],
    )
    def open(cls, *, request: Request) -> Any:
        """Begin a first indication of price and availability."""
        return cls(nation_id=request.nation_id, title=request.title, request=request)  # type: ignore[operator]

    # Steps -----------------------------------------------------------------------------------

    @step(
        state,
        source=[State.DRAFT, State.UNDER_APPROVAL],
        label=_("Estimate price and availability"),
        may=rules.case_manager,
        books=[actions.write_estimates],
        then=[files.rechecks(INDICATION)],
        duty="indication:draft",
    )
    def estimate(self, *, lines: dict[int, dict[str, Any]], remarks: str) -> None:
        """Say roughly what each line costs and when it can be had; the charges of today are added."""
        today = timezone.localdate()
        price = actions.indicated(self, lines, today)
        self.net, self.total = price.net, price.total
        self.administrative_percent = rate_on(Rate.Code.ADMINISTRATION, today)
        self.administrative_charge = price.administration + price.minimum_top_up
        self.priced_on, self.remarks = today, remarks

    @step(
        state,
        source=State.DRAFT,
        target=State.UNDER_APPROVAL,
        label=_("Put to approval"),
        may=rules.case_manager,
        when=[is_estimated, transfer_is_cleared, files.has_route(INDICATION)],
        then=[files.drafts(INDICATION)],
        duty="indication:draft",
    )
    def put_to_approval(self) -> None:
        """Have an approval file drafted; figures leave Japan only once they are decided on."""

    @step(
        state,
        source=State.UNDER_APPROVAL,
        target=State.DRAFT,
        label=_("Take back to the drafter"),
        may=by_system,
    )
    def take_back(self) -> None:
        """Its approval file has come back: the estimate can be worked on again."""

    @step(
        state,
        source=State.UNDER_APPROVAL,
        target=State.SENT,
        label=_("Send price and availability"),
        may=rules.releaser,
        when=[is_estimated, transfer_is_cleared, files.approved(INDICATION)],
        books=[files.issues(INDICATION, to=lambda row: str(row.nation.formal_ja))],
        then=[
            papers.price_and_availability,
            notices.indication_sent,
            Leads("answer", to=lambda indication: indication.request),
        ],
        confirm=True,
        duty="indication:release",
        signs=True,
    )
    def send(self) -> None:
        """Give the nation the indication; it binds nobody, and a letter of offer is asked for anew."""
        self.sent_at = timezone.now()

    @step(
        state,
        source=[State.DRAFT, State.UNDER_APPROVAL],
        target=State.CANCELLED,
        label=_("Cancel"),
        may=rules.case_manager,
        then=[files.ends(INDICATION)],
        confirm=True,
    )
    def cancel(self, *, reason: str) -> None:
        """The request is answered in another way, or not at all."""

    @step(
        state,
        source=[State.DRAFT, State.UNDER_APPROVAL],
        target=State.CANCELLED,
        label=_("Drop with its request"),
        may=by_system,
        then=[files.ends(INDICATION)],
    )
    def drop(self) -> None:
        """The nation has withdrawn its request: nothing is left to indicate."""


class IndicationLine(NationLine):
    belongs_to = "indication"

    indication = models.ForeignKey(Indication, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveSmallIntegerField(_("line"))
    article = models.ForeignKey(
        Article,
        on_delete=models.PROTECT,
        related_name="indication_lines",
        verbose_name=_("article or service"),
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_price = models.DecimalField(
        _("rough unit price"), max_digits=18, decimal_places=2, null=True
    )
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2, null=True)
    months = models.PositiveSmallIntegerField(
        _("available after, months"), null=True, validators=[MinValueValidator(1)]
    )
    basis = models.CharField(_("basis"), max_length=20, choices=ArticlePrice.Basis, blank=True)

    wall = walls.of_nation()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["indication", "number"], name="cases_indicationline_once"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="cases_indicationline_positive"
            ),
            models.CheckConstraint(
                condition=Q(unit_price=None, amount=None, months=None, basis="")
                | (
                    Q(unit_price__isnull=False, unit_price__gt=0)
                    & Q(amount__isnull=False, months__isnull=False, months__gt=0)
                    & ~Q(basis="")
                ),
                name="cases_indicationline_estimated_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indication}-{self.number:02d}"
