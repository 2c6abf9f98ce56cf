"""What we install is known, named and looked up; settings of production pass Django's own check."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import date
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from fms_agency.house import audit, sbom
from fms_agency.house.check import MANAGE, PRODUCTION

TODAY = date(2026, 11, 22)
FOUND = [
    {"name": "good", "version": "1.0", "vulns": []},
    {
        "name": "bad",
        "version": "2.0",
        "vulns": [{"id": "PYSEC-2026-1", "aliases": ["CVE-2026-1"], "fix_versions": ["2.1"]}],
    },
]
RULE = {"id": "CVE-2026-1", "until": "2026-12-31", "reason": "not reached"}


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    return sbom.bill()


def test_bill_of_materials_keeps_its_schema(bill: dict[str, Any]) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill)) is None


def test_bill_names_every_locked_package_with_its_hashes(bill: dict[str, Any]) -> None:
    text = sbom.REQUIREMENTS.read_text(encoding="utf-8")
    locked = dict(re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", text, re.MULTILINE))

    assert {one["name"]: one["version"] for one in bill["components"]} == locked
    assert [one["name"] for one in bill["components"] if not one["hashes"]] == []
    assert bill["metadata"]["component"]["name"] == "fms-agency"


def test_bill_tells_no_place(bill: dict[str, Any]) -> None:
    assert re.findall(r"https?://[^\"]+|(?<![\w.])/(?:root|home|work|tmp)/", json.dumps(bill)) == [
        bill["$schema"]
    ]


@pytest.mark.parametrize(
    ("found", "allowed", "status", "said"),
    [
        (FOUND[:1], [], 0, ["1 of 1 packages audited"]),
        (FOUND, [], 1, ["2 of 2 packages audited", "bad 2.0: PYSEC-2026-1 (mended in 2.1)"]),
        (FOUND, [RULE], 0, ["2 of 2 packages audited"]),
        (
            FOUND,
            [RULE | {"until": "2026-11-21"}],
            1,
            ["2 of 2 packages audited", "bad 2.0: PYSEC-2026-1 (mended in 2.1)"],
        ),
        ("no answer", [], 0, ["not audited: no answer"]),
        (
            [{"name": "unknown", "skip_reason": "not found"}],
            [],
            0,
            [
                "0 of 1 packages audited",
                "not audited: 1 packages unknown to the advisory service (unknown)",
            ],
        ),
    ],
)
def test_audit_fails_on_what_it_finds_and_says_what_it_could_not_ask(
    found: Any, allowed: Any, status: int, said: list[str]
) -> None:
    assert audit.judge(found, allowed, TODAY) == (status, said)


def test_every_exception_has_a_reason_and_an_end() -> None:
    rules = json.loads(audit.ALLOWED.read_text(encoding="utf-8"))

    assert [rule for rule in rules if {"id", "until", "reason"} - set(rule)] == []


def test_settings_of_production_pass_the_deployment_check() -> None:
    # What a browser test sets for its own process is no setting of production.
    ours = {"DEBUG", "DJANGO_ALLOW_ASYNC_UNSAFE"}
    environment = {name: value for name, value in os.environ.items() if name not in ours}

    result = subprocess.run(
        [*map(str, MANAGE), "check", "--deploy", "--fail-level", "WARNING"],
        env=environment | PRODUCTION,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (result.returncode, result.stderr) == (0, ""), result.stdout
    assert "no issues" in result.stdout


COOKIES = """
from django.conf import settings as s
print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.LANGUAGE_COOKIE_NAME)
print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.LANGUAGE_COOKIE_SECURE)
print(s.SECURE_HSTS_SECONDS, s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECURE_SSL_REDIRECT)
"""


def test_under_https_cookies_are_bound_to_the_host_and_http_is_left_behind() -> None:
    result = subprocess.run(
        [sys.executable, str(MANAGE[1]), "shell", "--verbosity", "0", "-c", COOKIES],
        env=os.environ | PRODUCTION,
        capture_output=True,
        text=True,
        check=True,
    )

    assert result.stdout.splitlines()[-3:] == [
        "__Host-sessionid __Host-csrftoken __Host-language",
        "True True True",
        "31536000 True True",
    ]
