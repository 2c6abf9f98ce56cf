"""The printed table of roles: who may do what, and whose duties are kept apart."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from partners import policies
from partners.access import ROLES, Permission
from workflow.models import Separation
from workflow.steps import beginnings_of, case_types, steps_of


@policies.staff
@require_GET
def matrix(request: HttpRequest) -> HttpResponse:
    """Role × permission by kind of organisation, steps by role, and the separations of today."""
    kinds = dict.fromkeys(role.kind for role in ROLES.values())
    context = {
        "tables": [_table(kind) for kind in kinds],
        "steps": [_steps(model) for model in case_types()],
        "separations": Separation.objects.on(timezone.localdate()),
    }
    return render(request, "portal/staff/roles.html", context)


def _table(kind: str) -> dict[str, Any]:
    roles = [role for role in ROLES.values() if role.kind == kind]
    used = [p for p in Permission if any(p in role.permissions for role in roles)]
    rows = [{"permission": p, "marks": [p in role.permissions for role in roles]} for p in used]
    return {"kind": kind, "roles": roles, "rows": rows}


def _steps(model: Any) -> dict[str, Any]:
    declared = [*beginnings_of(model).values(), *steps_of(model).values()]
    shown = [
        {
            "label": step.label,
            "roles": [ROLES[role].label for role in step.may.roles if role in ROLES],
        }
        for step in declared
        if not step.inner
    ]
    return {"label": model._meta.verbose_name_plural, "steps": shown}
