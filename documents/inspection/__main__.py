"""The process that opens one file: limits first, then the reader, then one word."""

from __future__ import annotations

import resource
import sys
from contextlib import suppress

MEMORY = 768 * 1024 * 1024
SECONDS = 10


def main() -> None:
    limit(resource.RLIMIT_AS, MEMORY)
    limit(resource.RLIMIT_CPU, SECONDS)
    limit(resource.RLIMIT_FSIZE, 0)
    limit(resource.RLIMIT_CORE, 0)
    from documents.inspection.readers import read  # slow libraries: within the limits as well

    sys.stdout.write(read(sys.stdin.buffer.read(), sys.argv[1]))


def limit(what: int, most: int) -> None:
    with suppress(
        ValueError, OSError
    ):  # not every system knows every limit; the parent has a clock
        resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    main()
