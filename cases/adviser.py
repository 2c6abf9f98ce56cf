"""Which paper changes a contract: an amendment, a modification, a restated offer or a contract of its own.

The questions and their order follow the change rules of Foreign Military Sales (SAMM C6.7, DSCA 24-08):
the reason decides, not the figure. Whoever changes a contract answers them; the adviser says what
follows, and they decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


def _(text: str) -> str:
    """Marks a sentence for the catalogue: who shows it translates it."""
    return text


class Paper(StrEnum):
    AMENDMENT = "amendment"  # the nation signs
    MODIFICATION = "modification"  # Japan alone; the nation acknowledges
    RESTATEMENT = "restatement"  # an offer that nobody has signed yet, made anew
    NEW_CONTRACT = "new_contract"


@dataclass(frozen=True)
class Answers:
    """What is asked of whoever changes a contract; `is_signed` is known from the contract itself."""

    is_signed: bool
    major_equipment: bool  # major equipment is added or taken out
    purpose_changes: bool  # the original purpose of a line or a note changes: the scope
    nation_must_agree: bool  # the nation asks for it, or has to agree to it


@dataclass(frozen=True)
class Advice:
    paper: Paper
    why: str


def advise(answers: Answers) -> Advice:
    """The first answer that settles it."""
    if not answers.is_signed:
        return Advice(
            Paper.RESTATEMENT,
            _("Nobody has signed the offer yet: it is restated, under the same number."),
        )
    if answers.major_equipment:
        return Advice(
            Paper.NEW_CONTRACT,
            _("Major equipment is added or taken out: that is a contract of its own."),
        )
    if answers.purpose_changes:
        return Advice(
            Paper.AMENDMENT,
            _("The purpose of a line or note changes: the scope does, and the nation signs."),
        )
    if answers.nation_must_agree:
        return Advice(
            Paper.AMENDMENT, _("The nation asks for it or has to agree to it: the nation signs.")
        )
    return Advice(
        Paper.MODIFICATION,
        _("The scope stays, and no agreement is needed: Japan issues it, the nation acknowledges."),
    )
