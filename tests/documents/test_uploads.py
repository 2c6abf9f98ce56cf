"""What people send: taken, or refused with a sentence that says what to do instead."""

import zipfile
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from pytest_django import Settings

from documents import contents, rendering
from documents.contents import pdf as pdf_contents
from documents.fields import PaperField
from documents.file_names import clean
from documents.models import Document
from documents.uploads import passed, receive, validate
from tests.documents import files
from tests.documents.sample_case import SampleCase, follow_up
from tests.documents.samples import MADE_AT


@pytest.fixture(autouse=True)
def english() -> Any:
    with override("en"):
        yield


def sent(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="text/html")


def refusal(name: str, data: bytes) -> str:
    with pytest.raises(ValidationError) as refused:
        validate(sent(name, data))
    return str(refused.value.messages[0])


GOOD = {
    "letter.pdf": files.pdf(),
    "packed.pdf": files.pdf(files.packed(b"<< /Type /Note >>")),
    "opens at page 1.pdf": files.pdf(root=b"/OpenAction [3 0 R /Fit]"),
    "goes to page 1.pdf": files.pdf(root=b"/OpenAction << /S /GoTo /D [3 0 R /Fit] >>"),
    "links.pdf": files.pdf(extra=b"/Annots [<< /A << /S /URI /URI (https://x.jp/) >> >>]"),
    "photo.png": files.png(),
    "photo.jpg": files.jpeg(),
    "printer's photo.jpg": files.jpeg(mode="CMYK"),
    "photo.JPEG": files.jpeg() + b"\0\0",
    "table.xlsx": files.office("xlsx"),
    "printer.xlsx": files.office("xlsx", xl__printerSettings__printerSettings1=b"x"),
    "letter.docx": files.office("docx"),
    "list.csv": "品目,数量\r\nレーダー,3\r\n".encode(),
    "excel list.csv": "\ufeff品目,数量\n".encode(),
    "old list.csv": "品目,数量\n髙橋\n".encode("cp932"),
    "note.txt": b"Dear agency,\n\tPhilippines < Japan\n",
}


@pytest.mark.parametrize("name", GOOD)
def test_honest_file_is_taken(name: str) -> None:
    upload = validate(sent(name, GOOD[name]))

    assert (upload.name, upload.data) == (name, GOOD[name])


def test_type_comes_from_the_content_not_from_the_sender() -> None:
    assert validate(sent("letter.pdf", GOOD["letter.pdf"])).content_type == "application/pdf"


def test_our_own_paper_can_be_sent_back() -> None:
    page = rendering.pdf("<title>x</title><p>引受書", made_at=MADE_AT)

    assert validate(sent("signed.pdf", page)).content_type == "application/pdf"


TYPES = "Files of this type are not accepted. Send PDF, PNG, JPEG, XLSX, DOCX, CSV or TXT."
MISMATCH = "The content does not fit the file's extension. Send the original file."
TOO_COMPLICATED = (
    "The file is too complicated to be examined. Send it in parts, or print it to a new PDF."
)
TWO_THINGS = "The file carries something else inside. Save it anew and send that one."
BROKEN = "The file cannot be read: it is damaged or cut off. Save it anew and send that one."
LOCKED = "The file is locked. Remove its password and protection, then send it again."
ACTIVE = (
    "The PDF contains scripts, forms or embedded files. Print it to a new PDF and send that one."
)
MACROS = "The file contains macros or embedded programs. Save it without them."
FETCHES = "The file loads parts from elsewhere. Save it without links to templates."
NO_TEXT = "This is not plain text in UTF-8 or Shift_JIS. Save it as one of these."
PIXELS = "The picture has too many pixels. Make it smaller, then send it again."
BOMB = "The file unpacks to far more than it seems. Save it anew and send that one."

NESTED = "The file has other files inside. Paste charts and tables as pictures and send it anew."
INFECTED = "The virus scanner objects to this file. Do not open it; tell whoever gave it to you."

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
DDE = '<w:p xmlns:w="w"><w:r><w:instrText>DDE</w:instrText><w:instrText>AUTO c:\\cmd</w:instrText></w:r></w:p>'
OBJECT_WITH_SCRIPT = files.stream(b"90 0 << /S /JavaScript >>", b"/Type /ObjStm /N 1 /First 5")
ZIP = files.archive({"a.txt": "x"})
NOISE = Random(1).randbytes(1_100_000)
RELATION = '<Relationship Type="http://x/{}" Target="http://evil/" TargetMode="External"/>'

