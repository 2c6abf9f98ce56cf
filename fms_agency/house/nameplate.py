"""What a running house says about itself in `var/house.json`, for `make demo`, `make stop` and `make manage`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from fms_agency.house.places import VAR, house_place, write_private
from fms_agency.house.servers import Environment, occupant

PATH = VAR / "house.json"
NAMES = (
    "ALLOWED_HOSTS",
    "CELERY_BROKER_URL",
    "DATABASE_URL",
    "DEBUG",
    "DEMO",
    "EMAIL_URL",
    "EMBEDDED",
    "MEDIA_ROOT",
    "PUBLIC_URL",
    "SECRET_KEY",
    "VAR_DIR",
)


@dataclass(frozen=True)
class Nameplate:
    address: str
    launcher: int
    pids: dict[str, int]
    environment: Environment

    def put_up(self) -> None:
        write_private(PATH, json.dumps(asdict(self), indent=1))


def settings_of(environment: Environment) -> Environment:
    """The part of an environment that leads to the house; it may hold secrets, so it goes to private files only."""
    wanted = {*NAMES, *(f"{name}_FILE" for name in NAMES)}
    return {name: value for name, value in environment.items() if name in wanted}


def take_down() -> None:
    PATH.unlink(missing_ok=True)


def running_house() -> Nameplate | None:
    """The house that runs in this checkout. A nameplate without a launcher behind it counts for nothing."""
    try:
        house = Nameplate(**json.loads(PATH.read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return house if occupant(house_place()) == house.launcher else None
