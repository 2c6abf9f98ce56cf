"""The process that opens files: what it costs a file to be unreadable, endless or enormous."""

import resource
import subprocess
import sys
import zlib
from io import BytesIO, TextIOWrapper
from random import Random
from typing import Any

import pikepdf
import pytest

from documents import contents
from documents.contents import bounded, office
from documents.inspection import __main__ as process
from documents.inspection import pdf, pictures, readers
from documents.inspection.verdict import Verdict
from tests.documents import files

PDF = "application/pdf"
SOUND = {
    PDF: files.pdf(files.packed(b"<< /Type /Note >>")),
    "image/png": files.png(),
    "image/jpeg": files.jpeg(),
    office.DOCX: files.office("docx"),
    office.XLSX: files.office("xlsx"),
}


def test_every_verdict_has_its_sentence() -> None:
    assert set(bounded.SENTENCES) == set(Verdict) - {Verdict.FINE}


@pytest.mark.parametrize("content_type", SOUND)
def test_reader_in_its_process_and_here_say_the_same(content_type: str) -> None:
    data = SOUND[content_type]

    assert bounded.inspected(data, content_type) is Verdict.FINE
    assert readers.read(data, content_type) is Verdict.FINE
    assert bounded.inspected(data[:-30], content_type) is Verdict.BROKEN
    assert readers.read(data[:-30], content_type) is Verdict.BROKEN


INSTRUCTION = "<document><instrText>%s</instrText><t>DDE in a text is a word</t></document>"
PARTS: dict[str, tuple[dict[str, str | bytes], Verdict]] = {
    "long xml": ({"word__a.xml": f"<a>{'x' * 200_000}</a>"}, Verdict.FINE),
    "long picture": ({"word__media__a.png": b"x" * 200_000}, Verdict.FINE),
    "field": ({"word__a.xml": INSTRUCTION % "PAGE"}, Verdict.FINE),
    "field that calls": ({"word__a.xml": INSTRUCTION % "DDEAUTO cmd"}, Verdict.ACTING_PARTS),
    "short field": ({"word__a.xml": '<fldSimple instr="DDE cmd"/>'}, Verdict.ACTING_PARTS),
    "exchange": ({"word__a.xml": "<x:ddeLink xmlns:x='y'/>"}, Verdict.ACTING_PARTS),
    "document type": ({"word__a.xml": "<!DOCTYPE a><a/>"}, Verdict.BROKEN),
    "unsound": ({"word__a.xml": "<a><b></a>"}, Verdict.BROKEN),
    "archive": ({"word__media__a.png": b"PK\3\4"}, Verdict.NESTED),
    "program": ({"word__media__a.png": b"MZ"}, Verdict.ACTING_PARTS),
}


@pytest.mark.parametrize("name", PARTS)
def test_each_part_of_an_office_file_is_read(name: str) -> None:
    parts, verdict = PARTS[name]

    assert readers.read(files.office("docx", **parts), office.DOCX) is verdict


def test_reader_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "SECONDS", 0.05)

    assert bounded.inspected(files.pdf(), PDF) is Verdict.TOO_MUCH


def test_reader_that_breaks_objects(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "executable", "/bin/false")
        assert bounded.inspected(files.pdf(), PDF) is Verdict.TOO_MUCH

    assert "ended with 1" in caplog.text


def test_process_sets_its_limits_before_it_reads_and_says_one_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    limits: dict[int, tuple[int, int]] = {}
    monkeypatch.setattr(resource, "setrlimit", limits.__setitem__)
    monkeypatch.setattr(sys, "argv", ["inspection", PDF])
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(files.pdf()[:-30])))

    process.main()

    assert capsys.readouterr().out == Verdict.BROKEN
    assert limits == {
        resource.RLIMIT_AS: (process.MEMORY, process.MEMORY),
        resource.RLIMIT_CPU: (process.SECONDS, process.SECONDS),
        resource.RLIMIT_FSIZE: (0, 0),
        resource.RLIMIT_CORE: (0, 0),
    }


def test_limit_that_a_system_does_not_know_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(what: int, limits: tuple[int, int]) -> None:
        raise ValueError("not known here")

    monkeypatch.setattr(resource, "setrlimit", unknown)

    process.limit(resource.RLIMIT_AS, 1)  # goes on


