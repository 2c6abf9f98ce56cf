"""What may come in: a few types, known by their content, small, and without anything that acts.

`validate` refuses with a sentence that names the remedy; `receive` keeps the file as a document.
The form of a file is always looked at; a virus scanner looks as well where there is one
(`documents.scanning`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from documents import contents, scanning, storage, versions
from documents.file_names import clean
from documents.models import Document
from documents.papers import named_after
from workflow import handling
from workflow.models import Case, Entry
from workflow.rights import Actor
from workflow.values import source_text

TYPES = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".csv": "text/csv",
    ".txt": "text/plain",
}


@dataclass(frozen=True)
class Upload:
    """A file that passed: its cleaned name, its true type, its bytes."""

    name: str
    content_type: str
    data: bytes


def validate(file: File[Any]) -> Upload:
    """Look at a file from outside. Raises `ValidationError` with what to do instead."""
    name = clean(file.name or "")
    extension = PurePath(name).suffix.lower()
    if extension not in TYPES:
        raise ValidationError(
            _("Files of this type are not accepted. Send PDF, PNG, JPEG, XLSX, DOCX, CSV or TXT."),
            code="type",
        )
    data = _bytes_of(file)
    content_type = TYPES[extension]
    if why := contents.objection(data, content_type):
        raise ValidationError(why, code="content")
    if why := scanning.objection(data):
        raise ValidationError(why, code="scanner")
    return Upload(name, content_type, data)


def passed(file: File[Any]) -> Upload:
    """What the form has let pass a moment ago; else looked at now. Raises `ValidationError`.

    The gate holds the case's row while it writes: no scanner is asked twice for the same bytes.
    """
    found = getattr(file, "upload", None)
    return found if isinstance(found, Upload) else validate(file)


def receive(
    case: Case,
    file: File[Any],
    *,
    kind: str,
    title: str | Promise,
    by: Actor,
    for_nation: bool = False,
    for_contractor_id: UUID | None = None,
    label: str = "",
    entry: Entry | None = None,
    language: str = Document.Language.EN,
) -> Document:
    """Keep an uploaded file as the next version of a paper. Raises `ValidationError`.

    `entry` is the trail entry it came with. A book of a step has none to give: the gate writes
    the entry after the books, so an unsaved one is left out.
    """
    upload = passed(file)
    label = label or case.handling
    if why := handling.why_not_here(label):
        raise ValidationError(why, code="handling")
    digest = storage.store(upload.data)
    with transaction.atomic():
        versions.hold(case.pk, kind)
        return Document.objects.create(
            **named_after(case) | {"handling": label},
            kind=kind,
            title=source_text(title),
            language=language,
            version=versions.next_version(case.pk, kind),
            origin=Document.Origin.RECEIVED,
            file_name=upload.name,
            content_type=upload.content_type,
            size=len(upload.data),
            sha256=digest,
            made_at=timezone.now(),
            made_by=by.actor_name,
            made_by_id=by.actor_id,
            entry=entry if entry is not None and entry.pk else None,
            for_nation=for_nation,
            for_contractor_id=for_contractor_id,
        )


def _bytes_of(file: File[Any]) -> bytes:
    if not file.size:
        raise ValidationError(_("The file is empty. Choose the file again."), code="empty")
    if file.size > settings.UPLOAD_LIMIT_BYTES:
        raise ValidationError(
            _("The file is larger than %(limit)s MB. Send a smaller one, or in parts."),
            code="size",
            params={"limit": settings.UPLOAD_LIMIT_BYTES // (1024 * 1024)},
        )
    file.seek(0)
    data: bytes = file.read()
    file.seek(0)
    return data
