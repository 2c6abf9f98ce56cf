"""In which capacity somebody reads, as the trail names it: a role, and whom they hold it for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from partners.access import ROLES
from workflow.rights import Capacity


def capacity_in(
    person: Any, *kinds: str, nation: str = "", contractor: UUID | None = None
) -> Capacity:
    """The first role of today in organisations of these kinds; `nation` or `contractor` narrows."""
    for row in person.memberships_today:
        at = row.organisation
        fits = (not nation or at.nation_id == nation) and contractor in {None, at.pk}
        if fits and at.kind in kinds and ROLES[row.role].kind == at.kind:
            return Capacity(row.role, at.name_en)
    return Capacity("", "")
