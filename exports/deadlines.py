"""Clocks of the export room."""

from __future__ import annotations

from operator import attrgetter

from workflow.deadlines import DueOn

clearance_expiry = DueOn("expire", day=attrgetter("valid_until"))
