"""What the agency is called. Provisional: settings AGENCY_JA and AGENCY_EN replace the names."""

from __future__ import annotations

from django.conf import settings

JA = "防衛装備移転庁（仮称）"
EN = "Defence Equipment Transfer Agency (provisional name)"


def name_in(language: str) -> str:
    if language == "ja":
        return str(getattr(settings, "AGENCY_JA", JA))
    return str(getattr(settings, "AGENCY_EN", EN))
