"""What approvals decides on for rooms below it: a proposed change of reference data."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from partners import kinds, reference
from partners.models import Proposal
from workflow import values
from workflow.approvals import Matter
from workflow.rights import Capacity
from workflow.steps import Act

Values = dict[str, Any]


def _content(held: Proposal) -> Values:
    """What is proposed, and the row it is about as it is now, column by column under its kind."""
    content = {"change": _change(held)}
    if held.present:
        content["present"] = {held.of_kind: _columns(held.present)}
    return content


def _change(held: Proposal) -> Values:
    if not held.columns:
        return {"last_day": held.last_day, "source": held.source}
    columns = _columns(held.after())
    if held.what() == Proposal.What.CHANGE:
        columns = {name: columns[name] for name in columns if name in held.columns}
    return {held.of_kind: columns}


def _columns(row: Any) -> Values:
    plain = values.of_row(row)
    return {one.attname: plain[one.attname] for one in kinds.columns_of(type(row))}


def _cover(held: Proposal) -> dict[str, str]:
    return {
        "title": _row(held),
        "purpose": _purpose(held),
        "background": _t("%(reason)s\nSource: %(source)s")
        % {"reason": held.reason, "source": held.source},
    }


def _row(held: Proposal) -> str:
    return f"{kinds.label_of(held.model)}: {held.title()}"


def _purpose(held: Proposal) -> str:
    row, after = _row(held), held.after()
    match held.what():
        case Proposal.What.END:
            return _t("Let “%(row)s” end: its last day is %(day)s.") % {
                "row": row,
                "day": date_format(held.last_day),  # type: ignore[arg-type]  # promised
            }
        case Proposal.What.WITHDRAWAL:
            return _t("Withdraw “%(row)s”, which would begin on %(day)s.") % {
                "row": row,
                "day": date_format(held.present.valid_from),
            }
        case Proposal.What.CHANGE:
            return _t("Change “%(row)s”: %(columns)s.") % {"row": row, "columns": _names(held)}
        case Proposal.What.ROW if not kinds.is_dated(held.model):
            return _t("Add “%(row)s”.") % {"row": row}
        case _:
            return _t("Let the proposed version of “%(row)s” count from %(day)s on.") % {
                "row": row,
                "day": date_format(after.valid_from),
            }


def _names(held: Proposal) -> str:
    columns = kinds.columns_of(held.model)
    return ", ".join(kinds.head_of(one) for one in columns if one.attname in held.columns)


# Books ---------------------------------------------------------------------------------------


def _carry_out(act: Act) -> None:
    act.case.look_again(reference.hold(act.case.subject))
    reference.carry_out(
        act.case.subject, by=_decider(act), capacity=_capacity(act), file=act.case.number
    )


def _give_up(act: Act) -> None:
    reference.give_up(
        reference.hold(act.case.subject),
        by=_decider(act),
        capacity=_capacity(act),
        reason=act.entry.note,
        file=act.case.number,
    )


def _decider(act: Act) -> Any:
    return act.by  # a person: the house itself decides on no file


def _capacity(act: Act) -> Capacity:
    return Capacity(act.entry.role, act.entry.organisation, act.entry.on_behalf_of)


REFERENCE_CHANGE = Matter(
    "reference_change",
    title=_("change of reference data"),
    amount=lambda held: Decimal(0),
    content=_content,
    draft=_cover,
    duty="",
    why_not=reference.why_not_now,
    decided=_carry_out,
    given_up=_give_up,
)
CARRIED = {Proposal.kind(): (REFERENCE_CHANGE,)}
