"""Requests: what a nation asks for. The only case that a nation begins by itself."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request as HttpRequest

from api import bodies
from api.once import Reply, answer_once
from api.shown import CaseShown, Shown, address_of
from api.v1.cases import CaseList, Kind, OneCase
from cases.checklist import Checklist, Point
from cases.models import Question, Request, RequestLine
from partners import access
from workflow import steps

BEGINNING = steps.beginnings_of(Request)["draft"]


class RequestLineShown(Shown):
    article = serializers.CharField(
        source="article.catalogue_number",
        read_only=True,
        allow_null=True,
        help_text="Catalogue number; null while the line is in your own words only.",
    )
    name = serializers.CharField(source="what", read_only=True)
    unit = serializers.CharField(source="article.unit", read_only=True, allow_null=True)

    class Meta:
        model = RequestLine
        fields = ("number", "article", "description", "name", "quantity", "unit", "remark")
        read_only_fields = fields


class QuestionShown(Shown):
    """A question about the request, and its answer once there is one."""

    question = serializers.CharField(source="text", read_only=True)
    asked_by = serializers.CharField(
        read_only=True, help_text="agency or nation; the other answers."
    )

    class Meta:
        model = Question
        fields = ("number", "asked_by", "asked_at", "question", "due_on", "answer", "answered_at")
        read_only_fields = fields


class PointShown(serializers.Serializer[Point]):
    """A point of the checklist, as the request stands to it."""

    code = serializers.CharField(source="item.code", read_only=True)
    needed = serializers.CharField(source="item.needed", read_only=True)
    why = serializers.CharField(source="item.why", read_only=True)
    missing = serializers.ListField(child=serializers.CharField(), read_only=True)


class ChecklistShown(serializers.Serializer[Checklist]):
    percent = serializers.IntegerField(read_only=True)
    points = PointShown(many=True, read_only=True)


class RequestShown(CaseShown):
    """A request, as its nation sees it."""

    support = serializers.ListField(child=serializers.CharField(), read_only=True)
    dual_use = serializers.ListField(child=serializers.CharField(), read_only=True)
    waivers = serializers.ListField(child=serializers.CharField(), read_only=True)
    continued_in = serializers.CharField(
        source="continued_in.number",
        read_only=True,
        allow_null=True,
        help_text="Number of the request in which this one goes on, or null.",
    )
    continues = serializers.SlugRelatedField[Request](
        many=True, read_only=True, slug_field="number"
    )
    lines = RequestLineShown(many=True, read_only=True)
    questions = QuestionShown(many=True, read_only=True)

    class Meta:
        model = Request
        fields: tuple[str, ...] = (
            *CaseShown.common,
            *("reference", "reference_date", "received_on", *Request.copied[1:]),
            *("submitted_at", "acknowledged_at", "actionable_at", "complete_at", "offer_group"),
            "answer_expected_on",
            *("return_code", "return_reason", "continued_in", "continues", "lines", "questions"),
        )
        read_only_fields = fields


class OneRequestShown(RequestShown):
    """With what is still missing and why that matters."""

    checklist = ChecklistShown(read_only=True)

    class Meta(RequestShown.Meta):
        fields: tuple[str, ...] = (*RequestShown.Meta.fields, "checklist")
        read_only_fields = fields


KIND = Kind(
    Request,
    RequestShown,
    related=("nation", "continued_in"),
    lines=("lines__article", "questions", "continues"),
)


class Requests(CaseList):
    """Requests of your nation, newest first."""

    kind = KIND

    def post(self, request: HttpRequest) -> HttpResponse:
        """Draft a request; it stays with your nation until it is submitted."""
        return answer_once(request, lambda: self._draft(request), demanded=False)

    def _draft(self, request: HttpRequest) -> Reply:
        blank = _blank(self.person)
        if not BEGINNING.may.concerns(self.person, blank):
            raise steps.NotYours(BEGINNING.may.why_not(self.person, blank))
        given = bodies.read(request, BEGINNING, blank, takes_version=False)
        act = steps.begin(Request.draft, by=self.person, nation_id=blank.nation_id, **given.fields)
        row = self.kind.row(self.person, act.case.number)
        return Reply(201, self.get_serializer(row).data, {"Location": address_of(row)})


class OneRequest(OneCase):
    """One request of your nation."""

    kind = KIND

    def get_serializer_class(self) -> type[CaseShown]:
        return OneRequestShown


def _blank(person: Any) -> Request:
    """The request that is about to be: its nation is the person's, whatever the body says."""
    return Request(nation_id=access.nations_of(person)[0])
