"""What no step sets off: a holder goes on leave, an article is renamed, while a file is on its way."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction

from approvals import going
from approvals.models import ApprovalFile
from approvals.models.file import ON_ITS_WAY, State
from workflow.rights import SYSTEM
from workflow.steps import NotOpen, take_within

log = logging.getLogger(__name__)

LOOKED_AT = [*ON_ITS_WAY, State.ON_HOLD, State.DECIDED, State.AWAITING_ISSUE]


def look() -> int:
    """Void what no longer fits, and pass over who is away. Returns how many files moved."""
    rows = ApprovalFile.objects.filter(state__in=LOOKED_AT)
    return sum(_look_at(pk) for pk in list(rows.order_by("pk").values_list("pk", flat=True)))


def _look_at(pk: Any) -> int:
    file = ApprovalFile.objects.get(pk=pk)
    try:
        if file.changes_since:
            return _take(file, "void")
        if file.state == State.IN_CIRCULATION and going.stuck(file):
            return _take(file, "move_on")
    except NotOpen as refusal:  # it has moved meanwhile
        log.info("file %s: %s", file.number, refusal)
    return 0


def _take(file: ApprovalFile, step: str) -> int:
    with transaction.atomic(durable=True):
        take_within(file, step, by=SYSTEM)
    return 1
