"""Files as people send them, good and bad, built by hand: nothing binary lies in the repository."""

import io
import struct
import zipfile
import zlib

OFFICE = "application/vnd.openxmlformats-officedocument"
MAIN = {
    "docx": f"{OFFICE}.wordprocessingml.document.main+xml",
    "xlsx": f"{OFFICE}.spreadsheetml.sheet.main+xml",
}


def pdf(*objects: bytes, tail: bytes = b"") -> bytes:
    body = b"\n".join(b"%d 0 obj\n%s\nendobj" % (n, text) for n, text in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n" + tail


def packed(objects: bytes) -> bytes:
    """An object stream: where newer files keep their dictionaries."""
    data = zlib.compress(b"2 0 " + objects)
    return b"<< /Type /ObjStm /Filter /FlateDecode >>\nstream\n" + data + b"\nendstream"


def png(width: int = 2, height: int = 2) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 6)
    chunks = [(b"IHDR", head), (b"IDAT", pixels), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def jpeg(width: int = 2, height: int = 2) -> bytes:
    app = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + app + frame + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\0\xff\xd9"


def office(extension: str = "xlsx", /, **parts: str | bytes) -> bytes:
    """A document of the given type; `parts` are added (`__` in a name stands for `/`)."""
    types = f'<Types><Override ContentType="{MAIN[extension]}"/></Types>'
    folder = "word/document.xml" if extension == "docx" else "xl/workbook.xml"
    names: dict[str, str | bytes] = {
        "[Content_Types].xml": types,
        folder: "<x/>",
        "_rels/.rels": "<Relationships/>",
    }
    names |= {name.replace("__", "/"): text for name, text in parts.items()}
    return archive(names)


def archive(parts: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return buffer.getvalue()
