"""`make drill-crash`: hands over to the drill, which opens a house of its own."""

from __future__ import annotations

import signal
import sys

from fms_agency.drills import crash

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(crash.main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
