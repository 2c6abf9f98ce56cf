"""Settings of a house whose steps ring with a plain `.delay()` and write no outbox: for the drill only.

A drill that stays green in such a house would prove nothing about the other one.
"""

from fms_agency.settings import *  # noqa: F403 - the same house, but for two things
from fms_agency.settings import CELERY_BROKER_TRANSPORT_OPTIONS as LINE
from fms_agency.settings import INSTALLED_APPS as ROOMS

INSTALLED_APPS = [*ROOMS, "fms_agency.drills.apps.WithoutOutbox"]
# What a dead worker had taken is given back soon, so that the drill can tell lost from late.
CELERY_BROKER_TRANSPORT_OPTIONS = LINE | {"visibility_timeout": 20}
