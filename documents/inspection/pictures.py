"""PNG and JPEG, drawn once: damage inside the picture shows only then."""

from __future__ import annotations

import io
import struct
import warnings

from PIL import Image

from documents.inspection.verdict import Verdict

PIXELS = 100_000_000  # a sheet of A3 at 600 dots per inch has 70 million


def look_at_png(data: bytes) -> Verdict:
    return _look(data, "PNG")


def look_at_jpeg(data: bytes) -> Verdict:
    return _look(data, "JPEG")


def _look(data: bytes, kind: str) -> Verdict:
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = PIXELS
    try:
        with Image.open(io.BytesIO(data), formats=[kind]) as picture:
            if getattr(picture, "n_frames", 1) > 1:
                return Verdict.TWO_THINGS
            picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return Verdict.PIXELS
    except (OSError, SyntaxError, ValueError, EOFError, struct.error):
        return Verdict.BROKEN
    return Verdict.FINE
