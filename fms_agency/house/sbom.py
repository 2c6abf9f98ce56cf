"""`make sbom`: what the production image installs, with hashes, as CycloneDX 1.6 in build/sbom.json.

Built from the locked requirements, so the same lock gives the same bytes. It names packages by
their package URL; where this machine fetched them from is nobody's business and is left out.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from fms_agency.house.bootstrap import ROOT, say

PROGRAM = Path(sys.executable).parent / "cyclonedx-py"
REQUIREMENTS = ROOT / "requirements-production.txt"
TARGET = ROOT / "build" / "sbom.json"


def bill() -> dict[str, Any]:
    """The bill of materials as JSON values."""
    words = ("--short-PURLs", "--output-reproducible", "--spec-version", "1.6", "-o", "-")
    made = subprocess.run(
        [str(PROGRAM), "requirements", str(REQUIREMENTS), *words],
        capture_output=True,
        check=True,
        cwd=ROOT,
    )
    found: dict[str, Any] = json.loads(made.stdout)
    found["components"] = [_component(one) for one in found["components"]]
    found["metadata"]["component"] = _ourselves()
    found["dependencies"] = [
        {"ref": "fms-agency", "dependsOn": [one["bom-ref"] for one in found["components"]]},
        *({"ref": one["bom-ref"]} for one in found["components"]),
    ]
    for tool in found["metadata"]["tools"]["components"]:
        tool.pop("externalReferences", None)
    return found


def _ourselves() -> dict[str, Any]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {
        "type": "application",
        "bom-ref": "fms-agency",
        "name": project["name"],
        "version": project["version"],
        "description": project["description"],
    }


def _component(made: dict[str, Any]) -> dict[str, Any]:
    """Name, version, package URL and hashes; not the line of a file, nor an index."""
    hashes = [
        digest for place in made.get("externalReferences", ()) for digest in place.get("hashes", ())
    ]
    kept = {name: made[name] for name in ("type", "name", "version", "purl")}
    return {**kept, "bom-ref": made["purl"], "hashes": hashes}


def main() -> int:
    text = json.dumps(bill(), indent=2, sort_keys=True) + "\n"
    if fault := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        say(f"The bill of materials breaks its schema: {fault}")
        return 1
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text, encoding="utf-8")
    say(f"Bill of materials: {TARGET.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
