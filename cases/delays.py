"""A missed day asks for its reason: a code for the count, and words for whoever reads it.

Each run of a clock is explained once. Which runs a reason is for stands in its line of the trail.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _t

from cases.clocks import OURS
from cases.models.checklist import ReturnReason
from workflow.clocks import Reading
from workflow.deadlines import readings_of
from workflow.models import Case, Entry
from workflow.steps import Act

STEP = "explain_delay"


def waits_for_a_reason(case: Any) -> str:
    """A day for which the agency answers has passed, and nobody has said why."""
    late = late_ones(readings_of(case))
    if not late:
        return _t("Nothing is late.")
    return "" if _unexplained(case, late) else _t("It has been said why it is late.")


def name_the_runs(act: Act) -> None:
    """Write into the line of the trail which runs the reason is for."""
    late = _unexplained(act.case, late_ones(readings_of(act.case)))
    act.entry.given |= {"runs": [reading.key for reading in late]}


def late_ones(readings: Iterable[Reading]) -> list[Reading]:
    """Clocks of the agency that are late and have not come to their end."""
    ours = {clock.name for clock in OURS}
    return [
        one for one in readings if one.clock.name in ours and one.is_late and not one.stopped_at
    ]


@dataclass(frozen=True)
class Reason:
    """Why a run of a clock is late, in the language of the moment."""

    kind: str
    words: str


def reasons(cases: Iterable[Case]) -> dict[str, Reason]:
    """By the key of a reading why it is late, as far as somebody has said so; two queries for many cases."""
    lines = _lines(cases)
    kinds = ReturnReason.by_code(ReturnReason.Use.DELAY) if lines else {}
    return {
        run: Reason(str(kinds.get(line.given["code"], "")), line.note)
        for line in lines
        for run in line.given["runs"]
    }


def _unexplained(case: Case, late: Iterable[Reading]) -> list[Reading]:
    explained = {run for line in _lines([case]) for run in line.given["runs"]}
    return [reading for reading in late if reading.key not in explained]


def _lines(cases: Iterable[Case]) -> list[Entry]:
    said = Entry.objects.filter(event=Entry.Event.STEP, step=STEP, given__has_key="runs")
    return list(said.filter(case_id__in=[case.pk for case in cases]))
