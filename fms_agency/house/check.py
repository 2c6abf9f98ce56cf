"""`make check`: everything about the code that can be told without running the tests."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from fms_agency.house.bootstrap import ROOT, Failure, say
from fms_agency.house.servers import Environment, servers_for_tests

PROGRAMS = Path(sys.executable).parent
MANAGE = (sys.executable, ROOT / "manage.py")

CHECKS: dict[str, Sequence[object]] = {
    "format": (PROGRAMS / "ruff", "format", "--check", "."),
    "lint": (PROGRAMS / "ruff", "check", "."),
    "types": (PROGRAMS / "mypy", "."),
    "import contracts": (PROGRAMS / "lint-imports",),
    "missing migrations": (*MANAGE, "makemigrations", "--check", "--dry-run"),
    "generated pages": (*MANAGE, "generate_pages", "--check"),
    "settings of production": (*MANAGE, "check", "--deploy", "--fail-level", "WARNING"),
    "known advisories": (sys.executable, "-m", "fms_agency.house.audit"),
}
# What a deployment sets; the check of its settings is made with these.
PRODUCTION = {
    "DEBUG": "0",
    "DEMO": "0",
    "EMBEDDED": "0",
    "PUBLIC_URL": "https://agency.example.jp",
    "SECRET_KEY": "".join(map(chr, range(48, 122))),  # long and varied enough to be checked
}
SAID_ANYWAY = "not audited:"
REMEDIES = {
    "format": "ruff format .",
    "lint": "ruff check . --fix mends some of it",
    "missing migrations": 'make manage ARGS="makemigrations"',
    "generated pages": 'make manage ARGS="generate_pages"',
}


def compile_texts(environment: Environment) -> None:
    """Compile the translations when one is older than its source: tests read the compiled ones."""
    texts = [
        text
        for folder in ("locale", "*/locale")
        for text in ROOT.glob(f"{folder}/*/LC_MESSAGES/*.po")
    ]
    if any(is_stale(text) for text in texts):
        result = subprocess.run(
            [str(word) for word in (*MANAGE, "compile_texts")],
            env=environment,
            capture_output=True,
            check=False,
        )
        if result.returncode:
            raise Failure(
                f"The texts were not compiled: {result.stderr.decode(errors='replace')[-2000:]}"
            )


def is_stale(text: Path) -> bool:
    compiled = text.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime < text.stat().st_mtime


def passes(name: str, command: Sequence[object], environment: Environment) -> bool:
    begun = time.monotonic()
    result = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        env={**environment, **PRODUCTION} if "--deploy" in command else environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    good = result.returncode == 0
    say(f"{'ok    ' if good else 'FAILED'} {name} ({time.monotonic() - begun:.1f} s)")
    for line in result.stdout.decode(errors="replace").splitlines():
        if good and line.startswith(SAID_ANYWAY):
            print(f"  {line}", flush=True)
    if not good:
        print(result.stdout.decode(errors="replace").rstrip(), flush=True)
        if name in REMEDIES:
            print(f"  To mend it: {REMEDIES[name]}", flush=True)
    return good


def main() -> int:
    try:
        with servers_for_tests() as environment:
            failed = [
                name for name, command in CHECKS.items() if not passes(name, command, environment)
            ]
    except (Failure, OSError) as failure:
        say(f"Stopped. {failure}")
        return 1
    say(
        f"{len(failed)} of {len(CHECKS)} checks failed: {', '.join(failed)}"
        if failed
        else "All checks passed"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
