"""What the page of an approval file shows besides its steps: the way, the content, what has changed since."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import pgettext

from approvals import forecast, seats, words
from approvals.models import ApprovalFile, Sight, WayStep
from approvals.models.file import OPEN, UNDECIDED, WITH_DRAFTER
from ledger.booked import by_transaction
from partners import posts
from partners.access import ROLES
from partners.kinds import is_dated
from partners.models import Unit
from partners.route_steps import KINDS
from portal import names
from portal.staff.cockpit import FORESEEN
from portal.staff.reference_words import changes_of
from workflow import steps, walls
from workflow.approvals import Kind, Standing, changes
from workflow.deadlines import readings_of
from workflow.models import Case
from workflow.rehearsal import account


def files_of(case: Case) -> list[dict[str, Any]]:
    """The approval files of a case, the newest first, each with who has it and since when."""
    files = list(ApprovalFile.objects.filter(subject_id=case.pk))
    here = WayStep.objects.filter(file__in=files, file__state__in=UNDECIDED).filter(
        standing=Standing.ARRIVED
    )
    arrived = list(here.select_related("unit")) if any(f.state in UNDECIDED for f in files) else []
    names_of = seats.names_at(arrived)
    return [
        {
            "file": file,
            "with": [
                {"post": step.post, "names": names_of[step.pk], "since": step.arrived_at}
                for step in arrived
                if step.file_id == file.pk
            ],
            "with_drafter": file.state in WITH_DRAFTER,
        }
        for file in files
    ]


def facts_of_file(file: Any, person: Any) -> dict[str, Any]:
    who = names.people(_ids(file))
    since = _since(file, person, who)
    _see(file, person)
    content = file.content or file.content_now()
    return {
        "subject": _subject(file),
        "drafter": who.get(file.prepared_by, file.prepared_by_name),
        "clocks": [
            {"clock": one, "forecast": forecast.of(file, one)}
            for one in readings_of(file)
            if one.due_on
        ],
        "way": [_shown(step, file, who) for step in file.way],
        "preview_way": [] if file.way else preview_of(file.route_today().steps),
        "why": [_t(why["text"]) % why["values"] for why in file.route.get("why", [])],
        "sections": [
            {"name": words.section(name), "rows": words.fields(inner, name)}
            for name, inner in content.items()
        ],
        "voided": [_shown_change(one) for one in file.voided],
        "since": since,
        "foreseen": _foreseen(file, person),
        "followed": _followed(file),
    }


def preview_of(route: Any) -> list[dict[str, Any]]:
    """Steps of a route with whoever holds each post today."""
    today = timezone.localdate()
    units = Unit.objects.in_bulk({step.unit for step in route})
    held = posts.holders({(step.unit, step.rank) for step in route}, today)
    found = []
    for step in route:
        post = {"rank": ROLES[step.rank].label, "unit": units.get(step.unit, step.unit)}
        if step.kind == Kind.CIRCULATION:
            who = posts.readers(step.unit, today)
        else:
            who = [row for row in held if (row.unit_id, row.role) == (step.unit, step.rank)]
        names_of = ", ".join(str(row.person) for row in who)
        found.append(
            {
                "post": pgettext("post", "%(rank)s, %(unit)s") % post,
                "kind": KINDS[step.kind],
                "holders": names_of or _t("nobody holds this post today"),
            }
        )
    return found


def _ids(file: Any) -> list[str]:
    acted = [step.holder_id for step in file.way if step.holder_id]
    read = [step.read_by_id for step in file.way if step.read_by_id]
    return [file.prepared_by, *acted, *read]


def _subject(file: Any) -> dict[str, Any]:
    """What the file is about: where it stands, what it is called and, of reference data, what changes."""
    subject = file.subject
    if isinstance(subject, Case):
        url = reverse("staff:case", args=[subject.slug(), subject.number])
        return {"url": url, "name": subject.number}
    return {
        "url": reverse("proposal", args=[subject.pk]),
        "name": subject.title(),
        "changes": changes_of(subject),
        "is_dated": is_dated(subject.model),
    }


def _shown(step: Any, file: Any, who: dict[str, str]) -> dict[str, Any]:
    return {
        "post": step.post,
        "kind": step.get_kind_display(),
        "standing": step.standing,
        "label": step.get_standing_display(),
        "cause": step.get_cause_display() if step.cause else "",
        "holder": who.get(step.holder_id, step.holder_name),
        "in_place_of": step.in_place_of,
        "is_acting": step.is_acting,
        "opinion": step.opinion,
        "acted_at": step.acted_at,
        "awaits_reading": step.awaits_reading,
        "read_by": who.get(step.read_by_id, step.read_by),
        "read_at": step.read_at,
        "waits": _waits_for(step, file),
    }


def _waits_for(step: Any, file: Any) -> str:
    """Who may act here now; for a step that the file has reached."""
    if step.standing != Standing.ARRIVED or file.state not in OPEN:
        return ""
    found = seats.at([step], file)
    return ", ".join(dict.fromkeys(str(seat.person) for seat in found))


# What has changed ----------------------------------------------------------------------------


def _since(file: Any, person: Any, who: dict[str, str]) -> dict[str, Any] | None:
    """What differs from what the person saw last; None if nothing does, or they never saw it."""
    seen = Sight.of(file, person)
    if seen is None:
        return None
    before = file.revisions.filter(number=seen.revision).first()
    found = changes(before.content, file.content) if before else []
    cover = changes(before.cover, file.cover()) if before else []
    acts = [
        {
            "post": step.post,
            "standing": step.get_standing_display(),
            "holder": who.get(step.holder_id, step.holder_name),
        }
        for step in file.way
        if step.acted_at and step.acted_at > seen.seen_at and step.holder_id != person.actor_id
    ]
    if not (found or cover or acts):
        return None
    return {
        "at": seen.seen_at,
        "revision": seen.revision,
        "changes": [_shown_change(one.plain()) for one in [*cover, *found]],
        "acts": acts,
    }


def _shown_change(told: dict[str, Any]) -> dict[str, str]:
    return dict(zip(("name", "before", "after"), words.change(told), strict=True))


def _see(file: Any, person: Any) -> None:
    """Remember what the person has seen, for the next time."""
    if file.state in WITH_DRAFTER:
        return
    with walls.house():
        Sight.objects.update_or_create(
            file=file,
            actor_id=person.actor_id,
            defaults={"revision": file.sealed_revision, "seen_at": timezone.now()},
        )


# What follows --------------------------------------------------------------------------------


def _foreseen(file: Any, person: Any) -> list[dict[str, Any]]:
    """The steps that are open to the person and can be tried out."""
    return [
        {"label": choice.label, "url": reverse("foresee", args=[file.number, choice.name])}
        for choice in steps.choices(file, person)
        if choice.name in FORESEEN and choice.is_open
    ]


def _followed(file: Any) -> Any:
    """What the decision has led to, once it was taken."""
    entry = file.trail.filter(step="decide").first() if file.decided_at else None
    return account(entry, money=by_transaction) if entry else None
