"""The ledger of document numbers (文書番号): each is given once and never again, a void one stays (欠番)."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from workflow import handling
from workflow.handling import Handling
from workflow.models import Case
from workflow.walls import Wall


class DocumentNumberQuerySet(models.QuerySet[Any]):
    def of(self, case: Case, paper: str) -> Self:
        """Numbers under which a paper of a case goes out, the newest first."""
        return self.filter(case_id=case.pk, paper=paper, voided_at=None)


class DocumentNumber(models.Model):
    year = models.PositiveSmallIntegerField(_("year"))
    serial = models.PositiveIntegerField(_("number"))
    given_on = models.DateField(_("day"))
    title = models.CharField(_("title"), max_length=200)
    addressee = models.CharField(_("addressee"), max_length=200)
    decider = models.CharField(_("decided by"), max_length=200)
    case_kind = models.CharField(max_length=60)
    case_id = models.UUIDField()
    case_number = models.CharField(_("case"), max_length=32)
    paper = models.CharField(_("paper"), max_length=60)
    handling = models.CharField(
        _("handling label"), max_length=30, choices=Handling, default=handling.usual
    )
    voided_at = models.DateTimeField(_("void since"), null=True)
    voided_by = models.CharField(_("voided by"), max_length=200, blank=True)
    void_reason = models.TextField(_("why it is void"), blank=True)

    objects = DocumentNumberQuerySet.as_manager()

    wall = Wall()

    class Meta:
        verbose_name = _("document number")
        verbose_name_plural = _("document numbers")
        ordering = ["-year", "-serial"]
        indexes = [models.Index(fields=["case_id", "paper"], name="documents_number_of_case")]
        constraints = [
            models.UniqueConstraint(fields=["year", "serial"], name="documents_number_once"),
            models.CheckConstraint(
                condition=Q(year=F("given_on__year")), name="documents_number_of_its_year"
            ),
            models.CheckConstraint(
                condition=Q(voided_at=None, voided_by="", void_reason="")
                | (Q(voided_at__isnull=False) & ~Q(voided_by="") & ~Q(void_reason="")),
                name="documents_number_void_whole",
            ),
            handling.known("documents_number"),
        ]

    def __str__(self) -> str:
        return self.written

    @property
    def written(self) -> str:
        """輸政第123号."""
        return f"{self.prefix}第{self.serial}号"

    @property
    def written_en(self) -> str:
        """JFMSA-2026-000123."""
        return f"{self.prefix_en}-{self.year}-{self.serial:06d}"

    prefix, prefix_en = "輸政", "JFMSA"
