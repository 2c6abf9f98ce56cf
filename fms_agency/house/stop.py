"""`make stop`: ask the house of this checkout to stop, and wait until it has."""

from __future__ import annotations

import os
import signal
import sys
import time

from fms_agency.house.bootstrap import say
from fms_agency.house.places import house_place
from fms_agency.house.servers import occupant

PATIENCE = 60.0


def main() -> int:
    launcher = occupant(house_place())
    if launcher is None:
        say("No house is open in this checkout.")
        return 0
    os.kill(launcher, signal.SIGTERM)
    limit = time.monotonic() + PATIENCE
    while occupant(house_place()) == launcher:
        if time.monotonic() > limit:
            say(f"The house does not stop; end it with `kill -9 {launcher}`.")
            return 1
        time.sleep(0.2)
    say("The house is closed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
