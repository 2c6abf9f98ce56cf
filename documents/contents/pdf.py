"""PDF: no scripts, no forms that send, no files inside, no password.

This reads names, not the whole grammar; it catches what ordinary tools write, and is no scanner.
Searches are by `find`, since a pattern could be made to run for hours on a crafted file.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from django.utils.translation import gettext as _

from documents.contents import sentences

INFLATED = 100 * 1024 * 1024
ACTIVE = re.compile(
    rb"/(JavaScript|Launch|EmbeddedFiles?|XFA|RichMedia|SubmitForm|ImportData|GoToE|Rendition)"
    rb"(?![A-Za-z0-9])"
)
LOCKED = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
OBJECT_STREAM = re.compile(rb"\s*\d+\s+\d+\s")


def objection(data: bytes) -> str:
    end = data.rfind(b"%%EOF")
    if not data.startswith(b"%PDF-") or end < 0:
        return sentences.broken()
    if data[end + 5 :].strip(b"\r\n\t \0"):
        return sentences.two_things()
    for names in _readable(data):
        if LOCKED.search(names):
            return sentences.locked()
        if ACTIVE.search(names):
            return _(
                "The PDF contains scripts, forms or embedded files. "
                "Print it to a new PDF and send that one."
            )
    return ""


def _readable(data: bytes) -> Iterator[bytes]:
    """The file as it stands, then the objects that are packed in streams; escapes undone."""
    yield _unescaped(data)
    left = INFLATED
    for packed in _streams(data):
        text = _inflated(packed, left)
        left -= len(text)
        if OBJECT_STREAM.match(text[:64]):
            yield _unescaped(text)


def _streams(data: bytes) -> Iterator[bytes]:
    start = data.find(b"stream")
    while start >= 0:
        end = data.find(b"endstream", start)
        if end < 0:
            return
        yield data[start + 6 : end].lstrip(b"\r\n")
        start = data.find(b"stream", end + 9)


def _inflated(packed: bytes, limit: int) -> bytes:
    if limit <= 0:
        return b""
    try:
        return zlib.decompressobj().decompress(packed, limit)
    except zlib.error:
        return packed  # stored without packing, or a picture


def _unescaped(text: bytes) -> bytes:
    """`/J#61vaScript` is `/JavaScript`."""
    return ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), text)
