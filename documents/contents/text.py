"""CSV and plain text: readable in UTF-8 or in the code page Japanese spreadsheets still write."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from documents.contents import sentences

OTHER_THINGS = (b"%PDF-", b"#!", b"MZ", b"\x7fELF", b"{\\rtf")
MARKUP = re.compile(r"<\s*(!doctype|\?xml|html|svg|script|body|iframe)", re.IGNORECASE)
CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")


def objection(data: bytes) -> str:
    if data.lstrip().startswith(OTHER_THINGS):
        return sentences.mismatch()
    text = decoded(data)
    if text is None or CONTROLS.search(text):
        return _("This is not plain text in UTF-8 or Shift_JIS. Save it as one of these.")
    return sentences.two_things() if MARKUP.search(text) else ""


def decoded(data: bytes) -> str | None:
    """None if it is neither."""
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
