"""The deep look at a file, in a process of its own: it may take so long and so much and no more."""

from __future__ import annotations

import logging
import subprocess
import sys

from django.conf import settings

from documents.contents import sentences
from documents.inspection.verdict import Verdict

SECONDS = 20
SENTENCES = {
    Verdict.BROKEN: sentences.broken,
    Verdict.LOCKED: sentences.locked,
    Verdict.ACTIVE: sentences.active,
    Verdict.ACTING_PARTS: sentences.acting_parts,
    Verdict.NESTED: sentences.nested,
    Verdict.TWO_THINGS: sentences.two_things,
    Verdict.PIXELS: sentences.pixels,
    Verdict.TOO_MUCH: sentences.too_much,
}
log = logging.getLogger(__name__)


def objection(data: bytes, content_type: str) -> str:
    """What a reader with limits says to the file. A reader that does not end well objects."""
    verdict = inspected(data, content_type)
    return "" if verdict is Verdict.FINE else SENTENCES[verdict]()


def inspected(data: bytes, content_type: str) -> Verdict:
    try:
        done = subprocess.run(
            [sys.executable, "-B", "-E", "-s", "-m", "documents.inspection", content_type],
            input=data,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            cwd=settings.BASE_DIR,
            env={},  # no secret goes along
        )
        return Verdict(done.stdout.decode())
    except subprocess.TimeoutExpired:
        log.warning("an inspection of %s took too long", content_type)
    except ValueError:
        # The name of what the reader raised last; what it says after that may quote the file.
        said = done.stderr.decode(errors="replace").strip()
        why = said.rpartition("\n")[2].partition(":")[0][:100]
        log.warning("an inspection of %s ended with %s: %s", content_type, done.returncode, why)
    return Verdict.TOO_MUCH
