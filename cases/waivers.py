"""Charges that a nation is let off: proposed line by line, decided on by itself, then priced again."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t

from cases import actions, pricing
from workflow.rights import SYSTEM
from workflow.steps import Act, take_within


def wished(request: Any) -> list[str]:
    """Which charges the nation asks to be let off in its request."""
    asked = set(request.waivers)
    return [
        *(pricing.CAS if "contract_administration" in asked else ()),
        *([pricing.NONRECURRING_COST] if "nonrecurring" in asked else []),
    ]


def forgone(contract: Any, proposed: Mapping[str, Any]) -> Decimal:
    """By how much the total falls if these `charges` are waived on these `lines`.

    Raises `NotOpen` where a rate of the day of its price is no longer there.
    """
    with_them = actions.repriced(contract, _waived(contract, proposed))
    total: Decimal = actions.explained(contract).total - with_them.total
    return total


def _waived(contract: Any, proposed: Mapping[str, Any]) -> dict[int, list[str]]:
    """What is waived on each line that is named, with what was before."""
    named = set(proposed["lines"])
    lines = (line for line in contract.lines.all() if line.number in named)
    return {line.number: sorted({*line.waived, *proposed["charges"]}) for line in lines}


# Books of the step and of its approval file ----------------------------------------------------


def why_not_now(contract: Any) -> str:
    """What stands against it: the offer is no longer drafted, or has been priced away from it."""
    if contract.state == "draft" and contract.proposed_waiver and contract.total:
        return ""
    return _t("The offer is no longer as the waiver found it. Withdraw the file.")


def take_in(act: Act) -> None:
    """The decision itself: the lines bear the charges no longer, and wait for their price."""
    contract = act.case
    for number, waived in _waived(contract, contract.proposed_waiver).items():
        contract.lines.filter(number=number).update(waived=waived)
    contract.lines.update(unit_price=None, amount=None, rates_on=None)
    contract.forget_price()
    contract.proposed_waiver = {}


def decided(act: Act) -> None:
    contract, _facts = type(act.case.subject).put_before(act.case.subject.pk)
    act.case.look_again(contract)
    take_within(contract, "take_waiver_in", by=SYSTEM, note=act.case.number)


def given_up(act: Act) -> None:
    take_within(act.case.subject, "drop_waiver", by=SYSTEM, note=act.case.number)
