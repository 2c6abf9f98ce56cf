"""Declaring a notice: a function that returns plain values, and its name as an effect of a step.

    @notice("offer_sent", to=officials_of_the_nation, attach=["offer"])
    def offer_sent(contract):
        return {"title": contract.title, "path": f"/contracts/{contract.number}/"}

and on the step: `then=[papers.offer, notices.offer_sent]`. The words are in
`templates/notifications/<name>/subject.txt` and `body.txt`; each recipient reads them in their
own language. Values a template may use: `title`, `path`, `reason`, `amount`, `currency`,
`due_on`, `nation`, `items`; a missing one leaves its line out.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.db import transaction
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils import timezone
from django.utils.translation import override

from documents import agency
from documents.models import Document
from documents.papers import plain
from notifications import tasks
from notifications.models import Message
from workflow.follow_ups import Later
from workflow.models import FollowUp

log = logging.getLogger(__name__)

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Notice:
    """An effect: tell each recipient once about the step that set it off."""

    name: str
    to: Callable[[Any], Iterable[Any]]
    attach: tuple[str, ...]
    values: Callable[[Any], Values]
    while_current: bool = False
    if_any: bool = False

    @property
    def key(self) -> str:
        return f"notice:{self.name}"

    def __call__(self, case: Any) -> Values:
        """The values alone: for tests."""
        return self.values(case)

    of = "messages"  # what a rehearsal tells of it

    def foretold(self, case: Any) -> list[str]:
        """Who would be told, by the words of the subject."""
        people = sorted({str(person) for person in self.to(case) if person.is_active})
        subject = str(
            get_template(f"notifications/{self.name}/subject.txt").render(
                {"case_number": case.number}
            )
        )
        return [f"{' '.join(subject.split())} → {', '.join(people)}"] if people else []

    def run(self, case: Any, follow_up: FollowUp) -> None:
        """Write the messages and ring for delivery. Raises `Later` while a paper is missing."""
        if self.while_current and case.version != follow_up.entry.version:
            return
        papers = self._papers(follow_up)
        values = plain(self.values(case))
        people = list({person.pk: person for person in self.to(case) if person.is_active}.values())
        if not people and not self.if_any:
            log.warning("notice %s of %s has nobody to go to", self.name, case.number)
        for person in people:
            self._tell(person, case, values, papers, follow_up)

    def _papers(self, follow_up: FollowUp) -> list[Document]:
        found = Document.objects.filter(entry_id=follow_up.entry_id, kind__in=self.attach)
        made = {document.kind: document for document in found}
        if missing := [kind for kind in self.attach if kind not in made]:
            raise Later(f"{self.key} waits for the paper {', '.join(missing)}")
        return [made[kind] for kind in self.attach]

    def _tell(
        self,
        person: Any,
        case: Any,
        values: Values,
        papers: list[Document],
        follow_up: FollowUp,
    ) -> None:
        letter = compose(self.name, person, case.number, values)
        message, is_new = Message.objects.get_or_create(
            dedupe_key=f"{follow_up.entry_id}:{self.name}:{person.pk}",
            defaults={
                "recipient": person,
                "case_kind": case.kind(),
                "case_id": case.pk,
                "case_number": case.number,
                "owner_code": case.owner_code,
                "notice": self.name,
                "language": person.language,
                "subject": letter.subject,
                "body_text": letter.text,
                "body_html": letter.html,
                "path": values.get("path", ""),
                "next_at": timezone.now(),
                "created_at": follow_up.entry.at,
            },
        )
        if is_new:
            message.attachments.set(papers)
            transaction.on_commit(lambda: tasks.ring(message.pk), robust=True)


def notice(
    name: str,
    *,
    to: Callable[[Any], Iterable[Any]],
    attach: Sequence[str] = (),
    while_current: bool = False,
    if_any: bool = False,
) -> Callable[[Callable[[Any], Values]], Notice]:
    """Declare a notice over a function `(case) -> plain values`.

    `to` finds the recipients; `attach` names papers of the same step. Whoever is in `to` gets
    the papers too, so name no paper that one of them may not see. A notice that asks somebody to
    act is given `while_current`: once the case has moved on, the later step tells whoever is next.
    With `if_any` it is no fault that there is nobody to tell.
    """

    def declare(values: Callable[[Any], Values]) -> Notice:
        return Notice(name, to, tuple(attach), values, while_current, if_any)

    return declare


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    html: str


def compose(name: str, person: Any, case_number: str, values: Values) -> Letter:
    """The notice in the person's words."""
    path = values.get("path", "")
    with override(person.language):
        context = {
            "due_on": None,
            **values,
            "case_number": case_number,
            "person_name": person.full_name,
            "agency": agency.name_in(person.language),
            "url": urljoin(f"{settings.PUBLIC_URL}/", path.lstrip("/")) if path else "",
        }
        subject = " ".join(_text(f"notifications/{name}/subject.txt", context).split())
        text = _text(f"notifications/{name}/body.txt", context).strip() + "\n"
        html = render_to_string(
            "notifications/base.html",
            {
                "subject": subject,
                "text": text,
                **{key: context[key] for key in ("url", "case_number")},
            },
        )
    return Letter(_shortened(subject), text, html)


def _text(template: str, context: dict[str, Any]) -> str:
    """Plain text: `&` stays `&`. The HTML wrapper escapes what it takes from here."""
    source = get_template(template)
    return str(source.template.render(Context(context, autoescape=False)))  # type: ignore[attr-defined]


def _shortened(subject: str) -> str:
    return subject if len(subject) <= 300 else f"{subject[:299]}…"
