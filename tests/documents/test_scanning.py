"""The virus scanner: its word counts, and without its word nothing is kept."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from pytest_django import Settings

from documents import scanning
from documents.models import Document
from documents.uploads import receive, validate
from tests.documents import files
from tests.documents.sample_case import SampleCase
from tests.documents.test_uploads import Sender, sent

AWAY = "The virus scanner does not answer, so nothing was kept. Try again later."
INFECTED = "The virus scanner objects to this file. Do not open it; tell whoever gave it to you."
LETTER = files.pdf()


def read_stream(connection: socket.socket) -> bytes:
    """What a client of clamd sends after INSTREAM: pieces with their length, then an empty one."""
    with connection.makefile("rb") as stream:
        assert stream.readline() == b"nINSTREAM\n"
        data = b""
        while length := struct.unpack("!L", stream.read(4))[0]:
            data += stream.read(length)
        return data


@contextmanager
def clamd_at(
    place: Any, answer: Callable[[bytes], bytes]
) -> Iterator[tuple[socket.socket, list[bytes]]]:
    """A scanner that speaks clamd's protocol and answers one file."""
    seen: list[bytes] = []
    family = socket.AF_UNIX if isinstance(place, str) else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as server:
        server.bind(place)
        server.listen()

        def serve() -> None:
            connection, _who = server.accept()
            with connection, suppress(BrokenPipeError):
                seen.append(read_stream(connection))
                connection.sendall(answer(seen[0]))

        thread = threading.Thread(target=serve)
        thread.start()
        yield server, seen
        thread.join(10)


def refusal(settings: Settings, place: str) -> str:
    settings.CLAMAV = place
    with pytest.raises(ValidationError) as refused:
        validate(sent("letter.pdf", LETTER))
    return str(refused.value.messages[0])


def test_clean_file_is_taken_and_was_scanned_whole(settings: Settings, tmp_path: Path) -> None:
    settings.CLAMAV = str(tmp_path / "clamd")
    note = "数量 3\n".encode() * 100_000
    with clamd_at(settings.CLAMAV, lambda data: b"stream: OK\n") as (_server, seen):
        upload = validate(sent("note.txt", note))

    assert (upload.data, seen) == (note, [note])


def test_scanner_is_reached_by_host_and_port(settings: Settings) -> None:
    with clamd_at(("127.0.0.1", 0), lambda data: b"stream: OK\n") as (server, seen):
        settings.CLAMAV = f"127.0.0.1:{server.getsockname()[1]}"
        validate(sent("letter.pdf", LETTER))

    assert seen == [LETTER]


def test_infected_file_is_refused(settings: Settings, tmp_path: Path) -> None:
    place = str(tmp_path / "clamd")
    with clamd_at(place, lambda data: b"stream: Win.Test FOUND\n"):
        assert refusal(settings, place) == INFECTED


@pytest.mark.parametrize(
    "answer",
    [
        b"stream: cannot read ERROR\n",
        b"INSTREAM size limit exceeded. ERROR\n",
        b"",
        b"hello\n",
        b"\xff\xff\n",
    ],
)
def test_scanner_that_does_not_say_ok_refuses(
    settings: Settings, tmp_path: Path, answer: bytes
) -> None:
    place = str(tmp_path / "clamd")
    with clamd_at(place, lambda data: answer):
        assert refusal(settings, place) == AWAY


def test_scanner_that_is_slow_refuses(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "SECONDS", 0.2)
    place = str(tmp_path / "clamd")
    wait = threading.Event()

    def late(_data: bytes) -> bytes:
        wait.wait(5)
        return b"stream: OK\n"

    with clamd_at(place, late):
        said = refusal(settings, place)
        wait.set()

    assert said == AWAY


@pytest.mark.django_db
def test_nothing_is_kept_while_the_scanner_is_away(
    settings: Settings, papers_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CLAMAV = str(papers_folder / "nobody")

    with pytest.raises(ValidationError, match="Try again later"):
        receive(SampleCase(), sent("a.pdf", LETTER), kind="note", title="Note", by=Sender())

    assert list(papers_folder.rglob("*")) == []
    assert not Document.objects.exists()
    assert "does not answer" in caplog.text
