"""Price and availability: first indications, from the moment they are sent. They cannot be accepted."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.filters import equals
from api.shown import CaseShown, Moment, Money, Shown
from api.v1.cases import CaseList, Kind, OneCase
from cases.models import Indication, IndicationLine


class IndicationLineShown(Shown):
    article = serializers.CharField(
        source="article.catalogue_number", read_only=True, help_text="Catalogue number."
    )
    name = serializers.CharField(source="article.name", read_only=True)
    unit = serializers.CharField(source="article.unit", read_only=True)
    unit_price = Money("unit_price", currency="indication.currency")
    amount = Money("amount", currency="indication.currency")
    basis = serializers.CharField(read_only=True, help_text="What the rough price rests on.")

    class Meta:
        model = IndicationLine
        fields = (
            *("number", "article", "name", "quantity", "unit", "unit_price", "amount"),
            *("months", "basis"),
        )
        read_only_fields = fields


class IndicationShown(CaseShown):
    """A first indication, as its nation sees it: no offer, and without payment schedule."""

    request = serializers.CharField(
        source="request.number", read_only=True, help_text="Number of the request it answers."
    )
    net = Money("net")
    administrative_charge = Money("administrative_charge")
    total = Money("total")
    sent_at = Moment()
    lines = IndicationLineShown(many=True, read_only=True)

    class Meta:
        model = Indication
        fields = (
            *CaseShown.common,
            *("request", "net", "administrative_charge", "administrative_percent", "total"),
            *("remarks", "priced_on", "sent_at", "lines"),
        )
        read_only_fields = fields


KIND = Kind(
    Indication,
    IndicationShown,
    related=("nation", "request"),
    lines=("lines__article",),
    narrowed_by=(equals("request", "request__number", _("Only for the request of this number.")),),
)


class Indications(CaseList):
    """Price and availability given to your nation, newest first."""

    kind = KIND


class OneIndication(OneCase):
    """One price and availability given to your nation."""

    kind = KIND
