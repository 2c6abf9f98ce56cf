"""Small real files to attach: a one-page PDF that says it is a sample."""

from __future__ import annotations

_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
_PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
    b"/Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R >>"
)


def sample_pdf(*lines: str) -> bytes:
    """An A4 page with some lines of English text (the built-in fonts have no Japanese)."""
    drawn = b"".join(
        b"(" + _escaped(line) + b") Tj T*\n" for line in ("SAMPLE - NOT A REAL DOCUMENT", *lines)
    )
    text = b"BT /F1 12 Tf 16 TL 72 770 Td\n" + drawn + b"ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        _PAGE,
        _FONT,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
    ]
    return _assembled(objects)


def _assembled(objects: list[bytes]) -> bytes:
    """The objects with the table of where each begins, which every reader starts from."""
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        count,
        len(out),
    )
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % count + table + trailer


def _escaped(line: str) -> bytes:
    text = line.encode("latin-1", "replace")
    for special in (b"\\", b"(", b")"):
        text = text.replace(special, b"\\" + special)
    return text
