"""Looking through the whole house after a drill: what is lost, and what is there twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Count

from documents.models import Document
from documents.papers import Paper
from documents.storage import Damaged
from fms_agency.drills.account import Account, difference, of_play
from fms_agency.drills.histories import wrong_turns
from fms_agency.drills.patience import PatientPlay
from fms_agency.drills.schedule import reference_of
from fms_agency.drills.seen import requests_of, strangers
from ledger.models import Journal
from notifications.delivery import message_id_of
from notifications.models import Message
from notifications.notices import Notice
from workflow.follow_ups import case_of, step_of
from workflow.models import Attestation, Entry, FollowUp
from workflow.seal.verify import verify

MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.MULTILINE | re.IGNORECASE)


@dataclass
class Findings:
    """What an inspection found; nothing in `lost`, `doubled` and `broken` is what should be."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.doubled or self.broken)


@dataclass(frozen=True)
class Played:
    """What was to come about: so many deals, each as `expected` of its name.

    `before` are the ids of the cases that were there already.
    """

    deals: int
    plays: list[PatientPlay]
    expected: dict[str, Account]
    before: frozenset[UUID]


def still_waiting() -> int:
    """Follow-ups and messages that are on their way."""
    return int(FollowUp.objects.waiting().count() + Message.objects.undelivered().count())


def inspect(played: Played, mailbox: Path) -> Findings:
    """Hold every deal beside its undisturbed run, and look through the house as a whole."""
    found = Findings()
    _look_for_deals(played, found)
    _compare(played, found)
    found.lost += _undone()
    found.lost += _unsent()
    found.lost += _never_made(played.plays)
    found.doubled += _twice()
    found.broken += wrong_turns()
    found.broken += _damaged()
    _verify_trail(found)
    _read_mail(found, mailbox)
    found.counted |= {
        "follow-ups": FollowUp.objects.count(),
        "papers": Document.objects.count(),
        "messages": Message.objects.count(),
        "journals": Journal.objects.count(),
    }
    return found


def _look_for_deals(played: Played, found: Findings) -> None:
    """Every deal that was to be played is to be seen, and no case beside them."""
    seen = requests_of(played.plays)
    found.counted["deals seen"] = len(seen)
    if len(played.plays) != played.deals:
        found.broken.append(f"{len(played.plays)} deals were played, not {played.deals}")
    for play in played.plays:
        if not seen[reference_of(play.deal)]:
            found.lost.append(f"{reference_of(play.deal)}: no request is to be seen")
    found.doubled += strangers(played.plays, played.before)


def _compare(played: Played, found: Findings) -> None:
    for play in played.plays:
        if play.is_broken:
            continue  # its story says where; what it did come to is looked at with everything else
        unlike = difference(played.expected[play.deal.name], of_play(play))
        name = reference_of(play.deal)
        found.lost += [f"{name}: {text}" for text in unlike.lost]
        found.doubled += [f"{name}: {text}" for text in unlike.doubled]


def _undone() -> Iterator[str]:
    for row in FollowUp.objects.filter(done_at=None).select_related("entry"):
        yield f"{row}: not done after {row.attempts} attempts. {row.error}"


def _unsent() -> Iterator[str]:
    for message in Message.objects.exclude(state=Message.State.SENT):
        yield f"{message}: {message.state}. {message.error}"


def _never_made(plays: list[PatientPlay]) -> Iterator[str]:
    """Papers and notices that a step has announced, whether or not there is a row for them."""
    ids = [case.pk for play in plays for case in play.cases.values()]
    for entry in Entry.objects.filter(event=Entry.Event.STEP, case_id__in=ids).iterator():
        for effect in step_of(entry).then:
            if not _is_there(effect, entry):
                yield f"{entry.case_number} {entry.step}: {effect.key} never came about"


def _is_there(effect: object, entry: Entry) -> bool:
    match effect:
        case Paper(kind=kind):
            return Document.objects.filter(entry=entry, kind=kind).exists()
        case Notice(name=name, while_current=False):
            told = Message.objects.filter(dedupe_key__startswith=f"{entry.pk}:{name}:")
            return told.exists() or not list(effect.to(case_of(entry)))
        case _:
            return True


def _twice() -> Iterator[str]:
    made = Document.objects.filter(origin=Document.Origin.MADE)
    for row in _several(made, "entry", "kind"):
        yield f"paper {row['kind']} of entry {row['entry']}: {row['times']} times"
    for row in _several(Journal.objects.all(), "occasion"):
        yield f"journal {row['occasion']}: {row['times']} times"
    # A message bears the time of the entry that set it off, whatever it calls itself.
    told = ("case_number", "notice", "recipient", "created_at")
    for row in _several(Message.objects.all(), *told):
        yield f"message {row['case_number']} {row['notice']}: {row['times']} times"


def _several(rows: Any, *columns: str) -> Iterator[dict[str, Any]]:
    grouped = rows.order_by().values(*columns).annotate(times=Count("pk"))
    yield from grouped.filter(times__gt=1)


def _damaged() -> Iterator[str]:
    for document in Document.objects.iterator():
        try:
            document.read()
        except Damaged as error:
            yield f"{document}: {error}"


def _verify_trail(found: Findings) -> None:
    """What `manage.py trail verify` finds; and, now that all is quiet, that every line is sealed."""
    report = verify()
    found.broken += [f"trail: {finding}" for finding in report.findings]
    for source, lines in (("entry", Entry.objects), ("attestation", Attestation.objects)):
        count, sealed = lines.count(), report.counts[source]
        found.counted[f"trail: {source} lines sealed"] = sealed
        if not 0 < sealed == count:
            found.broken.append(f"trail: {sealed} of {count} {source} lines are sealed")
    for name in ("checkpoints", "rows", "files", "postings"):
        found.counted[f"trail: {name}"] = report.counts[name]


def _read_mail(found: Findings, mailbox: Path) -> None:
    """Every sent message lies in the mail box; a second copy carries the same Message-ID."""
    letters = Counter(
        match.group(1).decode()
        for path in mailbox.glob("*")
        for match in MESSAGE_ID.finditer(path.read_bytes())
    )
    rows = Message.objects.only("dedupe_key", "case_number", "notice", "recipient_id")
    wanted = {message_id_of(message): message for message in rows}
    found.lost += [f"{wanted[one]}: no letter" for one in wanted.keys() - letters.keys()]
    found.doubled += [f"letter {one} belongs to no message" for one in letters.keys() - wanted]
    found.counted["letters"] = letters.total()
    found.counted["letters again, same Message-ID"] = letters.total() - len(letters)
