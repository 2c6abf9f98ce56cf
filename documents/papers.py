"""Declaring a paper: a function that returns plain values, and its name as an effect of a step.

    @paper("offer", title=_("Letter of offer"), audience=NATION)
    def offer(contract):
        return {"lines": [...], "total": contract.total, "currency": contract.currency}

and on the step: `then=[papers.offer]`. The words are in `templates/documents/offer.html`, which
says at its top which values it reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import override

from documents import agency, numbers, rendering, storage, versions
from documents.models import Document
from workflow.handling import in_both_languages
from workflow.models import Case, Entry, FollowUp
from workflow.values import source_text

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Audience:
    """Who sees a paper besides the agency; audiences add up with `|`."""

    nation: bool = False
    contractor: Callable[[Any], UUID | None] | None = None

    def __or__(self, other: Audience) -> Audience:
        return Audience(self.nation or other.nation, self.contractor or other.contractor)

    def contractor_of(self, case: Any) -> UUID | None:
        return self.contractor(case) if self.contractor else None


AGENCY = Audience()
NATION = Audience(nation=True)


def CONTRACTOR(of: Callable[[Any], UUID | None]) -> Audience:
    """The contractor whose organisation id the function finds for the case."""
    return Audience(contractor=of)


@dataclass(frozen=True)
class Paper:
    """An effect: make this paper once for the step that set it off."""

    kind: str
    title: str | Promise
    audience: Audience
    language: str
    values: Callable[[Any], Values]

    @property
    def key(self) -> str:
        return f"paper:{self.kind}"

    @property
    def template(self) -> str:
        return f"documents/{self.kind}.html"

    def __call__(self, case: Any) -> Values:
        """The values alone: for tests and previews."""
        return self.values(case)

    of = "papers"  # what a rehearsal tells of it

    def foretold(self, case: Any) -> list[str]:
        """What would be made, in the words of the moment."""
        return [f"{case.number}: {self.title}"]

    def run(self, case: Any, follow_up: FollowUp) -> None:
        with transaction.atomic():
            versions.hold(case.pk, self.kind)
            if not _is_made(follow_up.entry, self.kind):
                self._make(case, follow_up.entry, versions.next_version(case.pk, self.kind))

    def html(
        self,
        case: Any,
        made_at: datetime,
        version: int = 1,
        *,
        draft: bool = False,
        labelled: bool = True,
    ) -> str:
        """The paper before it becomes a PDF: the same, whatever language the process speaks."""
        common = common_values(case.number, made_at, version) | {
            "draft": draft,
            "label": in_both_languages(case.handling) if labelled else "",
            **_numbered(case, self.kind),
        }
        with override("en" if self.language == Document.Language.EN else "ja"):
            return rendering.html(self.template, common | plain(self.values(case)))

    def _make(self, case: Any, entry: Entry, version: int) -> None:
        page = self.html(case, entry.at, version)
        data = rendering.pdf(page, made_at=entry.at)
        digest = storage.store(data)
        Document.objects.create(
            **named_after(case),
            kind=self.kind,
            title=source_text(self.title),
            language=self.language,
            version=version,
            origin=Document.Origin.MADE,
            file_name=f"{case.number}_{self.kind}_v{version}.pdf",
            content_type="application/pdf",
            size=len(data),
            sha256=digest,
            made_at=entry.at,
            made_by=entry.actor_name,
            made_by_id=entry.actor_id,
            entry=entry,
            for_nation=self.audience.nation,
            for_contractor_id=self.audience.contractor_of(case),
        )


def paper(
    kind: str,
    *,
    title: str | Promise,
    audience: Audience = AGENCY,
    language: str = Document.Language.BILINGUAL,
) -> Callable[[Callable[[Any], Values]], Paper]:
    """Declare a paper over a function `(case) -> plain values`."""

    def declare(values: Callable[[Any], Values]) -> Paper:
        return Paper(kind, title, audience, language, values)

    return declare


def common_values(case_number: str, made_at: datetime, version: int) -> dict[str, Any]:
    """What every template may read; the paper's own values come on top and may replace them."""
    return {
        "case_number": case_number,
        "document_number": "",
        "document_number_en": "",
        "version": version,
        "made_on": timezone.localdate(made_at),
        "agency_ja": agency.name_in("ja"),
        "agency_en": agency.name_in("en"),
        "label": "",
        "draft": False,
        "sample": settings.DEMO,
    }


def plain(values: Values) -> dict[str, Any]:
    """The values, after making sure that no template can query or round with them."""
    return {str(key): _plain(value) for key, value in values.items()}


def in_both(words: Callable[[], Any]) -> str:
    """Words of the house on a bilingual paper: `課長 / Director`."""
    with override("ja"):
        japanese = str(words())
    with override("en"):
        english = str(words())
    return japanese if japanese == english else f"{japanese} / {english}"


def named_after(case: Case) -> dict[str, Any]:
    """The columns by which a document knows its case."""
    return {
        "case_kind": case.kind(),
        "case_id": case.pk,
        "case_number": case.number,
        "owner_code": case.owner_code,
        "handling": case.handling,
    }


def _numbered(case: Any, kind: str) -> dict[str, str]:
    """The document number under which the paper goes out, once it has one."""
    number = numbers.of(case, kind)
    if number is None:
        return {}
    return {"document_number": number.written, "document_number_en": number.written_en}


def _is_made(entry: Entry, kind: str) -> bool:
    return Document.objects.filter(entry=entry, kind=kind, origin=Document.Origin.MADE).exists()


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int() | str() | Decimal() | date() | Promise():
            return value
        case Mapping():
            return plain(value)
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case _:
            raise TypeError(f"A paper gets plain values, not {type(value).__name__}.")
