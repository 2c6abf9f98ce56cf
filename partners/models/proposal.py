"""A change of reference data that somebody has proposed: it counts once its approval file is decided."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners import kinds
from partners.models.decided import Decided
from partners.models.person import Person
from workflow import walls
from workflow.models import Entry, Reference


class Proposal(Decided):
    """`columns` are those of the row to be; with `instead_of` it is the next version of that row.

    Of an undated row that is there they say, column by column, from what to what. Without columns
    the row `instead_of` only ends, on `last_day`; on the day before its first it is withdrawn.
    """

    class What(models.TextChoices):
        ROW = "row", _("new row")
        VERSION = "version", _("next version")
        CHANGE = "change", pgettext_lazy("reference", "change")
        END = "end", pgettext_lazy("reference", "last day")
        WITHDRAWAL = "withdrawal", _("withdrawal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    of_kind = models.CharField(_("kind"), max_length=60)
    instead_of = models.CharField(max_length=60, null=True)  # noqa: DJ001 - NULL: there is none yet
    columns = models.JSONField(default=dict)
    last_day = models.DateField(pgettext_lazy("reference", "last day"), null=True)
    source = models.CharField(_("source"), max_length=300)
    reason = models.TextField(_("reason"))
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("proposed"), auto_now_add=True)

    wall = walls.agency()

    class Meta(Decided.Meta):
        verbose_name = _("proposed change")
        verbose_name_plural = _("proposed changes")
        ordering = ["proposed_at"]
        constraints = [
            *Decided.Meta.constraints,
            models.UniqueConstraint(
                fields=["of_kind", "instead_of"],
                condition=Q(decided_at=None),
                name="partners_proposal_waits_once",
            ),
            models.CheckConstraint(
                condition=~Q(columns={}) & Q(last_day=None)
                | Q(columns={}, last_day__isnull=False, instead_of__isnull=False),
                name="partners_proposal_new_row_or_end",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None)
                | ~Q(decided_by=F("proposed_by"))
                | Q(is_confirmed=False),
                name="partners_proposal_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.of_kind} {self.instead_of or ''}".strip()

    # The rows it is about ----------------------------------------------------------------------

    @property
    def model(self) -> type[Reference]:
        return kinds.kinds()[self.of_kind]

    @cached_property
    def present(self) -> Any:
        """The row that is to change or end, as it is now."""
        if self.instead_of is None:
            return None
        return self.model._default_manager.filter(pk=self.instead_of).first()

    def before(self) -> Any:
        """The same as it was when the change was proposed."""
        if self._is_change():
            return kinds.with_values(self.present, self._side("from"))
        return self.present

    def after(self) -> Any:
        """The row to be, not saved; None if the change is only a last day."""
        if not self.columns:
            return None
        if self._is_change():
            return kinds.with_values(self.present, self._side("to"))
        row = self.model(**self.columns)
        row.clean_fields()
        return row

    def what(self) -> What:
        if self.instead_of is None:
            return self.What.ROW
        if self._is_change():
            return self.What.CHANGE
        if self.columns:
            return self.What.VERSION
        is_before = self.last_day < self.present.valid_from
        return self.What.WITHDRAWAL if is_before else self.What.END

    def title(self) -> str:
        return kinds.title_of(self.present or self.after())

    def reason_of_end(self) -> str:
        """Why it was given up: the line of the trail has it."""
        lines = Entry.objects.filter(case_id=self.pk, event=Entry.Event.REFERENCE_CHANGED)
        lines = lines.exclude(given__proposal="proposed")
        return str(lines.order_by("-pk").values_list("note", flat=True).first() or "")

    def _is_change(self) -> bool:
        return self.instead_of is not None and not kinds.is_dated(self.model)

    def _side(self, which: str) -> dict[str, Any]:
        return {name: change[which] for name, change in self.columns.items()}

    # As trail and approval file name it --------------------------------------------------------

    number = owner_code = ""

    @classmethod
    def kind(cls) -> str:
        return cls._meta.label_lower