def test_reader_gets_no_secret_and_little_memory() -> None:
    told = subprocess.run(
        [sys.executable, "-c", SELF_PORTRAIT], capture_output=True, check=True, text=True, env={}
    )

    assert told.stdout.split() == [str(process.MEMORY), str(process.SECONDS), "0", "0"]


SELF_PORTRAIT = """
import io, sys, resource
sys.argv = ["", "image/png"]
sys.stdin = io.TextIOWrapper(io.BytesIO(b""))
from documents.inspection import __main__ as process
out, sys.stdout = sys.stdout, io.StringIO()
process.main()
for name in ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_CORE"):
    print(resource.getrlimit(getattr(resource, name))[0], file=out)
"""


def squeezed(length: int) -> bytes:
    """So many blanks, packed twice."""
    once, twice, piece = zlib.compressobj(), zlib.compressobj(), b" " * 1_000_000
    out = b"".join(twice.compress(once.compress(piece)) for _ in range(length // len(piece)))
    return out + twice.compress(once.flush()) + twice.flush()


def test_objects_that_would_fill_the_memory_are_not_unpacked() -> None:
    bomb = squeezed(1_000_000_000)
    words = b"/Type /ObjStm /N 1 /First 5 /Filter [/FlateDecode /FlateDecode] /Length %d"
    stream = b"<< " + words % len(bomb) + b" >>\nstream\n" + bomb + b"\nendstream"

    assert bounded.inspected(files.pdf_in_streams(stream), PDF) is Verdict.BROKEN


def test_script_in_an_object_stream_is_found() -> None:
    script = files.stream(b"4 0 << /S /JavaScript >>", b"/Type /ObjStm /N 1 /First 4")

    assert pdf.look(files.pdf_in_streams(script)) is Verdict.ACTIVE
    assert pdf.look(files.pdf_in_streams(script.replace(b"/N 1", b"/N 2"))) is not Verdict.FINE


def test_file_of_many_objects_is_read_in_time() -> None:
    objects = [b"<< /Type /Note /Kids [1 0 R << /A << /B [ [ ] ] >> >>] >>"] * 10_000

    assert bounded.inspected(files.pdf(*objects), PDF) is Verdict.FINE


def test_too_many_objects_are_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "OBJECTS", 2)

    assert pdf.look(files.pdf()) is Verdict.TOO_MUCH


def test_reader_out_of_memory_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_data: bytes) -> Verdict:
        raise MemoryError

    monkeypatch.setattr(pictures, "look_at_png", full)

    assert readers.read(files.png(), "image/png") is Verdict.TOO_MUCH


def test_flood_of_pixels_is_not_drawn() -> None:
    assert pictures.look_at_png(files.png(60_000, 60_000)) is Verdict.PIXELS


@pytest.mark.parametrize("password", ["", "secret"])
def test_encrypted_pdf_is_locked(password: str, tmp_path: Any) -> None:
    place = tmp_path / "locked.pdf"
    with pikepdf.new() as made:
        made.add_blank_page()
        made.save(place, encryption=pikepdf.Encryption(owner="owner", user=password))

    assert pdf.look(place.read_bytes()) is Verdict.LOCKED


@pytest.mark.parametrize("seed", range(60))
def test_damaged_file_is_answered_and_never_an_error(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "inspected", readers.read)
    chance = Random(seed)
    for content_type, data in SOUND.items():
        damaged = mutated(data, chance)
        assert readers.read(damaged, content_type) in set(Verdict)
        assert isinstance(contents.objection(damaged, content_type), str)


def mutated(data: bytes, chance: Random) -> bytes:
    """Flipped bits, a splice, a cut or a lie about a length."""
    out = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(out))
        match chance.randrange(4):
            case 0:
                out[place] ^= 1 << chance.randrange(8)
            case 1:
                out[place:place] = out[chance.randrange(len(out)) :][: chance.randrange(50)]
            case 2:
                del out[place : place + chance.randrange(1, 20)]
            case _:
                out[place : place + 4] = chance.randbytes(4)
    return bytes(out)
