"""`python -m bench [trail walls approvals pricing]`: measurements as a table; fails if a bar is not cleared."""

from __future__ import annotations

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "fms_agency.settings"
os.environ["DATABASE_POOL"] = "12"  # eight writers, the sealer and whoever measures
os.environ["LOG_LEVEL"] = "WARNING"
django.setup()

from django.test.utils import setup_databases, teardown_databases  # noqa: E402

from bench import approvals, pricing, trail, walls  # noqa: E402

MEASUREMENTS = {
    "trail": trail.measure,
    "walls": walls.measure,
    "approvals": approvals.measure,
    "pricing": pricing.measure,
}


def main(wanted: list[str]) -> int:
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        figures = [figure for name in wanted or MEASUREMENTS for figure in MEASUREMENTS[name]()]
    finally:
        teardown_databases(databases, verbosity=0)
    for figure in figures:
        print(figure)
    return 0 if all(figure.is_good for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
