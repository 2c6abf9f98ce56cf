"""Reference data as pages show it: rows, proposed changes, and what the trail says of both."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _t

from approvals.models import ApprovalFile
from partners import kinds, reference
from partners.models import Proposal
from portal import names
from portal.templatetags.portal import day
from workflow.approvals import Standing
from workflow.models import Dated, Entry, Reference


def _own(kind: type[Reference], *, of_versions: bool = False) -> list[Any]:
    """The columns that are the kind's own: neither days nor source, nor what all versions share."""
    shared = kinds.key_of(kind) if of_versions else ()
    return [column for column in kinds.own_columns(kind) if column.name not in shared]


def heads(kind: type[Reference], *, of_versions: bool = False) -> list[str]:
    return [kinds.head_of(column) for column in _own(kind, of_versions=of_versions)]


def _cells(row: Any, columns: Iterable[Any]) -> list[tuple[str, str]]:
    return [(kinds.head_of(one), kinds.value_of(row, one, day=day)) for one in columns]


def shown_rows(rows: Iterable[Any], *, of_versions: bool = False) -> list[dict[str, Any]]:
    return [
        {
            "row": row,
            "url": reverse("reference_row", args=[row._meta.model_name, row.pk]),
            "cells": _cells(row, _own(type(row), of_versions=of_versions)),
        }
        for row in rows
    ]


def shown_proposal(held: Proposal) -> dict[str, Any]:
    after, present, what = held.after(), held.present, held.what()
    is_dated = isinstance(after, Dated)
    return {
        "held": held,
        "kind_label": kinds.label_of(held.model),
        "kind_url": reverse("reference_kind", args=[held.of_kind]),
        "row_url": reverse("reference_row", args=[held.of_kind, present.pk]) if present else "",
        "row_words": _t("Versions") if kinds.is_dated(held.model) else _t("Present row"),
        "title": held.title(),
        "what": what.label,
        "is_withdrawal": what == Proposal.What.WITHDRAWAL,
        "from": _first_day(after, present, what),
        "to": after.valid_to if is_dated else held.last_day,
        "is_dated": kinds.is_dated(held.model),
    }


def _first_day(after: Any, present: Any, what: str) -> date | None:
    """Of a withdrawal the day on which the row would begin; a last day has none."""
    row = present if what == Proposal.What.WITHDRAWAL else after
    return row.valid_from if isinstance(row, Dated) else None


def changes_of(held: Proposal) -> list[dict[str, str]]:
    """Each column of the kind's own, before and after; of an undated row those that change."""
    before, after = held.before(), held.after()
    if after is None:
        return []
    columns = _own(held.model)
    if held.what() == Proposal.What.CHANGE:
        columns = [one for one in kinds.columns_of(held.model) if one.name in held.columns]
    old = dict(_cells(before, columns)) if before else {}
    return [
        {"label": label, "before": old.get(label, ""), "after": value}
        for label, value in _cells(after, columns)
    ]


def files_about(proposals: Iterable[Proposal], person: Any) -> dict[Any, ApprovalFile]:
    """The approval files of proposals, by the proposal's key; only those that the person may read."""
    rows = ApprovalFile.objects.visible_to(person).filter(
        subject_kind=Proposal.kind(), subject_id__in=[held.pk for held in proposals]
    )
    return {file.subject_id: file for file in rows.prefetch_related("steps__unit")}


def shown_waiting(proposals: Iterable[Proposal], person: Any) -> list[dict[str, Any]]:
    """What waits for a decision, each with its file and where that is."""
    held = list(proposals)
    files = files_about(held, person)
    return [shown_proposal(one) | _whereabouts(files.get(one.pk)) for one in held]


def _whereabouts(file: ApprovalFile | None) -> dict[str, Any]:
    posts = [step.post for step in file.way if step.standing == Standing.ARRIVED] if file else []
    return {"file": file, "posts": posts}


def told_of(rows: Iterable[Any], person: Any) -> dict[str, list[dict[str, Any]]]:
    """What the trail says of rows, newest first, by their key."""
    by_subject = {f"{row._meta.label_lower}:{row.pk}": row for row in rows}
    lines = Entry.objects.filter(event=Entry.Event.REFERENCE_CHANGED, subject__in=by_subject)
    found = list(lines.order_by("-id"))
    who = names.people(
        actor for line in found for actor in (line.actor_id, line.given.get("proposer", ""))
    )
    numbers = {line.given["file"] for line in found if "file" in line.given}
    files = ApprovalFile.objects.visible_to(person).filter(number__in=numbers)
    readable = set(files.order_by().values_list("number", flat=True))
    told: dict[str, list[dict[str, Any]]] = {}
    for line in found:
        row = by_subject[line.subject]
        told.setdefault(str(row.pk), []).append(
            {
                "at": line.at,
                "by": who.get(line.actor_id, line.actor_name),
                "is_ours": line.actor_id == "system",
                "proposed_by": who.get(
                    line.given.get("proposer", ""), line.given.get("proposed by", "")
                ),
                "file": line.given.get("file", ""),
                "may_read_file": line.given.get("file") in readable,
                "why": line.note,
                "changes": _changes_told(row, line.given["changed"]),
            }
        )
    return told


def _changes_told(row: Any, changed: dict[str, dict[str, Any]]) -> list[dict[str, str]]:
    """From what to what, as the trail has it; a row that came from nothing has no such list."""
    if row._meta.pk.attname in changed:
        return []
    columns = [one for one in kinds.columns_of(type(row)) if one.name in changed]
    return [
        {
            "label": kinds.head_of(one),
            "before": kinds.told(one, changed[one.name]["from"], day=day),
            "after": kinds.told(one, changed[one.name]["to"], day=day),
        }
        for one in columns
    ]


def goes_on(row: Dated) -> str:
    """What becomes of the version before it, as one sentence."""
    before = reference.resumed(row)
    if before is None:
        return _t("No other version takes its place.")
    if before.valid_to is None:
        return _t("The version before it, from %(day)s, then goes on without a last day.") % {
            "day": day(before.valid_from)
        }
    return _t("The version before it, from %(day)s, then goes on until %(last)s.") % {
        "day": day(before.valid_from),
        "last": day(before.valid_to),
    }
