"""Steps, for every case type alike: what can be done now, and doing it. No step has a view of its own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import URLPattern, path, reverse
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api import bodies
from api.doors import Door
from api.once import Reply, answer_once, needs_key
from api.shapes import choices_of, shape_of
from api.shown import Moment, RoleShown, address_of, named
from api.v1.cases import Kind
from api.v1.kinds import BY_MODEL
from workflow import steps
from workflow.forms import form_for, form_of
from workflow.models import Case
from workflow.steps import Act, Choice


class ChoiceOfField(serializers.Serializer[Any]):
    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field's own label is another


class FieldShown(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field's own label is another
    type = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]  # likewise
    help = serializers.CharField(allow_blank=True)
    choices = ChoiceOfField(many=True)


class ChoiceShown(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field's own label is another
    help = serializers.CharField()
    open = serializers.BooleanField(help_text="Whether the step can be taken now.")
    why_not = serializers.CharField(allow_blank=True, help_text="What stands against it.")
    fields = FieldShown(many=True)  # type: ignore[assignment]  # what the step asks
    url = serializers.CharField(help_text="POST there to take the step.")


class ChoicesShown(serializers.Serializer[Any]):
    version = serializers.IntegerField(help_text="Send it with a step to be told of changes.")
    state = serializers.CharField()
    whose_turn = RoleShown(many=True)
    steps = ChoiceShown(many=True)


class EntryShown(serializers.Serializer[Any]):
    step = serializers.CharField()
    from_state = serializers.CharField()
    to_state = serializers.CharField()
    at = Moment()
    by = serializers.CharField(source="actor_name")


class OpenedShown(serializers.Serializer[Any]):
    kind = serializers.CharField()
    number = serializers.CharField()
    url = serializers.CharField()


@cache
def taken(kind: Kind) -> type[serializers.Serializer[Any]]:
    """The shape of the answer, for the description: the case is another one for each kind."""
    answer = inline_serializer(
        f"{kind.model.__name__}StepTaken",
        {
            "case": kind.shows(allow_null=True),
            "entry": EntryShown(),
            "opened": OpenedShown(many=True),
        },
    )
    return type(answer)


class Steps(Door, GenericAPIView[Any]):
    """What you can do with this case now, and why not where something stands against it."""

    kind: Kind = None  # type: ignore[assignment]  # each address gives its own
    lookup_field = "number"
    serializer_class = ChoicesShown

    def get_queryset(self) -> QuerySet[Any]:
        return self.kind.model._default_manager.none()  # for the description; rows come from `kind`

    def get(self, request: Request, number: str) -> Response:
        row = self.kind.row(self.person, number)
        heard: steps.Heard = {}
        return Response(
            {
                "version": row.version,
                "state": row.state,
                "whose_turn": named(steps.whose_turn(row, heard)),
                "steps": [
                    _shown(choice, row, self.person)
                    for choice in steps.choices(row, self.person, heard)
                ],
            }
        )


class TakeStep(Door, GenericAPIView[Any]):
    """Take a step."""

    kind: Kind = None  # type: ignore[assignment]  # each address gives its own
    lookup_field = "number"

    def get_queryset(self) -> QuerySet[Any]:
        return self.kind.model._default_manager.none()  # for the description; rows come from `kind`

    def get_serializer_class(self) -> Any:
        return taken(self.kind)

    def post(self, request: Request, number: str, step: str) -> HttpResponse:
        known = steps.steps_of(self.kind.model).get(step)
        return answer_once(
            request,
            lambda: self._take(request, number, step),
            demanded=known is not None and needs_key(known),
        )

    def _take(self, request: Request, number: str, step: str) -> Reply:
        row = self.kind.row(self.person, number)
        declared = steps.open_step(row, step, self.person)
        given = bodies.read(request, declared, row)
        act = steps.take(row, step, by=self.person, version=given.version, **given.fields)
        return Reply(200, self._taken(act))

    def _taken(self, act: Act) -> dict[str, Any]:
        fresh = self.kind.rows(self.person).filter(pk=act.case.pk).first()
        return {
            "case": self.kind.shows(fresh).data if fresh else None,
            "entry": EntryShown(act.entry).data,
            "opened": opened(act, self.person),
        }


def addresses(kind: Kind) -> list[URLPattern]:
    below = f"{kind.slug}/<number:number>/steps/"
    return [
        path(below, Steps.as_view(kind=kind), name=f"{kind.slug}-steps"),
        path(f"{below}<slug:step>/", TakeStep.as_view(kind=kind), name=f"{kind.slug}-step"),
    ]


def _shown(choice: Choice, row: Case, person: Any) -> dict[str, Any]:
    return {
        "name": choice.name,
        "label": choice.label,
        "help": choice.help,
        "open": choice.is_open,
        "why_not": choice.why_not,
        "fields": [_field(name, field) for name, field in _fields(choice, row, person).items()],
        "url": reverse(f"api:{row.slug()}-step", args=[row.number, choice.name]),
    }


def _fields(choice: Choice, row: Case, person: Any) -> Mapping[str, forms.Field]:
    """An open step's form knows the case; a closed one may not be able to fill itself from it."""
    if choice.is_open:
        return form_for(row, choice.step, person).fields
    return form_of(choice.step).base_fields


def _field(name: str, field: forms.Field) -> dict[str, Any]:
    return {
        "name": name,
        "label": str(field.label or ""),
        "type": shape_of(field).name,
        "required": field.required,
        "help": str(field.help_text),
        "choices": choices_of(field),
    }


def opened(act: Act, person: Any) -> list[dict[str, str]]:
    """The cases that the step has opened, as far as the person may see them."""
    return [
        {"kind": case.slug(), "number": case.number, "url": address_of(case)}
        for case in act.opened
        if case.kind() in BY_MODEL
        and BY_MODEL[case.kind()].rows(person).filter(pk=case.pk).exists()
    ]
