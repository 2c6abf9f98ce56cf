"""Files as people send them, good and bad, built by hand: nothing binary lies in the repository."""

import io
import struct
import zipfile
import zlib

from PIL import Image

OFFICE = "application/vnd.openxmlformats-officedocument"
MAIN = {
    "docx": f"{OFFICE}.wordprocessingml.document.main+xml",
    "xlsx": f"{OFFICE}.spreadsheetml.sheet.main+xml",
}


def pdf(*objects: bytes, tail: bytes = b"", root: bytes = b"", extra: bytes = b"") -> bytes:
    """A sound file of one page; `objects` come behind it, and `root` into its catalogue."""
    every = [
        b"<< /Type /Catalog /Pages 2 0 R %b >>" % root,
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> %b >>" % extra,
        *objects,
    ]
    out, places = b"%PDF-1.7\n", []
    for number, text in enumerate(every, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, text)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(every) + 1, table)
        + b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(every) + 1)
        + b"startxref\n%d\n%%%%EOF\n" % len(out)
        + tail
    )


def pdf_in_streams(objects: bytes) -> bytes:
    """A file whose table says that object 4 lies in the object stream 5, which is given."""
    start = pdf()
    body = start[: start.index(b"xref\n")]
    places = [body.index(b"%d 0 obj" % number) for number in (1, 2, 3)]
    inside, table = len(body), len(body) + len(b"5 0 obj\n\nendobj\n") + len(objects)
    rows = [(0, 0, 65535), *((1, place, 0) for place in places), (2, 5, 0), (1, inside, 0)]
    rows.append((1, table, 0))
    packed_rows = b"".join(struct.pack(">BIH", *row) for row in rows)
    words = b"/Type /XRef /Size 7 /W [1 4 2] /Root 1 0 R"
    last = b"<< %b /Length %d >>\nstream\n%b\nendstream" % (words, len(packed_rows), packed_rows)
    return (
        body
        + b"5 0 obj\n%b\nendobj\n" % objects
        + b"6 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (last, table)
    )


def packed(objects: bytes) -> bytes:
    """An object stream: where newer files keep their dictionaries."""
    return stream(b"90 0 " + objects, b"/Type /ObjStm /N 1 /First 5")


def stream(data: bytes, words: bytes = b"") -> bytes:
    inside = zlib.compress(data)
    head = b"<< /Filter /FlateDecode /Length %d %b >>" % (len(inside), words)
    return head + b"\nstream\n" + inside + b"\nendstream"


def png(width: int = 2, height: int = 2, extra: tuple[bytes, bytes] | None = None) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 6)
    beside = [extra] if extra else []
    chunks = [(b"IHDR", head), *beside, (b"IDAT", pixels), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def jpeg(width: int = 2, height: int = 2, mode: str = "L", remark: bytes = b"") -> bytes:
    """A picture of 2 by 2 that says it is of another size."""
    buffer = io.BytesIO()
    Image.new(mode, (2, 2)).save(buffer, "JPEG", comment=remark)
    data = bytearray(buffer.getvalue())
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(data)


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


def with_link(extension: str) -> bytes:
    """A part that says it is a symbolic link."""
    buffer = io.BytesIO(office(extension))
    with zipfile.ZipFile(buffer, "a") as file:
        link = zipfile.ZipInfo("xl/link.xml")
        link.external_attr = 0o120777 << 16
        file.writestr(link, "/etc/passwd")
    return buffer.getvalue()


def with_long_list(extension: str) -> bytes:
    """It says that it has 60,000 parts."""
    data = bytearray(office(extension))
    data[-14:-10] = struct.pack("<HH", 60_000, 60_000)
    return bytes(data)
