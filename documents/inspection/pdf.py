"""PDF, as qpdf reads it: every object in force, whatever stream or escape it hides in.

Refused are actions that run, send, fetch or open something else, and files inside. A link to a
web page or a mail address, and a document that opens at one of its own pages, are fine.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pikepdf
import pikepdf.settings
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from documents.inspection.verdict import Verdict

OBJECTS = 200_000
PAGES = 5_000
pikepdf.settings.set_qpdf_limits(flate_max_memory=256 * 1024 * 1024)  # of one stream
LONGEST_SIDE = 14_400  # ISO 32000, annex C: what viewers agree on
KEYS = frozenset(
    {"/AA", "/EF", "/EmbeddedFiles", "/JS", "/JavaScript", "/RichMediaContent", "/XFA"}
)
ACTIONS = frozenset(
    f"/{name}"
    for name in (
        *("GoTo3DView", "GoToE", "GoToR", "ImportData", "JavaScript", "Launch", "Movie"),
        *("Rendition", "RichMediaExecute", "Sound", "SubmitForm", "Thread"),
    )
)
CARRIERS = frozenset({"/3D", "/FileAttachment", "/Movie", "/RichMedia", "/Screen", "/Sound"})
HARMLESS_LINKS = ("http://", "https://", "mailto:", "tel:")


def look(data: bytes) -> Verdict:
    try:
        with pikepdf.open(io.BytesIO(data), attempt_recovery=False) as pdf:
            return _of(pdf)
    except pikepdf.PasswordError:
        return Verdict.LOCKED
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, RuntimeError):
        return Verdict.BROKEN  # pikepdf tells an object of the wrong type in any of these ways


def _of(pdf: Pdf) -> Verdict:
    if pdf.is_encrypted:
        return Verdict.LOCKED
    if len(pdf.objects) > OBJECTS or len(pdf.pages) > PAGES:
        return Verdict.TOO_MUCH
    if not len(pdf.pages):
        return Verdict.BROKEN
    if _acts_when_opened(pdf.Root) or any(map(_is_active, _dictionaries(pdf))):
        return Verdict.ACTIVE
    if any(map(_is_huge, pdf.pages)):
        return Verdict.TOO_MUCH
    return Verdict.BROKEN if any(map(_hides, pdf.get_warnings())) else Verdict.FINE


def _hides(warning: object) -> bool:
    """Whether qpdf could not read something and went on. What it could mend hides nothing."""
    return not str(warning).endswith("repairing")


def _dictionaries(pdf: Pdf) -> Iterator[Any]:
    """Every dictionary of the file, once: what an object only points to comes in its own turn."""
    for entry in (*pdf.objects, pdf.trailer):
        waiting: list[Any] = [entry]
        while waiting:
            found = waiting.pop()
            if isinstance(found, Stream):
                found = found.stream_dict
            if isinstance(found, Dictionary):
                yield found
                waiting += [value for value in found.values() if _is_within(value)]
            elif isinstance(found, Array):
                waiting += [value for value in found if _is_within(value)]


def _is_within(value: Any) -> bool:
    return isinstance(value, Dictionary | Array) and not value.is_indirect


def _is_active(found: Any) -> bool:
    keys = set(found.keys())
    if keys & KEYS or found.get("/Type") == Name.EmbeddedFile:
        return True
    if "/S" in keys and _name(found["/S"]) in ACTIONS:
        return True
    if "/URI" in keys and not _is_harmless(found["/URI"]):
        return True
    return "/Subtype" in keys and _name(found["/Subtype"]) in CARRIERS


def _is_harmless(link: Any) -> bool:
    """A link says where it leads; a dictionary under this key is the base of all links."""
    return not isinstance(link, String) or str(link).strip().lower().startswith(HARMLESS_LINKS)


def _acts_when_opened(root: Any) -> bool:
    action = root.get("/OpenAction")
    return isinstance(action, Dictionary) and _name(action.get("/S")) != "/GoTo"


def _is_huge(page: Any) -> bool:
    return any(abs(float(side)) > LONGEST_SIDE for side in page.mediabox)


def _name(value: Any) -> str:
    return str(value) if isinstance(value, Name) else ""
