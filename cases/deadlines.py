"""Clocks of the case room."""

from __future__ import annotations

from operator import attrgetter

from workflow.deadlines import DueOn

offer_expiry = DueOn("lapse", day=attrgetter("expires_on"))
