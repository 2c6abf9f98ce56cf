"""Changes of contracts: amendments to sign, modifications to acknowledge, offers restated."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.filters import equals
from api.shown import CaseShown, Moment, Money, Shown
from api.v1.cases import CaseList, Kind, OneCase
from cases.models import Change, ChangeLine
from cases.models.priced import CHARGES, TERMS


class ChangeLineShown(Shown):
    article = serializers.CharField(
        source="article.catalogue_number", read_only=True, help_text="Catalogue number."
    )
    name = serializers.CharField(source="article.name", read_only=True)
    unit = serializers.CharField(source="article.unit", read_only=True)
    unit_price = Money("unit_price", currency="change.currency")
    amount = Money("amount", currency="change.currency")
    nonrecurring_unit = Money("nonrecurring_unit", currency="change.currency")
    waived = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = ChangeLine
        fields = (
            *("number", "article", "name", "quantity", "unit", "unit_price", "amount"),
            *TERMS,
            *CHARGES,
        )
        read_only_fields = fields


class ChangeShown(CaseShown):
    """A change of a contract; each of its lines as it is to be, 0 where it is taken out."""

    contract = serializers.CharField(
        source="contract.number", read_only=True, help_text="Number of the contract it changes."
    )
    kind = serializers.ChoiceField(
        source="kind_of_change",
        read_only=True,
        choices=Change._meta.get_field("kind_of_change").flatchoices,
    )
    net = Money("net")
    administrative_charge = Money("administrative_charge")
    total = Money("total")
    sent_at = Moment()
    in_effect_at = Moment(allow_null=True)
    lines = ChangeLineShown(many=True, read_only=True)

    class Meta:
        model = Change
        fields = (
            *CaseShown.common,
            "contract",
            "kind",
            "code",
            "purpose",
            "net",
            "administrative_charge",
            "total",
            "priced_on",
            "sent_at",
            "expires_on",
            "signed_by",
            "in_effect_at",
            "lines",
        )
        read_only_fields = fields


KIND = Kind(
    Change,
    ChangeShown,
    related=("nation", "contract"),
    lines=("lines__article",),
    narrowed_by=(
        equals("contract", "contract__number", _("Only of the contract of this number.")),
    ),
)


class Changes(CaseList):
    """Changes of your nation's contracts, newest first."""

    kind = KIND


class OneChange(OneCase):
    """One change of a contract of your nation."""

    kind = KIND