BAD = {
    "page.html": (b"<html>", TYPES),
    "picture.svg": (b"<svg/>", TYPES),
    "data.xml": (b"<?xml version='1.0'?>", TYPES),
    "run.exe": (b"MZ", TYPES),
    "letter.pdf.exe": (GOOD["letter.pdf"], TYPES),
    "letter": (GOOD["letter.pdf"], TYPES),
    "macros.xlsm": (GOOD["table.xlsx"], TYPES),
    "archive.zip": (ZIP, TYPES),
    "empty.pdf": (b"", "The file is empty. Choose the file again."),
    "program.pdf": (b"MZ\x90\0" + b"\0" * 60, MISMATCH),
    "picture.pdf": (files.png(), MISMATCH),
    "letter.png": (GOOD["letter.pdf"], MISMATCH),
    "late.pdf": (b"\n" * 20 + GOOD["letter.pdf"], MISMATCH),
    "cut.pdf": (GOOD["letter.pdf"][:-8], BROKEN),
    "and zip.pdf": (GOOD["letter.pdf"] + ZIP, TWO_THINGS),
    "and more.pdf": (GOOD["letter.pdf"] + b"more", TWO_THINGS),
    "and page.pdf": (files.pdf(b"<html><script>alert(1)</script>"), TWO_THINGS),
    "script.pdf": (files.pdf(b"<< /S /JavaScript /JS (x) >>"), ACTIVE),
    "hidden name.pdf": (files.pdf(b"<< /S /J#61vaScript >>"), ACTIVE),
    "packed script.pdf": (files.pdf(files.packed(b"<< /S /JavaScript >>")), ACTIVE),
    "starts.pdf": (files.pdf(b"<< /S /Launch /F (cmd) >>"), ACTIVE),
    "carries.pdf": (files.pdf(b"<< /Type /EmbeddedFile >>"), ACTIVE),
    "form.pdf": (files.pdf(b"<< /XFA 3 0 R >>"), ACTIVE),
    "locked.pdf": (files.pdf(b"<< /Encrypt 4 0 R >>"), LOCKED),
    "cut.png": (files.png()[:-6], BROKEN),
    "only looks like one.pdf": (b"%PDF-1.7\n<< /Type /Catalog >>\n%%EOF\n", BROKEN),
    "no pages.pdf": (
        files.pdf().replace(b"/Kids [3 0 R] /Count 1", b"/Kids [     ] /Count 0"),
        BROKEN,
    ),
    "runs when opened.pdf": (files.pdf(root=b"/OpenAction << /S /Named /N /Print >>"), ACTIVE),
    "runs when closed.pdf": (files.pdf(root=b"/AA << /WC 4 0 R >>"), ACTIVE),
    "runs on a page.pdf": (files.pdf(extra=b"/AA << /O << /S /GoTo >> >>"), ACTIVE),
    "escaped key.pdf": (files.pdf(b"<< /#4aS (x) >>"), ACTIVE),
    "opens another.pdf": (files.pdf(b"<< /S /GoToR /F (\\\\\\\\evil\\\\x) >>"), ACTIVE),
    "file link.pdf": (files.pdf(b"<< /S /URI /URI (file:///etc/passwd) >>"), ACTIVE),
    "script link.pdf": (files.pdf(b"<< /S /URI /URI ( JavaScript:x) >>"), ACTIVE),
    "film.pdf": (files.pdf(b"<< /Subtype /Movie >>"), ACTIVE),
    "sheet with files.pdf": (files.pdf(b"<< /Type /Filespec /EF << >> >>"), ACTIVE),
    "wide page.pdf": (files.pdf().replace(b"595 842", b"59595 2"), TOO_COMPLICATED),
    "moves.png": (files.png(extra=(b"acTL", b"\0\0\0\2\0\0\0\0")), TWO_THINGS),
    "remark.png": (files.png(extra=(b"tEXt", b"Title\0<script>alert(1)</script>")), TWO_THINGS),
    "lies.png": (files.png(2000, 2000), BROKEN),
    "remark.jpg": (files.jpeg(remark=b"<script>alert(1)</script>"), TWO_THINGS),
    "and page.jpg": (files.jpeg() + b"<html>\xff\xd9", TWO_THINGS),
    "changed.png": (files.png().replace(b"IDAT", b"IDAX"), BROKEN),
    "and page.png": (files.png() + b"<script>", TWO_THINGS),
    "and more.png": (files.png() + b"more", TWO_THINGS),
    "and zip.png": (files.png() + ZIP, TWO_THINGS),
    "flood.png": (files.png(60_000, 60_000), PIXELS),
    "nothing.png": (files.png(0, 2), PIXELS),
    "cut.jpg": (files.jpeg()[:-2], BROKEN),
    "no frame.jpg": (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + b"\0" * 9 + b"\xff\xd9", BROKEN),
    "and zip.jpg": (files.jpeg() + ZIP + b"\xff\xd9", TWO_THINGS),
    "flood.jpg": (files.jpeg(60_000, 60_000), PIXELS),
    "text.xlsx": (b"a,b", MISMATCH),
    "zip.xlsx": (ZIP, BROKEN),
    "other.docx": (files.office("xlsx"), MISMATCH),
    "behind.xlsx": (GOOD["table.xlsx"] + b"more", TWO_THINGS),
    "macros.xlsx": (files.office("xlsx", **{"xl__vbaProject.bin": b"x"}), MACROS),
    "control.docx": (files.office("docx", **{"word__activeX__a.xml": "x"}), MACROS),
    "object.docx": (files.office("docx", **{"word__embeddings__oleObject1.bin": b"x"}), MACROS),
    "says macro.xlsx": (
        files.office("xlsx", **{"[Content_Types].xml": "sheet.macroEnabled.main+xml"}),
        MACROS,
    ),
    "entity.xlsx": (
        files.office("xlsx", **{"[Content_Types].xml": "<!DOCTYPE x>" + files.MAIN["xlsx"]}),
        MISMATCH,
    ),
    "template.docx": (
        files.office("docx", **{"word__x.rels": RELATION.format("attachedTemplate")}),
        FETCHES,
    ),
    "long rels.docx": (
        files.office("docx", **{"word__x.rels": Random(1).randbytes(1_100_000)}),
        BROKEN,
    ),
    "climbs.xlsx": (files.office("xlsx", **{"..__x.xml": "x"}), BROKEN),
    "bomb.xlsx": (files.office("xlsx", xl__a=b"\0" * 3_000_000), BOMB),
    "many.xlsx": (files.office("xlsx", **{f"xl__{n}": "" for n in range(1001)}), BOMB),
    "backslashes.xlsx": (files.office("xlsx", **{"xl\\..\\..\\x.xml": "<x/>"}), BROKEN),
    "drive.xlsx": (files.office("xlsx", **{"c:x.xml": "<x/>"}), BROKEN),
    "twice.xlsx": (files.office("xlsx", **{"xl__A.xml": "<x/>", "XL__a.xml": "<y/>"}), BROKEN),
    "link.xlsx": (files.with_link("xlsx"), BROKEN),
    "laughs.xlsx": (files.office("xlsx", **{"xl__a.xml": LAUGHS}), BROKEN),
    "laughs in 16 bits.xlsx": (
        files.office("xlsx", **{"xl__a.xml": LAUGHS.encode("utf-16")}),
        BROKEN,
    ),
    "reads a file.docx": (files.office("docx", **{"word__a.xml": OUTSIDE}), BROKEN),
    "no xml.docx": (files.office("docx", **{"word__a.xml": "<a><b></a>"}), BROKEN),
    "archive within.docx": (files.office("docx", **{"word__media__a.png": ZIP}), NESTED),
    "book within.docx": (files.office("docx", **{"word__a.xlsx": files.office("xlsx")}), NESTED),
    "program within.docx": (files.office("docx", **{"word__media__a.png": b"MZ\x90"}), MACROS),
    "calls a program.docx": (files.office("docx", **{"word__document.xml": DDE}), MACROS),
    "calls by attribute.docx": (
        files.office("docx", **{"word__a.xml": '<fldSimple instr="DDE cmd"/>'}),
        MACROS,
    ),
    "table that calls.xlsx": (
        files.office("xlsx", **{"xl__externalLinks__a.xml": '<ddeLink ddeService="cmd"/>'}),
        MACROS,
    ),
    "long list.xlsx": (files.with_long_list("xlsx"), BOMB),
    "list elsewhere.xlsx": (b"PK\3\4" + files.office("xlsx"), TWO_THINGS),
    "eicar.txt": (EICAR, INFECTED),
    "eicar.csv": (b"a,b\n" + EICAR, INFECTED),
    "blanks and page.txt": (b" " * 5000 + b"<html><script>alert(1)</script>", TWO_THINGS),
    "lines and page.txt": (b"a\n" * 5000 + b"<script>alert(1)</script>", TWO_THINGS),
    "blanks and script.txt": (b"\n\n#!/bin/sh\n", MISMATCH),
    "binary.csv": (b"a,b\0\n", NO_TEXT),
    "utf16.txt": ("数量".encode("utf-16"), NO_TEXT),
    "latin.txt": (b"\xfc\xfd\xfe\xff", NO_TEXT),
    "page.txt": (b"  <!DOCTYPE html><p>", TWO_THINGS),
    "page.csv": (b"a,b\n<script>alert(1)</script>", TWO_THINGS),
    "zip.csv": (b"a,b\n" + ZIP, TWO_THINGS),
    "script.txt": (b"#!/bin/sh\n", MISMATCH),
    "letter.txt": (b"%PDF-1.7\n", MISMATCH),
}


