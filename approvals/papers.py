"""What the file says on paper: everything an outsider needs to understand what was decided, and by whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from approvals import words
from documents.models import Document
from documents.papers import AGENCY, Paper, paper
from workflow.models import FollowUp
from workflow.steps import beginnings_of, steps_of

Values = dict[str, Any]


@paper("approval_file", title=_("Approval file"), audience=AGENCY)
def decided_file(file: Any) -> Values:
    return {
        "title": file.title,
        "matter": _in_both(lambda: file.matter_label),
        "subject_number": file.subject_number,
        "state": _in_both(lambda: file.state_label),
        "amount": file.amount,
        "purpose": file.purpose,
        "background": file.background,
        "options": file.options,
        "drafter": file.prepared_by_name,
        "revision": file.revision,
        "sealed_at": file.sealed_at,
        "digest": file.content_digest,
        "why": [
            _in_both(lambda why=why: _t(why["text"]) % why["values"])
            for why in file.route.get("why", [])
        ],
        "consult_ministry": file.consult_ministry,
        "consulted": file.consulted,
        "steps": [_step(step) for step in file.way],
        "resolution": file.resolution,
        "decided_at": file.decided_at,
        "document_number_of_issue": file.document_number,
        "issued_on": file.issued_on,
        "sections": _sections(file.content),
        "attachments": [
            {"title": row.title, "file_name": row.file_name, "sha256": row.sha256}
            for row in file.attachments()
        ],
        "history": [_line(entry, type(file)) for entry in file.trail.order_by("version")],
        "supersedes": file.supersedes.number if file.supersedes else "",
    }


class OutgoingDraft(Paper):
    """The paper that is to go out, as it was put to approval (案); none where nothing goes out."""

    def run(self, case: Any, follow_up: FollowUp) -> None:
        if case.matter_of.issues:
            super().run(case, follow_up)

    def html(self, case: Any, made_at: datetime, version: int = 1, *, draft: bool = True) -> str:
        preview = case.matter_of.preview
        return str(preview(case.subject)) if preview else super().html(case, made_at, version)


outgoing_draft = OutgoingDraft(
    "outgoing_draft",
    title=_("Draft of what goes out"),
    audience=AGENCY,
    language=Document.Language.BILINGUAL,
    values=lambda file: {"title": file.title, "purpose": file.purpose},
)


def _step(step: Any) -> Values:
    return {
        "position": step.position,
        "kind": _in_both(step.get_kind_display),
        "post": _in_both(lambda: step.post),
        "standing": _in_both(step.get_standing_display),
        "cause": _in_both(step.get_cause_display) if step.cause else "",
        "holder": step.holder_name,
        "in_place_of": step.in_place_of,
        "is_acting": step.is_acting,
        "opinion": step.opinion,
        "acted_at": step.acted_at,
        "awaits_reading": step.awaits_reading,
        "read_by": step.read_by,
        "read_at": step.read_at,
    }


def _sections(content: Any) -> list[Values]:
    """The sealed content, section by section, each field in both languages."""
    with override("ja"):
        japanese = {name: words.fields(inner, name) for name, inner in content.items()}
    with override("en"):
        english = {name: words.fields(inner, name) for name, inner in content.items()}
    return [
        {
            "name": _in_both(lambda name=name: words.section(name)),
            "rows": [
                {"ja": ja, "en": en, "value": _both(ja_value, en_value)}
                for (ja, ja_value), (en, en_value) in zip(
                    japanese[name], english[name], strict=True
                )
            ],
        }
        for name in content
    ]


def _line(entry: Any, model: Any) -> Values:
    declared = {**steps_of(model), **beginnings_of(model)}[entry.step]
    return {
        "at": entry.at,
        "step": _in_both(lambda: declared.label),
        "who": entry.actor_name,
        "role": entry.role,
        "on_behalf_of": entry.on_behalf_of,
        "note": entry.note,
    }


def _in_both(words: Any) -> str:
    """A word of the house on a bilingual paper."""
    with override("ja"):
        japanese = str(words())
    with override("en"):
        english = str(words())
    return _both(japanese, english)


def _both(japanese: str, english: str) -> str:
    return japanese if japanese == english else f"{japanese} / {english}"
