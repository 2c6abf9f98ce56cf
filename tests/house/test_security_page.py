"""docs/security.md claims what a test shows, and names the test: no name without its test."""

from __future__ import annotations

import ast
import re

from tests.house.code import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.partition("## 3. Described")[0].splitlines()
    if re.match(r"\| \d+\.\d+\.\d+ \|", line)
]
NOT_SHOWN, DEPLOYMENTS = "not yet shown", "a deployment's"


def test_every_requirement_stands_there_once_and_in_order() -> None:
    """OWASP ASVS 5.0 has 183 requirements that level 2 adds to level 1."""
    numbers = [tuple(map(int, number.split("."))) for number, *_rest in ROWS]

    assert numbers == sorted(set(numbers))
    assert len(numbers) == 183


def test_a_line_names_its_test_or_says_that_there_is_none() -> None:
    wrong = [
        number
        for number, _asks, how, shown in ROWS
        if not (
            shown.startswith("`tests/")
            or shown in {NOT_SHOWN, DEPLOYMENTS}
            or (shown == "–" and how.startswith("not applicable: "))
        )
    ]

    assert wrong == []


def test_what_a_deployment_has_to_do_is_said() -> None:
    _rest, _title, said = PAGE.partition("### A deployment's own")

    left = [number for number, _asks, _how, shown in ROWS if shown == DEPLOYMENTS]

    assert re.findall(r"^\| (\d[\d.]+) \| \S", said, re.MULTILINE) == left


def test_every_test_named_exists() -> None:
    named = set(re.findall(r"`(tests/[^`:]+\.py)(?:::(\w+))?`", PAGE))

    missing = {
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / path).exists() or (name and name not in functions_of(path))
    }

    assert len(named) > 30
    assert missing == set()


def functions_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_wall_that_is_built_stands_where_the_page_says() -> None:
    walls = re.findall(r"^\| [^|]+ \| ([^|]+) \| built \|$", PAGE, re.MULTILINE)
    places = [place for wall in walls for place in re.findall(r"`([\w/]+\.(?:py|md))`", wall)]

    assert len(places) > 15
    assert [place for place in places if "/" in place and not (ROOT / place).exists()] == []
