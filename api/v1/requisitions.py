"""Requisitions: what a nation orders against the ceilings of its blanket orders."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.filters import equals
from api.shown import CaseShown, Money, Shown
from api.v1.cases import CaseList, Kind, OneCase
from cases.models import Requisition, RequisitionLine


class RequisitionLineShown(Shown):
    article = serializers.CharField(
        source="article.catalogue_number", read_only=True, help_text="Catalogue number."
    )
    name = serializers.CharField(source="article.name", read_only=True)
    unit = serializers.CharField(source="article.unit", read_only=True)
    unit_price = Money("unit_price", currency="requisition.currency")
    amount = Money("amount", currency="requisition.currency")

    class Meta:
        model = RequisitionLine
        fields = (
            *("number", "article", "name", "quantity", "unit", "remark", "unit_price", "amount"),
        )
        read_only_fields = fields


class RequisitionShown(CaseShown):
    """A requisition: begun by the step `order` of a contract, and taken on order once accepted."""

    contract = serializers.CharField(
        source="contract.number", read_only=True, help_text="Number of the blanket order."
    )
    worth = Money("worth")
    lines = RequisitionLineShown(many=True, read_only=True)

    class Meta:
        model = Requisition
        fields = (
            *CaseShown.common,
            *("contract", "under", "reference", "needed_by", "worth", "lines"),
        )
        read_only_fields = fields


KIND = Kind(
    Requisition,
    RequisitionShown,
    related=("nation", "contract"),
    lines=("lines__article",),
    narrowed_by=(
        equals("contract", "contract__number", _("Only of the contract of this number.")),
    ),
)


class Requisitions(CaseList):
    """Requisitions of your nation, newest first."""

    kind = KIND


class OneRequisition(OneCase):
    """One requisition of your nation."""

    kind = KIND
