"""Shipments to the nation, and services performed for it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.filters import equals
from api.shown import CaseShown, Shown
from api.v1.cases import CaseList, Kind, OneCase
from exports.models import Shipment, ShipmentLine


class ShipmentLineShown(Shown):
    class Meta:
        model = ShipmentLine
        fields = ("number", "name_ja", "name_en", "quantity", "unit")
        read_only_fields = fields


class ShipmentShown(CaseShown):
    """A shipment, as its nation sees it."""

    contract = serializers.CharField(source="contract_number", read_only=True)
    request = serializers.CharField(source="request_number", read_only=True)
    mode = serializers.CharField(read_only=True)
    lines = ShipmentLineShown(many=True, read_only=True)

    class Meta:
        model = Shipment
        fields = (
            *CaseShown.common,
            "contract",
            "request",
            "mode",
            "carrier",
            "permit_number",
            "shipped_on",
            "received_on",
            "received_by",
            "lines",
        )
        read_only_fields = fields


KIND = Kind(
    Shipment,
    ShipmentShown,
    related=("nation",),
    lines=("lines",),
    narrowed_by=(
        equals("contract", "contract_number", _("Only for the contract of this number.")),
        equals("request", "request_number", _("Only for the request of this number.")),
    ),
)


class Shipments(CaseList):
    """Shipments to your nation, newest first."""

    kind = KIND


class OneShipment(OneCase):
    """One shipment to your nation."""

    kind = KIND
