"""PNG and JPEG: whole, nothing behind the picture, and not a flood of pixels."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable, Iterator

from documents.contents import sentences

PIXELS = 100_000_000
MARKUP = re.compile(rb"<\s*(!doctype|html|svg|script|body|iframe)", re.IGNORECASE)
MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")  # in packed pixels FF 00 is FF, D0 to D7 count
SCAN, END = 0xDA, 0xD9
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def objection_to_png(data: bytes) -> str:
    chunks = list(_chunks(data))
    if not chunks or chunks[0][0] != b"IHDR" or chunks[-1][0] != b"IEND":
        return sentences.broken()
    if chunks[-1][1] != len(data):
        return sentences.two_things()
    if any(name == b"acTL" for name, _end in chunks):
        return sentences.two_things()  # it moves: what was sent is not what the first look shows
    width, height = struct.unpack(">II", data[16:24])
    return _objection_to_size(width * height) or _objection_to_words(_beside_pixels(data, chunks))


def objection_to_jpeg(data: bytes) -> str:
    segments = list(_segments(data))
    end = data.find(b"\xff\xd9", segments[-1][2]) if segments else -1
    if end < 0 or segments[-1][0] != END:
        return sentences.broken()
    if data[end + 2 :].strip(b"\0"):
        return sentences.two_things()
    frames = [data[start:stop] for marker, start, stop in segments if marker in FRAMES]
    if not frames or len(frames[0]) < 9:
        return sentences.broken()
    height, width = struct.unpack(">HH", frames[0][5:9])
    words = [data[start:stop] for _marker, start, stop in segments]
    return _objection_to_size(width * height) or _objection_to_words(words)


def _chunks(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Name and end of each sound chunk, up to the first that is not, or the last."""
    start, name = 8, b""
    while start + 12 <= len(data) and name != b"IEND":
        length, name = struct.unpack(">I4s", data[start : start + 8])
        end = start + 12 + length
        check = struct.pack(">I", zlib.crc32(data[start + 4 : end - 4]))
        if data[end - 4 : end] != check:
            return
        yield name, end
        start = end


def _beside_pixels(data: bytes, chunks: list[tuple[bytes, int]]) -> Iterator[bytes]:
    start = 8
    for name, end in chunks:
        if name != b"IDAT":
            yield data[start:end]
        start = end


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each segment, up to the end of the picture or of what is sound."""
    start = 2
    while found := MARKER.match(data, start):
        marker, body = found[1][0], found.end()
        if marker == END:
            yield marker, start, found.start()
            return
        if body + 2 > len(data):
            return
        end = body + int(struct.unpack(">H", data[body : body + 2])[0])
        yield marker, body - 2, end
        if marker == SCAN:
            after = MARKER.search(data, end)
            end = after.start() if after else len(data)
        start = end


def _objection_to_size(pixels: int) -> str:
    return "" if 0 < pixels <= PIXELS else sentences.pixels()


def _objection_to_words(parts: Iterable[bytes]) -> str:
    """Remarks of cameras are fine; a page that waits to be taken for one is not."""
    return sentences.two_things() if any(map(MARKUP.search, parts)) else ""
