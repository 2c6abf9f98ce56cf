"""One reader per family of types."""

from __future__ import annotations

from collections.abc import Callable

from documents.inspection.verdict import Verdict

OFFICE = "application/vnd.openxmlformats-officedocument."


def read(data: bytes, content_type: str) -> Verdict:
    try:
        return _reader_of(content_type)(data)
    except (MemoryError, RecursionError):
        return Verdict.TOO_MUCH


def _reader_of(content_type: str) -> Callable[[bytes], Verdict]:
    """Only the library that is needed: importing both takes longer than reading."""
    if content_type == "application/pdf":
        from documents.inspection import pdf  # brings pikepdf

        return pdf.look
    if content_type.startswith(OFFICE):
        from documents.inspection import office  # its sisters bring libraries it does not need

        return office.look
    from documents.inspection import pictures  # brings Pillow

    return pictures.look_at_png if content_type == "image/png" else pictures.look_at_jpeg
