"""What the trail costs a step, how late the seal is under load, how fast the verifier looks.

Eight writers, each a process of its own, revise drafts of requests (one row, two lines, no
follow-ups). "Bare" is the same step without entry, digest and attestations: a switch that only
exists here.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from base64 import b64encode
from contextlib import ExitStack, nullcontext
from pathlib import Path
from statistics import median
from threading import Event, Thread
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from bench.figures import Figure
from cases.models import Request
from documents.models import Document
from documents.storage import store
from tests.factories import RequestFactory, person
from workflow.models import Case, Entry
from workflow.seal import attest, telling
from workflow.seal.keys import signing_key
from workflow.seal.sealer import Sealer
from workflow.seal.verify import verify
from workflow.steps import steps_of, take

WRITERS = 8
SECONDS = 4.0
ROUNDS = 3


def measure() -> list[Figure]:
    call_command("load_reference", verbosity=0)
    settings.SEAL_FOLDER = Path(tempfile.mkdtemp())
    settings.MEDIA_ROOT = settings.SEAL_FOLDER / "papers"
    settings.SEAL_KEY = b64encode(bytes(32)).decode()
    requester = person("requester")
    make: Any = RequestFactory
    drafts = [make(state="draft").pk for _ in range(2 * WRITERS)]
    for kind in Document.objects.values_list("kind", flat=True):
        store(kind.encode())  # what the factory's row of the paper names
    rates: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(ROUNDS):  # by turns, so that a busy minute of the machine hurts both
        rates[False].append(_rate(drafts[:WRITERS], requester.pk, with_trail=False))
        rates[True].append(_rate(drafts[WRITERS:], requester.pk, with_trail=True))
    Request.objects.filter(pk__in=drafts[:WRITERS]).update(version=0)
    attest.reattest(reason="rows written without the trail")
    bare, whole = median(rates[False]), median(rates[True])
    return [
        Figure("steps of 8 writers, bare", bare, "steps/s"),
        Figure("steps of 8 writers, with the trail", whole, "steps/s"),
        Figure("the trail costs", 100 * (1 - whole / bare), "%", at_most=25),
        *_lag(drafts[WRITERS:], requester.pk),
        *_verification(),
    ]


def _lag(drafts: list[Any], requester: Any) -> list[Figure]:
    """The oldest waiting line, looked at twenty times a second while everybody writes."""
    stop, seen = Event(), [0.0]

    def seal() -> None:
        sealer = Sealer(signing_key())
        while not stop.wait(1.0):
            sealer.seal()
        connection.close()

    def watch() -> None:
        time.sleep(2)  # what was written before is sealed first
        while not stop.wait(0.05):
            seen.append(telling.lag().total_seconds())
        connection.close()

    before = Entry.objects.count()
    Sealer(signing_key()).seal()
    begun = time.monotonic()
    threads = [Thread(target=seal), Thread(target=watch)]
    workers = _start(drafts, requester, with_trail=True, seconds=10.0)
    for thread in threads:
        thread.start()
    for worker in workers:
        worker.join()
    stop.set()
    for thread in threads:
        thread.join()
    written = (Entry.objects.count() - before) / (time.monotonic() - begun)
    return [
        Figure("lines of steps a second while sealing", written, "entries/s"),
        Figure("seal lag under that load, longest", max(seen), "s", at_most=2.0),
    ]


def _verification() -> list[Figure]:
    sealer = Sealer(signing_key())
    while sealer.seal():
        pass
    begun = time.monotonic()
    report = verify()
    took = time.monotonic() - begun
    for finding in report.findings:
        print(finding)
    return [
        Figure("findings in what was written", len(report.findings), "", at_most=0),
        Figure("verification of the whole log", took, "s"),
        Figure("lines it looked at", report.counts["leaves"] / took, "lines/s"),
    ]


# Writers -------------------------------------------------------------------------------------


def _rate(drafts: list[Any], requester: Any, *, with_trail: bool) -> float:
    """Steps a second of all writers together."""
    _watch_rows(on=with_trail)
    before = sum(Request.objects.filter(pk__in=drafts).values_list("version", flat=True))
    for worker in _start(drafts, requester, with_trail=with_trail, seconds=SECONDS):
        worker.join()
    after = sum(Request.objects.filter(pk__in=drafts).values_list("version", flat=True))
    _watch_rows(on=True)
    return float(after - before) / SECONDS


def _watch_rows(*, on: bool) -> None:
    word = "ENABLE" if on else "DISABLE"
    with connection.cursor() as cursor:
        for table in attest.declared_tables():
            cursor.execute(f'ALTER TABLE "{table}" {word} TRIGGER workflow_attested')


def _start(
    drafts: list[Any], requester: Any, *, with_trail: bool, seconds: float
) -> list[multiprocessing.Process]:
    connections.close_all()
    connection.close_pool()  # type: ignore[attr-defined]
    context = multiprocessing.get_context("fork")
    ready = context.Barrier(len(drafts))
    workers = [
        context.Process(target=_write, args=(draft, requester, with_trail, seconds, ready))
        for draft in drafts
    ]
    for worker in workers:
        worker.start()
    return workers  # type: ignore[return-value]


def _write(draft: Any, requester: Any, with_trail: bool, seconds: float, ready: Any) -> None:
    from partners.models import Person  # the parent's connection is not ours

    by, case = Person.objects.get(pk=requester), Request.objects.get(pk=draft)
    given = _words(case)
    with ExitStack() as stack:
        if not with_trail:
            stack.enter_context(patch.object(Entry, "written", lambda _: nullcontext()))
            stack.enter_context(patch.object(Case, "put_before", _only_locked))
            stack.enter_context(patch("workflow.values.digest", lambda _: ""))
            stack.enter_context(patch("workflow.values.plain", lambda value: value))
        ready.wait()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            take(case, "revise", by=by, **given)


def _only_locked(pk: Any) -> tuple[Any, dict[str, Any]]:
    return Request.objects.locked().get(pk=pk), {}


def _words(case: Any) -> dict[str, Any]:
    """The same words again: what a step asks is in its own parameters."""
    named = {name: getattr(case, name) for name in steps_of(Request)["revise"].parameters[:-1]}
    lines = [{"article": line.article, "quantity": line.quantity} for line in case.lines.all()]
    return {**named, "lines": lines}
