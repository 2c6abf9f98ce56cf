"""Between our own services: who does not prove their name hears nothing; secrets are each house's own."""

from __future__ import annotations

import runpy
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from kombu import Connection
from kombu.exceptions import OperationalError

from fms_agency import environment
from tests.house.code import ROOT, tracked
from tests.notifications.test_outgoing import certificate


class Listener:
    """Somebody who stands where a server of ours should, and writes down what they hear."""

    def __init__(self, answer: Callable[[socket.socket], bytes]) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.heard = b""
        self.answer = answer
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                line, _who = self.socket.accept()
                with line, suppress(OSError):
                    line.settimeout(3)
                    self.heard += self.answer(line)

    def close(self) -> None:
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(10)


@pytest.fixture
def listening() -> Iterator[Callable[[Callable[[socket.socket], bytes]], Listener]]:
    made: list[Listener] = []

    def begin(answer: Callable[[socket.socket], bytes]) -> Listener:
        made.append(Listener(answer))
        return made[-1]

    yield begin
    for one in made:
        one.close()


def has_no_tls(line: socket.socket) -> bytes:
    """PostgreSQL's own way to say so; then whatever the client still tells."""
    line.recv(8)  # the question for TLS, of which nothing is secret
    line.sendall(b"N")
    return line.recv(4096)


def proves_another_name(folder: Path, first: bool) -> Callable[[socket.socket], bytes]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(folder, "elsewhere.example.jp"))

    def answer(line: socket.socket) -> bytes:
        if first:
            line.recv(8)
            line.sendall(b"S")
        with suppress(ssl.SSLError), context.wrap_socket(line, server_side=True) as tls:
            return tls.recv(4096)
        return b""

    return answer


def reach(port: int, query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Django does, from the address that a deployment gives."""
    monkeypatch.setenv("DATABASE_URL", f"postgres://web:5ecret@localhost:{port}/fms{query}")
    parts = environment.database("DATABASE_URL")
    psycopg.connect(
        host=parts["HOST"],
        hostaddr="127.0.0.1",
        port=parts["PORT"],
        user=parts["USER"],
        password=parts["PASSWORD"],
        dbname=parts["NAME"],
        connect_timeout=5,
        **environment.database_tls("DATABASE_URL"),
    )


def test_database_without_tls_hears_nothing(
    listening: Callable[..., Listener], monkeypatch: pytest.MonkeyPatch
) -> None:
    strict, open_to_all = listening(has_no_tls), listening(has_no_tls)

    with pytest.raises(psycopg.OperationalError, match="does not support SSL"):
        reach(strict.port, "?sslmode=verify-full&sslrootcert=system", monkeypatch)
    with pytest.raises(psycopg.OperationalError):
        reach(open_to_all.port, "", monkeypatch)

    assert strict.heard == b""
    assert b"web" in open_to_all.heard  # a deployment that asks for no proof gets none


def test_database_of_another_name_hears_nothing(
    listening: Callable[..., Listener], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stranger = listening(proves_another_name(tmp_path, first=True))
    trusted = tmp_path / "elsewhere.example.jp.pem"

    with pytest.raises(psycopg.OperationalError, match="does not match host name"):
        reach(stranger.port, f"?sslmode=verify-full&sslrootcert={trusted}", monkeypatch)

    assert stranger.heard == b""


def test_word_that_nobody_reads_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt `sslmode` must not pass for none."""
    monkeypatch.setenv("DATABASE_URL", "postgres://web@database/fms?ssl_mode=require")

    with pytest.raises(ImproperlyConfigured, match="ssl_mode, which is not read"):
        environment.database_tls("DATABASE_URL")


def test_broker_whom_nobody_vouches_for_hears_nothing(
    listening: Callable[..., Listener], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = listening(proves_another_name(tmp_path, first=False))
    monkeypatch.setenv("CELERY_BROKER_URL", f"rediss://:5ecret@127.0.0.1:{stranger.port}/0")

    with pytest.raises(OperationalError, match="CERTIFICATE_VERIFY_FAILED"):
        ping(environment.broker("CELERY_BROKER_URL"))

    assert stranger.heard == b""


def test_broker_of_another_name_hears_nothing(
    listening: Callable[..., Listener], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = listening(proves_another_name(tmp_path, first=False))
    trusted = tmp_path / "elsewhere.example.jp.pem"
    address = f"rediss://:5ecret@localhost:{stranger.port}/0?ssl_ca_certs={trusted}"
    monkeypatch.setenv("CELERY_BROKER_URL", address)

    with pytest.raises(OperationalError, match="Hostname mismatch"):
        ping(environment.broker("CELERY_BROKER_URL"))

    assert stranger.heard == b""


def ping(address: str) -> None:
    with Connection(address) as line:
        line.default_channel.client.ping()


def test_broker_cannot_be_believed_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELERY_BROKER_URL", "rediss://broker:6379/0?ssl_cert_reqs=none")

    with pytest.raises(ImproperlyConfigured, match="always checked"):
        environment.broker("CELERY_BROKER_URL")


def test_each_deployment_has_secrets_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        script = runpy.run_path(str(ROOT / "deploy" / "make_secrets.py"))
        monkeypatch.setitem(script["main"].__globals__, "FOLDER", tmp_path / name)
        script["main"]()
        made.append({file.name: file.read_text() for file in (tmp_path / name).iterdir()})

    capsys.readouterr()
    one, two = made
    assert set(one) == set(two)
    assert {name for name in one if one[name] == two[name]} == {
        "email_url"
    }  # an example to fill in
    keys = [value.strip() for name, value in one.items() if not name.endswith("_url")]
    assert len(set(keys)) == len(keys) > 6
    assert min(map(len, keys)) >= 43  # 32 random bytes, written in base64


def test_no_secret_is_in_the_repository() -> None:
    kept = {path.name for path in tracked() if path.parent == ROOT / "deploy" / "secrets"}

    assert kept == {".gitignore"}
