"""DOCX and XLSX: a sound archive of the type it says, without macros, programs or fetched parts."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from itertools import pairwise

from django.utils.translation import gettext as _

from documents.contents import sentences
from documents.inspection.office import UNREADABLE

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = frozenset({DOCX, XLSX})

UNPACKED = 200 * 1024 * 1024
TIMES_PACKED = 100
PARTS = 1000
LONGEST_ENTRY = 1024  # of the list of parts
DESCRIPTION = 1024 * 1024  # the parts that only describe others are small

PACKINGS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
ACTING = re.compile(r"vbaproject|vbadata|activex|oleobject|\.(bin|exe|dll|js|vbs)$", re.IGNORECASE)
PRINTER = re.compile(r"printersettings\d*\.bin$", re.IGNORECASE)
RELATION = re.compile(rb"<Relationship\s[^>]{1,4000}>", re.IGNORECASE)
FETCHED = re.compile(rb"/(attachedTemplate|oleObject|frame|subDocument)\"", re.IGNORECASE)


def objection_to_docx(data: bytes) -> str:
    return _objection(data, b"wordprocessingml.document.main+xml")


def objection_to_xlsx(data: bytes) -> str:
    return _objection(data, b"spreadsheetml.sheet.main+xml")


def _objection(data: bytes, main_part: bytes) -> str:
    if why := _objection_to_directory(data):
        return why
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _of_archive(archive, data) or _of_parts(archive, main_part)
    except UNREADABLE:
        return sentences.broken()


def _objection_to_directory(data: bytes) -> str:
    """Before the list of parts is read: it ends the file, and is as short as it says."""
    end = len(data) - 22
    if not data.startswith(b"PK\3\4") or data[end : end + 4] != b"PK\5\6":
        return (
            sentences.two_things() if zipfile.is_zipfile(io.BytesIO(data)) else sentences.broken()
        )
    if data[end - 20 : end - 16] == b"PK\6\7":
        return sentences.broken()  # a second, larger list, which files of this size do not need
    parts, length, offset = struct.unpack("<HII", data[end + 10 : end + 20])
    if parts > PARTS or length > PARTS * LONGEST_ENTRY:
        return sentences.bomb()
    return "" if offset + length == end else sentences.two_things()


def _of_archive(archive: zipfile.ZipFile, data: bytes) -> str:
    """The container: no password, no bomb, no odd names."""
    parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        return sentences.locked()
    total = sum(part.file_size for part in parts)
    if len(parts) > PARTS or total > UNPACKED or total > TIMES_PACKED * len(data):
        return sentences.bomb()
    is_odd = any(map(_is_odd, parts)) or _share_names(parts) or _share_bytes(parts)
    return sentences.broken() if is_odd else ""


def _of_parts(archive: zipfile.ZipFile, main_part: bytes) -> str:
    names = archive.namelist()
    types = _description(archive, "[Content_Types].xml")
    if b"macroEnabled" in types or any(map(_is_acting, names)):
        return sentences.acting_parts()
    if b"<!" in types or main_part not in types:
        return sentences.mismatch()
    if any(_fetches(_description(archive, name)) for name in names if name.endswith(".rels")):
        return _("The file loads parts from elsewhere. Save it without links to templates.")
    return ""


def _description(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > DESCRIPTION:
        raise zipfile.BadZipFile(f"{name} is too long")
    return archive.read(name)


def _fetches(relations: bytes) -> bool:
    return any(
        b"External" in relation and FETCHED.search(relation)
        for relation in RELATION.findall(relations)
    )


def _is_acting(name: str) -> bool:
    return bool(ACTING.search(name)) and not PRINTER.search(name)


def _is_odd(part: zipfile.ZipInfo) -> bool:
    """Out of the folder, absolute, a symbolic link, or packed as these types never are."""
    is_link = (part.external_attr >> 16) & 0o170000 == 0o120000
    name = part.filename.replace("\\", "/")
    is_elsewhere = ".." in name.split("/") or name.startswith("/") or ":" in name
    return is_elsewhere or is_link or part.compress_type not in PACKINGS


def _share_names(parts: list[zipfile.ZipInfo]) -> bool:
    """Two parts of one name: each reader takes another one."""
    return len({part.filename.lower() for part in parts}) < len(parts)


def _share_bytes(parts: list[zipfile.ZipInfo]) -> bool:
    """Parts that overlap: how small archives become enormous."""
    spans = sorted((part.header_offset, part.header_offset + part.compress_size) for part in parts)
    return any(before[1] > after[0] for before, after in pairwise(spans))
