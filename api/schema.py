"""What the generated description needs besides: how to sign in, each step by name, each problem.

A step has no view of its own, so its place in the description is written from its declaration.
"""

from __future__ import annotations

import copy
import inspect
import re
from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension

from api.authentication import SCOPE
from api.bodies import VERSION
from api.once import HEADER, KEY, needs_key
from api.problems import MEDIA_TYPE, TITLES, TYPE_PREFIX
from api.shapes import Schema, body_schema, shape_of
from partners.access import ROLES
from workflow.forms import form_of
from workflow.steps import Step, beginnings_of, steps_of

GENERIC_STEP = re.compile(r"^(?P<below>/api/v1/(?P<slug>\w+)/\{number\}/steps/)\{step\}/$")
BEGIN = "/api/v1/requests/"
ROWS = {"lines", "changed_lines", "per_line"}  # shapes that a form has no way to carry
REFUSALS = {
    "get": ("400", "401", "403", "404", "429"),
    "post": ("400", "401", "403", "404", "409", "413", "415", "422", "429"),
}


class ClientScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """OAuth 2.0 client credentials, for whoever reads the description."""

    target_class = "api.authentication.ClientOfAPerson"
    name = "client"

    def get_security_definition(self, auto_schema: Any) -> Schema:
        flow = {"tokenUrl": "/o/token/", "scopes": {SCOPE: _("All of the partner interface")}}
        return {"type": "oauth2", "flows": {"clientCredentials": flow}}

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        return {self.name: [SCOPE]}


def describe_steps(result: Schema, generator: Any, request: Any, public: bool) -> Schema:
    """Postprocessing hook: one path for each step that a partner can take, from its declaration."""
    result["paths"] = dict(_expanded(result["paths"]))
    components = result["components"]
    components.setdefault("schemas", {})["Problem"] = _problem_schema()
    components.setdefault("responses", {})["Problem"] = {
        "description": _("What stands against it (RFC 9457)."),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for path in result["paths"].values():
        for method, operation in path.items():
            _add_refusals(operation, method)
    return result


def _expanded(paths: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    from api.v1.kinds import KINDS  # the views import what this module describes

    for address, path in paths.items():
        match = GENERIC_STEP.match(address)
        if match:
            model = KINDS[match["slug"]].model
            for step in steps_for_partners(model):
                operation = _step_operation(path["post"], match["slug"], step, model)
                yield f"{match['below']}{step.name}/", {"post": operation}
        else:
            if address == BEGIN:
                draft = beginnings_of(KINDS["requests"].model)["draft"]
                path["post"] |= _words(draft) | _body(form_of(draft).base_fields)
                path["post"].setdefault("parameters", []).append(_key(required=False))
            yield address, path


def steps_for_partners(model: Any) -> list[Step]:
    """The steps that some role of a nation carries; nobody else has a client."""
    offered = (step for step in steps_of(model).values() if not step.inner)
    return [step for step in offered if partner_roles(step)]


def partner_roles(step: Step) -> list[str]:
    return [role for role in step.may.roles if role in ROLES and ROLES[role].kind == "nation"]


def _step_operation(generic: Schema, slug: str, step: Step, model: Any) -> Schema:
    operation: Schema = copy.deepcopy(generic)
    operation["operationId"] = f"{slug}_{step.name}"
    operation["parameters"] = [p for p in operation["parameters"] if p["name"] != "step"]
    states = dict(model._meta.get_field("state").flatchoices)
    words = _words(step)
    words["description"] += "\n\n" + _("Possible while: %(states)s.") % {
        "states": ", ".join(f"`{state}` ({states[state]})" for state in step.sources)
    }
    operation["parameters"].append(_key(required=needs_key(step)))
    return operation | words | _body(_with_version(step))


def _key(*, required: bool) -> Schema:
    return {
        "name": HEADER,
        "in": "header",
        "required": required,
        "description": _(
            "A key that you make for each act, such as a UUID. The same request sent again with"
            " it has no second effect and gets the first reply; another body is refused (422)."
        ),
        "schema": {"type": "string", "pattern": KEY.pattern},
    }


def _words(step: Step) -> Schema:
    who = [str(ROLES[role].label) for role in partner_roles(step)]
    parts = [step.help, _("Who: %(roles)s.") % {"roles": ", ".join(who)}]
    if conditions := [doc for guard in step.when if (doc := inspect.getdoc(guard))]:
        listed = "\n".join(f"- {_(doc)}" for doc in conditions)
        parts.append(_("Only when:") + "\n\n" + listed)
    return {"summary": str(step.label), "description": "\n\n".join(parts)}


def _with_version(step: Step) -> dict[str, forms.Field]:
    version = forms.IntegerField(
        label=_("Version"),
        help_text=_(
            "The version you looked at: the step is refused if the case has changed since."
        ),
        required=step.signs,
    )
    return {**form_of(step).base_fields, VERSION: version}


def _body(fields: dict[str, forms.Field]) -> Schema:
    """JSON, unless a file is needed; where one may be sent, a form as well."""
    files = {name for name, field in fields.items() if shape_of(field).name == "file"}
    without = {name: field for name, field in fields.items() if name not in files}
    content: Schema = {}
    if not any(fields[name].required for name in files):
        content["application/json"] = {"schema": body_schema(without)}
    if files:
        flat = {n: field for n, field in fields.items() if shape_of(field).name not in ROWS}
        content["multipart/form-data"] = {"schema": body_schema(flat)}
    is_needed = any(field.required for field in fields.values())
    return {"requestBody": {"content": content, "required": is_needed}}


def _problem_schema() -> Schema:
    text = {"type": "string"}
    names = [f"{TYPE_PREFIX}{name}" for name in TITLES]
    error = {"field": text, "message": text, "code": text}
    return {
        "type": "object",
        "properties": {
            "type": {"type": "string", "enum": names},
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "instance": text,
            "request_id": text,
            "errors": {
                "type": "array",
                "items": {"type": "object", "properties": error, "required": list(error)},
            },
        },
        "required": ["type", "title", "status", "detail", "instance", "request_id"],
    }


def _add_refusals(operation: Schema, method: str) -> None:
    for status in REFUSALS.get(method, ()):
        operation["responses"].setdefault(status, {"$ref": "#/components/responses/Problem"})
