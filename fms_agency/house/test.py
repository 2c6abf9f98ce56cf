"""`make test`: all tests against servers of their own. Several runs in one checkout do not disturb each other."""

from __future__ import annotations

import signal
import subprocess
import sys

from fms_agency.house.bootstrap import Failure, say, step
from fms_agency.house.check import compile_texts
from fms_agency.house.servers import servers_for_tests


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with servers_for_tests() as environment:
            say("PostgreSQL and the broker for the tests answer")
            with step("Texts", "Texts compiled"):
                compile_texts(environment)
            # A whole run takes all processors; whoever names tests says how they run.
            wanted = arguments or ["-n", "auto", "--dist", "worksteal"]
            # No line of ours after this: pytest has the last word.
            return subprocess.run(
                [sys.executable, "-m", "pytest", *wanted], env=environment, check=False
            ).returncode
    except (Failure, OSError) as failure:
        say(f"Stopped. {failure}")
        return 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
