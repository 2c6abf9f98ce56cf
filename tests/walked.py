"""A measured run is red as well where a file that has to be walked whole is not.

A plugin of pytest, which so keeps the last word: `-p tests.walked --whole="ledger/*.py,cases/rules.py"`
beside `--cov`. What `--beside` names is left out. A name that leads to no file is red, too: a file
that was renamed would leave the list unseen.
"""

from __future__ import annotations

from collections.abc import Generator
from io import StringIO

import pytest
from coverage import Coverage


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("walked")
    group.addoption("--whole", default="", help="files of which every branch has to be walked")
    group.addoption("--beside", default="", help="files of these that need not be")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """pytest-cov measures a worker twice, one within the other, and `no_cover` ends the inner only."""
    if hasattr(session.config, "workerinput") and (outer := Coverage.current()):
        outer.stop()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Around pytest-cov, which puts together what the workers have measured."""
    result = yield
    is_asked = session.config.getoption("--whole") and not hasattr(session.config, "workerinput")
    if is_asked and (said := _missed(session.config)):
        session.testsfailed += 1
        session.config.stash[SAID] = said
    return result


SAID = pytest.StashKey[str]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if said := terminalreporter.config.stash.get(SAID, ""):
        terminalreporter.section("not walked whole", red=True)
        terminalreporter.write(said)


def _missed(config: pytest.Config) -> str:
    """What is missing, file by file; "" if every branch of the listed files was walked."""
    wanted, beside = (config.getoption(name).split(",") for name in ("--whole", "--beside"))
    if astray := [name for name in wanted if not any(config.rootpath.glob(name))]:
        return f"There is no {', '.join(astray)}.\n"
    measured, table = Coverage(), StringIO()
    measured.load()
    total = measured.report(
        include=wanted, omit=beside, show_missing=True, skip_covered=True, file=table
    )
    return "" if total == 100 else table.getvalue()
