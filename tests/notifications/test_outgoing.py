"""Calls to strangers: whom we never call, and what a server can do to us when we do."""

from __future__ import annotations

import base64
import hmac
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pytest_django import Settings

from notifications import outgoing
from notifications.outgoing import NoAnswer, NotCalled, Reply, is_public, post

NAME = "hooks.example.org"
AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
BODY = b'{"case": "JP-PH-26-C0001"}'
OF_THE_HOUSE = outgoing._context
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def call(url: str = f"https://{NAME}/in?x=1", **more: Any) -> Reply:
    return post(url, BODY, message_id="m-1", at=AT, **more)


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address to which a socket was to be connected; none is."""
    seen: list[Any] = []

    def spy(_self: Any, address: Any) -> None:
        seen.append(address)
        raise ConnectionRefusedError("the spy connects nobody")

    monkeypatch.setattr(socket.socket, "connect", spy)
    return seen


def names_lead_to(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """A name server that gives these answers one after the other; what it was asked is returned."""
    asked: list[str] = []

    def answer(name: str, *_more: Any, **_types: Any) -> list[Any]:
        asked.append(name)
        found = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


# Whom we never call --------------------------------------------------------------------------

NOT_PUBLIC = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",  # noqa: S104 - an address that must be refused
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "100.100.100.200",
    "169.254.169.254",
    "168.63.129.16",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1%eth0",
    "fec0::1",
    "ff02::1",
    "localhost",
    "",
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_name_that_leads_inside_is_refused_before_any_connection(
    address: str, monkeypatch: pytest.MonkeyPatch, tried: list[Any]
) -> None:
    names_lead_to(monkeypatch, [address])

    with pytest.raises(NotCalled, match="not public"):
        call()

    assert tried == []


@pytest.mark.parametrize("address", ["8.8.8.8", "210.138.0.1", "2606:4700::1111", "2400:2650::1"])
def test_public_address_is_called_at_its_number(
    address: str, monkeypatch: pytest.MonkeyPatch, tried: list[Any]
) -> None:
    monkeypatch.setattr(outgoing, "_addresses_of", lambda name: [address])

    with pytest.raises(NoAnswer):
        call()

    assert is_public(address)
    assert [where[:2] for where in tried] == [(address, 443)]


def test_name_with_one_foot_inside_is_not_called_at_all(
    monkeypatch: pytest.MonkeyPatch, tried: list[Any]
) -> None:
    names_lead_to(monkeypatch, ["8.8.8.8", "127.0.0.1"])

    with pytest.raises(NotCalled):
        call()

    assert tried == []


def test_second_answer_of_the_name_server_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, tried: list[Any]
) -> None:
    lookups: list[str] = []

    def rebinding(name: str) -> list[str]:
        lookups.append(name)
        return ["8.8.8.8"] if len(lookups) == 1 else ["127.0.0.1"]

    monkeypatch.setattr(outgoing, "_addresses_of", rebinding)

    with pytest.raises(NoAnswer):
        call()

    assert (lookups, tried) == ([NAME], [("8.8.8.8", 443)])


@pytest.mark.parametrize(
    "url",
    [
        f"http://{NAME}/",
        f"ftp://{NAME}/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        f"//{NAME}/",
        NAME,
        "",
        "https:///x",
        f"https://{NAME}:22/",
        f"https://{NAME}:6379/",
        f"https://{NAME}:0/",
        f"https://{NAME}:99999/",
        f"https://{NAME}:x/",
        f"https://user@{NAME}/",
        f"https://user:word@{NAME}/",
        f"https://{NAME}#@127.0.0.1/",
        f"https://{NAME}\\@127.0.0.1/",
        f"https://{NAME}/a b",
        f"https://{NAME}/\r\nX: y",
        f"https://{NAME}/\t",
        f"https://{NAME}/ü",
        "https://localhost/",
        "https://broker/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://8.8.8.8/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[/",
        f"https://{NAME}./",
        "https://-a.example.org/",
        f"https://{'a' * 64}.example.org/",
        "https://①②⑦.0.0.1/",
    ],
)
def test_address_that_is_none_of_ours_to_call_is_not_even_looked_up(
    url: str, monkeypatch: pytest.MonkeyPatch, tried: list[Any]
) -> None:
    asked = names_lead_to(monkeypatch, ["8.8.8.8"])

    with pytest.raises(NotCalled):
        call(url)

    assert (asked, tried) == ([], [])


def test_other_ports_are_called_when_the_house_allows_them(
    monkeypatch: pytest.MonkeyPatch, tried: list[Any], settings: Settings
) -> None:
    settings.OUTGOING_PORTS = [443, 8443]
    monkeypatch.setattr(outgoing, "_addresses_of", lambda name: ["8.8.8.8"])

    with pytest.raises(NoAnswer):
        call(f"https://{NAME}:8443/")

    assert tried == [("8.8.8.8", 8443)]


def test_only_listed_servers_are_called(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """Where a deployment lists them: others are not even looked up."""
    settings.OUTGOING_HOSTS = ["hooks.example.com"]
    asked: list[str] = []

    def nowhere(name: str) -> list[str]:
        asked.append(name)
        return []

    monkeypatch.setattr(outgoing, "_addresses_of", nowhere)

    with pytest.raises(NotCalled, match="not among those"):
        call("https://other.example.com/in")
    with pytest.raises(NotCalled, match="not among those"):
        call("https://x.hooks.example.com/in")
    with pytest.raises(NotCalled, match="not public"):
        call("https://hooks.example.com/in")

    assert asked == ["hooks.example.com"]


def test_name_server_that_is_silent_costs_no_more_than_the_call(
    monkeypatch: pytest.MonkeyPatch, tried: list[Any]
) -> None:
    woken = threading.Event()
    monkeypatch.setattr(outgoing, "SECONDS", 0.1)
    monkeypatch.setattr(outgoing, "_addresses_of", lambda name: [str(woken.wait(5))])

    with pytest.raises(NoAnswer, match="name server"):
        call()

    woken.set()
    assert tried == []


def test_name_that_does_not_exist_may_exist_later(
    monkeypatch: pytest.MonkeyPatch, tried: list[Any]
) -> None:
    def nobody(*_asked: Any, **_types: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)

    with pytest.raises(NoAnswer, match="not known"):
        call()


# What a server can do to us ------------------------------------------------------------------


class Server:
    """A server with TLS on this machine, under a name of the world; it answers one call."""

    def __init__(self, folder: Path, name: str = NAME) -> None:
        self.certificate = certificate(folder, name)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.certificate)
        self.context.sni_callback = self._note_name
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.heard, self.asked_for, self.calls = b"", "", 0
        self.thread: threading.Thread | None = None

    def answers(self, answer: Callable[[Any], None]) -> None:
        def serve() -> None:
            with suppress(OSError):
                plain, _who = self.socket.accept()
                self.calls += 1
                with self.context.wrap_socket(plain, server_side=True) as line:
                    self.heard = line.recv(65536)
                    while not self.heard.endswith(BODY):
                        self.heard += line.recv(65536)
                    answer(line)

        self.thread = threading.Thread(target=serve)
        self.thread.start()

    def close(self) -> None:
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        if self.thread:
            self.thread.join(10)

    def _note_name(self, _line: Any, name: str, _context: Any) -> None:
        self.asked_for = name


def certificate(folder: Path, name: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[Server]:
    """It stands for a public server: the checks of names and addresses are put aside for it."""
    found = Server(tmp_path)
    stand_in(found, monkeypatch, settings)
    yield found
    found.close()


def stand_in(server: Server, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.OUTGOING_PORTS = [server.port]
    trusting = ssl.create_default_context(cafile=str(server.certificate))
    monkeypatch.setattr(outgoing, "_context", lambda: trusting)
    monkeypatch.setattr(outgoing, "_addresses_of", lambda name: ["127.0.0.1"])
    monkeypatch.setattr(outgoing, "is_public", lambda address: address == "127.0.0.1")


def url_of(server: Server) -> str:
    return f"https://{NAME}:{server.port}/in?x=1"


def test_reply_comes_back_from_a_server_that_proves_its_name(server: Server) -> None:
    server.answers(lambda line: line.sendall(WHOLE))

    reply = call(url_of(server))

    head, _blank, body = server.heard.partition(b"\r\n\r\n")
    assert (reply, body) == (Reply(200, b"ok"), BODY)
    assert server.asked_for == NAME
    assert head.decode().split("\r\n") == [
        "POST /in?x=1 HTTP/1.1",
        f"Content-Length: {len(BODY)}",
        f"Host: {NAME}:{server.port}",
        "Content-Type: application/json",
        "Accept-Encoding: identity",
        "Connection: close",
        "User-Agent: fms-agency",
        "webhook-id: m-1",
    ]


def test_body_is_signed_so_that_the_partner_can_tell(server: Server) -> None:
    server.answers(lambda line: line.sendall(WHOLE))

    call(url_of(server), secret=b"shared")

    stamp = str(int(AT.timestamp()))
    expected = hmac.new(b"shared", f"m-1.{stamp}.".encode() + BODY, "sha256").digest()
    told = dict(
        row.split(": ", 1) for row in server.heard.decode().split("\r\n")[1:] if ": " in row
    )
    assert told["webhook-timestamp"] == stamp
    assert told["webhook-signature"] == f"v1,{base64.b64encode(expected).decode()}"


def test_server_of_another_name_gets_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    impostor = Server(tmp_path, "evil.example.org")
    stand_in(impostor, monkeypatch, settings)
    impostor.answers(lambda line: line.sendall(WHOLE))

    with pytest.raises(NoAnswer, match=r"(?i)certificate"):
        call(url_of(impostor))

    impostor.close()
    assert impostor.heard == b""


def test_server_whose_certificate_nobody_vouches_for_gets_nothing(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "_context", OF_THE_HOUSE)
    server.answers(lambda line: line.sendall(WHOLE))

    with pytest.raises(NoAnswer, match=r"(?i)certificate"):
        call(url_of(server))

    assert server.heard == b""


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_told_and_not_followed(server: Server, status: int) -> None:
    target = f"https://{NAME}:{server.port}/other"
    head = f"HTTP/1.1 {status} Moved\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n"
    server.answers(lambda line: line.sendall(head.encode()))

    reply = call(url_of(server))

    assert (reply, server.calls) == (Reply(status, b""), 1)


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: ",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n",
    ],
)
def test_reply_without_end_is_cut_off(server: Server, head: bytes) -> None:
    sent: list[int] = []

    def flood(line: Any) -> None:
        line.sendall(head)
        for _ in range(1000):
            line.sendall(b"x" * 10_000)
            sent.append(10_000)

    server.answers(flood)

    with pytest.raises(NoAnswer):
        call(url_of(server))

    server.close()
    assert sum(sent) < 10_000_000, "we hung up"


def test_reply_of_sixty_kilobytes_is_read(server: Server) -> None:
    body = b"x" * 60_000
    server.answers(lambda line: line.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + body))

    assert call(url_of(server)) == Reply(200, body)


@pytest.mark.parametrize("where", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_server_that_drips_is_left(
    server: Server, where: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "SECONDS", 0.6)
    done = threading.Event()

    def drip(line: Any) -> None:
        line.sendall(where)
        while not done.wait(0.1):
            line.sendall(b"x")

    server.answers(drip)
    began = time.monotonic()

    with pytest.raises(NoAnswer):
        call(url_of(server))

    took = time.monotonic() - began
    done.set()
    assert took < 3


def test_call_for_which_no_time_is_left_is_not_made(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "SECONDS", 0)

    with pytest.raises(NoAnswer, match="took too long"):
        call(url_of(server))

    assert server.heard == b""


def test_server_that_never_shakes_hands_is_left(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    silent = Server(tmp_path)
    stand_in(silent, monkeypatch, settings)
    monkeypatch.setattr(outgoing, "SECONDS", 0.3)

    with pytest.raises(NoAnswer):
        call(url_of(silent))

    silent.close()


@pytest.mark.parametrize("said", [b"", b"hello\r\n\r\n", b"HTTP/1.1 many OK\r\n\r\n"])
def test_server_that_does_not_speak_http_gives_no_answer(server: Server, said: bytes) -> None:
    server.answers(lambda line: line.sendall(said))

    with pytest.raises(NoAnswer):
        call(url_of(server))


# Through a proxy -----------------------------------------------------------------------------


@pytest.fixture
def proxy(settings: Settings) -> Iterator[dict[str, Any]]:
    """A proxy that is asked, answers as told, and then leads on."""
    listening = socket.create_server(("127.0.0.1", 0))
    settings.OUTGOING_PROXY = f"http://127.0.0.1:{listening.getsockname()[1]}"
    state: dict[str, Any] = {"asked": b"", "answer": b"HTTP/1.1 200 OK\r\n\r\n"}

    def carry(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def serve() -> None:
        with suppress(OSError):
            near, _who = listening.accept()
            with near:
                state["asked"] = near.recv(4096)
                near.sendall(state["answer"])
                port = int(state["asked"].split()[1].rpartition(b":")[2])
                with socket.create_connection(("127.0.0.1", port)) as far:
                    back = threading.Thread(target=carry, args=(far, near))
                    back.start()
                    carry(near, far)
                    back.join(5)

    thread = threading.Thread(target=serve)
    thread.start()
    yield state
    with suppress(OSError):
        listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(10)


def test_proxy_leads_to_the_checked_address(server: Server, proxy: dict[str, Any]) -> None:
    server.answers(lambda line: line.sendall(WHOLE))

    assert call(url_of(server)) == Reply(200, b"ok")

    target = f"127.0.0.1:{server.port}"
    assert proxy["asked"] == f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode()
    assert server.asked_for == NAME


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 403 Forbidden\r\n\r\n", b"x" * 5000, b"HTTP/1.1 2000 OK\r\n\r\n"]
)
def test_proxy_that_refuses_is_no_answer(
    server: Server, proxy: dict[str, Any], answer: bytes
) -> None:
    proxy["answer"] = answer

    with pytest.raises(NoAnswer, match="proxy"):
        call(url_of(server))
