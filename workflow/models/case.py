"""The abstract case: number, dates, version, deal. State, steps and fields belong to each case type.

A deal is all that follows from one request; its id is that of the case it began with.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING, Any, Self

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from workflow import handling, values, walls

if TYPE_CHECKING:
    from workflow.models.entry import Entry


class CaseQuerySet(models.QuerySet[Any]):
    def locked(self) -> Self:
        """Lock the rows of the case itself, not of what is joined to it."""
        return self.select_for_update(of=("self",))


class Case(models.Model):
    """A row whose state moves through `workflow.steps.take` and in no other way.

    A case type adds `state` (a protected `FSMField`), a `series` for its numbers, and its steps.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(_("number"), max_length=32, unique=True, editable=False)
    opened_at = models.DateTimeField(_("opened"), auto_now_add=True)
    changed_at = models.DateTimeField(_("last change"), auto_now=True)
    version = models.PositiveIntegerField(default=0, editable=False)
    deal_id = models.UUIDField(_("deal"), db_index=True, editable=False)

    handling = models.CharField(
        _("handling label"),
        max_length=30,
        choices=handling.Handling,
        default=handling.usual,
        editable=False,
    )

    state: Any  # each case type declares its own field

    decided_with = "lines"  # the rows of a case that are before whoever takes a step
    states_not_taken: Collection[str] = ()  # those to which this very case never comes

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number

    @classmethod
    def kind(cls) -> str:
        """`cases.contract`: how trail, papers and follow-ups name the case type."""
        return cls._meta.label_lower

    @classmethod
    def slug(cls) -> str:
        """`contracts`: how addresses name the case type."""
        return f"{cls._meta.model_name}s"

    @property
    def series(self) -> str:
        """What the number begins with; the gate appends the next count of this series."""
        raise NotImplementedError

    @property
    def state_label(self) -> str:
        return str(self.get_state_display())  # type: ignore[attr-defined]

    @property
    def owner_code(self) -> str:
        """Whose row it is (a nation's code, or "" for the agency's own): copied to the trail."""
        return ""

    def join_deal(self, under: Case | None) -> None:
        """A case has the deal and the label of the case it follows from; the first begins a deal."""
        self.deal_id = under.deal_id if under else self.pk
        if under:
            self.handling = under.handling

    @property
    def duties_of(self) -> uuid.UUID:
        """The case for which duties on this one are done: a quote's is its subcontract."""
        return self.pk

    def states_left(self) -> set[str]:
        """The states the case has been in and moved on from."""
        with walls.house():  # of the trail itself its owner sees nothing
            return set(self.trail.values_list("from_state", flat=True))

    @classmethod
    def put_before(cls, pk: uuid.UUID) -> tuple[Any, dict[str, Any]]:
        """The row, locked, and what somebody who takes a step has before them: row and lines.

        The lines are read once the row is locked, and all of it in one message.
        """
        lock, reading, columns = _readings(cls)
        with ExitStack() as message:
            message.enter_context(connection.preceded_by(lock, [pk]))  # type: ignore[attr-defined]
            lines = message.enter_context(connection.preceded_by(reading, [pk]))  # type: ignore[attr-defined]
            row = cls._default_manager.get(pk=pk)
        plain = values.plain(
            [
                {
                    name: read(value, None, connection) if read else value
                    for (name, read), value in zip(columns, line, strict=True)
                }
                for line in lines.rows
            ]
        )
        return row, {"case": values.of_row(row), "lines": plain}

    @property
    def trail(self) -> models.QuerySet[Entry]:
        from workflow.models.entry import Entry  # the two know each other; Entry imports nothing

        return Entry.objects.filter(case_id=self.pk, event=Entry.Event.STEP)


@cache
def _readings(case_type: type[Case]) -> tuple[str, str, list[tuple[str, Any]]]:
    """The statements that lock a case and read its lines, with the columns of a line and how each is read.

    Each step asks both: they are put together once.
    """
    table = connection.ops.quote_name(case_type._meta.db_table)
    lock = f"SELECT FROM {table} WHERE id = %s FOR UPDATE"
    name = case_type.decided_with
    relation = next((r for r in case_type._meta.related_objects if r.name == name), None)
    if relation is None:
        return lock, "SELECT WHERE %s IS NULL", []
    line = relation.related_model
    fields = line._meta.concrete_fields
    columns = [f.attname for f in fields]
    rows = line._default_manager.filter(**{relation.field.attname: uuid.UUID(int=0)})
    reading, _one = rows.values_list(*columns).query.sql_with_params()
    return lock, reading, [(f.attname, getattr(f, "from_db_value", None)) for f in fields]
