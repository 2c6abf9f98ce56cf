"""A shipment: what leaves at once, by whom it is carried, and that it has arrived.

Services and training are handed over the same way, without a carrier ("performed on site").
"""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q, Sum
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from documents import units
from exports import clocks, notices, papers, rules
from exports.models.review import TransferReview
from partners.models import NationCase, NationCaseQuerySet, NationLine
from workflow import handling, walls
from workflow.steps import beginning, step


class State(models.TextChoices):
    PACKED = "packed", _("packed")
    SHIPPED = "shipped", _("shipped")
    RECEIVED = "received", _("received")


class Mode(models.TextChoices):
    SEA = "sea", _("sea")
    AIR = "air", _("air")
    LAND = "land", _("land")
    ON_SITE = "on_site", _("performed on site")


def transfer_is_cleared(shipment: Shipment) -> str:
    """A transfer review of the request is cleared and valid today."""
    today = timezone.localdate()
    if TransferReview.objects.clearing(shipment.request_number, today).exists():
        return ""
    return _t("No valid transfer clearance: ask export control to review the transfer.")


def is_not_held(shipment: Shipment) -> str:
    """Its contract is not suspended."""
    return _t("The contract is suspended: nothing leaves.") if shipment.held_at else ""


class ShipmentQuerySet(NationCaseQuerySet):
    def shown_to_nation(self) -> Self:
        return self


class Shipment(NationCase):
    number_letter = "S"

    state = FSMField(_("state"), default=State.PACKED, choices=State, protected=True)
    contract_number = models.CharField(_("contract"), max_length=32)
    request_number = models.CharField(_("request"), max_length=32)
    mode = models.CharField(_("mode"), max_length=20, choices=Mode)
    carrier = models.CharField(_("carrier"), max_length=120, blank=True)
    permit_number = models.CharField(_("export permit"), max_length=60, blank=True)
    held_at = models.DateTimeField(_("held back"), null=True)
    shipped_on = models.DateField(_("shipped"), null=True)
    received_on = models.DateField(_("received"), null=True)
    received_by = models.CharField(_("received by"), max_length=120, blank=True)

    objects = ShipmentQuerySet.as_manager()

    wall = walls.of_nation(search=True, names="lines")

    class Meta:
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        ordering = ["-opened_at"]
        indexes = [models.Index(fields=["contract_number"], name="exports_shipment_contract")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="exports_shipment_known_state"
            ),
            handling.known("exports_shipment"),
            models.CheckConstraint(
                condition=Q(received_on=None)
                | Q(shipped_on__isnull=False, received_on__gte=F("shipped_on")),
                name="exports_shipment_shipped_first",
            ),
            models.CheckConstraint(
                condition=~Q(state="received") | Q(received_on__isnull=False),
                name="exports_shipment_received_is_dated",
            ),
        ]

    # Beginning -------------------------------------------------------------------------------

    @beginning(label=_("Pack a shipment"), may=rules.dispatcher)
    def pack(
        cls, *, nation_id: str, title: str, contract_number: str, request_number: str, mode: str
    ) -> Any:
        """Put together what leaves at once."""
        return cls(  # type: ignore[operator]
            nation_id=nation_id,
            title=title,
            contract_number=contract_number,
            request_number=request_number,
            mode=mode,
        )

    # Steps -----------------------------------------------------------------------------------

    @step(
        state,
        source=State.PACKED,
        target=State.SHIPPED,
        label=_("Ship"),
        may=rules.dispatcher,
        when=[is_not_held, transfer_is_cleared],
        then=[papers.shipping_notice, notices.shipment_shipped],
        signs=True,
        clocks=[clocks.REPORTING.starts],
    )
    def ship(self, *, shipped_on: date, carrier: str, permit_number: str) -> None:
        """The goods leave Japan (or the service begins) under an export permit."""
        self.shipped_on, self.carrier, self.permit_number = shipped_on, carrier, permit_number

    @step(
        state,
        source=State.PACKED,
        label=_("Hold back"),
        may=rules.case_manager,
        inner=True,
    )
    def hold(self) -> None:
        """Its contract is suspended: it stays where it is."""
        self.held_at = timezone.now()

    @step(
        state,
        source=State.PACKED,
        label=_("Let go"),
        may=rules.case_manager,
        inner=True,
    )
    def let_go(self) -> None:
        """Its contract goes on: it can leave."""
        self.held_at = None

    @step(
        state,
        source=State.SHIPPED,
        target=State.RECEIVED,
        label=_("Confirm receipt"),
        may=rules.consignee,
        then=[papers.handover_receipt, notices.shipment_received],
        signs=True,
        clocks=[clocks.REPORTING.stops],
    )
    def receive(self, *, received_on: date, received_by: str) -> None:
        """The nation confirms that everything has arrived complete."""
        self.received_on, self.received_by = received_on, received_by


def received_quantities(contract_number: str) -> dict[int, int]:
    """Line number → quantity that has arrived under a contract."""
    rows = ShipmentLine.objects.filter(
        shipment__contract_number=contract_number, shipment__state=State.RECEIVED
    )
    return dict(rows.values_list("number").annotate(Sum("quantity")))


def packed_quantities(contract_number: str) -> dict[int, int]:
    """Line number → quantity that is in any shipment of a contract."""
    rows = ShipmentLine.objects.filter(shipment__contract_number=contract_number)
    return dict(rows.values_list("number").annotate(Sum("quantity")))


class ShipmentLine(NationLine):
    belongs_to = "shipment"

    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveSmallIntegerField(_("line"))
    name_ja = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    quantity = models.PositiveIntegerField(_("quantity"))
    unit = models.CharField(_("unit"), max_length=10)

    wall = walls.of_nation()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["shipment", "number"], name="exports_shipmentline_once"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="exports_shipmentline_positive"
            ),
        ]

    def __str__(self) -> str:
        name = self.name_ja if get_language() == "ja" else self.name_en
        return f"{name} × {self.quantity} {units.in_words(self.unit)}"
