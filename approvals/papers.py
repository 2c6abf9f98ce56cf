"""What the file says on paper: everything an outsider needs to understand what was decided, and by whom."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext

from approvals import words
from approvals.models.way import WayStep
from documents.models import Document
from documents.papers import AGENCY, Paper, in_both, paper
from workflow.models import FollowUp
from workflow.rights import SYSTEM
from workflow.steps import beginnings_of, steps_of

Values = dict[str, Any]


@paper("approval_file", title=_("Approval file"), audience=AGENCY)
def decided_file(file: Any) -> Values:
    return {
        "title": file.title,
        "matter": in_both(lambda: file.matter_label),
        "subject_number": file.subject_number,
        "state": in_both(lambda: file.state_label),
        "amount": file.amount,
        "purpose": file.purpose,
        "background": file.background,
        "options": file.options,
        "drafter": file.prepared_by_name,
        "revision": file.revision,
        "sealed_at": file.sealed_at,
        "digest": file.content_digest,
        "why": [in_both(partial(_reason, why)) for why in file.route.get("why", [])],
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
        "void": [_signature(one) for one in _signed_in_vain(file)],
        "history": [_line(entry, type(file)) for entry in file.trail.order_by("version")],
        "supersedes": file.supersedes.number if file.supersedes else "",
    }


class OutgoingDraft(Paper):
    """The paper that is to go out, as it was put to approval (案); none where nothing goes out."""

    def run(self, case: Any, follow_up: FollowUp) -> None:
        if case.matter_of.issues:
            super().run(case, follow_up)

    def html(
        self,
        case: Any,
        made_at: datetime,
        version: int = 1,
        *,
        draft: bool = True,
        labelled: bool = True,
    ) -> str:
        if case.matter_of.preview:
            return str(case.matter_of.preview(case.subject))
        return super().html(case, made_at, version, draft=draft, labelled=labelled)


outgoing_draft = OutgoingDraft(
    "outgoing_draft",
    title=_("Draft of what goes out"),
    audience=AGENCY,
    language=Document.Language.BILINGUAL,
    values=lambda file: {"title": file.title, "purpose": file.purpose},
)


def _reason(why: Values) -> str:
    """Why the file takes this way, as it was sealed."""
    return str(_t(why["text"]) % why["values"])


def _step(step: Any) -> Values:
    return {
        "position": step.position,
        "kind": in_both(step.get_kind_display),
        "post": in_both(lambda: step.post),
        "standing": in_both(step.get_standing_display),
        "cause": in_both(step.get_cause_display) if step.cause else "",
        "holder": step.holder_name,
        "in_place_of": step.in_place_of,
        "is_acting": step.is_acting,
        "opinion": step.opinion,
        "acted_at": step.acted_at,
        "awaits_reading": step.awaits_reading,
        "read_by": step.read_by,
        "read_at": step.read_at,
    }


def _signed_in_vain(file: Any) -> list[Any]:
    """Signatures that count no longer: the file went back, or what they covered has changed."""
    counting = {(step.position, step.holder_id, step.acted_at) for step in file.way}
    return [
        one
        for one in file.signatures.all()
        if (one.position, one.decided_by, one.decided_at) not in counting
    ]


def _signature(signed: Any) -> Values:
    step = WayStep(unit_id=signed.unit, rank=signed.rank)
    return {
        "revision": signed.revision,
        "post": in_both(lambda: step.post),
        "kind": in_both(signed.get_kind_display),
        "word": in_both(signed.get_word_display),
        "opinion": signed.opinion,
        "holder": signed.decided_by_name,
        "in_place_of": signed.in_place_of,
        "signed_at": signed.decided_at,
    }


def _sections(content: Any) -> list[Values]:
    """The sealed content, section by section, each field in both languages."""
    with override("ja"):
        japanese = {name: words.fields(inner, name) for name, inner in content.items()}
    with override("en"):
        english = {name: words.fields(inner, name) for name, inner in content.items()}
    return [
        {
            "name": in_both(partial(words.section, name)),
            "rows": [
                {"ja": ja, "en": en, "value": value, "value_en": value_en}
                for (ja, value), (en, value_en) in zip(japanese[name], english[name], strict=True)
            ],
        }
        for name in content
    ]


def _line(entry: Any, model: Any) -> Values:
    declared = {**steps_of(model), **beginnings_of(model)}[entry.step]
    return {
        "at": entry.at,
        "step": in_both(lambda: declared.label),
        "who": in_both(lambda: _who(entry)),
        "role": entry.role,
        "on_behalf_of": entry.on_behalf_of,
        "note": entry.note,
        "absent_until": entry.given.get("entered as absent until", ""),
        "changes": [
            in_both(partial(words.change_in_a_line, one)) for one in entry.given.get("changed", [])
        ],
    }


def _who(entry: Any) -> str:
    is_ours = entry.actor_id == SYSTEM.actor_id
    return pgettext("who", "the system itself") if is_ours else str(entry.actor_name)
