"""How a deal must end: states, papers with their hashes, messages out, books settled."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from documents.models import Document
from fms_agency.demo.player import LOOK_EVERY, Play, StoryBroken
from ledger.journals import Code, balance
from notifications.models import Message
from workflow.models import Case, Entry, FollowUp

SETTLED = (Code.DEPOSITS, Code.RECEIVABLE, Code.PAYABLE)


@dataclass(frozen=True)
class Finding:
    """One thing that must hold in the end, and what was found instead."""

    what: str
    is_good: bool
    detail: str = ""


def findings(play: Play, patience: float) -> Iterator[Finding]:
    """Look at the end of a played deal, waiting `patience` seconds for the worker."""
    cases = [play.case(name) for name in play.cases]
    until = time.monotonic() + patience
    yield _follow_ups_are_done(cases, until, play.after)
    yield _messages_are_sent(cases, until, play.after)
    yield _states_fit(play)
    yield _papers_fit(play)
    yield _books_are_settled(play)
    yield _trail_is_complete(cases)


def papers_of(play: Play) -> QuerySet[Document]:
    """Every paper of the deal, in the order in which they came about."""
    return Document.objects.filter(_these(play.case(name) for name in play.cases)).order_by(
        "made_at", "kind"
    )


def _follow_ups_are_done(cases: list[Case], until: float, after: Callable[[], object]) -> Finding:
    entries = Entry.objects.filter(_these(cases))
    rows = FollowUp.objects.filter(entry__in=entries)
    _wait(rows.filter(done_at=None, dead_at=None), until, after)
    undone = [f"{row} {row.error}".strip() for row in rows.filter(done_at=None)]
    return Finding(
        _("Follow-ups done: %(count)s") % {"count": rows.count()},
        not undone,
        "; ".join(undone),
    )


def _messages_are_sent(cases: list[Case], until: float, after: Callable[[], object]) -> Finding:
    rows = Message.objects.filter(_these(cases))
    _wait(rows.filter(state__in=["queued", "sending"]), until, after)
    unsent = [f"{row} {row.error}".strip() for row in rows.exclude(state="sent")]
    return Finding(
        _("Messages delivered: %(count)s") % {"count": rows.count()},
        rows.exists() and not unsent,
        "; ".join(unsent),
    )


def _states_fit(play: Play) -> Finding:
    wrong = [
        f"{name} {case.number}: {case.state}, not {state}"
        for name, state in play.deal.ends_as.items()
        if (case := play.case(name)).state != state
    ]
    return Finding(_("Every case has come to its end"), not wrong, "; ".join(wrong))


def _papers_fit(play: Play) -> Finding:
    """Each reader downloads their paper, and the bytes have the hash that is on file."""
    wrong = []
    for turn in play.deal.papers:
        try:
            play.turn(turn)
        except StoryBroken as broken:
            wrong.append(str(broken))
    return Finding(
        _("Papers downloaded, each with the SHA-256 on file: %(count)s")
        % {"count": len(play.deal.papers)},
        not wrong,
        "; ".join(wrong),
    )


def _books_are_settled(play: Play) -> Finding:
    contract = play.case("contract")
    currency: str = contract.currency  # type: ignore[attr-defined]
    balances = {code: balance(contract.number, code, currency) for code in SETTLED}
    open_ones = [f"{code.label} {amount}" for code, amount in balances.items() if amount]
    return Finding(
        _("Deposit, bills and suppliers are settled in the ledger"),
        not open_ones,
        "; ".join(open_ones),
    )


def _trail_is_complete(cases: list[Case]) -> Finding:
    """Each version of each case has its one line in the trail."""
    gaps = [
        case.number
        for case in cases
        if set(case.trail.values_list("version", flat=True)) != set(range(1, case.version + 1))
    ]
    return Finding(_("The trail has a line for every step"), not gaps, ", ".join(gaps))


def _these(cases: object) -> Q:
    found = Q(pk__in=[])
    for case in cases:  # type: ignore[attr-defined]
        found |= Q(case_kind=case.kind(), case_id=case.pk)
    return found


def _wait(
    waiting: QuerySet[FollowUp] | QuerySet[Message],
    until: float,
    after: Callable[[], object],
) -> None:
    while waiting.exists() and time.monotonic() < until:
        after()
        time.sleep(LOOK_EVERY)
