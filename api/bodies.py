"""From a body to what the gate is given: known names, right shapes, then the step's own form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.request import Request

from api.doors import LONGEST_NAME_TOLD
from api.problems import FieldError, NotValid, UnknownNames
from api.shapes import shape_of
from workflow.forms import form_of
from workflow.models import Case
from workflow.steps import Step

VERSION = "version"


@dataclass(frozen=True)
class Given:
    """What the person asks the gate with."""

    fields: dict[str, Any]
    version: int | None


def read(request: Request, declared: Step, case: Case, *, takes_version: bool = True) -> Given:
    """Validate a body with the step's form. Raises `UnknownNames` (400) or `NotValid` (422)."""
    form_class = form_of(declared)
    data: Any = request.data  # our parsers give nothing but mappings
    extra = {VERSION} if takes_version else set()
    _refuse_unknown(data, form_class.base_fields, extra)
    misshapen = _misshapen(data, form_class.base_fields)
    version = _version(data, demanded=declared.signs) if takes_version else None
    form = form_class(_without(data, set(misshapen)), request.FILES, case=case, person=request.user)
    if not form.is_valid() or misshapen:
        # Everything in one round: what has no shape, and what the form says of the rest.
        told = [
            e for e in NotValid.by(form).errors if not misshapen or e.field not in {*misshapen, ""}
        ]
        raise NotValid([*misshapen.values(), *told])
    return Given(form.cleaned_data, version)


def _refuse_unknown(
    data: Mapping[str, Any], fields: Mapping[str, forms.Field], extra: set[str]
) -> None:
    known = set(fields) | extra
    errors = [
        FieldError(name[:LONGEST_NAME_TOLD], _("Unknown field. Leave it out."), "unknown")
        for name in data
        if name not in known
    ]
    if errors:
        raise UnknownNames(_("The body has fields that are not asked for here."), errors)


def _misshapen(data: Mapping[str, Any], fields: Mapping[str, forms.Field]) -> dict[str, FieldError]:
    return {
        name: FieldError(name, why, "shape")
        for name in data
        if name in fields and (why := shape_of(fields[name]).objection(_value(data, name, fields)))
    }


def _value(data: Mapping[str, Any], name: str, fields: Mapping[str, forms.Field]) -> Any:
    """What stands under a name; a form body repeats the name for each of several choices."""
    if isinstance(data, QueryDict) and shape_of(fields[name]).name == "choices":
        return data.getlist(name)
    return data[name]


def _without(data: Mapping[str, Any], names: set[str]) -> Mapping[str, Any]:
    """What a form can read without stumbling over a value of the wrong shape."""
    if not isinstance(data, QueryDict):
        return {name: value for name, value in data.items() if name not in names}
    left = QueryDict(mutable=True)
    for name, values in data.lists():
        if name not in names:
            left.setlist(name, values)
    return left


def _version(data: Mapping[str, Any], *, demanded: bool) -> int | None:
    """The version of the case that the person looked at. Who signs says it; others may."""
    written = data.get(VERSION)
    if written is None or written == "":
        if demanded:
            why = _("Say which version of the case you sign: it came with the case.")
            raise NotValid([FieldError(VERSION, why, "required")])
        return None
    text = str(written)
    if isinstance(written, bool | float) or not (
        text.isascii() and text.isdigit() and len(text) < 10
    ):
        raise NotValid([FieldError(VERSION, _("Give the version number of the case."), "shape")])
    return int(text)
