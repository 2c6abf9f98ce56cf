"""One version of one paper of a case: made here or received. The row and its file never change.

A trigger refuses UPDATE and DELETE; a paper that was wrong is followed by its next version.
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q, When, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from documents import storage
from workflow import handling
from workflow.handling import Handling
from workflow.walls import Wall

if TYPE_CHECKING:
    from workflow.models import Case


class DocumentQuerySet(models.QuerySet[Any]):
    def of(self, case: Case) -> Self:
        return self.filter(case_kind=case.kind(), case_id=case.pk)

    def for_nation(self, code: str) -> Self:
        """Papers that a nation sees; `code` as in the case's `owner_code`."""
        return self.filter(for_nation=True, owner_code=code).exclude(owner_code="")

    def for_contractor(self, organisation_id: UUID) -> Self:
        return self.filter(for_contractor_id=organisation_id)

    def newest_versions(self) -> Self:
        """Of each paper of each case the newest version among these rows."""
        rank = Window(
            RowNumber(),
            partition_by=[F("case_id"), F("kind")],
            order_by=F("version").desc(),
        )
        return self.alias(newest_rank=rank).filter(newest_rank=1)

    def latest(self, kind: str) -> Document | None:  # type: ignore[override]
        """The newest version of a paper among these rows (of one case), or None."""
        return self.filter(kind=kind).order_by("-version").first()


class Document(models.Model):
    class Origin(models.TextChoices):
        MADE = "made", _("made here")
        RECEIVED = "received", pgettext_lazy("paper", "received")

    class Language(models.TextChoices):
        BILINGUAL = "bilingual", _("Japanese and English")
        JA = "ja", _("Japanese")
        EN = "en", _("English")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case_kind = models.CharField(max_length=60)
    case_id = models.UUIDField()
    case_number = models.CharField(_("case"), max_length=32)
    owner_code = models.CharField(max_length=40, blank=True)
    kind = models.CharField(_("kind"), max_length=60)
    title = models.CharField(_("title"), max_length=200)
    language = models.CharField(_("language"), max_length=10, choices=Language)
    version = models.PositiveIntegerField(_("version"))
    origin = models.CharField(_("origin"), max_length=10, choices=Origin)
    file_name = models.CharField(_("file name"), max_length=160)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField("SHA-256", max_length=64)
    made_at = models.DateTimeField(_("made"))
    made_by = models.CharField(_("by"), max_length=200)
    made_by_id = models.CharField(max_length=40)
    entry = models.ForeignKey(
        "workflow.Entry", on_delete=models.PROTECT, null=True, related_name="+"
    )
    handling = models.CharField(
        _("handling label"), max_length=30, choices=Handling, default=handling.usual
    )
    for_nation = models.BooleanField(_("the nation sees it"), default=False)
    for_contractor_id = models.UUIDField(null=True)
    shown_to = models.GeneratedField(
        expression=models.Case(When(for_nation=True, then=F("owner_code"))),
        output_field=models.CharField(max_length=40, null=True),
        db_persist=True,
    )

    objects = DocumentQuerySet.as_manager()

    wall = Wall(partner="shown_to", supplier="for_contractor_id", append_only=True)

    class Meta:
        ordering = ["-made_at", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["case_id", "kind", "version"],
                name="documents_document_one_per_version",
            ),
            models.UniqueConstraint(
                fields=["entry", "kind"],
                condition=Q(origin="made"),
                name="documents_document_made_once",
            ),
            models.CheckConstraint(
                condition=Q(origin="received") | Q(entry__isnull=False),
                name="documents_document_made_by_a_step",
            ),
            models.CheckConstraint(
                condition=Q(origin__in=["made", "received"]),
                name="documents_document_known_origin",
            ),
            models.CheckConstraint(
                condition=Q(language__in=["bilingual", "ja", "en"]),
                name="documents_document_known_language",
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="documents_document_not_empty"),
            models.CheckConstraint(
                condition=Q(version__gt=0), name="documents_document_version_from_one"
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="documents_document_hashed",
            ),
            models.CheckConstraint(
                condition=Q(for_nation=False) | ~Q(owner_code=""),
                name="documents_document_nation_named",
            ),
            handling.known("documents_document"),
        ]
        indexes = [
            models.Index(
                fields=["for_contractor_id"],
                condition=Q(for_contractor_id__isnull=False),
                name="documents_for_contractor",
            ),
            models.Index(
                fields=["owner_code", "-made_at"],
                condition=Q(for_nation=True),
                name="documents_for_nation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_number} {self.kind} v{self.version}"

    @property
    def label(self) -> str:
        """The title in the language of the moment: what is stored is its untranslated text."""
        return gettext(self.title) if self.title else self.kind

    @property
    def path(self) -> Path:
        """Where the file lies: the hash is its address."""
        return Path(settings.MEDIA_ROOT) / storage.place_of(self.sha256)

    def read(self) -> bytes:
        """The file, proven to be what was stored. Raises `storage.Damaged`."""
        return storage.read(self.sha256)
