"""The ratchet bites: a listed file that is not walked whole makes an otherwise good run red."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.code import ROOT

GATE = """
def may(role):
    if role == "owner":
        return True
    return False
"""
TESTS = """
from gate import may
def test_owner_may():
    assert may("owner"){wrong}
{more}
"""
STRANGER = """
def test_stranger_may_not():
    assert not may("stranger")
"""
UNMEASURED = """
import sys
import pytest
@pytest.mark.no_cover
def test_nothing_is_traced():
    assert sys.gettrace() is None
"""


def run(
    folder: Path, *words: str, more: str = STRANGER, wrong: str = ""
) -> subprocess.CompletedProcess[str]:
    """A measured run of a house of one file."""
    (folder / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
    (folder / "gate.py").write_text(GATE)
    (folder / "test_gate.py").write_text(TESTS.format(more=more, wrong=wrong))
    plugins = ("-p", "no:django", "-p", "no:randomly", "-p", "tests.walked")
    measured = ("--cov=.", "--cov-branch", "--cov-report=")
    return subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, *measured, *words],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_run_that_walks_every_branch_is_good(tmp_path: Path) -> None:
    done = run(tmp_path, "--whole=gate.py", "-n", "1")

    assert (done.returncode, "not walked whole" in done.stdout) == (0, False), done.stdout


@pytest.mark.parametrize("workers", ["0", "1"])
def test_branch_of_a_listed_file_that_nobody_walks_is_red_and_named(
    tmp_path: Path, workers: str
) -> None:
    done = run(tmp_path, "--whole=gate.py", "-n", workers, more="")

    *_rest, summary = done.stdout.splitlines()
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("gate.py")]
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert line.split() == ["gate.py", "4", "1", "2", "1", "67%", "5"]
    assert "1 passed" in summary


def test_branch_of_another_file_is_nobodys_concern(tmp_path: Path) -> None:
    assert run(tmp_path, "--whole=*.py", "--beside=gate.py", more="").returncode == 0


def test_test_that_fails_is_red_although_every_branch_was_walked(tmp_path: Path) -> None:
    assert run(tmp_path, "--whole=gate.py", wrong=" is None").returncode == 1


def test_listed_name_that_leads_to_no_file_is_red(tmp_path: Path) -> None:
    done = run(tmp_path, "--whole=gate.py,ledger/*.py")

    assert done.returncode == 1
    assert "There is no ledger/*.py.\n" in done.stdout


@pytest.mark.parametrize("workers", ["0", "1"])
def test_test_that_is_not_measured_is_not_slowed_down(tmp_path: Path, workers: str) -> None:
    done = run(tmp_path, "-n", workers, more=UNMEASURED)

    assert done.returncode == 0, done.stdout
