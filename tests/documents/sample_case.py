"""A case as the services see one, and the follow-up of a step it took: no room is needed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from workflow.models import Entry, FollowUp


@dataclass
class SampleCase:
    number: str = "JP-PH-26-0007"
    owner_code: str = "PH"
    handling: str = "confidentiality_2"
    contractor_id: UUID | None = None
    pk: UUID = field(default_factory=uuid4)
    values: dict[str, Any] = field(default_factory=dict)

    def kind(self) -> str:
        return "cases.contract"


def follow_up(case: SampleCase, effect: str = "paper:offer") -> FollowUp:
    """What the gate writes when the case takes a step."""
    entry = Entry(
        case_kind=case.kind(),
        case_id=case.pk,
        case_number=case.number,
        owner_code=case.owner_code,
        step="send_offer",
        to_state="offered",
        version=Entry.objects.filter(case_id=case.pk).count() + 1,
        actor_id=str(uuid4()),
        actor_name="SATO Hanako",
        role="case_manager",
    )
    entry.write()
    return FollowUp.objects.create(
        entry=entry,
        position=0,
        effect=effect,
        next_at=timezone.now() - timedelta(seconds=1),
    )
