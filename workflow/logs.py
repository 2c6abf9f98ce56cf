"""What operators read: one JSON object a line, or a line of text for a person who looks on.

The log tells that something broke, when, and what the process was working at: request, person,
case and task, as far as they are known. It is not the trail, and less guarded than the database:
names, typed texts and rows stay out of it. So an exception is told by its class and the lines it
came through, since its message may quote a row; an address by its route, since one that resets a
password carries the key.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import AbstractContextManager
from copy import copy
from datetime import UTC, datetime
from pathlib import Path
from smtplib import SMTPException
from types import TracebackType
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import utils as db
from django.http import HttpRequest
from kombu.exceptions import OperationalError as BrokerError
from structlog.contextvars import bind_contextvars, bound_contextvars, get_contextvars
from structlog.processors import JSONRenderer
from structlog.stdlib import ProcessorFormatter

ROOT = Path(__file__).resolve().parents[1]
# What their messages say is about connections, files and settings.
SPEAKS_OF_MACHINES = (OSError, db.OperationalError, BrokerError, ImproperlyConfigured)
DEEPEST = 40  # frames of one exception

log = logging.getLogger(__name__)
_process = "command"


def this_process_is(kind: str) -> None:
    """Name the process in each of its lines; what nobody catches becomes a line, too."""
    global _process  # noqa: PLW0603 - a process is of one kind, as long as it lives
    _process = kind
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught


def about(**facts: str) -> AbstractContextManager[None]:
    """Within, every line tells these facts. An empty one is not told."""
    return bound_contextvars(**facts)


def also(**facts: str) -> None:
    """From here on, until the enclosing `about` of the same names ends: for what is learnt late."""
    bind_contextvars(**facts)


def fact(name: str) -> str:
    return str(get_contextvars().get(name, ""))


def route_of(request: HttpRequest) -> str:
    """The address without what is filled in."""
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match else "an unknown address"


class Lines(ProcessorFormatter):
    """The formatter that the settings name: `style` is `json` or `text`."""

    def __init__(self, style: str) -> None:
        as_json: list[Any] = [_as_facts, JSONRenderer()]
        super().__init__(processors=[_as_text] if style == "text" else as_json)

    def format(self, record: logging.LogRecord) -> str:
        return super().format(_sober(record))


def told(error: BaseException) -> str:
    """An exception in a few words that quote nobody."""
    words: list[object] = [type(error).__qualname__]
    if isinstance(error, SMTPException):  # names who the letter was for
        words.append(getattr(error, "smtp_code", ""))
    elif isinstance(error, SPEAKS_OF_MACHINES):
        words[0] = f"{words[0]}:"
        words.append(error)
    elif isinstance(error, db.Error):
        words += _by_the_database(error)
    return " ".join(str(word) for word in words if word)


def _by_the_database(error: db.Error) -> list[object]:
    said: Any = getattr(error.__cause__, "diag", None)
    return [said.sqlstate, said.constraint_name] if said else []


def _sober(record: logging.LogRecord) -> logging.LogRecord:
    """The record with exceptions and addresses told as above."""
    if not isinstance(record.args, tuple):
        return record
    sober = copy(record)
    sober.args = tuple(_told(one, getattr(record, "request", None)) for one in record.args)
    return sober


def _told(one: object, request: Any) -> object:
    if isinstance(one, BaseException):
        return told(one)
    if request is not None and one in {request.path, _as_django_writes(request.path)}:
        return route_of(request)
    return one


def _as_django_writes(path: str) -> str:
    return path.encode("unicode_escape").decode()


def _as_facts(_logger: Any, _method: str, event: Any) -> dict[str, Any]:
    record: logging.LogRecord = event["_record"]
    facts = {
        "at": _moment(record).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "message": event["event"],
        "process": _process,
        **_known(),
        **getattr(record, "facts", {}),
    }
    error = _error(event)
    return facts | ({"error": list(_story(error))} if error else {})


def _as_text(_logger: Any, _method: str, event: Any) -> str:
    """Of an exception the whole story, indented: no line of it looks like one of the log."""
    record: logging.LogRecord = event["_record"]
    known = " ".join(f"{name}={value}" for name, value in _known().items())
    first = f"{_moment(record):%H:%M:%S}Z {record.levelname} {record.name} {event['event']}"
    lines = [_on_one_line(f"{first} [{known}]" if known else first)]
    if error := _error(event):
        story = "".join(traceback.format_exception(error)).splitlines()
        lines += [f"  {_on_one_line(line)}" for line in story]
    return "\n".join(lines)


def _moment(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _known() -> dict[str, str]:
    return {name: str(value) for name, value in sorted(get_contextvars().items()) if value}


def _error(event: Any) -> BaseException | None:
    about_it = event.get("exc_info")
    return about_it[1] if about_it else None


def _story(error: BaseException | None) -> Iterator[dict[str, Any]]:
    """The exception, then what it was caused by, each with the lines it came through."""
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)[-DEEPEST:]
        places = [f"{_place(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
        yield {"what": told(error), "through": places}
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _place(file: str) -> str:
    """Where a module stands in the house or among the packages, not on the machine."""
    inside = file.rpartition("site-packages/")[2]
    return inside.removeprefix(f"{ROOT}/")


def _on_one_line(text: str) -> str:
    """What would end the line, or turn what stands in it around, is written out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        log.critical("ended by what nobody caught", exc_info=(kind, error, trace))
