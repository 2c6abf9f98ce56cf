"""The abstract case of a partner nation, and who may see its rows."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners import access, need_to_know
from partners.models.nation import Nation
from partners.models.person import Person
from workflow.models import Case, CaseQuerySet


class NationCaseQuerySet(CaseQuerySet):
    """`visible_to` is the only door to rows: everything else starts from it."""

    def visible_to(self, person: Person) -> Self:
        if access.reads_cases(person):
            return need_to_know.within_reach(self.shown_to_agency(), person)
        if nations := access.nations_of(person):
            return self.shown_to_nation().filter(nation_id__in=nations)
        return self.none()

    def shown_to_agency(self) -> Self:
        """Rows the agency sees. All, unless a case type keeps drafts of others back."""
        return self

    def shown_to_nation(self) -> Self:
        """Of its own rows, those the nation sees. Each case type decides."""
        return self.none()


class NationLine(models.Model):
    """A line of a nation's case. It names the nation itself: the walls look at one row only."""

    nation = models.ForeignKey(Nation, on_delete=models.PROTECT, related_name="+", editable=False)

    belongs_to = ""  # the field that leads to the case

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.nation_id:
            self.nation_id = getattr(self, self.belongs_to).nation_id
        super().save(*args, **kwargs)


class NationCase(Case):
    nation = models.ForeignKey(
        Nation, on_delete=models.PROTECT, related_name="%(class)ss", verbose_name=_("nation")
    )
    title = models.CharField(_("title"), max_length=200)

    number_letter = ""  # R for requests, T for transfer reviews ...; a contract has none

    class Meta:
        abstract = True

    @property
    def owner_code(self) -> str:
        return str(self.nation_id)

    @property
    def series(self) -> str:
        """`JP-PH-26-R`: per nation, year (in Tokyo) and kind."""
        return f"JP-{self.nation_id}-{timezone.localdate():%y}-{self.number_letter}"
