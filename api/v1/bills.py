"""Bills to the nation, from the moment they are issued."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.filters import equals
from api.shown import CaseShown, Money
from api.v1.cases import CaseList, Kind, OneCase
from cases.models import Bill


class BillShown(CaseShown):
    """A bill, as its nation sees it."""

    contract = serializers.CharField(
        source="contract.number", read_only=True, help_text="Number of the contract it is for."
    )
    amount = Money("amount")
    from_deposit = Money("from_deposit")
    due = Money("due")

    class Meta:
        model = Bill
        fields = (
            *CaseShown.common,
            "contract",
            "amount",
            "from_deposit",
            "due",
            "issued_on",
            "due_on",
            "paid_on",
        )
        read_only_fields = fields


KIND = Kind(
    Bill,
    BillShown,
    related=("nation", "contract"),
    narrowed_by=(
        equals("contract", "contract__number", _("Only for the contract of this number.")),
        equals("request", "contract__request__number", _("Only for the request of this number.")),
    ),
)


class Bills(CaseList):
    """Bills to your nation, newest first."""

    kind = KIND


class OneBill(OneCase):
    """One bill to your nation."""

    kind = KIND
