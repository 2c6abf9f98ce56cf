"""The house's own source, as tests of its structure read it."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = (
    "fms_agency",
    "portal",
    "api",
    "cases",
    "exports",
    "ledger",
    "industry",
    "approvals",
    "partners",
    "notifications",
    "documents",
    "workflow",
)


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the checkout that is, or is about to be, in version control."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    found = [ROOT / name.decode() for name in listed.stdout.split(b"\0") if name]
    return tuple(path for path in found if path.is_file())


def modules(*parts: str) -> Iterator[Path]:
    """Python files of some parts of the house, without migrations."""
    for path in tracked():
        place = path.relative_to(ROOT)
        is_ours = path.suffix == ".py" and place.parts[0] in (parts or PARTS)
        if is_ours and "migrations" not in place.parts:
            yield path


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def imports(path: Path) -> Iterator[str]:
    """Top names of what a module imports, also inside functions."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]
