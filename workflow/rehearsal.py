"""What a step would set off: it is taken, its follow-ups are run, and all of it is undone.

What a follow-up would make outside the database (a paper drawn, a letter sent) is told, not made.
`account` tells the same of a step that was taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Q

from workflow import walls
from workflow.follow_ups import case_of, effect_of
from workflow.models import Entry, FollowUp
from workflow.rights import SYSTEM, Actor
from workflow.steps import Refused, beginnings_of, steps_of, take_within

MOST = 50  # lines of the trail that one step leads to


@dataclass(frozen=True)
class Move:
    """A case takes a step, or comes into being."""

    case: str
    label: str
    before: str
    after: str


@dataclass
class Told:
    """What follows from a step, kind by kind, in words for a page."""

    refusal: str = ""
    moves: list[Move] = field(default_factory=list)
    papers: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    clocks: list[str] = field(default_factory=list)
    money: list[str] = field(default_factory=list)


Witness = Callable[[int], Iterable[str]]


def rehearse(case: Any, step: str, *, by: Actor, money: Witness, **given: Any) -> Told:
    """What taking the step would lead to. `money` tells what a transaction (its id) has booked."""
    told = Told()
    try:
        with transaction.atomic(), walls.house():
            act = take_within(case, step, by=by, **given)
            _follow(act.entry.xid, told)
            told.money = list(money(act.entry.xid))
            transaction.set_rollback(True)
    except Refused as refusal:
        return Told(refusal=str(refusal))
    return told


def account(entry: Entry, *, money: Witness) -> Told:
    """What a step that was taken has led to: the lines of its request, and what they set off."""
    told = Told(money=list(money(entry.xid)))
    caused = Q(pk=entry.pk)
    if entry.request_id:
        same = {"request_id": entry.request_id, "actor_id": SYSTEM.actor_id}
        caused |= Q(pk__gt=entry.pk, **same)
    for line in Entry.objects.filter(caused, event=Entry.Event.STEP).order_by("pk")[:MOST]:
        _tell(line, told)
    return told


def _follow(xid: int, told: Told) -> None:
    """Run what has been set off until nothing new comes of it."""
    lines = Entry.objects.filter(xid=xid, event=Entry.Event.STEP).order_by("pk")
    seen: set[int] = set()
    while new := list(lines.exclude(pk__in=seen)):
        for line in new:
            seen.add(line.pk)
            _tell(line, told, runs=True)


def _tell(line: Entry, told: Told, *, runs: bool = False) -> None:
    told.moves.append(_move(line))
    for row in FollowUp.objects.filter(entry=line).select_related("entry").order_by("position"):
        effect = effect_of(row)
        case = case_of(line)
        words = getattr(effect, "foretold", None)
        if words is not None:
            getattr(told, effect.of).extend(words(case))  # type: ignore[attr-defined]
        if runs and (words is None or effect.of == "clocks"):  # type: ignore[attr-defined]
            effect.run(case, row)


def _move(line: Entry) -> Move:
    model: Any = apps.get_model(line.case_kind)
    states = dict(model._meta.get_field("state").flatchoices)
    declared = (steps_of(model) | beginnings_of(model))[line.step]
    return Move(
        case=line.case_number,
        label=str(declared.label),
        before=str(states.get(line.from_state, "")),
        after=str(states.get(line.to_state, line.to_state)),
    )
