"""Looking through the whole house after a drill: what is lost, and what is there twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import call_command, get_commands
from django.core.management.base import CommandError
from django.db.models import Count

from documents.models import Document
from documents.papers import Paper
from documents.storage import Damaged
from fms_agency.drills.account import Account, difference, of_play
from fms_agency.drills.patience import PatientPlay
from ledger.models import Journal
from notifications.delivery import message_id_of
from notifications.models import Message
from notifications.notices import Notice
from workflow.follow_ups import case_of, step_of
from workflow.models import Case, Entry, FollowUp

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


def still_waiting() -> int:
    """Follow-ups and messages that are on their way."""
    return int(FollowUp.objects.waiting().count() + Message.objects.undelivered().count())


def inspect(plays: list[PatientPlay], expected: dict[str, Account], mailbox: Path) -> Findings:
    """Hold every deal beside its undisturbed run, and look through the house as a whole."""
    found = Findings()
    for play in plays:
        if play.is_broken:
            continue  # its story says where; what it did come to is looked at below
        unlike = difference(expected[play.deal.name], of_play(play))
        number = _number(play)
        found.lost += [f"{number}: {text}" for text in unlike.lost]
        found.doubled += [f"{number}: {text}" for text in unlike.doubled]
    found.lost += _undone()
    found.lost += _unsent()
    found.lost += _never_made(plays)
    found.doubled += _twice()
    found.broken += _gaps()
    found.broken += _damaged()
    found.broken += _trail()
    _read_mail(found, mailbox)
    found.counted |= {
        "follow-ups": FollowUp.objects.count(),
        "papers": Document.objects.count(),
        "messages": Message.objects.count(),
        "journals": Journal.objects.count(),
        "lines of the trail": Entry.objects.count(),
    }
    return found


def _number(play: PatientPlay) -> str:
    return next((case.number for case in play.cases.values()), play.deal.name)


def _undone() -> Iterator[str]:
    for row in FollowUp.objects.filter(done_at=None).select_related("entry"):
        yield f"{row}: not done after {row.attempts} attempts. {row.error}"


def _unsent() -> Iterator[str]:
    for message in Message.objects.exclude(state=Message.State.SENT):
        yield f"{message}: {message.state}. {message.error}"


def _never_made(plays: list[PatientPlay]) -> Iterator[str]:
    """Papers and notices that a step has announced, whether or not there is a row for them."""
    ids = [case.pk for play in plays for case in play.cases.values()]
    for entry in Entry.objects.filter(event=Entry.Event.STEP, case_id__in=ids):
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
    for row in _several(Message.objects.all(), "dedupe_key"):
        yield f"message {row['dedupe_key']}: {row['times']} times"


def _several(rows: Any, *columns: str) -> Iterator[dict[str, Any]]:
    grouped = rows.order_by().values(*columns).annotate(times=Count("pk"))
    yield from grouped.filter(times__gt=1)


def _gaps() -> Iterator[str]:
    """Each version of each case has its one line."""
    versions: dict[tuple[str, Any], set[int]] = {}
    steps = Entry.objects.filter(event=Entry.Event.STEP)
    for kind, pk, version in steps.values_list("case_kind", "case_id", "version"):
        versions.setdefault((kind, pk), set()).add(version or 0)
    for (model, key), known in versions.items():
        case: Case = apps.get_model(model)._default_manager.get(pk=key)
        if known != set(range(1, case.version + 1)):
            yield f"{case.number}: {len(known)} lines for version {case.version}"


def _damaged() -> Iterator[str]:
    for document in Document.objects.all():
        try:
            document.read()
        except Damaged as error:
            yield f"{document}: {error}"


def _trail() -> Iterator[str]:
    if "trail" not in get_commands():
        return
    try:
        call_command("trail", "verify")
    except CommandError as error:
        yield f"the trail does not verify: {error}"


def _read_mail(found: Findings, mailbox: Path) -> None:
    """Every sent message lies in the mail box; a second copy carries the same Message-ID."""
    letters = Counter(
        match.group(1).decode()
        for path in mailbox.glob("*")
        for match in MESSAGE_ID.finditer(path.read_bytes())
    )
    wanted = {message_id_of(message): message for message in Message.objects.all()}
    found.lost += [f"{wanted[one]}: no letter" for one in wanted.keys() - letters.keys()]
    found.doubled += [f"letter {one} belongs to no message" for one in letters.keys() - wanted]
    found.counted["letters"] = letters.total()
    found.counted["letters again, same Message-ID"] = letters.total() - len(letters)
