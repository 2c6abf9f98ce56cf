"""How a file goes along its way: laid out, signed, passed over, sent back.

Each function changes the steps of a file that the gate has locked. What they did besides is told in
`file.told`, which becomes part of the line of the trail.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _t

from approvals import seats
from approvals.models.signature import Signature
from approvals.models.way import Cause, WayStep
from approvals.seats import Seat
from partners import posts
from workflow import duties
from workflow.approvals import (
    Kind,
    Route,
    Standing,
    arriving,
    awaits_decision,
    is_settled,
    passed_by,
)
from workflow.rights import Actor
from workflow.steps import NotOpen


def lay_out(file: Any, route: Route) -> None:
    """The steps anew, as the route says today. What was signed before counts no longer."""
    file.steps.all().delete()
    file.way = [
        WayStep(
            file=file,
            position=position,
            group=step.group,
            kind=str(step.kind),
            unit_id=step.unit,
            rank=step.rank,
            prepared_by=file.prepared_by,
        )
        for position, step in enumerate(route.steps, start=1)
    ]
    WayStep.objects.bulk_create(file.way)


def sign(file: Any, seat: Seat, word: Standing, opinion: str) -> None:
    """The word of whoever sits at a step, on the content as sealed. Raises `NotOpen`."""
    step, now, by = seat.step, timezone.now(), seat.person
    if step.kind == Kind.DECISION and seat.in_place_of:
        word = Standing.DEPUTISED
    step.standing, step.opinion, step.acted_at = word, opinion, now
    step.holder_id, step.holder_name = by.actor_id, by.official_name
    step.is_acting = seat.membership.is_acting
    if seat.in_place_of:
        step.in_place_of_id = seat.in_place_of.actor_id
        step.in_place_of = seat.in_place_of.official_name
        step.awaits_reading = step.kind == Kind.DECISION
    step.save()
    Signature.objects.create(
        file=file,
        revision=file.revision,
        position=step.position,
        kind=step.kind,
        unit=step.unit_id,
        rank=step.rank,
        word=word,
        opinion=opinion,
        digest=file.content_digest,
        prepared_by=file.prepared_by,
        decided_by=by.actor_id,
        decided_by_name=by.official_name,
        in_place_of=step.in_place_of,
        decided_at=now,
    )
    _bind(file, by)
    file.told |= {"step": step.position, "post": f"{step.unit_id}:{step.rank}", "word": str(word)}
    if absence := posts.absence_of(by):
        file.told["entered as absent until"] = absence.last_day


def go_on(file: Any) -> bool:
    """Let the file arrive where it is due; whether that is the decision.

    A step of the line is passed over when nobody may act at it today; who was away reads afterwards.
    """
    now, is_moving = timezone.now(), True
    while is_moving:
        for step in arriving(file.way):
            step.standing, step.arrived_at = Standing.ARRIVED, now
        is_moving = False
        for step, cause in stuck(file):
            _pass_over(file, step, cause)
            is_moving = True
    _save(file)
    return awaits_decision(file.way)


def stuck(file: Any) -> list[tuple[Any, str]]:
    """Steps of the line that the file has reached and at which nobody may act today, each with why."""
    here = [s for s in file.way if s.standing == Standing.ARRIVED and s.kind == Kind.LINE]
    causes = [(step, _cause_to_pass_over(file, step)) for step in here]
    return [(step, cause) for step, cause in causes if cause]


def pull_up(file: Any, step: Any) -> None:
    """The lower ranks of the line are passed over and read afterwards."""
    for lower in passed_by(file.way, step):
        _pass_over(file, lower, Cause.PULLED_UP)
    _save(file)


def send_back(file: Any, seat: Seat | None, position: int, *, to_step: bool) -> None:
    """From this position on everything is to be done anew; before it, signatures stay."""
    for step in file.way:
        if step.position >= position:
            step.clear()
    if seat and not to_step:
        _mark_returned(file, seat)
    for step in file.way:
        step.save()


def read(file: Any, step: Any, by: Any) -> None:
    """Somebody has read what was circulated to them, or what they were passed over with."""
    now = timezone.now()
    if step.kind == Kind.CIRCULATION:
        step.standing, step.acted_at = Standing.READ, now
        step.holder_id, step.holder_name = by.actor_id, by.official_name
    else:
        step.awaits_reading, step.read_at = False, now
        step.read_by_id, step.read_by = by.actor_id, by.official_name
    step.save()
    file.told |= {"step": step.position, "post": f"{step.unit_id}:{step.rank}"}


def somebody_decides(file: Any, route: Route) -> str:
    """Why nobody could decide on the file today, or ""."""
    decider = route.decider
    if decider is None:
        return " ".join(_t(why.text) % why.values for why in route.why)
    found = posts.holders([(decider.unit, decider.rank)], timezone.localdate())
    if any(row.person.actor_id != file.prepared_by for row in found):
        return ""
    return _t(
        "Nobody else could decide on this: the post “%(post)s” is vacant, or you hold it. "
        "Have somebody appointed to act for it first."
    ) % {"post": WayStep(unit_id=decider.unit, rank=decider.rank).post}


def decided_by(file: Any) -> str:
    """The name of whoever has decided."""
    return next((step.holder_name for step in file.way if step.kind == Kind.DECISION), "")


def _save(file: Any) -> None:
    WayStep.objects.bulk_update(file.way, ["standing", "cause", "arrived_at", "awaits_reading"])


def _cause_to_pass_over(file: Any, step: Any) -> str:
    """Why nobody may act at this step of the line today, or ""."""
    if _actors(file, step):
        return ""
    held = posts.holders([(step.unit_id, step.rank)], timezone.localdate())
    if not held:
        return Cause.VACANT
    away = {row.person_id for row in posts.absences_on(timezone.localdate())}
    return Cause.ABSENT if any(row.person_id in away for row in held) else Cause.ACTS_OTHERWISE


def _actors(file: Any, step: Any) -> list[Seat]:
    """Those who may act at a step of the line, less whoever alone can decide later."""
    decision = [one for one in file.way if one.kind == Kind.DECISION and not is_settled(one)]
    deciders = {seat.person.pk for seat in seats.at(decision, file)}
    kept = deciders if len(deciders) == 1 else set()
    return [seat for seat in seats.at([step], file) if seat.person.pk not in kept]


def _pass_over(file: Any, step: Any, cause: str) -> None:
    step.standing, step.cause = Standing.PASSED_OVER, cause
    step.arrived_at = step.arrived_at or timezone.now()
    step.awaits_reading = cause in {Cause.ABSENT, Cause.PULLED_UP}
    passed = file.told.setdefault("passed over", [])
    passed.append({"step": step.position, "post": f"{step.unit_id}:{step.rank}", "why": str(cause)})


def _mark_returned(file: Any, seat: Seat) -> None:
    step: Any = next(one for one in file.way if one.position == seat.step.position)
    step.standing, step.acted_at = Standing.RETURNED, timezone.now()
    step.holder_id, step.holder_name = seat.person.actor_id, seat.person.official_name


def _bind(file: Any, by: Actor) -> None:
    if why := duties.bind(file.matter_of.duty, file.subject, by):
        raise NotOpen(why)


def settled_before(steps: Sequence[Any], position: int) -> list[Any]:
    """Steps before a position at which somebody has acted: where a file can be sent back to."""
    return [
        step
        for step in steps
        if step.position < position and is_settled(step) and step.standing != Standing.PASSED_OVER
    ]
