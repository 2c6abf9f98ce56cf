"""DOCX and XLSX, part by part: sound XML without a DTD, no archive within, no call to a program.

The container has passed `documents.contents.office`: its size, its names and its parts are sane.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from typing import IO
from xml.parsers import expat

from documents.inspection.verdict import Verdict

# What zipfile raises on crafted files.
UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError),
    *(KeyError, NotImplementedError, OverflowError, RuntimeError, ValueError),
)
PIECE = 64 * 1024
WRITTEN_IN_XML = (".xml", ".rels", ".vml")
# ZIP, RAR, 7-Zip, gzip, cabinet, OLE, and programs.
NESTED = (b"PK\3\4", b"PK\5\6", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"MSCF", b"\xd0\xcf\x11\xe0")
PROGRAMS = (b"MZ", b"\x7fELF")
# Dynamic data exchange: a table or a field that starts a program.
EXCHANGES = frozenset({"ddeLink", "oleLink"})
FIELD_CODES = frozenset({"instrText", "fldSimple"})
CALLS = re.compile(r"\bDDE(AUTO)?\b", re.IGNORECASE)
MOST_FIELD_TEXT = 1_000_000


def look(data: bytes) -> Verdict:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for part in archive.infolist():
                with archive.open(part) as file:
                    verdict = _of_part(part.filename.lower(), file)
                if verdict is not Verdict.FINE:
                    return verdict
    except UNREADABLE:
        return Verdict.BROKEN
    return Verdict.FINE


def _of_part(name: str, file: IO[bytes]) -> Verdict:
    head = file.read(PIECE)
    if head.startswith(NESTED):
        return Verdict.NESTED
    if head.startswith(PROGRAMS):
        return Verdict.ACTING_PARTS
    if name.endswith(WRITTEN_IN_XML):
        return _Reading().of(head, file)
    while file.read(PIECE):  # to the end, where the checksum is
        pass
    return Verdict.FINE


class _Stopped(Exception):
    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict


class _Reading:
    """One XML part. The first thing that may not be stops the parser."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._element
        self.parser.EndElementHandler = self._end
        self.codes: list[str] = []

    def of(self, head: bytes, file: IO[bytes]) -> Verdict:
        try:
            self.parser.Parse(head, False)
            while piece := file.read(PIECE):
                self.parser.Parse(piece, False)
            self.parser.Parse(b"", True)
        except _Stopped as stop:
            return stop.verdict
        except (expat.ExpatError, LookupError, ValueError):
            return Verdict.BROKEN
        calls = CALLS.search("".join(self.codes))
        return Verdict.ACTING_PARTS if calls else Verdict.FINE

    def _doctype(self, *_declared: object) -> None:
        raise _Stopped(Verdict.BROKEN)

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local in EXCHANGES:
            raise _Stopped(Verdict.ACTING_PARTS)
        if local in FIELD_CODES:
            self.codes += [value for key, value in attributes.items() if key.endswith("instr")]
            self.parser.CharacterDataHandler = self._text

    def _end(self, name: str) -> None:
        self.parser.CharacterDataHandler = None

    def _text(self, text: str) -> None:
        self.codes.append(text)
