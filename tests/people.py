"""One person for each role, and those who look alike but belong elsewhere."""

from __future__ import annotations

import time
from typing import Any

from django.test import Client

from partners.access import ROLES
from partners.identity import second_factor
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


def enter(client: Client, who: Any) -> Client:
    """Sign in as the entrance would, with a second factor where one is needed, given just now."""
    client.force_login(who)
    session = client.session
    session.update(proven(who))
    session.save()
    return client


def proven(who: Any, at: float | None = None) -> dict[str, Any]:
    """What a session knows of somebody who has proved who they are, now or at some other time."""
    methods = ["password", "mfa"] if second_factor.is_needed(who) else ["password"]
    moment = time.time() if at is None else at
    return {
        "account_authentication_methods": [{"method": m, "at": moment} for m in methods],
        "account_authentication_methods_user": str(who.pk),
    }
