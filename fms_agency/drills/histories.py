"""Is every case where its declared steps lead? Each history is walked again, from its beginning.

The trail says which step was taken at which version; the case types say from where to where a step
goes. A case is in a legal state if the walk comes to an end there, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from workflow.models import Case, Entry
from workflow.steps import Step, beginnings_of, case_types, steps_of

Line = tuple[int, str, str, str]  # version, step, from, to


def wrong_turns() -> Iterator[str]:
    """What is wrong with the history of any case of the house, in words."""
    for model in case_types():
        histories = _histories(model)
        for case in model._default_manager.order_by("number").iterator():
            if why := wrong_turn(case, histories.pop(case.pk, [])):
                yield f"{case.number}: {why}"
        for stray in histories:
            yield f"{model.kind()} {stray}: steps of a case that is not there"


def wrong_turn(case: Case, lines: Sequence[Line]) -> str:
    """Why these lines do not lead to the case as it is; empty if they do."""
    if [version for version, *_ in lines] != list(range(1, case.version + 1)):
        return f"{len(lines)} lines for version {case.version}"
    known, state = _declared(type(case)), ""
    for version, name, before, after in lines:
        declared = known.get(name)
        if declared is None or not _goes(declared, before, after) or before != state:
            return f"version {version}: {name} led from “{before}” to “{after}”"
        state = after
    return "" if case.state == state else f"is {case.state}, its trail leads to {state}"


def _goes(declared: Step, before: str, after: str) -> bool:
    """Whether the step may lead there: one without a target stays, a beginning comes from nowhere."""
    if not declared.sources:
        return not before
    return before in declared.sources and after in (declared.targets or (before,))


def _declared(model: type[Case]) -> Mapping[str, Step]:
    return steps_of(model) | beginnings_of(model)


def _histories(model: type[Case]) -> dict[Any, list[Line]]:
    lines = Entry.objects.filter(event=Entry.Event.STEP, case_kind=model.kind())
    columns = ("case_id", "version", "step", "from_state", "to_state")
    rows = lines.order_by("case_id", "version").values_list(*columns)
    found = groupby(rows.iterator(), key=itemgetter(0))
    return {case_id: [row[1:] for row in of_case] for case_id, of_case in found}
