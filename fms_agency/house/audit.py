"""Are advisories known for what the production image installs? Part of `make check`.

Fails on an advisory that is not in `deploy/advisories.json`, where each exception has a reason and
a last day. When the advisory service cannot be asked it says so and does not fail: a build must
be possible without the internet, but never look as if it had been audited.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from fms_agency.house.bootstrap import ROOT

PROGRAM = Path(sys.executable).parent / "pip-audit"
REQUIREMENTS = ROOT / "requirements-production.txt"
ALLOWED = ROOT / "deploy" / "advisories.json"
PATIENCE = 120


def ask() -> list[dict[str, Any]] | str:
    """What the service says of each package; a sentence when it cannot be asked."""
    words = ("--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json")
    try:
        result = subprocess.run(
            [str(PROGRAM), "--requirement", str(REQUIREMENTS), *words],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        found: list[dict[str, Any]] = json.loads(result.stdout)["dependencies"]
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"pip-audit did not run to its end ({type(error).__name__})"
    except (ValueError, KeyError):
        return "the advisory service gave no answer that can be read"
    return found


def judge(
    found: list[dict[str, Any]] | str, allowed: list[dict[str, str]], today: date
) -> tuple[int, list[str]]:
    """Exit status and lines for the terminal."""
    if isinstance(found, str):
        return 0, [f"not audited: {found}"]
    current = {rule["id"] for rule in allowed if date.fromisoformat(rule["until"]) >= today}
    wrong = [
        f"{package['name']} {package['version']}: {advisory['id']}"
        f" (mended in {', '.join(advisory['fix_versions']) or 'no version yet'})"
        for package in found
        for advisory in package.get("vulns", ())
        if not current & {advisory["id"], *advisory.get("aliases", ())}
    ]
    skipped = [package["name"] for package in found if "skip_reason" in package]
    lines = [f"{len(found) - len(skipped)} of {len(found)} packages audited", *wrong]
    if skipped:
        lines.append(
            f"not audited: {len(skipped)} packages unknown to the advisory service"
            f" ({', '.join(skipped[:5])}{', …' if len(skipped) > 5 else ''})"
        )
    return (1 if wrong else 0), lines


def main() -> int:
    allowed = json.loads(ALLOWED.read_text(encoding="utf-8"))
    status, lines = judge(ask(), allowed, datetime.now(UTC).date())
    print("\n".join(lines))
    return status


if __name__ == "__main__":
    sys.exit(main())
