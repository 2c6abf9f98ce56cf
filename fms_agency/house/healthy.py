"""The health checks of the containers: `python fms_agency/house/healthy.py web|beat|seal`.

Run as a script every few seconds, so it imports neither Django nor this package.
"""

from __future__ import annotations

import http.client
import os
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

# Beat saves its schedule every three minutes; twice that without a word is too long.
BEAT_SILENCE = 360.0
SEAL_SILENCE = 60.0


def web_answers() -> bool:
    """Ask as the reverse proxy would, or the settings refuse the host or send us to https."""
    public = urlsplit(os.environ.get("PUBLIC_URL", "http://127.0.0.1:8000"))
    headers = {"Host": public.netloc, "X-Forwarded-Proto": public.scheme}
    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=4)
    try:
        connection.request("GET", "/healthz", headers=headers)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def beat_writes() -> bool:
    try:
        written = max(path.stat().st_mtime for path in Path("/var/lib/fms-beat").iterdir())
    except (OSError, ValueError):
        return False
    return time.time() - written < BEAT_SILENCE


def sealer_looks() -> bool:
    """The sealer leaves word at each look, also when there is nothing to seal."""
    folder = Path(os.environ.get("SEAL_FOLDER", "/var/lib/fms/seal"))
    try:
        return time.time() - (folder / "looked").stat().st_mtime < SEAL_SILENCE
    except OSError:
        return False


CHECKS = {"web": web_answers, "beat": beat_writes, "seal": sealer_looks}

if __name__ == "__main__":
    sys.exit(0 if CHECKS[sys.argv[1]]() else 1)
