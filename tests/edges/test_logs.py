"""The log is read by machines: one JSON object a line, whatever anybody typed, and nobody's secrets."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from celery.contrib.testing.worker import start_worker
from django.conf import settings as django_settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from kombu.transport import memory

from cases.models import Bill
from fms_agency.celery import app as celery
from fms_agency.house.ports import reserved_port
from fms_agency.house.processes import stop_process
from tests.api.conftest import caller
from tests.factories import RequestFactory, bill_to_issue, person
from tests.house.code import ROOT
from tests.people import enter
from tests.workflow.toys import Recorded, change_step
from workflow import logs, tasks
from workflow.models import Entry
from workflow.steps import take

log = logging.getLogger("tests.edges")

# Each would end the line, begin another, hide what stands before it or turn it around.
HOSTILE = [
    'x\n{"level": "CRITICAL", "message": "forged"}',
    "x\r\n12:00:00Z ERROR workflow forged",
    'x", "level": "CRITICAL',
    "x\x1b[2K\x1b[1A\x07\b\x00forged",
    "x\u2028forged\u2029forged\x85forged\x0b\x0c",
    "x\u202eforged\u2066\ufeff",
    "x %s %(message)s {level}",
]


class Read:
    """What was printed since a moment ago."""

    def __init__(self, style: str) -> None:
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(logs.Lines(style))

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().split("\n")[:-1]

    @property
    def facts(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]

    def of(self, logger: str) -> list[dict[str, Any]]:
        return [line for line in self.facts if line["logger"] == logger]


@pytest.fixture
def printed() -> Iterator[Callable[[str], Read]]:
    """Begin to read what the log prints in a style."""
    root, requests = logging.getLogger(), logging.getLogger("workflow.requests")
    readers: list[Read] = []
    before = root.level, requests.level

    def begin(style: str) -> Read:
        readers.append(Read(style))
        root.addHandler(readers[-1].handler)
        root.setLevel(logging.INFO)
        requests.setLevel(logging.INFO)
        return readers[-1]

    yield begin
    root.setLevel(before[0])
    requests.setLevel(before[1])
    for one in readers:
        root.removeHandler(one.handler)


# Lines ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize("style", ["json", "text"])
def test_no_text_forges_a_line_or_hides_one(
    printed: Callable[[str], Read], style: str, text: str
) -> None:
    read = printed(style)

    with logs.about(case=text):
        log.warning("somebody typed %s", text)

    assert len(read.lines) == 1
    assert all(c.isprintable() for c in read.lines[0])
    if style == "json":
        line = read.facts[0]
        assert (line["level"], line["message"]) == ("WARNING", f"somebody typed {text}")
        assert line["case"] == text


@pytest.mark.parametrize("style", ["json", "text"])
def test_half_a_character_is_printed_all_the_same(style: str) -> None:
    """Past the log itself: pytest cannot hand such a text from process to process."""
    record = logging.makeLogRecord({"msg": "typed %s", "args": ("x\ud800",), "name": "x"})

    assert logs.Lines(style).format(record).isascii()


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_what_an_exception_says_stands_indented_below_its_line(
    printed: Callable[[str], Read], text: str
) -> None:
    read = printed("text")

    log.error("it broke", exc_info=ValueError(text))

    first, *story = read.lines
    assert first.endswith("ERROR tests.edges it broke")
    assert all(line.startswith("  ") and line.isprintable() for line in story)


def test_line_says_when_and_where_it_was_written(printed: Callable[[str], Read]) -> None:
    read = printed("json")
    before = datetime.now(UTC) - timedelta(milliseconds=1)

    log.info("seen %s of %s", 2, 3)

    line = read.facts[0]
    assert before <= datetime.fromisoformat(line.pop("at")) <= datetime.now(UTC)
    assert line == {
        "level": "INFO",
        "logger": "tests.edges",
        "message": "seen 2 of 3",
        "process": "command",
    }
    assert re.match(r'\{"at": "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", ', read.lines[0])


# What a line does not tell -------------------------------------------------------------------


@pytest.mark.django_db
def test_row_that_the_database_refuses_is_not_quoted(printed: Callable[[str], Read]) -> None:
    person("requester", email="secret.name@example.jp")
    read = printed("json")

    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        person("requester", email="secret.name@example.jp")
    log.error("saved twice: %s", caught.value, exc_info=caught.value)

    assert "secret.name" not in read.lines[0]
    line = read.facts[0]
    assert line["message"] == "saved twice: IntegrityError 23505 partners_person_email_key"
    assert [one["what"] for one in line["error"]] == [
        "IntegrityError 23505 partners_person_email_key",
        "UniqueViolation",
    ]
    assert line["error"][0]["through"][0].startswith("tests/edges/test_logs.py:")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("SUZUKI Hanako, 1,000 radars"), "ValueError"),
        (SMTPRecipientsRefused({"hanako@example.jp": (550, b"?")}), "SMTPRecipientsRefused"),
        (ConnectionRefusedError(111, "refused"), "ConnectionRefusedError: [Errno 111] refused"),
    ],
)
def test_exception_is_told_without_quoting_anybody(error: Exception, told: str) -> None:
    assert logs.told(error) == told


@pytest.mark.django_db
def test_address_that_carries_a_key_is_told_by_its_route(
    printed: Callable[[str], Read], monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_args: Any, **_words: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("allauth.account.views.PasswordResetFromKeyView.get", breaks)
    monkeypatch.setattr("allauth.account.views.PasswordResetFromKeyView.dispatch", breaks)
    address = reverse("account_reset_password_from_key", args=["0" * 32, "c0ffee-5ecretkey"])
    read = printed("json")

    Client(raise_request_exception=False).get(address)

    assert {line["logger"] for line in read.facts} == {"django.request", "workflow.requests"}
    assert "c0ffee" not in read.stream.getvalue()
    assert read.of("django.request")[0]["message"].startswith("Internal Server Error: /")


# A request, and what it sets off -------------------------------------------------------------


@pytest.mark.django_db
def test_line_of_a_request_names_it_and_who_asked_about_what(
    printed: Callable[[str], Read],
) -> None:
    manager, case = person("case_manager"), RequestFactory(state="submitted")
    front = enter(Client(), manager)
    read = printed("json")

    answer = front.get(reverse("staff:case", args=[case.slug(), case.number]), {"q": "SECRET"})

    line = read.of("workflow.requests")[0]
    assert {line.pop("at")[-6:], line.pop("milliseconds") >= 0} == {"+00:00", True}
    assert line == {
        "message": line["message"],
        "level": "INFO",
        "logger": "workflow.requests",
        "process": "command",
        "request_id": answer["X-Request-Id"],
        "person": str(manager.pk),
        "case": case.number,
        "method": "GET",
        "route": "/staff/<slug:slug>/<case_number:number>/",
        "status": 200,
    }
    assert "SECRET" not in read.stream.getvalue()
    assert manager.family_name not in read.stream.getvalue()


@pytest.mark.django_db
def test_client_of_the_api_is_named_by_the_person_it_acts_for(
    printed: Callable[[str], Read],
) -> None:
    requester = person("requester")
    client = caller(requester)
    read = printed("json")

    answer = client.get("/api/v1/requests/")

    line = read.of("workflow.requests")[0]
    assert (line["person"], line["status"]) == (str(requester.pk), 200)
    assert line["request_id"] == answer["X-Request-Id"]


@pytest.mark.django_db
def test_next_request_of_the_same_thread_knows_nothing_of_the_last(
    printed: Callable[[str], Read],
) -> None:
    enter(Client(), person("case_manager")).get("/staff/")
    read = printed("json")

    Client().get("/healthz")

    line = read.of("workflow.requests")[0]
    assert "person" not in line
    assert "case" not in line


@pytest.mark.django_db(transaction=True)
def test_lines_of_a_task_name_the_request_that_set_it_off(
    printed: Callable[[str], Read], monkeypatch: pytest.MonkeyPatch
) -> None:
    diary: list[str] = []
    effect = Recorded("paper", diary, [ValueError("SUZUKI Hanako")])
    change_step(monkeypatch, Bill, "issue", then=[effect])
    with logs.about(request_id="0ff1ce"):
        bill = bill_to_issue()
        entry = take(bill, "issue", by=person("finance_officer")).entry
        monkeypatch.setattr(celery.conf, "broker_read_url", "memory://localhost/")
    memory.Channel.queues.clear()

    with start_worker(celery, pool="solo", perform_ping_check=False):
        read = printed("json")  # a worker begins by setting up the log
        with logs.about(request_id="0ff1ce"):
            tasks.ring(entry.pk)
        until = time.monotonic() + 20
        while not read.of("workflow.follow_ups") and time.monotonic() < until:
            time.sleep(0.1)

    line = read.of("workflow.follow_ups")[0]
    assert {name: line[name] for name in ("level", "request_id", "case", "task")} == {
        "level": "ERROR",
        "request_id": "0ff1ce",
        "case": bill.number,
        "task": "workflow.run_follow_ups",
    }
    assert re.fullmatch(r"[0-9a-f-]{36}", line["task_id"])
    assert [one["what"] for one in line["error"]] == ["ValueError"]
    assert "SUZUKI" not in read.stream.getvalue()


@pytest.mark.django_db
def test_line_of_the_trail_that_a_follow_up_writes_names_the_request_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[str] = []
    effect = Recorded("paper")
    monkeypatch.setattr(Recorded, "run", lambda *_: seen.append(logs.fact("request_id")))
    change_step(monkeypatch, Bill, "issue", then=[effect])
    with logs.about(request_id="0ff1ce"):
        entry = take(bill_to_issue(), "issue", by=person("finance_officer")).entry

    tasks.run_follow_ups(entry_id=entry.pk)

    assert Entry.objects.get(pk=entry.pk).request_id == "0ff1ce"
    assert (seen, logs.fact("request_id")) == (["0ff1ce"], "")


# Whole processes -----------------------------------------------------------------------------


# Printed past the log as Celery stops, and written down in docs/logs.md.
CELERYS_FAREWELL = "\nworker: Warm shutdown (MainProcess)\n"
WORKER = ["celery", "--quiet", "--app", "fms_agency", "worker", "--pool", "solo"]
BEAT = ["celery", "--quiet", "--app", "fms_agency", "beat", "--pidfile=", "--schedule"]


def output_of(
    words: list[str],
    path: Path,
    until: str,
    kick: Callable[[], None] = lambda: None,
    broker: str = "memory://localhost/",
) -> list[str]:
    """What a program prints, from its start to its end."""
    production = {
        "LOG_FORMAT": "json",
        "DEMO": "0",
        "DEBUG": "0",
        "EMBEDDED": "1",  # styles that nobody has collected
        "VAR_DIR": str(path),
        "CELERY_BROKER_URL": broker,
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, "-m", *words]
    with (path / "printed").open("wb") as file:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | production,
            stdout=file,
            stderr=file,
            process_group=0,
        )
    limit = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < limit:
        kick()
        if until in (path / "printed").read_text():
            break
        time.sleep(0.2)
    stop_process(process, signal.SIGTERM, patience=20)
    text = (path / "printed").read_text()
    return text.replace(CELERYS_FAREWELL, "").splitlines()


def processes_in(lines: list[str]) -> set[str]:
    """Fails on a line that is no JSON."""
    return {json.loads(line)["process"] for line in lines}


def test_worker_prints_nothing_but_json(tmp_path: Path) -> None:
    lines = output_of(WORKER, tmp_path, " ready.")

    assert processes_in(lines) == {"worker"}
    assert any(" ready." in line for line in lines)


def test_beat_prints_nothing_but_json(tmp_path: Path) -> None:
    """Its broker is away: that is a line."""
    words = [*BEAT, str(tmp_path / "schedule"), "--max-interval", "1"]

    lines = output_of(words, tmp_path, "onnection error", broker="redis://127.0.0.1:1/0")

    assert processes_in(lines) == {"beat"}


def test_web_server_prints_nothing_but_json(tmp_path: Path) -> None:
    """With the words of the image, and requests that would like to write lines of their own."""
    command = re.search(
        r'^CMD \["granian", (.*)\]$', (ROOT / "Dockerfile").read_text(), re.MULTILINE
    )
    assert command is not None
    words = json.loads(f"[{command[1]}]")
    with reserved_port(None) as port:
        words[words.index("--port") + 1] = str(port)
        words[words.index("--host") + 1] = "127.0.0.1"

        def kick() -> None:
            with closing(HTTPConnection("127.0.0.1", port, timeout=20)) as line, suppress(OSError):
                line.request("GET", "/sign-in/%0A%7B%22level%22:%22CRITICAL%22%7D")
                line.getresponse()

        lines = output_of(["granian", *words], tmp_path, "workflow.requests", kick)

    assert {"web", "command"} >= processes_in(lines) > {"command"}
    assert [line for line in map(json.loads, lines) if line["level"] == "CRITICAL"] == []
    assert any(line["logger"] == "workflow.requests" for line in map(json.loads, lines))


def test_program_that_falls_leaves_a_line(tmp_path: Path) -> None:
    words = "from workflow import logs; logs.this_process_is('sealer'); import django; django.setup(); 1 / 0"
    fallen = subprocess.run(
        [sys.executable, "-c", words],
        cwd=ROOT,
        env=os.environ | {"LOG_FORMAT": "json", "DJANGO_SETTINGS_MODULE": "fms_agency.settings"},
        capture_output=True,
        text=True,
        check=False,
    )

    (line,) = map(json.loads, fallen.stderr.splitlines())
    assert (fallen.returncode, line["level"], line["process"]) == (1, "CRITICAL", "sealer")
    assert line["error"] == [{"what": "ZeroDivisionError", "through": ["<string>:1 <module>"]}]


def test_format_of_production_is_json() -> None:
    code = "from django.conf import settings as s; print(s.LOG_FORMAT)"
    named = subprocess.run(
        [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", code],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if k != "LOG_FORMAT"}
        | {"DEMO": "0", "DEBUG": "0"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert named.stdout.split()[-1] == "json"
    assert django_settings.LOGGING["formatters"]["line"]["()"] == "workflow.logs.Lines"
