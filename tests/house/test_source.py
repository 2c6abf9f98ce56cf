"""What the house's own source never does: run text, believe pickles, mark text safe, roll weak dice."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from fms_agency.celery import app as celery
from tests.house.code import ROOT, calls, imports, modules, name_of, tracked, tree

RUNS_TEXT = {"eval", "exec", "compile", "__import__"}
READS_ANYTHING = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "yaml"}
CALLS_TEMPLATES_FROM_TEXT = {"from_string", "Template", "Engine"}
MARKS_SAFE = {"mark_safe", "SafeString", "SafeText", "format_html_join"}
STRONG = {"sha256", "sha384", "sha512"}
# The drills play with chance, and a pause that varies is no secret.
CHANCE = {"fms_agency/drills/schedule.py", "fms_agency/drills/crash.py", "workflow/follow_ups.py"}
# The launcher, and the seal, whose SQL is made of declared tables.
NOBODY_TYPES = ("fms_agency/house/", "workflow/seal/")
KEEPS_OR_RUNS = re.compile(
    r"localStorage|sessionStorage|indexedDB|document\.cookie|postMessage|document\.write"
    r"|innerHTML|outerHTML|insertAdjacentHTML|\beval\(|new Function"
)
SCRIPTS = [path for path in tracked() if path.suffix == ".js"]
TEMPLATES = [path for path in tracked() if path.suffix in {".html", ".txt"}]


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _calling(names: set[str]) -> set[str]:
    return {name_of(path) for path in modules() for call in calls(path) if _called(call) in names}


def test_no_text_is_run() -> None:
    run = {
        f"{name_of(path)}: {call.func.id}"
        for path in modules()
        for call in calls(path)
        if isinstance(call.func, ast.Name) and call.func.id in RUNS_TEXT
    }

    assert run == set()


def test_nothing_is_read_that_could_build_objects() -> None:
    readers = {name_of(path) for path in modules() if READS_ANYTHING.intersection(imports(path))}

    assert readers == set()
    assert (celery.conf.accept_content, celery.conf.task_serializer) == (("json",), "json")


def test_no_template_is_made_of_text() -> None:
    assert _calling(CALLS_TEMPLATES_FROM_TEXT) == set()


def test_no_text_is_called_safe() -> None:
    said = {
        name_of(p) for p in TEMPLATES if re.search(r"\|\s*safe\b|autoescape off", p.read_text())
    }

    assert _calling(MARKS_SAFE) == set()
    # Letters in plain text have no markup to escape.
    assert {name for name in said if not name.endswith(".txt")} == set()


def test_patterns_are_written_in_the_source() -> None:
    """None is put together from what somebody typed."""
    made = {
        f"{name_of(path)}:{call.lineno}"
        for path in modules()
        for call in calls(path)
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "re"
        and call.func.attr != "escape"
        and not isinstance(call.args[0], ast.Constant)
    }

    assert made == set()


def test_formats_are_written_in_the_source() -> None:
    """Neither `.format` nor `%` is told how to write by what somebody typed."""
    made = {
        f"{name_of(path)}:{node.lineno}"
        for path in modules()
        if not name_of(path).startswith(NOBODY_TYPES)
        for node in ast.walk(tree(path))
        if (format_ := _format_of(node)) is not None and not _is_written(format_)
    }

    assert made == set()


def _format_of(node: ast.AST) -> ast.expr | None:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="super")))):
            return None
        case ast.Call(func=ast.Attribute(value=text, attr="format" | "format_map")):
            return text
        case ast.BinOp(left=text, op=ast.Mod(), right=ast.Tuple() | ast.Dict()):
            return text
    return None


def _is_written(text: ast.expr) -> bool:
    """A literal, the translation of one, or SQL, which psycopg puts together itself.

    A name in capitals is a constant of the module.
    """
    match text:
        case ast.Constant(value=str() | bytes()) | ast.Call(func=ast.Attribute(attr="SQL")):
            return True
        case ast.Call(func=ast.Name(id=name), args=arguments):
            translating = name in {"_", "_t"} or "gettext" in name
            return translating and all(isinstance(one, ast.Constant) for one in arguments[:2])
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.isupper()
    return False


def test_hashes_are_strong() -> None:
    named = {
        alias.name
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module == "hashlib"
        for alias in node.names
    }
    called = {
        call.func.attr
        for path in modules()
        for call in calls(path)
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "hashlib"
    }

    assert named
    assert (named | called) - STRONG == set()


def test_secrets_are_not_rolled_with_weak_dice() -> None:
    rolled = {name_of(path) for path in modules() if "random" in imports(path)}

    assert rolled == CHANCE


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_script_keeps_nothing_and_runs_no_text(script: Path) -> None:
    assert KEEPS_OR_RUNS.findall(script.read_text(encoding="utf-8")) == []


def test_scripts_and_templates_are_looked_at() -> None:
    assert len(SCRIPTS) > 1
    assert len(TEMPLATES) > 50
    assert all(path.is_relative_to(ROOT) for path in (*SCRIPTS, *TEMPLATES))
