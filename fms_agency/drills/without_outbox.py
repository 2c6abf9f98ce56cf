"""Settings of a house whose steps ring with a plain `.delay()` and write no outbox: for the drill only.

A drill that stays green in such a house would prove nothing about the other one.
"""

from fms_agency.settings import *  # noqa: F403 - the same house, but for one thing
from fms_agency.settings import INSTALLED_APPS as ROOMS

INSTALLED_APPS = [*ROOMS, "fms_agency.drills.apps.WithoutOutbox"]
