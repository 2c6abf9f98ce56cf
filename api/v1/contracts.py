"""Contracts between governments, from the moment they are offered."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.filters import equals
from api.shown import CaseShown, Moment, Money, Shown
from api.v1.cases import CaseList, Kind, OneCase
from cases import payments
from cases.models import Contract, ContractLine
from cases.models.priced import CHARGES, TERMS
from ledger.money import exponent


class ContractLineShown(Shown):
    article = serializers.CharField(
        source="article.catalogue_number", read_only=True, help_text="Catalogue number."
    )
    name = serializers.CharField(source="article.name", read_only=True)
    unit = serializers.CharField(source="article.unit", read_only=True)
    unit_price = Money("unit_price", currency="contract.currency")
    amount = Money("amount", currency="contract.currency")
    drawn = Money("drawn", currency="contract.currency")
    nonrecurring_unit = Money("nonrecurring_unit", currency="contract.currency")
    waived = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = ContractLine
        fields = (
            *("number", "article", "name", "quantity", "unit", "unit_price", "amount"),
            *("under", "drawn"),
            *TERMS,
            *CHARGES,
        )
        read_only_fields = fields


class ContractShown(CaseShown):
    """An offer or contract, as its nation sees it."""

    request = serializers.CharField(
        source="request.number", read_only=True, help_text="Number of the request it answers."
    )
    kind = serializers.ChoiceField(
        source="kind_of_case",
        read_only=True,
        choices=Contract._meta.get_field("kind_of_case").flatchoices,
    )
    builds_on = serializers.CharField(
        source="builds_on.number",
        read_only=True,
        default="",
        help_text="Number of the case of part I, for requisitions under a sustainment arrangement.",
    )
    net = Money("net")
    administrative_charge = Money("administrative_charge")
    total = Money("total")
    deposit = Money("deposit")
    deposit_paid = Money("deposit_paid")
    deposit_refunded = Money("deposit_refunded")
    offered_at = Moment()
    accepted_at = Moment(allow_null=True)
    no_more_orders_at = Moment(
        allow_null=True, help_text="When it was confirmed that no more orders come."
    )
    lines = ContractLineShown(many=True, read_only=True)

    class Meta:
        model = Contract
        fields: tuple[str, ...] = (
            *CaseShown.common,
            "request",
            "kind",
            "builds_on",
            "net",
            "administrative_charge",
            "administrative_percent",
            "total",
            "deposit",
            "deposit_paid",
            "deposit_refunded",
            "priced_on",
            "offered_at",
            "expires_on",
            "accepted_at",
            "signed_by",
            "deliver_by",
            "no_more_orders_at",
            "closed_on",
            "lines",
        )
        read_only_fields = fields


class PaymentShown(serializers.Serializer[Any]):
    due = serializers.DateField(
        allow_null=True, help_text="The day it is due; null for the deposit, due on acceptance."
    )
    payment = serializers.CharField(help_text="In the currency of the contract.")
    cumulative_paid = serializers.CharField(help_text="With all payments before it.")


class OneContractShown(ContractShown):
    """With the payment schedule."""

    payment_schedule = serializers.SerializerMethodField(
        help_text="An estimate: what has to be paid is what is billed. Empty where there is none."
    )

    class Meta(ContractShown.Meta):
        fields: tuple[str, ...] = (*ContractShown.Meta.fields, "payment_schedule")
        read_only_fields = fields

    @extend_schema_field(PaymentShown(many=True))
    def get_payment_schedule(self, contract: Contract) -> list[dict[str, Any]]:
        digits = exponent(contract.currency)
        rows = payments.table(contract)
        for row in rows:
            for name in ("payment", "cumulative_paid"):
                row[name] = f"{row[name]:.{digits}f}"
        return list(PaymentShown(rows, many=True).data)


KIND = Kind(
    Contract,
    ContractShown,
    related=("nation", "request", "builds_on"),
    lines=("lines__article",),
    narrowed_by=(equals("request", "request__number", _("Only for the request of this number.")),),
)


class Contracts(CaseList):
    """Offers and contracts of your nation, newest first."""

    kind = KIND


class OneContract(OneCase):
    """One offer or contract of your nation."""

    kind = KIND

    def get_serializer_class(self) -> type[CaseShown]:
        return OneContractShown
