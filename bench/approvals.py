"""Two hundred files in flight: what the queues, their counts and one act cost, beside their floor.

The floor of a queue is the same number of rows of the same table without asking whose turn it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

from django.core.management import call_command
from django.db import transaction
from django.test import Client

from approvals import queues
from approvals.models import ApprovalFile
from bench.figures import Figure
from tests.approvals.hands import post
from tests.factories import ContractFactory, open_approval
from tests.people import enter
from workflow import walls
from workflow.deadlines import readings_of_many
from workflow.steps import take

FILES = 200
TIMES = 15


def measure() -> list[Figure]:
    call_command("load_reference", verbosity=0)
    with walls.house():
        return _figures()


def _figures() -> list[Figure]:
    make: Any = ContractFactory
    director = post("cases", "director")
    for unit in ("finance", "legal", "export_control", "security"):
        post(unit, "director")
    with transaction.atomic():
        for _ in range(FILES):
            contract = make(state="draft", is_priced=True)
            type(contract).objects.filter(pk=contract.pk).update(state="under_approval")
            open_approval(contract, "foreign_offer")
    client = enter(Client(), director)
    client.get("/staff/decisions/")
    floor = _milliseconds(lambda: list(ApprovalFile.objects.order_by("pk")[:50]))
    mine = _milliseconds(lambda: list(queues.mine(director)[:50]))
    files = list(ApprovalFile.objects.all())
    return [
        Figure("files in flight", float(ApprovalFile.objects.count()), ""),
        Figure("50 files, whoever they wait for (floor)", floor, "ms"),
        Figure("50 files that wait for me", mine, "ms", at_most=max(10 * floor, 50.0)),
        Figure("how many wait for me", _milliseconds(lambda: queues.mine(director).count()), "ms"),
        Figure(
            "the page of the queue", _milliseconds(lambda: client.get("/staff/decisions/")), "ms"
        ),
        Figure("the clocks of all of them", _milliseconds(lambda: readings_of_many(files)), "ms"),
        Figure("one approval", _approvals(files, director), "ms"),
    ]


def _approvals(files: list[ApprovalFile], by: Any) -> float:
    rest = iter(files)
    return _milliseconds(lambda: take(next(rest), "approve", by=by, opinion=""))


def _milliseconds(act: Callable[[], Any]) -> float:
    took = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        act()
        took.append(1000 * (time.perf_counter() - begun))
    return median(took)
