"""`make bench`: measure against servers of their own, and print each figure beside its bar."""

from __future__ import annotations

import subprocess
import sys

from fms_agency.house.bootstrap import Failure, say
from fms_agency.house.check import compile_texts
from fms_agency.house.servers import servers_for_tests


def main(arguments: list[str]) -> int:
    try:
        with servers_for_tests() as environment:
            compile_texts(environment)
            return subprocess.run(
                [sys.executable, "-m", "bench", *arguments], env=environment, check=False
            ).returncode
    except (Failure, OSError) as failure:
        say(f"Stopped. {failure}")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
