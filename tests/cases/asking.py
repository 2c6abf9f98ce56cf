"""Questions to the commands that stand alone, and what they answer."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import settings

by_command = settings(max_examples=60)  # each example is a command of its own


def answered(command: str, question: Any, *, reference: Path | None = None) -> dict[str, Any]:
    """What `manage.py <command> -` answers to a question, or to the text of one."""
    text = question if isinstance(question, str) else json.dumps(question)
    out = StringIO()
    given = {"reference": reference} if reference else {}
    with mock.patch("sys.stdin", StringIO(text)):
        call_command(command, "-", stdout=out, **given)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def refused(command: str, question: Any, **given: Any) -> str:
    """Why it is not answered; the command ends with 2."""
    with pytest.raises(CommandError) as refusal:
        answered(command, question, **given)
    assert refusal.value.returncode == 2
    return str(refusal.value)