@pytest.mark.parametrize("name", BAD)
def test_dishonest_file_is_refused_with_the_remedy(name: str) -> None:
    data, sentence = BAD[name]

    assert refusal(name, data) == sentence


def test_office_file_with_a_password_is_refused() -> None:
    data = bytearray(files.office("docx"))
    with zipfile.ZipFile(sent("x", bytes(data))) as archive:
        first = archive.start_dir
    data[first + 8] |= 1

    assert refusal("locked.docx", bytes(data)) == LOCKED


def test_overlapping_parts_are_refused() -> None:
    data = bytearray(files.office("docx"))
    with zipfile.ZipFile(sent("x", bytes(data))) as archive:
        first = archive.start_dir
    data[first + 20 : first + 24] = (len(data)).to_bytes(4, "little")

    assert refusal("overlap.docx", bytes(data)) == BROKEN


def test_large_file_is_refused_before_it_is_read(settings: Settings) -> None:
    settings.UPLOAD_LIMIT_BYTES = 1024 * 1024

    sentence = refusal("letter.pdf", b"%PDF-" + b" " * 1024 * 1024)
    assert sentence == "The file is larger than 1 MB. Send a smaller one, or in parts."


def test_objects_that_unpack_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_contents, "INFLATED", 10)
    long = files.packed(b" " * 20 + b"<< /Type /Note >>")

    assert refusal("letter.pdf", files.pdf(long)) == BOMB


