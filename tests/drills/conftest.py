"""The people of a demo world, before any case has been begun."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from fms_agency.demo import world
from fms_agency.demo.accounts import Account
from fms_agency.drills import inspection


@pytest.fixture
def known(db: None, settings: Settings, tmp_path: Path) -> dict[str, Account]:
    settings.VAR_DIR = tmp_path
    settings.DEMO = True
    return world.build(samples=())


@pytest.fixture(autouse=True)
def trail_that_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Verification wants a transaction of its own, and has its own tests (tests/seal)."""
    monkeypatch.setattr(inspection, "_trail", lambda: iter(()))
