"""`make manage ARGS="…"`: Django's command line against the running house, or against servers started for it."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack

from fms_agency.alone import stands_alone
from fms_agency.house.bootstrap import ROOT, Failure, say
from fms_agency.house.nameplate import running_house
from fms_agency.house.places import VAR, house_place
from fms_agency.house.processes import Crew
from fms_agency.house.servers import Environment, occupied, start_servers


def manage(environment: Environment, *words: str) -> int:
    return subprocess.run(
        [sys.executable, ROOT / "manage.py", *words], env=environment, check=False
    ).returncode


def main(arguments: list[str]) -> int:
    if stands_alone(arguments):
        return manage(dict(os.environ), *arguments)
    house = running_house()
    if house:
        return manage({**os.environ, **house.environment}, *arguments)
    with ExitStack() as stack:
        try:
            stack.enter_context(occupied(house_place()))
            crew = Crew(VAR / "processes.json")
            stack.callback(crew.stop)
            return manage(start_servers(house_place(), crew), *arguments)
        except Failure as failure:
            say(f"Stopped. {failure}")
            return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
