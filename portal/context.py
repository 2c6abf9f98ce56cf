"""What every page of the portal knows: whose desk it is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from partners import access


def desk(request: HttpRequest) -> dict[str, Any]:
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return {"desk": ""}
    return {"desk": desk_of(person)}


def desk_of(person: Any) -> str:
    """`staff`, `supplier` or `partner`: where a person works; "" without a membership today."""
    if access.works_in(person, "agency", "ministry"):
        return "staff"
    if access.works_in(person, "contractor"):
        return "supplier"
    return "partner" if access.works_in(person, "nation") else ""
