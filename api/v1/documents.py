"""Papers for the nation: what they are, and the files themselves."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import Door
from api.filters import equals
from api.shown import Moment, Shown
from api.v1.cases import Listing
from api.v1.kinds import BY_MODEL
from documents.models import Document
from documents.serving import announcement, answer
from partners import access
from partners.reading import capacity_in


def papers_of(person: Any) -> QuerySet[Document]:
    """Papers made for, or sent by, the nations for which somebody acts today."""
    nations = access.nations_of(person)
    return Document.objects.filter(for_nation=True, owner_code__in=nations).exclude(owner_code="")


class DocumentShown(Shown):
    """A paper: what it is. Its file has an address of its own."""

    url = serializers.SerializerMethodField()
    file_url = serializers.SerializerMethodField()
    case = serializers.CharField(source="case_number", read_only=True)
    case_url = serializers.SerializerMethodField()
    title = serializers.CharField(source="label", read_only=True)
    language = serializers.CharField(read_only=True)
    origin = serializers.CharField(read_only=True)
    made_at = Moment()

    class Meta:
        model = Document
        fields = (
            "id",
            "url",
            "file_url",
            "case",
            "case_url",
            "kind",
            "title",
            "version",
            "language",
            "origin",
            "file_name",
            "content_type",
            "size",
            "sha256",
            "made_at",
            "made_by",
        )
        read_only_fields = fields

    def get_url(self, paper: Document) -> str:
        return reverse("api:document", args=[paper.pk])

    def get_file_url(self, paper: Document) -> str:
        return reverse("api:document-file", args=[paper.pk])

    def get_case_url(self, paper: Document) -> str | None:
        """Null for a paper of a case that the API does not show."""
        kind = BY_MODEL.get(paper.case_kind)
        return reverse(f"api:{kind.slug}-case", args=[paper.case_number]) if kind else None


class Documents(Listing):
    """Papers for your nation, newest first."""

    serializer_class = DocumentShown
    ordering = ("-made_at", "id")
    filters = (
        equals("case", "case_number", _("Only papers of the case of this number.")),
        equals("kind", "kind", _("Only papers of this kind, as “offer”.")),
    )

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):  # described without anybody signed in
            return Document.objects.none()
        return papers_of(self.person)


class OneDocument(Door, GenericAPIView[Any]):
    """What one paper is."""

    serializer_class = DocumentShown

    def get(self, request: Request, pk: UUID) -> Response:
        return Response(self.get_serializer(_paper(self.person, pk)).data)


class DocumentFile(Door):
    """The file of a paper, as it was stored."""

    @extend_schema(
        responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY)}
    )
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        paper = _paper(self.person, pk)
        capacity = capacity_in(self.person, "nation", nation=paper.owner_code)
        return answer(paper, by=self.person, capacity=capacity)

    @extend_schema(exclude=True)
    def head(self, request: Request, pk: UUID) -> HttpResponseBase:
        return announcement(_paper(self.person, pk))


def _paper(person: Any, pk: UUID) -> Document:
    paper: Document | None = papers_of(person).filter(pk=pk).first()
    if paper is None:
        raise Http404
    return paper
