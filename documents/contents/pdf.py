"""PDF: no scripts, no forms that send, no files inside, no password.

This reads names, wherever they stand: also what no table of the file points to, since a viewer
that repairs a file may find it again. `documents.inspection.pdf` reads the file by its grammar.
Searches are by `find`, since a pattern could be made to run for hours on a crafted file.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

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
    try:
        return _objection_to_names(data)
    except _Endless:
        return sentences.bomb()


def _objection_to_names(data: bytes) -> str:
    for names in _readable(data):
        if LOCKED.search(names):
            return sentences.locked()
        if ACTIVE.search(names):
            return sentences.active()
    return ""


class _Endless(Exception):
    """Its objects unpack to more than any honest file has."""


def _readable(data: bytes) -> Iterator[bytes]:
    """The file as it stands, then the objects that are packed in streams; escapes undone."""
    yield _unescaped(data)
    left = INFLATED
    for packed in _streams(data):
        if not OBJECT_STREAM.match(_inflated(packed, 64)):
            continue
        text = _inflated(packed, left)
        left -= len(text)
        if left <= 0:
            raise _Endless
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
    try:
        return zlib.decompressobj().decompress(packed, limit)
    except zlib.error:
        return packed[:limit]  # stored without packing, or a picture


def _unescaped(text: bytes) -> bytes:
    """`/J#61vaScript` is `/JavaScript`."""
    return ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), text)
