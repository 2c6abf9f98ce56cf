"""Refusals are lines of the trail, too: who tried what, and which rule said no.

A rule only notes that it has said no. The line is written once the refused act has been undone,
in a transaction of its own, by whoever watches: a door around its request, or else the gate.
"A rule" is one about the person: a right, a separated duty, a row out of sight, a second factor.
That something is not possible yet, or not well filled in, is no refusal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import transaction

from workflow import trail
from workflow.models import Entry
from workflow.rights import Actor, Capacity


@dataclass(frozen=True)
class Refusal:
    """What was tried and not let happen. `needs` are the roles, or the duty, of the rule."""

    why: str
    rule: str = "right"
    by: Actor | None = None
    case: trail.NamedCase | None = None
    kind: str = ""
    step: str = ""
    needs: Sequence[str] = ()


_noted: ContextVar[list[Refusal] | None] = ContextVar("refusals", default=None)


def note(refusal: Refusal) -> None:
    """Keep a refusal for whoever watches."""
    noted = _noted.get()
    if noted is not None:
        noted.append(refusal)


@contextmanager
def watched() -> Iterator[list[Refusal]]:
    """What is refused within; whoever watches writes it down afterwards."""
    noted: list[Refusal] = []
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)


@contextmanager
def written_down() -> Iterator[None]:
    """Around a transaction: its refusals become lines after it, unless a door writes them."""
    if _noted.get() is not None:
        yield
        return
    with watched() as noted:
        try:
            yield
        finally:
            for refusal in noted:
                if refusal.by is not None:
                    write(refusal, by=refusal.by)


def write(
    refusal: Refusal,
    *,
    by: Actor,
    capacity: Capacity | None = None,
    asked: str = "",
    times: int = 1,
) -> Entry:
    """The line. `asked` is the address, as it was asked for; `times` how often this has happened."""
    with transaction.atomic(durable=True):
        return trail.record(
            Entry.Event.REFUSED,
            by=by,
            capacity=capacity,
            case=refusal.case,
            subject=asked or refusal.kind,
            step=refusal.step,
            note=refusal.why,
            given={
                "rule": refusal.rule,
                "needs": refusal.needs,
                "kind": refusal.kind,
                "times": times,
            },
        )
