"""The front of the house: what the web server takes for a request, and what no address answers."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import get_resolver
from pytest_django import Settings

from fms_agency.house.ports import reserved_port
from fms_agency.management.commands.generate_pages import routes
from tests.factories import person
from tests.people import enter

# In the clear --------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/requests/", "/o/token/", "/api/v1/openapi.json"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_client_in_the_clear_is_refused_and_a_person_led_on(
    settings: Settings, path: str, method: str
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    client = Client()

    program = getattr(client, method)(path)
    led_on = client.get("/sign-in/")
    by_tls = client.get("/api/v1/openapi.json", headers={"x-forwarded-proto": "https"})

    assert (program.status_code, "Location" in program) == (403, False)
    assert (led_on.status_code, led_on["Location"]) == (301, "https://testserver/sign-in/")
    assert by_tls.status_code == 200


# Not answered --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_trace_is_answered_nowhere() -> None:
    """Whatever the address: nothing of what was sent comes back."""
    client = enter(Client(raise_request_exception=False), person("case_manager"))
    answers = {}
    for pattern, _found in routes(get_resolver().url_patterns):
        path = "/" + pattern.split("<")[0].lstrip("^").split("(")[0].removesuffix(".*$")
        answers[path] = client.trace(path, headers={"x-canary": "heard-this"})

    assert len(answers) > 20
    assert {path for path, one in answers.items() if one.status_code == 200} == set()
    assert {path for path, one in answers.items() if b"heard-this" in one.content} == set()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        *("/static/", "/static/portal/", "/media/", "/var/", "/papers/", "/.git/", "/.git/HEAD"),
        *("/static/../manage.py", "/static/%2e%2e/manage.py", "/docs/", "/admin/", "/.env"),
    ],
)
def test_no_folder_lists_its_files(path: str) -> None:
    assert Client().get(path).status_code == 404


@pytest.mark.django_db
def test_styles_are_served_all_the_same() -> None:
    """Or the test above would show nothing."""
    answer = Client().get("/static/portal/mark.svg")

    assert answer.getvalue().startswith(b"<svg")
    answer.close()


@pytest.mark.django_db
def test_health_tells_no_inside() -> None:
    answer = Client().get("/healthz")

    assert set(answer.json()) == {"status", "seal_lag_seconds"}
    assert "Server" not in answer
    assert "X-Powered-By" not in answer


# Where one request ends ----------------------------------------------------------------------

COUNTING = """
def application(environ, start_response):
    body = environ["wsgi.input"].read()
    said = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {len(body)};".encode()
    start_response("200 OK", [("Content-Length", str(len(said)))])
    return [said]
"""
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The web server of the image before an application that tells what it was asked."""
    folder: Path = tmp_path_factory.mktemp("counting")
    (folder / "counting.py").write_text(COUNTING)
    words = "-m granian --interface wsgi --no-ws --host 127.0.0.1 --port"
    with reserved_port(None) as number:
        command = [sys.executable, *words.split(), str(number), "counting:application"]
        server = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 20
        while time.monotonic() < until and not said(number, b"GET /up HTTP/1.0\r\n\r\n"):
            time.sleep(0.2)
        yield number
        server.terminate()
        server.wait(20)


def said(port: int, sent: bytes) -> bytes:
    """Everything that comes back on one line until it is silent."""
    found = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as line:
            line.sendall(sent)
            line.settimeout(0.7)
            while data := line.recv(65536):
                found += data
    except OSError:
        pass
    return found


def post(headers: bytes, body: bytes) -> bytes:
    return b"POST /first HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n" + body


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (b"Content-Length: 5\r\nContent-Length: 43\r\n", b"12345" + SMUGGLED),
        (b"Content-Length: 5, 43\r\n", b"12345" + SMUGGLED),
        (b"Content-Length: +5\r\n", b"12345" + SMUGGLED),
        (b"Content-Length: -1\r\n", SMUGGLED),
        (b"Content-Length: 0x5\r\n", b"12345" + SMUGGLED),
        (b"Transfer-Encoding: chunked, identity\r\n", b"0\r\n\r\n" + SMUGGLED),
        (b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n" + SMUGGLED),
        (b"Transfer-Encoding : chunked\r\n", b"0\r\n\r\n" + SMUGGLED),
        (b"X: a\r\n Content-Length: 43\r\n", SMUGGLED),
        (b"X: a\rContent-Length: 43\r\n", SMUGGLED),
        (b"X: a\x00b\r\n", SMUGGLED),
    ],
)
def test_what_has_no_clear_end_is_no_request(port: int, headers: bytes, body: bytes) -> None:
    answer = said(port, post(headers, body))

    assert b"/smuggled" not in answer
    assert answer.count(b"HTTP/1.1 200") == 0


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        # Chunks that cannot be read are a body that is cut off, and the end of the line.
        (b"Transfer-Encoding: chunked\r\n", b"5;\nx\r\n12345" + SMUGGLED),
        (b"Transfer-Encoding: chunked\r\n", b"zz\r\n12345" + SMUGGLED),
        # The length counts for nothing beside chunks (RFC 9112, 6.3): all up to the last is one body.
        (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"2b\r\n" + SMUGGLED.ljust(43)),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", b"2b\r\n" + SMUGGLED.ljust(43)),
    ],
)
def test_request_of_two_lengths_is_one_request_or_none(
    port: int, headers: bytes, body: bytes
) -> None:
    answer = said(port, post(headers, body + b"\r\n0\r\n\r\n"))

    assert b"GET /smuggled" not in answer
    assert answer.count(b"HTTP/1.1 200") <= 1


def test_two_whole_requests_are_two(port: int) -> None:
    """Or the tests above would show nothing."""
    answer = said(port, post(b"Content-Length: 5\r\n", b"12345") + SMUGGLED)

    assert b"POST /first 5;" in answer
    assert b"GET /smuggled 0;" in answer


def test_words_of_the_server_are_those_of_the_image() -> None:
    line = (Path(__file__).parents[2] / "Dockerfile").read_text().partition("CMD [")[2]
    words = json.loads("[" + line.partition("]")[0] + "]")

    assert words[:4] == ["granian", "--interface", "wsgi", "--no-ws"]
