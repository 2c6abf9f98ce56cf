"""Who is told what of a file. The words are in `templates/notifications/`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.functional import lazystr

from approvals import seats, words
from notifications.notices import notice
from partners import posts
from partners.desks import staff_path
from partners.models import Person
from workflow.approvals import RANKS, Kind, Standing
from workflow.deadlines import readings_of

Values = dict[str, Any]


def _of(file: Any, **more: Any) -> Values:
    return {"title": file.title, "path": staff_path(file), **more}


def _reason(step: str) -> Callable[[Any], str]:
    """What was given as the reason when the file last took a step."""
    return lambda file: str(
        file.trail.filter(step=step).values_list("note", flat=True).first() or ""
    )


def the_drafter(file: Any) -> list[Person]:
    return list(Person.objects.filter(pk=file.prepared_by))


def those_it_waits_for(file: Any) -> list[Person]:
    """Whoever may act at a step the file has reached: holders, those acting for them, deputies."""
    here = [step for step in file.way if step.standing == Standing.ARRIVED]
    return [seat.person for seat in seats.at(here, file)]


def those_who_read(file: Any) -> list[Person]:
    """Units it is circulated to, and whoever the file has passed over or was decided in place of."""
    found: list[Person] = []
    for step in file.way:
        if step.kind == Kind.CIRCULATION and step.standing == Standing.ARRIVED:
            found += [row.person for row in posts.readers(step.unit_id, file.today)]
        elif step.awaits_reading and step.in_place_of_id:
            found += Person.objects.filter(pk=step.in_place_of_id)
        elif step.awaits_reading:
            post = (step.unit_id, step.rank)
            found += [row.person for row in posts.holders([post], file.today)]
    return found


def those_who_acted(file: Any) -> list[Person]:
    ids = set(file.signatures.values_list("decided_by", flat=True))
    return list(Person.objects.filter(pk__in=ids))


@notice("file_drafted", to=the_drafter, while_current=True)
def file_drafted(file: Any) -> Values:
    return _of(file)


@notice("file_waits", to=those_it_waits_for, while_current=True, if_any=True)
def file_waits(file: Any) -> Values:
    return _of(file, amount=file.amount or None, currency="JPY")


@notice("unit_disagrees", to=the_drafter)
def unit_disagrees(file: Any) -> Values:
    units = [f"{s.post}: {s.opinion}" for s in file.way if s.standing == Standing.DISAGREED]
    return _of(file, items=units)


@notice("file_returned", to=the_drafter)
def file_returned(file: Any) -> Values:
    return _of(file, reason=_reason("return_to_drafter")(file))


@notice("file_held", to=the_drafter)
def file_held(file: Any) -> Values:
    return _of(file, reason=_reason("hold")(file))


@notice("file_voided", to=lambda file: the_drafter(file) + those_who_acted(file))
def file_voided(file: Any) -> Values:
    return _of(file, items=[_told(change) for change in file.voided])


def _told(change: dict[str, Any]) -> Any:
    """Put into words only when a reader's language is known."""
    return lazystr(_Told(change))


class _Told:
    def __init__(self, change: dict[str, Any]) -> None:
        self.change = change

    def __str__(self) -> str:
        return words.change_in_a_line(self.change)


@notice("file_withdrawn", to=those_who_acted, if_any=True)
def file_withdrawn(file: Any) -> Values:
    return _of(file, reason=_reason("withdraw")(file))


@notice("file_abandoned", to=lambda file: the_drafter(file) + those_who_acted(file))
def file_abandoned(file: Any) -> Values:
    return _of(file, reason=_reason("abandon")(file))


def those_above(file: Any) -> list[Person]:
    """Whoever holds the next rank above those who have the file, up to the president."""
    found: list[Person] = []
    for step in file.way:
        if step.standing == Standing.ARRIVED and step.kind != Kind.CIRCULATION:
            found += _next_rank(step, file.today)
    return found


def _next_rank(step: Any, today: Any) -> list[Person]:
    for rank in RANKS[RANKS.index(step.rank) + 1 :]:
        units = {step.unit_id, "executive"}
        if held := posts.holders([(unit, rank) for unit in units], today):
            return [row.person for row in held]
    return []


@notice("file_due", to=those_it_waits_for, if_any=True)
def file_due(file: Any) -> Values:
    return _of(file, due_on=_last_day(file))


@notice("file_late", to=those_above, if_any=True)
def file_late(file: Any) -> Values:
    here = [step.post for step in file.way if step.standing == Standing.ARRIVED]
    return _of(file, due_on=_last_day(file), items=here)


def _last_day(file: Any) -> Any:
    return next((reading.due_on for reading in readings_of(file)), None)


@notice("file_decided", to=the_drafter)
def file_decided(file: Any) -> Values:
    return _of(file)


@notice("file_to_read", to=those_who_read, if_any=True)
def file_to_read(file: Any) -> Values:
    return _of(file)
