"""How values look in JSON: instants in UTC, money as text with its currency. Nothing is read here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from operator import attrgetter
from typing import Any

from django.db import models
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ledger.money import exponent
from partners.access import ROLES
from workflow import steps
from workflow.models import Case


class Moment(serializers.DateTimeField):
    """An instant, as 2026-04-01T00:00:00Z."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"default_timezone": UTC, "read_only": True, **kwargs})


@extend_schema_field(
    {
        "type": "object",
        "nullable": True,
        "properties": {
            "amount": {"type": "string", "example": "5500000000"},
            "currency": {"type": "string", "example": "JPY"},
        },
        "required": ["amount", "currency"],
    }
)
class Money(serializers.Field):  # type: ignore[type-arg]  # generic in the stubs only
    """`{"amount": "1234.50", "currency": "USD"}` with the decimals of the currency, or null."""

    def __init__(self, amount: str, currency: str = "currency", **kwargs: Any) -> None:
        super().__init__(source="*", read_only=True, **kwargs)
        self.amount, self.currency = attrgetter(amount), attrgetter(currency)

    def to_representation(self, row: Any) -> dict[str, str] | None:
        amount, currency = self.amount(row), self.currency(row)
        if amount is None:
            return None
        return {"amount": f"{amount:.{exponent(currency)}f}", "currency": currency}


class RoleShown(serializers.Serializer[Any]):
    role = serializers.CharField(help_text="Identifier of the role.")
    label = serializers.CharField(  # type: ignore[assignment]  # a field's own label is another
        help_text="Its name in the language of the answer."
    )


class Shown(serializers.ModelSerializer[Any]):
    """Shows a row: the fields its class names, and no others."""

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DateTimeField: Moment,
    }


class CaseShown(Shown):
    """What every case shows."""

    url = serializers.SerializerMethodField()
    steps_url = serializers.SerializerMethodField()
    nation = serializers.CharField(source="nation_id", read_only=True, help_text="ISO 3166 code.")
    state = serializers.CharField(read_only=True)
    state_label = serializers.CharField(read_only=True)
    whose_turn = serializers.SerializerMethodField()

    common = (
        "number",
        "url",
        "steps_url",
        "nation",
        "title",
        "state",
        "state_label",
        "whose_turn",
        "version",
        "opened_at",
        "changed_at",
    )

    def get_url(self, case: Case) -> str:
        return address_of(case)

    def get_steps_url(self, case: Case) -> str:
        return reverse(f"api:{case.slug()}-steps", args=[case.number])

    @extend_schema_field(RoleShown(many=True))
    def get_whose_turn(self, case: Case) -> Any:
        in_a_list = self.parent is not None
        return named(steps.turn_by_state(case) if in_a_list else steps.whose_turn(case))


def address_of(case: Case) -> str:
    return reverse(f"api:{case.slug()}-case", args=[case.number])


def named(roles: Iterable[str]) -> list[dict[str, str]]:
    """Roles with their names, as the API shows whose turn it is."""
    return [{"role": role, "label": str(ROLES[role].label)} for role in roles if role in ROLES]
