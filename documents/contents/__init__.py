"""What a file is by its bytes, and why it is not taken. One module per family of types.

Each check answers `""` or one sentence for whoever sent the file. All of them refuse files that
are two things at once, since a viewer may take them for the other thing. First what can be told
from a few bytes, then, within limits of time and memory, the file as its reader sees it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import puremagic

from documents.contents import bounded, office, pdf, pictures, sentences, text

# The file of the anti-virus institutes that every scanner must find; in two halves, or it would
# find this one.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
MARKUP = re.compile(rb"<\s*(!doctype|\?xml|html|svg|script|body|iframe)", re.IGNORECASE)

CHECKS: dict[str, Callable[[bytes], str]] = {
    "application/pdf": pdf.objection,
    "image/png": pictures.objection_to_png,
    "image/jpeg": pictures.objection_to_jpeg,
    office.DOCX: office.objection_to_docx,
    office.XLSX: office.objection_to_xlsx,
    "text/csv": text.objection,
    "text/plain": text.objection,
}


def objection(data: bytes, content_type: str) -> str:
    """Why these bytes are not a harmless file of that type, or `""`."""
    if EICAR in data:
        return sentences.infected()
    if not content_type.startswith("text/") and not _looks_like(data, content_type):
        return sentences.mismatch()
    if content_type not in office.TYPES and zipfile.is_zipfile(io.BytesIO(data)):
        return sentences.two_things()
    if MARKUP.search(data.lstrip()[:1024]):
        return sentences.two_things()
    return CHECKS[content_type](data) or _objection_of_reader(data, content_type)


def _objection_of_reader(data: bytes, content_type: str) -> str:
    return "" if content_type.startswith("text/") else bounded.objection(data, content_type)


def _looks_like(data: bytes, content_type: str) -> bool:
    try:
        return any(match.mime_type == content_type for match in puremagic.magic_string(data))
    except puremagic.PureError:
        return False