def test_crafted_file_does_not_keep_the_server_busy() -> None:
    data = b"%PDF-" + b"stream\n" * 1_000_000 + b"%%EOF"

    assert refusal("slow.pdf", data) == BROKEN


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("要請書（写）.pdf", "要請書（写）.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\a\\letter.pdf", "letter.pdf"),
        ("a\r\nX-Header: y.pdf", "aX-Header y.pdf"),
        ("\u202efdp.letter.pdf", "fdp.letter.pdf"),
        ("zero\u200bwidth.pdf", "zerowidth.pdf"),
        ("  . spaced   out .pdf", "spaced out.pdf"),
        ('a<b>:"c|d?*.pdf', "abcd.pdf"),
        ("CON.pdf", "file CON.pdf"),
        ("カ\u3099.pdf", "ガ.pdf"),
        ("髙﨑𠮷.pdf", "髙﨑𠮷.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("letter.pdf. ", "letter.pdf"),
        ("letter", "letter"),
        ("\ue000.pdf", "file.pdf"),
    ],
)
def test_name_is_cleaned_and_japanese_kept(name: str, expected: str) -> None:
    assert clean(name) == expected


@pytest.mark.django_db
def test_received_paper_is_kept_with_who_sent_it() -> None:
    case: Any = SampleCase()
    entry = follow_up(case).entry
    sender = Sender()

    document = receive(
        case,
        sent("要請書.pdf", GOOD["letter.pdf"]),
        kind="request_letter",
        title=_("Letter of request"),
        by=sender,
        for_nation=True,
        entry=entry,
    )

    document.refresh_from_db()
    assert (document.origin, document.version, document.entry) == ("received", 1, entry)
    assert (document.file_name, document.content_type) == ("要請書.pdf", "application/pdf")
    assert (document.made_by, document.made_by_id) == (sender.actor_name, sender.actor_id)
    assert (document.for_nation, document.for_contractor_id) == (True, None)
    assert document.read() == GOOD["letter.pdf"]
    assert (document.title, document.label) == ("Letter of request", "Letter of request")
    assert Document(kind="annex").label == "annex"


