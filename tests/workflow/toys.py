"""What a test puts in the place of a step's own effects and books."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from workflow import steps
from workflow.models import Case


@dataclass
class Recorded:
    """An effect that writes down each of its runs, and fails as often as it is told."""

    name: str
    diary: list[str] = field(default_factory=list)
    fails: list[Exception] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"toy:{self.name}"

    def run(self, case: Any, follow_up: Any) -> None:
        self.diary.append(self.name)
        if self.fails:
            raise self.fails.pop(0)


def change_step(
    monkeypatch: pytest.MonkeyPatch, model: type[Case], name: str, **changes: Any
) -> None:
    """Declare a step otherwise for one test, e.g. with other `then` or `books`."""
    declared = steps.steps_of(model)[name]
    for key, value in changes.items():
        monkeypatch.setitem(declared.__dict__, key, value)
