"""One door to the outside: no other module can call somebody else's address."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.code import modules, name_of, tree

CALLING = {
    *("aiohttp", "asyncio", "ftplib", "http.client", "httpx", "imaplib", "pycurl", "requests"),
    *("socket", "ssl", "telnetlib", "urllib.request", "urllib3", "xmlrpc.client"),
}
ALLOWED = {
    "notifications/outgoing.py": "it is the door",
    "documents/scanning.py": "it speaks to the scanner that the setting CLAMAV names",
}
# Tools beside the running house: they speak to the house itself, on this machine.
BESIDE = ("fms_agency/demo/", "fms_agency/drills/", "fms_agency/house/")


def imported(path: Path) -> Iterator[str]:
    """Full names, so that `urllib.parse` is not taken for `urllib.request`."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_calling(name: str) -> bool:
    return any(name == known or name.startswith(f"{known}.") for known in CALLING)


def test_one_module_calls_other_houses() -> None:
    callers = {
        name_of(path)
        for path in modules()
        if any(map(is_calling, imported(path))) and not name_of(path).startswith(BESIDE)
    }

    assert callers == set(ALLOWED)


def test_calling_is_told_from_reading_addresses() -> None:
    assert is_calling("urllib.request")
    assert is_calling("http.client.HTTPSConnection")
    assert not is_calling("urllib.parse.urlsplit")
    assert not is_calling("http.HTTPStatus")
