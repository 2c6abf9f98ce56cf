"""Reference data: rows everybody relies on and nobody owns. Each change of one is a line of the trail.

`save` writes the line, so that no way of changing such a row can forget it; what would pass by
`save` is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from workflow import trail, values
from workflow.models.entry import Entry
from workflow.rights import SYSTEM, Actor, Capacity


class PassesByTheTrail(TypeError):
    """Reference data would change without a line of the trail. Save row by row."""


class ReferenceQuerySet(models.QuerySet[Any]):
    def update(self, **fields: Any) -> NoReturn:
        raise PassesByTheTrail(f"{self.model._meta.label}: {', '.join(fields)}")

    def delete(self) -> NoReturn:
        raise PassesByTheTrail(f"{self.model._meta.label}: rows end, they are not deleted")

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> NoReturn:
        raise PassesByTheTrail(self.model._meta.label)

    def bulk_update(self, objs: Any, fields: Any, batch_size: Any = None) -> NoReturn:
        raise PassesByTheTrail(self.model._meta.label)


class Reference(models.Model):
    source = models.CharField(_("source"), max_length=300)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(
        self,
        *args: Any,
        by: Actor = SYSTEM,
        capacity: Capacity | None = None,
        why: str = "",
        seen: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """`by` whom and `why` is told in the line, with what is `seen` there besides (who proposed it)."""
        with transaction.atomic():
            before = self._kept()
            super().save(*args, **kwargs)
            after = self._kept()
            if before == after:
                return
            trail.record(
                Entry.Event.REFERENCE_CHANGED,
                by=by,
                capacity=capacity,
                subject=f"{self._meta.label_lower}:{self.pk}",
                note=why,
                given={"row": self, "changed": _changed(before, after), **(seen or {})},
                digest=values.digest(after),
            )

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise PassesByTheTrail(f"{self._meta.label}: a row ends, it is not deleted")

    def _kept(self) -> dict[str, Any]:
        """The columns as the database has them: what was assigned may read differently."""
        row = type(self)._default_manager.filter(pk=self.pk).first()
        return values.of_row(row) if row else {}


def _changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """From → to, by column; a new row comes from nothing."""
    return {
        name: {"from": before.get(name), "to": value}
        for name, value in after.items()
        if name not in before or before[name] != value
    }
