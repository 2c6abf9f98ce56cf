"""Who is told what about people and access. The words are in `templates/notifications/`."""

from __future__ import annotations

from typing import Any

from notifications.notices import notice
from partners.access import Permission as P
from partners.desks import staff_path, staff_with


@notice("emergency_opened", to=staff_with(P.EMERGENCY_REVIEW, P.TRAIL_READ))
def emergency_opened(access: Any) -> dict[str, Any]:
    """Neither the title nor the content of the case: whoever reads this may not know of it."""
    return {
        "title": access.title,
        "path": staff_path(access),
        "reason": access.reason,
        "asker": access.person.official_name,
    }
