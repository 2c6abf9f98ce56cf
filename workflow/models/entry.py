"""The trail: one line per act, written in the act's own transaction and never changed.

Text only and no foreign keys, so that it stays readable when everything else has changed.
`body` is the line itself, as canonical JSON (RFC 8785); the other columns are copies to search
by. A trigger refuses UPDATE, DELETE and TRUNCATE.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from functools import cache
from typing import Any

from django.db import connection, models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from workflow import values, walls
from workflow.models.seal import THIS_TRANSACTION

BODY_VERSION = 1


class Entry(models.Model):
    class Event(models.TextChoices):
        STEP = "step", _("step")
        REFUSED = "refused", pgettext_lazy("event", "refused")
        SIGNED_IN = "signed_in", _("signed in")
        SIGN_IN_FAILED = "sign_in_failed", _("sign-in failed")
        LOCKED_OUT = "locked_out", _("locked out")
        SIGNED_OUT = "signed_out", _("signed out")
        CONFIRMED_IDENTITY = "confirmed_identity", _("confirmed their identity")
        CREDENTIAL_CHANGED = "credential_changed", _("changed how they sign in")
        PAPER_READ = "paper_read", _("downloaded a paper")
        RECORD_READ = "record_read", _("read a labelled record")
        EXPORTED = "exported", _("exported a list")
        REFERENCE_CHANGED = "reference_changed", _("changed reference data")
        ACCESS_CHANGED = "access_changed", _("changed who may see or do what")
        ACCESS_OPENED = "access_opened", _("opened emergency access")
        ABSENCE_CHANGED = "absence_changed", _("changed the register of absences")
        NUMBER_VOIDED = "number_voided", _("declared a document number void")
        CLOCK_RANG = "clock_rang", _("was reminded by a clock")
        FOLLOW_UP_DECIDED = "follow_up_decided", _("decided on a failed follow-up")
        REATTESTED = "reattested", _("attested rows anew")
        EPOCH_OPENED = "epoch_opened", _("opened an epoch of the seal")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    at = models.DateTimeField(_("at"), default=timezone.now, editable=False)
    event = models.CharField(_("event"), max_length=30, choices=Event, default=Event.STEP)
    case_kind = models.CharField(max_length=60, blank=True)
    case_id = models.UUIDField(null=True)
    case_number = models.CharField(_("case"), max_length=32, blank=True)
    owner_code = models.CharField(max_length=40, blank=True)
    subject = models.CharField(_("about"), max_length=200, blank=True)
    step = models.CharField(_("step"), max_length=60, blank=True)
    from_state = models.CharField(max_length=40, blank=True)
    to_state = models.CharField(max_length=40, blank=True)
    version = models.PositiveIntegerField(null=True)
    actor_id = models.CharField(max_length=40)
    actor_name = models.CharField(_("who"), max_length=200)
    role = models.CharField(_("role"), max_length=60, blank=True)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    on_behalf_of = models.CharField(max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True)
    given = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    opened = models.CharField(max_length=200, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    body = models.TextField(editable=False)
    xid = models.BigIntegerField(db_default=THIS_TRANSACTION, editable=False)

    wall = walls.agency(append_only=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["case_id", "-id"], name="workflow_entry_of_case"),
            models.Index(fields=["actor_id", "-id"], name="workflow_entry_of_actor"),
            models.Index(
                fields=["event", "-id"], name="workflow_entry_no_step", condition=~Q(event="step")
            ),
            models.Index(fields=["xid", "id"], name="workflow_entry_xid"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case_id", "version"],
                condition=Q(event="step"),
                name="workflow_entry_one_per_version",
            ),
            models.CheckConstraint(
                condition=~Q(event="step")
                | Q(case_id__isnull=False, version__isnull=False) & ~Q(step="", to_state=""),
                name="workflow_entry_step_of_a_case",
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(step)s by %(who)s") % {
            "step": self.step or self.event,
            "who": self.actor_name,
        }

    def save(self, *args: Any, **kwargs: Any) -> None:
        raise TypeError("A line of the trail is written once, by `write`, and never saved again.")

    def write(self) -> None:
        """Append the line, in the transaction of what it tells."""
        with self.written():
            pass

    @contextmanager
    def written(self) -> Iterator[None]:
        """The same, in one message with the first statement within."""
        self.body = values.canonical(self.statement()).decode()
        statement, fields = _insertion()
        given = [f.get_db_prep_save(getattr(self, f.attname), connection) for f in fields]
        with connection.preceded_by(statement, given) as answer:  # type: ignore[attr-defined]
            yield
        ((self.pk, self.xid),) = answer.rows
        self._state.adding, self._state.db = False, connection.alias

    def statement(self) -> dict[str, Any]:
        """The whole line as plain JSON values: what is sealed and what an outsider reads."""
        return {
            "v": BODY_VERSION,
            "uid": str(self.uid),
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "event": str(self.event),
            "case": {
                "kind": self.case_kind,
                "id": str(self.case_id) if self.case_id else "",
                "number": self.case_number,
                "owner": self.owner_code,
                "version": self.version or 0,
            },
            "subject": self.subject,
            "step": self.step,
            "from": self.from_state,
            "to": self.to_state,
            "actor": {
                "id": self.actor_id,
                "name": self.actor_name,
                "role": self.role,
                "organisation": self.organisation,
                "on_behalf_of": self.on_behalf_of,
            },
            "note": self.note,
            "given": self.given,
            "digest": self.digest,
            "opened": self.opened,
            "request": self.request_id,
        }


@cache
def _insertion() -> tuple[str, list[models.Field[Any, Any]]]:
    """How a line is written, and of which fields. Each step writes one: it is put together once."""
    fields = [f for f in Entry._meta.concrete_fields if f.name not in {"id", "xid"}]
    statement = sql.SQL(
        "INSERT INTO workflow_entry ({columns}) VALUES ({places}) RETURNING id, xid"
    ).format(
        columns=sql.SQL(", ").join(sql.Identifier(f.attname) for f in fields),
        places=sql.SQL(", ").join(sql.Placeholder() * len(fields)),
    )
    return statement.as_string(), fields
