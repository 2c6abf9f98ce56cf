"""What an inspection can find; `documents.contents.bounded` has the sentence for each."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    FINE = "fine"
    BROKEN = "broken"
    LOCKED = "locked"
    ACTIVE = "active"
    ACTING_PARTS = "acting parts"
    NESTED = "nested"
    TWO_THINGS = "two things"
    PIXELS = "pixels"
    TOO_MUCH = "too much"
