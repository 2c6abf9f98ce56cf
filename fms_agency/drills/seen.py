"""Did the inspection see what was played? Whoever sees nothing finds nothing wrong.

The walls show no rows to somebody without a context, and a drill in which nobody played loses
nothing: neither may pass for a good day. So the deals are counted by their references, and a case
that belongs to none of them is named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

from cases.models import Request
from fms_agency.drills.patience import PatientPlay
from fms_agency.drills.schedule import reference_of
from workflow.models import Case
from workflow.steps import case_types


def every_case() -> Iterator[Case]:
    for model in case_types():
        yield from model._default_manager.order_by("number").iterator()


def requests_of(plays: Sequence[PatientPlay]) -> Counter[str]:
    """How many requests are seen under the reference of each play."""
    wanted = [reference_of(play.deal) for play in plays]
    rows = Request.objects.filter(reference__in=wanted)
    return Counter(rows.values_list("reference", flat=True))


def strangers(plays: Sequence[PatientPlay], before: Collection[UUID]) -> Iterator[str]:
    """Cases that no deal knows and that were not there `before`: something was begun twice.

    A deal that broke off does not know all its cases; what is wrong with it, its story says.
    """
    cases = [case for play in plays for case in play.cases.values()]
    known = {*before, *(case.pk for case in cases)}
    broken = {case.deal_id for play in plays if play.is_broken for case in play.cases.values()}
    for case in every_case():
        if case.pk not in known and case.deal_id not in broken:
            yield f"{case.kind()} {case.number} belongs to no deal"
