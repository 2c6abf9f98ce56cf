"""One person for each role, and those who look alike but belong elsewhere."""

from __future__ import annotations

from typing import Any

from partners.access import ROLES
from tests.factories import firm, person
from workflow.rights import SYSTEM

ELSEWHERE = {
    "nation": ("of another nation", {"nation": "AU"}),
    "contractor": ("of another contractor", {}),
}


def one_of_each() -> dict[str, Any]:
    """Everybody who may stand before the gate, by how a table names them."""
    people: dict[str, Any] = {role: person(role) for role in ROLES}
    for role in ROLES.values():
        if role.kind in ELSEWHERE:
            words, place = ELSEWHERE[role.kind]
            other: dict[str, Any] = place or {"firm": firm("Other Works")}
            people[f"{role.id} {words}"] = person(role.id, **other)
    return people | {"system": SYSTEM}
