"""A paper draws on our assets and nothing else: a canary server hears nothing, no file leaks in."""

from __future__ import annotations

import base64
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import weasyprint

from documents import rendering
from tests.documents.samples import MADE_AT

CANARY = "canary-7f3a"


class Canary(HTTPServer):
    """It notes every call. `/moved` leads on to itself."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.hits: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Canary

    def do_GET(self) -> None:
        self.server.hits.append(self.path)
        self.send_response(302 if self.path == "/moved" else 200)
        if self.path == "/moved":
            self.send_header("Location", "/hit.css")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *_words: Any) -> None:  # noqa: A002 - the library's name
        """Nothing on the terminal."""


@pytest.fixture
def canary() -> Iterator[Canary]:
    server = Canary()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def nested(address: str) -> str:
    """A picture inside a picture that is given as data."""
    inner = (
        "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' "
        f"width='9' height='9'><image xlink:href='{address}' href='{address}' width='9' height='9'/>"
        f"<use xlink:href='{address}#a' href='{address}#a'/></svg>"
    )
    return "data:image/svg+xml;base64," + base64.b64encode(inner.encode()).decode()


ASKING = {
    "stylesheet": '<link rel="stylesheet" href="{}/x.css">',
    "stylesheet that moves": '<link rel="stylesheet" href="{}/moved">',
    "import": '<style>@import url("{}/x.css");</style>',
    "picture": '<img src="{}/x.png" alt="">',
    "picture of several": '<img srcset="{}/x.png 2x" src="{}/y.png" alt="">',
    "object": '<object data="{}/x.svg"></object>',
    "embed": '<embed src="{}/x.svg">',
    "background": '<p style="background: url({}/x.png)">x',
    "border": '<p style="border: 9px solid; border-image: url({}/x.png) 3">x',
    "bullet": '<ul style="list-style: url({}/x.png)"><li>x</ul>',
    "content": "<style>p::before {{ content: url({}/x.png) }}</style><p>x",
    "page": "<style>@page {{ background: url({}/x.png) }}</style><p>x",
    "font": "<style>@font-face {{ font-family: x; src: url({}/x.woff) }}</style>"
    '<p style="font-family: x">x',
    "attachment": '<link rel="attachment" href="{}/x">',
    "anchor that attaches": '<a rel="attachment" href="{}/x">x</a>',
    "base": '<base href="{}/"><img src="x.png" alt="">',
}


def drawn(page: str) -> bytes:
    """The paper, or nothing where the page is refused."""
    try:
        return rendering.pdf(page, made_at=MADE_AT)
    except rendering.ForeignAddress:
        return b""


@pytest.mark.parametrize("what", ASKING)
def test_nobody_is_called(what: str, canary: Canary) -> None:
    drawn(ASKING[what].replace("{}", canary.url).replace("{{", "{").replace("}}", "}"))

    assert canary.hits == []


def test_picture_within_a_picture_calls_nobody(canary: Canary) -> None:
    drawn(f'<img src="{nested(canary.url + "/x.png")}" alt="">')

    assert canary.hits == []


def test_canary_would_have_heard_the_librarys_own_fetcher(canary: Canary) -> None:
    page = ASKING["picture"].replace("{}", canary.url)

    weasyprint.HTML(string=page).write_pdf()

    assert canary.hits == ["/x.png"], "or the tests above prove nothing"


def readable(data: bytes) -> bytes:
    """A PDF with its streams unpacked."""
    out = [data]
    for piece in data.split(b"stream\n")[1:]:
        try:
            out.append(zlib.decompressobj().decompress(piece))
        except zlib.error:
            continue
    return b"".join(out)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret.txt"
    file.write_text(CANARY)
    return file


READING = {
    "attachment": '<link rel="attachment" href="{}">',
    "anchor that attaches": '<a rel="attachment" href="{}">x</a>',
    "picture": '<img src="{}" alt="">',
    "stylesheet": '<link rel="stylesheet" href="{}">',
    "object": '<object data="{}"></object>',
}


def ways_to(file: Path) -> list[str]:
    """The same file by its address, by its path, and by climbing out of our folder."""
    climbing = "/".join([".."] * len(rendering.ASSETS.parts))
    escaped = file.as_uri().replace("secret", "%73ecret")
    return [
        file.as_uri(),
        f"file://localhost{file}",
        f"file:{file}",
        str(file),
        f"{climbing}{file}",
        f"{rendering.ASSETS.as_uri()}/{climbing}{file}",
        f"{rendering.ASSETS.as_uri()}/%2e%2e/{climbing}{file}",
        escaped,
    ]


@pytest.mark.parametrize("what", READING)
def test_no_file_of_the_machine_gets_into_a_paper(what: str, secret: Path) -> None:
    for address in ways_to(secret):
        page = drawn(READING[what].replace("{}", address))

        assert CANARY.encode() not in readable(page), address


@pytest.mark.parametrize("address", ["file:///etc/passwd", "/etc/passwd"])
def test_attaching_the_list_of_users_is_refused(address: str) -> None:
    with pytest.raises(rendering.ForeignAddress):
        rendering.pdf(f'<link rel="attachment" href="{address}">', made_at=MADE_AT)


def test_picture_given_as_data_reads_no_file(secret: Path) -> None:
    for address in ways_to(secret):
        page = drawn(f'<img src="{nested(address)}" alt="">')

        assert CANARY.encode() not in readable(page), address


def test_library_s_own_fetcher_would_have_attached_it(secret: Path) -> None:
    page = READING["attachment"].replace("{}", secret.as_uri())

    data = weasyprint.HTML(string=page).write_pdf()

    assert CANARY.encode() in readable(data), "or the tests above prove nothing"


def test_link_out_of_our_folder_is_followed_to_where_it_leads(
    secret: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ours = tmp_path / "assets"
    ours.mkdir()
    (ours / "logo.txt").symlink_to(secret)
    monkeypatch.setattr(rendering, "ASSETS", ours)

    assert not rendering.is_ours((ours / "logo.txt").as_uri())
