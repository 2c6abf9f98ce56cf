"""PNG and JPEG: whole, nothing behind the picture, and not a flood of pixels."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from django.utils.translation import gettext as _

from documents.contents import sentences

PIXELS = 100_000_000
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def objection_to_png(data: bytes) -> str:
    chunks = list(_chunks(data))
    if not chunks or chunks[0][0] != b"IHDR" or chunks[-1][0] != b"IEND":
        return sentences.broken()
    if chunks[-1][1] != len(data):
        return sentences.two_things()
    width, height = struct.unpack(">II", data[16:24])
    return _objection_to_size(width * height)


def objection_to_jpeg(data: bytes) -> str:
    if not data.rstrip(b"\0").endswith(b"\xff\xd9"):
        return sentences.broken()
    pixels = _pixels_of_jpeg(data)
    return _objection_to_size(pixels) if pixels else sentences.broken()


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


def _pixels_of_jpeg(data: bytes) -> int:
    """Width times height from the frame header; 0 without one."""
    start = 2
    while start + 9 <= len(data) and data[start] == 0xFF:
        marker, length = struct.unpack(">BH", data[start + 1 : start + 4])
        if marker in FRAMES:
            height, width = struct.unpack(">HH", data[start + 5 : start + 9])
            return int(width * height)
        start += 2 + length
    return 0


def _objection_to_size(pixels: int) -> str:
    if 0 < pixels <= PIXELS:
        return ""
    return _("The picture has too many pixels. Make it smaller, then send it again.")