@pytest.mark.django_db
def test_received_again_is_the_next_version_and_refused_is_nothing() -> None:
    case: Any = SampleCase()
    given: dict[str, Any] = {"kind": "request_letter", "title": "Letter", "by": Sender()}

    receive(case, sent("a.pdf", GOOD["letter.pdf"]), **given)
    receive(case, sent("b.pdf", GOOD["letter.pdf"]), **given)
    with pytest.raises(ValidationError):
        receive(case, sent("c.pdf", b"MZ"), **given)

    versions = Document.objects.of(case).order_by("version").values_list("version", "file_name")
    assert list(versions) == [(1, "a.pdf"), (2, "b.pdf")]


@pytest.mark.django_db
def test_book_receives_before_its_entry_is_written() -> None:
    case: Any = SampleCase()
    unsaved = type(follow_up(case).entry)()

    document = receive(
        case, sent("a.pdf", GOOD["letter.pdf"]), kind="x", title="x", by=Sender(), entry=unsaved
    )

    assert document.entry is None


class Letter(forms.Form):
    letter = PaperField()
    annex = PaperField(required=False)


def letter_with(name: str, data: bytes) -> Letter:
    return Letter(files=MultiValueDict({"letter": [sent(name, data)]}))


def test_field_cleans_the_name_and_sets_the_true_type() -> None:
    form = letter_with("../letter.pdf", GOOD["letter.pdf"])

    assert form.is_valid()
    assert form.cleaned_data["letter"].name == "letter.pdf"
    assert form.cleaned_data["letter"].content_type == "application/pdf"
    assert form.cleaned_data["letter"].read() == GOOD["letter.pdf"]
    assert form.cleaned_data["annex"] is None


def test_field_says_what_is_wrong() -> None:
    form = letter_with("letter.exe", b"MZ")

    assert form.errors == {"letter": [TYPES]}


def test_two_files_for_one_field_are_refused_by_its_name() -> None:
    both: list[Any] = [sent("a.pdf", GOOD["letter.pdf"]), sent("b.pdf", GOOD["letter.pdf"])]
    form = Letter(files=MultiValueDict({"letter": both}))

    assert form.errors == {"letter": ["2 files came for “letter”. Send one."]}


def test_file_that_has_passed_is_not_examined_again(monkeypatch: pytest.MonkeyPatch) -> None:
    form = letter_with("letter.pdf", GOOD["letter.pdf"])
    assert form.is_valid()

    monkeypatch.setattr(contents, "objection", lambda data, content_type: "No.")

    assert passed(form.cleaned_data["letter"]).data == GOOD["letter.pdf"]
    with pytest.raises(ValidationError):
        passed(sent("letter.pdf", GOOD["letter.pdf"]))


def test_field_tells_the_browser_what_it_takes() -> None:
    assert 'accept=".pdf,.png,.jpg,.jpeg,.xlsx,.docx,.csv,.txt"' in str(Letter()["letter"])


class Sender:
    actor_id = str(uuid4())
    actor_name = "REYES Maria"
