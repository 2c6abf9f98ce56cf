"""T13: whatever single row or file somebody changes behind the house's back is found, and named."""

from __future__ import annotations

import os
from collections import Counter
from datetime import datetime, timedelta
from random import Random, SystemRandom
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from tests.seal.tamper import Drill, Vandal
from workflow.seal import attest
from workflow.seal.findings import Finding
from workflow.seal.sealer import Sealer
from workflow.seal.verify import verify, verify_within

DRILLS = int(os.environ.get("DRILLS", "60"))
SEED = int(os.environ.get("SEED", SystemRandom().randrange(10**6)))


def struck(vandal: Vandal, now: datetime) -> tuple[Drill, list[Finding]]:
    """One change and what is found then; everything is put back."""
    with transaction.atomic():
        drill = vandal.strike()
        found = verify_within(now=now).findings
        transaction.set_rollback(True)
    drill.restore()
    return drill, found


def missed(drills: int, seed: int) -> tuple[list[str], Counter[str]]:
    """What was not found, or found and not named; and how often each table was hit."""
    vandal, later = Vandal(Random(seed)), timezone.now() + timedelta(minutes=2)
    failures, hits = [], Counter[str]()
    for _ in range(drills):
        drill, found = struck(vandal, later)
        hits[drill.table] += 1
        if not any(drill.is_named_by(finding) for finding in found):
            failures.append(f"{drill.words}: {[str(finding) for finding in found]}")
    return failures, hits


def test_every_change_behind_the_houses_back_is_found_and_named(sealed: Sealer) -> None:
    print(f"SEED={SEED} DRILLS={DRILLS}")
    assert verify().findings == []

    failures, hits = missed(DRILLS, SEED)

    print(hits)
    assert failures == [], f"SEED={SEED}"
    assert verify().findings == []


def test_drill_goes_red_when_rows_are_not_looked_at(
    sealed: Sealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(*_anything: Any) -> list[Any]:
        return []

    monkeypatch.setattr(attest, "differing", nothing)

    failures, _hits = missed(30, SEED)

    assert len(failures) > 5
