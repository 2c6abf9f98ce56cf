"""`make demo`: play the deal through the doors of the running house, or of one opened for the purpose."""

from __future__ import annotations

import os
import signal
import sys
import time

from fms_agency.house.bootstrap import ROOT, Failure, say, step
from fms_agency.house.manage import manage
from fms_agency.house.nameplate import Nameplate, running_house
from fms_agency.house.places import VAR, make_var
from fms_agency.house.processes import Process, launch, stop_process

LOG = VAR / "log" / "demo-house.log"
PATIENCE = 60.0


def open_house() -> tuple[Process, Nameplate]:
    """Open a house whose lines go to a file, so that the deal's own lines can be read."""
    make_var(VAR)
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("wb") as log:
        launcher = launch([sys.executable, "-m", "fms_agency.house.run"], stdout=log, stderr=log)
    try:
        while launcher.poll() is None:
            house = running_house()
            if house and house.launcher == launcher.pid:
                return launcher, house
            time.sleep(0.2)
    except BaseException:
        stop_process(launcher, signal.SIGTERM, PATIENCE)
        raise
    last = "\n".join(f"  | {line}" for line in LOG.read_text(errors="replace").splitlines()[-12:])
    raise Failure(f"The house did not open. Its last lines, from {LOG.relative_to(ROOT)}:\n{last}")


def play(house: Nameplate, arguments: list[str]) -> int:
    # The deal tells its own story; the log of its client would drown it.
    environment = {"LOG_LEVEL": "WARNING", **os.environ, **house.environment}
    return manage(environment, "play_deal", "--base-url", house.address, *arguments)


def main(arguments: list[str]) -> int:
    # Both end in the same tidy way: the house we opened is closed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    house = running_house()
    if house:
        say(f"Using the house at {house.address}")
        return play(house, arguments)
    try:
        with step("Opening a house", "The house is open"):
            launcher, house = open_house()
    except Failure as failure:
        say(f"Stopped. {failure}")
        return 1
    try:
        return play(house, arguments)
    finally:
        stop_process(launcher, signal.SIGTERM, PATIENCE)
        say("The house is closed again.")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
